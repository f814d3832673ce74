/*
 * alter_table.c
 *		What the subcommands of ALTER TABLE do, each on its own: Prisma, Kysely and
 *		Sequel send several in one statement.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/installation.h"
#include "effect/alter_table.h"
#include "effect/grant_effects.h"
#include "effect/names.h"
#include "effect/row_type.h"
#include "effect/server_refuses.h"

static List *
named(Effect *effect)
{
	effect->named = true;
	return list_make1(effect);
}

/* A composite type's attribute is at stake only where the type is stored. */
static Effect *
make_attribute_effect(Action action, Oid relid, AttrNumber attnum)
{
	return make_column_effect(row_type_is_stored(relid) ? action : ACTION_ALTER, relid, attnum);
}

/* Tables OF a composite type lose the column that the type loses. */
static List *
same_drop_in_typed_tables(Oid relid, AlterTableCmd *cmd)
{
	List *columns = NIL;
	ListCell *lc;

	if (cmd->behavior != DROP_CASCADE)
		return NIL;
	foreach(lc, typed_tables(relid))
	{
		ObjectAddress *column = palloc(sizeof(ObjectAddress));

		ObjectAddressSubSet(*column, RelationRelationId, lfirst_oid(lc),
							name_reader->column(lfirst_oid(lc), cmd->name));
		if (column->objectSubId > 0)
			columns = lappend(columns, column);
	}
	return closure_of_drop(columns, cmd->behavior);
}

static List *
effects_of_drop_column(Oid relid, AlterTableCmd *cmd)
{
	AttrNumber attnum = name_reader->column(relid, cmd->name);
	ObjectAddress *column = palloc(sizeof(ObjectAddress));
	Effect *effect;

	if (attnum <= 0)
		return NIL;
	ObjectAddressSubSet(*column, RelationRelationId, relid, attnum);
	if (get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE)
		effect = make_attribute_effect(ACTION_DROP_ATTRIBUTE, relid, attnum);
	else if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE)
		effect = make_column_effect(ACTION_ALTER, relid, attnum);
	else
		return closure_of_drop(list_make1(column), cmd->behavior);
	return list_concat(list_concat(named(effect), same_where_stored(effect)),
					   same_drop_in_typed_tables(relid, cmd));
}

/* The same change in every child, as part of the one in the parent. */
List *
same_in_children(Effect *whole, Oid relid, const char *column)
{
	List *effects = NIL;
	ListCell *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		AttrNumber attnum = name_reader->column(lfirst_oid(lc), column);
		Effect *effect;

		if (lfirst_oid(lc) == relid || attnum <= 0)
			continue;
		effect = make_column_effect(whole->action, lfirst_oid(lc), attnum);
		effect->empty_is_harmless = whole->empty_is_harmless;
		effect->part = true;
		effect->whole = whole;
		effects = lappend(effects, effect);
	}
	return effects;
}

static List *effects_of_alter_type(Oid relid, AlterTableCmd *cmd);

/* With CASCADE the tables OF a composite type are altered like any other. */
static List *
same_type_in_typed_tables(Oid relid, AlterTableCmd *cmd)
{
	List *effects = NIL;
	ListCell *lc;

	if (cmd->behavior == DROP_CASCADE)
		foreach(lc, typed_tables(relid))
			effects = list_concat(effects, effects_of_alter_type(lfirst_oid(lc), cmd));
	return effects;
}

static List *
effects_of_alter_type(Oid relid, AlterTableCmd *cmd)
{
	AttrNumber attnum = name_reader->column(relid, cmd->name);
	Effect *effect;

	if (attnum <= 0)
		return NIL;
	if (get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE)
		return list_concat(named(make_attribute_effect(ACTION_ALTER_ATTRIBUTE, relid, attnum)),
						   same_type_in_typed_tables(relid, cmd));
	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE ||
		type_change_is_lossless(relid, attnum, castNode(ColumnDef, cmd->def)))
		return named(make_column_effect(ACTION_ALTER, relid, attnum));
	if (names_unknown_column(castNode(ColumnDef, cmd->def)->raw_default, relid))
		return NIL;
	effect = make_column_effect(ACTION_ALTER_COLUMN_TYPE, relid, attnum);
	effect->empty_is_harmless = true;
	return list_concat(named(effect), same_in_children(effect, relid, cmd->name));
}

