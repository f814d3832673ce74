/*
 * alter_table.c
 *		What the subcommands of ALTER TABLE do, each on its own: Prisma, Kysely and
 *		Sequel send several in one statement.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "effect/alter_table.h"
#include "effect/grant_effects.h"

static List *
named(Effect *effect)
{
	effect->named = true;
	return list_make1(effect);
}

/*
 * A composite type's attribute is at stake only where the type is stored: in a
 * column, or in a table OF the type.
 */
static bool
composite_type_is_stored(Oid relid)
{
	Oid type = get_rel_type_id(relid);
	Relation rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	bool stored = false;
	List *types = list_make1_oid(type);

	/* also by way of its array type, or of another type that holds it */
	for (int i = 0; i < list_length(types) && !stored; i++)
	{
		CHECK_FOR_INTERRUPTS();
		ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(TypeRelationId));
		ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(list_nth_oid(types, i)));
		scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

			if (form->classid == TypeRelationId)
				types = list_append_unique_oid(types, form->objid);
			else if (form->classid == RelationRelationId &&
					 get_rel_relkind(form->objid) == RELKIND_COMPOSITE_TYPE)
			{
				if (form->objid != relid)
					types = list_append_unique_oid(types, get_rel_type_id(form->objid));
			}
			else if (form->classid == RelationRelationId)
				stored = true;
		}
		systable_endscan(scan);
	}
	table_close(rel, AccessShareLock);
	return stored;
}

static List *same_in_typed_tables(Oid relid, AlterTableCmd *cmd);

static List *
effects_of_drop_column(Oid relid, AlterTableCmd *cmd)
{
	AttrNumber attnum = get_attnum(relid, cmd->name);
	ObjectAddress *column = palloc(sizeof(ObjectAddress));

	if (attnum <= 0)
		return NIL;
	ObjectAddressSubSet(*column, RelationRelationId, relid, attnum);
	if (get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE)
		return list_concat(
			named(make_column_effect(composite_type_is_stored(relid) ? ACTION_DROP_ATTRIBUTE
																	 : ACTION_ALTER,
									 relid, attnum)),
			same_in_typed_tables(relid, cmd));
	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE)
		return named(make_column_effect(ACTION_ALTER, relid, attnum));
	return closure_of_drop(list_make1(column), cmd->behavior);
}

/* The same change in every child, as part of the one in the parent. */
static List *
same_in_children(Effect *whole, Oid relid, const char *column)
{
	List *effects = NIL;
	ListCell *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		AttrNumber attnum = get_attnum(lfirst_oid(lc), column);
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

/* Tables OF a composite type lose the column that the type loses. */
static List *
same_in_typed_tables(Oid relid, AlterTableCmd *cmd)
{
	List *effects = NIL;
	Relation rel;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	if (cmd->behavior != DROP_CASCADE)
		return NIL;
	rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(TypeRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(get_rel_type_id(relid)));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		AttrNumber attnum;

		if (form->classid != RelationRelationId || form->objsubid != 0 || form->objid == relid)
			continue;
		attnum = get_attnum(form->objid, cmd->name);
		if (attnum > 0)
			effects = lappend(effects, make_column_effect(ACTION_DROP_COLUMN, form->objid, attnum));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return effects;
}

static List *
effects_of_alter_type(Oid relid, AlterTableCmd *cmd)
{
	AttrNumber attnum = get_attnum(relid, cmd->name);
	Effect *effect;

	if (attnum <= 0)
		return NIL;
	if (get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE)
		return named(make_column_effect(composite_type_is_stored(relid) ? ACTION_ALTER_ATTRIBUTE
																		: ACTION_ALTER,
										relid, attnum));
	if (get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE ||
		type_change_is_lossless(relid, attnum, castNode(ColumnDef, cmd->def)))
		return named(make_column_effect(ACTION_ALTER, relid, attnum));
	effect = make_column_effect(ACTION_ALTER_COLUMN_TYPE, relid, attnum);
	effect->empty_is_harmless = true;
	return list_concat(named(effect), same_in_children(effect, relid, cmd->name));
}

static List *
effects_of_drop_constraint(Oid relid, AlterTableCmd *cmd)
{
	ObjectAddress *constraint = palloc(sizeof(ObjectAddress));
	Oid oid = get_relation_constraint_oid(relid, cmd->name, true);

	if (!OidIsValid(oid))
		return NIL;
	ObjectAddressSet(*constraint, ConstraintRelationId, oid);
	return closure_of_drop(list_make1(constraint), cmd->behavior);
}

static List *
effects_of_column_command(Action action, Oid relid, AlterTableCmd *cmd)
{
	AttrNumber attnum = get_attnum(relid, cmd->name);

	return attnum > 0 ? named(make_column_effect(action, relid, attnum)) : NIL;
}

/* The partition or parent that the subcommand names. */
static List *
effects_of_detach(Oid relid, AlterTableCmd *cmd)
{
	if (cmd->subtype == AT_DetachPartition || cmd->subtype == AT_DetachPartitionFinalize)
	{
		Oid partition = lookup_relation(castNode(PartitionCmd, cmd->def)->name);

		return OidIsValid(partition)
			? named(make_relation_effect(ACTION_DETACH_PARTITION, partition))
			: NIL;
	}
	return named(make_relation_effect(ACTION_NO_INHERIT, relid));
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

/* drizzle-kit disables it before each drop, on or not: the drop is what must be told */
static bool
row_security_is_on(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool on = false;

	if (HeapTupleIsValid(tuple))
	{
		on = ((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
		ReleaseSysCache(tuple);
	}
	return on;
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
			return effects_of_column_command(cmd->def ? ACTION_ALTER : ACTION_DROP_DEFAULT, relid,
											 cmd);
		case AT_DropExpression:
		case AT_DropIdentity:
			return effects_of_column_command(ACTION_DROP_DEFAULT, relid, cmd);
		case AT_DetachPartition:
		case AT_DetachPartitionFinalize:
		case AT_DropInherit:
			return effects_of_detach(relid, cmd);
		case AT_AddInherit:
			return effects_of_inherit(relid, cmd);
		case AT_DisableRowSecurity:
		case AT_NoForceRowSecurity:
			return named(make_relation_effect(
				row_security_is_on(relid) ? ACTION_DISABLE_ROW_SECURITY : ACTION_ALTER, relid));
		case AT_DisableTrigAll:
		case AT_DisableTrigUser:
			return effects_of_disable_triggers(relid, cmd->subtype == AT_DisableTrigAll);
		case AT_DisableTrig:
		case AT_DisableRule:
		case AT_EnableReplicaTrig: /* fires no more for anybody but a replica */
		case AT_EnableReplicaRule:
			return named(make_relation_effect(ACTION_DISABLE_TRIGGER, relid));
		case AT_SetUnLogged:
			return named(make_relation_effect(ACTION_SET_UNLOGGED, relid));
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