static List *
effects_of_drop_constraint(Oid relid, AlterTableCmd *cmd)
{
	ObjectAddress *constraint = palloc(sizeof(ObjectAddress));
	Oid oid = name_reader->constraint(relid, cmd->name);

	if (!OidIsValid(oid))
		return NIL;
	ObjectAddressSet(*constraint, ConstraintRelationId, oid);
	return closure_of_drop(list_make1(constraint), cmd->behavior);
}

static List *
effects_of_column_command(Action action, Oid relid, AlterTableCmd *cmd)
{
	AttrNumber attnum = name_reader->column(relid, cmd->name);

	return attnum > 0 ? named(make_column_effect(action, relid, attnum)) : NIL;
}

/* The default itself, as the server reports it when it drops. */
/* ALTER TABLE recurses to the children (ATSimpleRecursion()): their own defaults go too. */
static List *
defaults_in_children(Effect *whole, Oid relid, const char *column)
{
	List *effects = NIL;
	ListCell *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		AttrNumber attnum = name_reader->column(lfirst_oid(lc), column);
		ObjectAddress object;
		Effect *effect;

		if (lfirst_oid(lc) == relid || attnum <= 0)
			continue;
		ObjectAddressSet(object, AttrDefaultRelationId, GetAttrDefaultOid(lfirst_oid(lc), attnum));
		if (!OidIsValid(object.objectId))
			continue;
		effect = make_effect(ACTION_DROP_DEFAULT, &object);
		effect->relation = lfirst_oid(lc);
		effect->part = true;
		effect->whole = whole;
		effects = lappend(effects, effect);
	}
	return effects;
}

static List *
effects_of_drop_default(Oid relid, AlterTableCmd *cmd)
{
	AttrNumber attnum = name_reader->column(relid, cmd->name);
	ObjectAddress object;
	Effect *effect;

	if (attnum <= 0)
		return NIL;
	ObjectAddressSet(object, AttrDefaultRelationId, GetAttrDefaultOid(relid, attnum));
	if (!OidIsValid(object.objectId))
		return named(make_column_effect(ACTION_ALTER, relid, attnum));
	effect = make_effect(ACTION_DROP_DEFAULT, &object);
	effect->relation = relid;
	return list_concat(named(effect), defaults_in_children(effect, relid, cmd->name));
}

/* ATExecDropIdentity() drops the sequence as its own business, so OAT_DROP is not heard. */
static List *
effects_of_drop_identity(Oid relid, AlterTableCmd *cmd)
{
	AttrNumber attnum = name_reader->column(relid, cmd->name);
	Oid sequence = attnum > 0 ? identity_sequence(relid, attnum) : InvalidOid;

	if (!OidIsValid(sequence))
		return NIL;
	return named(make_relation_effect(ACTION_DROP_SEQUENCE, sequence));
}

/* The partition or parent that the subcommand names. */
static List *
effects_of_detach(Oid relid, AlterTableCmd *cmd)
{
	Oid parent;

	if (cmd->subtype == AT_DetachPartition || cmd->subtype == AT_DetachPartitionFinalize)
	{
		Oid partition = lookup_relation(castNode(PartitionCmd, cmd->def)->name);

		return OidIsValid(partition) && is_child_of(partition, relid)
			? named(make_relation_effect(ACTION_DETACH_PARTITION, partition))
			: NIL;
	}
	parent = lookup_relation(castNode(RangeVar, cmd->def));
	return OidIsValid(parent) && is_child_of(relid, parent)
		? named(make_relation_effect(ACTION_NO_INHERIT, relid))
		: NIL;
}

/* A new child's rows are read, and changed, with those of its parent. */
static List *
effects_of_inherit(Oid relid, AlterTableCmd *cmd)
{
	Oid parent = lookup_relation(castNode(RangeVar, cmd->def));
	List *effects = named(make_relation_effect(ACTION_ALTER, relid));

	return OidIsValid(parent)
		? list_concat(effects, named(make_relation_effect(ACTION_ALTER, parent)))
		: effects;
}

/*
 * drizzle-kit disables it before each drop, on or not: the drop is what must be
 * told.  FORCE binds the owner only, and only where row security is on.
 */
static bool
row_security_is_on(Oid relid, bool forced)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool on = false;

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		on = form->relrowsecurity && (!forced || form->relforcerowsecurity);
		ReleaseSysCache(tuple);
	}
	return on;
}

/*
 * What is unlogged already loses nothing by being told so again.  The server
 * tells of the change when it is made (OAT_POST_ALTER): a row of this
 * transaction may say what the statement itself has done.
 */
static bool
was_unlogged_before(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool before = false;

	if (HeapTupleIsValid(tuple))
	{
		before = ((Form_pg_class) GETSTRUCT(tuple))->relpersistence == RELPERSISTENCE_UNLOGGED &&
			!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
		ReleaseSysCache(tuple);
	}
	return before;
}

/*
 * DISABLE TRIGGER ALL or USER.  Rails sends it for every table before it loads
 * fixtures, and goes on when it fails.  Where there is no trigger nothing is
 * disabled; those of foreign keys are a superuser's to disable, and the server
 * says so itself (EnableDisableTrigger).
 */
static List *
effects_of_disable_triggers(Oid relid, bool all)
{
	Relation rel = table_open(TriggerRelationId, AccessShareLock);
	bool found = false;
	bool of_system = false;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool internal = ((Form_pg_trigger) GETSTRUCT(tuple))->tgisinternal;

		found = found || all || !internal;
		of_system = of_system || internal;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	if (all && of_system && !superuser())
		return NIL;
	return named(make_relation_effect(found ? ACTION_DISABLE_TRIGGER : ACTION_ALTER, relid));
}

static List *
effects_of_command(Oid relid, AlterTableCmd *cmd)
{
	switch (cmd->subtype)
	{
		case AT_DropColumn:
			return effects_of_drop_column(relid, cmd);
		case AT_AlterColumnType:
			return effects_of_alter_type(relid, cmd);
		case AT_DropConstraint:
			return effects_of_drop_constraint(relid, cmd);
		case AT_DropNotNull:
			return effects_of_column_command(ACTION_DROP_NOT_NULL, relid, cmd);
		case AT_ColumnDefault:
			return cmd->def ? named(make_relation_effect(ACTION_ALTER, relid))
							: effects_of_drop_default(relid, cmd);
		case AT_DropExpression:
			return effects_of_column_command(ACTION_DROP_DEFAULT, relid, cmd);
		case AT_DropIdentity:
			return effects_of_drop_identity(relid, cmd);
		case AT_DetachPartition:
		case AT_DetachPartitionFinalize:
		case AT_DropInherit:
			return effects_of_detach(relid, cmd);
		case AT_AddInherit:
			return effects_of_inherit(relid, cmd);
		case AT_DisableRowSecurity:
		case AT_NoForceRowSecurity:
			return named(make_relation_effect(
				row_security_is_on(relid, cmd->subtype == AT_NoForceRowSecurity)
					? ACTION_DISABLE_ROW_SECURITY
					: ACTION_ALTER,
				relid));
		case AT_DisableTrigAll:
		case AT_DisableTrigUser:
			return effects_of_disable_triggers(relid, cmd->subtype == AT_DisableTrigAll);
		case AT_DisableTrig:
		case AT_DisableRule:
		case AT_EnableReplicaTrig: /* fires no more for anybody but a replica */
		case AT_EnableReplicaRule:
			return named(make_relation_effect(ACTION_DISABLE_TRIGGER, relid));
		case AT_SetUnLogged:
			return named(make_relation_effect(
				was_unlogged_before(relid) ? ACTION_ALTER : ACTION_SET_UNLOGGED, relid));
		case AT_AddColumn:
			return list_concat(named(make_relation_effect(ACTION_ADD_COLUMN, relid)),
							   effects_of_references(list_make1(cmd->def)));
		case AT_AddConstraint:
			return list_concat(named(make_relation_effect(ACTION_ALTER, relid)),
							   effects_of_references(list_make1(cmd->def)));
		default:
			return named(make_relation_effect(ACTION_ALTER, relid));
	}
}

List *
effects_of_alter_table(AlterTableStmt *stmt)
{
	Oid relid = lookup_relation(stmt->relation);
	List *effects = NIL;
	ListCell *lc;

	/* not there, or not his: the server's own words */
	if (!OidIsValid(relid) || !pg_class_ownercheck(relid, GetUserId()))
		return NIL;
	foreach(lc, stmt->cmds)
		effects = list_concat(effects, effects_of_command(relid, lfirst_node(AlterTableCmd, lc)));
	return effects;
}

Oid
altered_relation(Node *stmt)
{
	return IsA(stmt, AlterTableStmt) ? lookup_relation(((AlterTableStmt *) stmt)->relation)
									 : InvalidOid;
}
