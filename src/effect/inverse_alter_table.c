/*
 * inverse_alter_table.c
 *		What takes ALTER TABLE's subcommands back.  What they add is dropped, and
 *		what they destroy is in the bin: here is what they change.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/tablespace.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "effect/effect.h"
#include "effect/inverse.h"
#include "effect/stored.h"

/* One subcommand on its way through. */
typedef struct Subcommand
{
	Oid relid;
	char *relation; /* its name, qualified */
	bool recurses;	/* not ONLY */
	AlterTableCmd *cmd;
} Subcommand;

static char *
relation_name(Oid relid)
{
	ObjectAddress object;

	ObjectAddressSet(object, RelationRelationId, relid);
	return getObjectIdentity(&object, false);
}

static const char *
alter_keyword(Oid relid)
{
	return get_rel_relkind(relid) == RELKIND_COMPOSITE_TYPE ? "TYPE" : "TABLE";
}

static List *
of_relation(const Subcommand *sub, const char *what, char *clause)
{
	return one_inverse(
		RelationRelationId, sub->relid, 0, psprintf("%s of %s", what, sub->relation),
		clause ? psprintf("ALTER %s %s %s", alter_keyword(sub->relid), sub->relation, clause)
			   : NULL);
}

static List *
of_column(Oid relid, AttrNumber attnum, bool only, const char *what, char *clause)
{
	char *name = get_attname(relid, attnum, false);

	return one_inverse(RelationRelationId, relid, attnum,
					   psprintf("%s of %s.%s", what, relation_name(relid), quote_identifier(name)),
					   clause ? psprintf("ALTER %s %s%s ALTER COLUMN %s %s", alter_keyword(relid),
										 only ? "ONLY " : "", relation_name(relid),
										 quote_identifier(name), clause)
							  : NULL);
}

/* ---------- columns, each relation of the tree for itself ---------- */

typedef List *(*ColumnInverse)(Oid relid, AttrNumber attnum, const Subcommand *sub);

static List *
in_tree(const Subcommand *sub, const char *column, ColumnInverse inverse)
{
	List *relids =
		sub->recurses ? find_all_inheritors(sub->relid, NoLock, NULL) : list_make1_oid(sub->relid);
	List *inverses = NIL;
	ListCell *lc;

	foreach(lc, relids)
	{
		AttrNumber attnum = get_attnum(lfirst_oid(lc), column);

		if (attnum > 0)
			inverses = list_concat(inverses, inverse(lfirst_oid(lc), attnum, sub));
	}
	return inverses;
}

static FormData_pg_attribute
attribute_of(Oid relid, AttrNumber attnum)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	FormData_pg_attribute form;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for attribute %d of relation %u", attnum, relid);
	memcpy(&form, GETSTRUCT(tuple), ATTRIBUTE_FIXED_PART_SIZE);
	ReleaseSysCache(tuple);
	return form;
}

/*
 * Where it was NOT NULL before, nothing changes; but a partitioned table knows no
 * ONLY here, so its partitions get it back.
 */
static List *
set_not_null(Oid relid, AttrNumber attnum, const Subcommand *sub)
{
	if (attribute_of(relid, attnum).attnotnull)
		return relid != sub->relid && get_rel_relispartition(relid)
			? of_column(relid, attnum, true, "set not null", "SET NOT NULL")
			: NIL;
	return of_column(relid, attnum, get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE,
					 "set not null", "DROP NOT NULL");
}

static List *
drop_not_null(Oid relid, AttrNumber attnum, const Subcommand *sub)
{
	Inverse *inverse;

	if (!attribute_of(relid, attnum).attnotnull)
		return NIL;
	inverse = linitial(of_column(relid, attnum, true, "drop not null", "SET NOT NULL"));
	inverse->unless_kept = true;
	return list_make1(inverse);
}

static List *
change_default(Oid relid, AttrNumber attnum, const Subcommand *sub)
{
	char *former = default_of_column(relid, attnum);
	Inverse *inverse;

	if (attribute_of(relid, attnum).attgenerated != '\0')
		return of_column(relid, attnum, true, "expression", NULL);
	if (former == NULL && sub->cmd->def == NULL)
		return NIL;
	inverse = linitial(of_column(relid, attnum, true, "default",
								 former ? psprintf("SET DEFAULT %s", former) : "DROP DEFAULT"));
	inverse->unless_kept = sub->cmd->def == NULL;
	return list_make1(inverse);
}

static List *
change_statistics(Oid relid, AttrNumber attnum, const Subcommand *sub)
{
	return of_column(relid, attnum, true, "statistics target",
					 psprintf("SET STATISTICS %d", statistics_target(relid, attnum)));
}

static List *
change_storage(Oid relid, AttrNumber attnum, const Subcommand *sub)
{
	char storage = attribute_of(relid, attnum).attstorage;

	return of_column(relid, attnum, true, "storage",
					 psprintf("SET STORAGE %s",
							  storage == TYPSTORAGE_PLAIN		   ? "PLAIN"
								  : storage == TYPSTORAGE_MAIN	   ? "MAIN"
								  : storage == TYPSTORAGE_EXTERNAL ? "EXTERNAL"
																   : "EXTENDED"));
}

/* The tree follows by itself; what the new type could not hold is kept with the statement. */
static List *
change_type(const Subcommand *sub)
{
	AttrNumber attnum = get_attnum(sub->relid, sub->cmd->name);
	FormData_pg_attribute form;
	char *type;
	Inverse *inverse;

	if (attnum <= 0)
		return NIL;
	form = attribute_of(sub->relid, attnum);
	type = format_type_extended(form.atttypid, form.atttypmod,
								FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
	if (OidIsValid(form.attcollation) && form.attcollation != get_typcollation(form.atttypid))
		type = psprintf("%s COLLATE %s", type, name_of_collation(form.attcollation));
	inverse = linitial(
		of_column(sub->relid, attnum, false, "type",
				  get_rel_relkind(sub->relid) == RELKIND_COMPOSITE_TYPE
					  ? NULL
					  : psprintf("TYPE %s USING %s::%s", type, quote_identifier(sub->cmd->name),
								 format_type_extended(form.atttypid, form.atttypmod,
													  FORMAT_TYPE_TYPEMOD_GIVEN |
														  FORMAT_TYPE_FORCE_QUALIFY))));
	inverse->unless_kept = true;
	inverse->retypes = true;
	/* run when the type is back, which has a storage of its own */
	if (form.attstorage != get_typstorage(form.atttypid))
		return list_concat(in_tree(sub, sub->cmd->name, change_storage), list_make1(inverse));
	return list_make1(inverse);
}

/*
 * The list is read backwards: the parent first, since none of its partitions does
 * without NOT NULL before.
 */
static List *
set_not_null_in_tree(const Subcommand *sub, const char *column)
{
	List *inverses = NIL;
	ListCell *lc;

	foreach(lc, in_tree(sub, column, set_not_null))
		inverses = lcons(lfirst(lc), inverses);
	return inverses;
}

/* A primary key makes its columns NOT NULL, and its end does not take that back. */
static List *
add_key(const Subcommand *sub, Constraint *constraint)
{
	List *inverses = NIL;
	ListCell *lc;

	if (constraint->contype != CONSTR_PRIMARY)
		return NIL;
	foreach(lc, constraint->keys)
		inverses = list_concat(inverses, set_not_null_in_tree(sub, strVal(lfirst(lc))));
	return inverses;
}

/* An index that is older than the constraint was something by itself. */
static List *
adopt_index(const Subcommand *sub)
{
	Constraint *constraint = sub->cmd->def != NULL && IsA(sub->cmd->def, Constraint)
		? (Constraint *) sub->cmd->def
		: NULL;
	const char *name = constraint ? constraint->indexname : NULL;
	Oid oid = name ? get_relname_relid(name, get_rel_namespace(sub->relid)) : InvalidOid;

	if (OidIsValid(oid))
		return one_inverse(RelationRelationId, oid, 0,
						   psprintf("constraint using index %s", quote_identifier(name)), NULL);
	return constraint != NULL ? add_key(sub, constraint) : NIL;
}

/* ---------- the relation ---------- */

static FormData_pg_class
class_of(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	FormData_pg_class form;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	memcpy(&form, GETSTRUCT(tuple), CLASS_TUPLE_SIZE);
	ReleaseSysCache(tuple);
	return form;
}

static List *
change_options(const Subcommand *sub)
{
	List *inverses = NIL;
	StringInfoData names;
	char *former = options_of_relation(sub->relid);
	ListCell *lc;

	initStringInfo(&names);
	foreach(lc, castNode(List, sub->cmd->def))
	{
		DefElem *option = lfirst_node(DefElem, lc);

		/* these are on another relation */
		if (option->defnamespace != NULL)
			return of_relation(sub, "options of the toast table", NULL);

		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
						 quote_identifier(option->defname));
	}
	/* run last in the script is done first here: the list of inverses is read backwards */
	if (former != NULL)
		inverses = of_relation(sub, "options", psprintf("SET (%s)", former));
	return list_concat(inverses, of_relation(sub, "options", psprintf("RESET (%s)", names.data)));
}

static List *
change_row_security(const Subcommand *sub)
{
	FormData_pg_class form = class_of(sub->relid);
	bool about_force =
		sub->cmd->subtype == AT_ForceRowSecurity || sub->cmd->subtype == AT_NoForceRowSecurity;

	if (about_force)
		return of_relation(sub, "row security",
						   form.relforcerowsecurity ? "FORCE ROW LEVEL SECURITY"
													: "NO FORCE ROW LEVEL SECURITY");
	return of_relation(sub, "row security",
					   form.relrowsecurity ? "ENABLE ROW LEVEL SECURITY"
										   : "DISABLE ROW LEVEL SECURITY");
}

static List *
change_trigger(const Subcommand *sub)
{
	Oid oid = get_trigger_oid(sub->relid, sub->cmd->name, true);
	char state = OidIsValid(oid) ? trigger_state(oid) : '\0';
	const char *verb = state == TRIGGER_FIRES_ON_ORIGIN ? "ENABLE"
		: state == TRIGGER_FIRES_ALWAYS					? "ENABLE ALWAYS"
		: state == TRIGGER_FIRES_ON_REPLICA				? "ENABLE REPLICA"
														: "DISABLE";

	return of_relation(
		sub, "trigger",
		state == '\0' ? NULL : psprintf("%s TRIGGER %s", verb, quote_identifier(sub->cmd->name)));
}

static List *
change_replica_identity(const Subcommand *sub)
{
	char identity = class_of(sub->relid).relreplident;
	Relation rel;
	Oid index;

	if (identity != REPLICA_IDENTITY_INDEX)
		return of_relation(sub, "replica identity",
						   identity == REPLICA_IDENTITY_FULL		  ? "REPLICA IDENTITY FULL"
							   : identity == REPLICA_IDENTITY_NOTHING ? "REPLICA IDENTITY NOTHING"
																	  : "REPLICA IDENTITY DEFAULT");
	rel = RelationIdGetRelation(sub->relid);
	index = RelationIsValid(rel) ? RelationGetReplicaIndex(rel) : InvalidOid;
	if (RelationIsValid(rel))
		RelationClose(rel);
	return of_relation(sub, "replica identity",
					   OidIsValid(index) ? psprintf("REPLICA IDENTITY USING INDEX %s",
													quote_identifier(get_rel_name(index)))
										 : NULL);
}

static List *
change_owner(const Subcommand *sub)
{
	ObjectAddress object;

	ObjectAddressSet(object, RelationRelationId, sub->relid);
	return of_relation(
		sub, "owner",
		has_grant_of(&object, sub->cmd->newowner)
			? NULL
			: psprintf("OWNER TO %s",
					   quote_identifier(GetUserNameFromId(class_of(sub->relid).relowner, false))));
}

static List *
change_tablespace(const Subcommand *sub)
{
	Oid space = class_of(sub->relid).reltablespace;

	return of_relation(sub, "tablespace",
					   psprintf("SET TABLESPACE %s",
								quote_identifier(get_tablespace_name(
									OidIsValid(space) ? space : MyDatabaseTableSpace))));
}

/* Before the indexes go that ATTACH has made, and back with the bound it had. */
static List *
change_partition(const Subcommand *sub)
{
	Oid child = lookup_relation(castNode(PartitionCmd, sub->cmd->def)->name);
	bool attaches = sub->cmd->subtype == AT_AttachPartition;
	char *bound;
	Inverse *inverse;

	if (!OidIsValid(child))
		return NIL;
	if (get_rel_relkind(sub->relid) != RELKIND_PARTITIONED_TABLE)
		return of_relation(sub, "attach", NULL);
	bound = attaches ? NULL : partition_bound(child);
	inverse = linitial(
		of_relation(sub, attaches ? "attach partition" : "detach partition",
					attaches	? psprintf("DETACH PARTITION %s", relation_name(child))
						: bound ? psprintf("ATTACH PARTITION %s %s", relation_name(child), bound)
								: NULL));
	inverse->before_drops = attaches;
	return list_make1(inverse);
}

static List *
change_parent(const Subcommand *sub)
{
	Oid parent = lookup_relation(castNode(RangeVar, sub->cmd->def));

	/* what was only inherited is the child's own after NO INHERIT, and stays so */
	return !OidIsValid(parent) ? NIL
							   : of_relation(sub, "inheritance",
											 sub->cmd->subtype == AT_AddInherit
												 ? psprintf("NO INHERIT %s", relation_name(parent))
												 : NULL);
}

static List *
inverses_of_command(const Subcommand *sub)
{
	switch (sub->cmd->subtype)
	{
		/* dropped again */
		case AT_AddColumn:
		case AT_AddIndex:
			return NIL;
		case AT_AddConstraint:
			return adopt_index(sub);
		/* in the bin, but for a composite type's */
		case AT_DropColumn:
			return get_rel_relkind(sub->relid) == RELKIND_COMPOSITE_TYPE
				? of_relation(sub, "drop attribute", NULL)
				: NIL;
		case AT_DropConstraint:
		case AT_DropIdentity:
		case AT_DropExpression:
			return NIL;
		/* nothing that anybody would miss */
		case AT_ValidateConstraint:
			return NIL;
		case AT_SetNotNull:
			return set_not_null_in_tree(sub, sub->cmd->name);
		case AT_DropNotNull:
			return in_tree(sub, sub->cmd->name, drop_not_null);
		case AT_ColumnDefault:
			return in_tree(sub, sub->cmd->name, change_default);
		case AT_AlterColumnType:
			return change_type(sub);
		case AT_SetStatistics:
			return sub->cmd->name ? in_tree(sub, sub->cmd->name, change_statistics)
								  : of_relation(sub, "statistics target", NULL);
		case AT_SetStorage:
			return in_tree(sub, sub->cmd->name, change_storage);
		case AT_AddIdentity:
			return of_column(sub->relid, get_attnum(sub->relid, sub->cmd->name), false, "identity",
							 "DROP IDENTITY");
		case AT_SetRelOptions:
		case AT_ResetRelOptions:
			return change_options(sub);
		case AT_EnableRowSecurity:
		case AT_DisableRowSecurity:
		case AT_ForceRowSecurity:
		case AT_NoForceRowSecurity:
			return change_row_security(sub);
		case AT_EnableTrig:
		case AT_EnableAlwaysTrig:
		case AT_EnableReplicaTrig:
		case AT_DisableTrig:
			return change_trigger(sub);
		case AT_ReplicaIdentity:
			return change_replica_identity(sub);
		case AT_ChangeOwner:
			return change_owner(sub);
		case AT_SetTableSpace:
			return change_tablespace(sub);
		case AT_SetLogged:
		case AT_SetUnLogged:
			return of_relation(sub, "persistence",
							   class_of(sub->relid).relpersistence == RELPERSISTENCE_UNLOGGED
								   ? "SET UNLOGGED"
								   : "SET LOGGED");
		case AT_AttachPartition:
		case AT_DetachPartition:
			return change_partition(sub);
		case AT_AddInherit:
		case AT_DropInherit:
			return change_parent(sub);
		default:
			return of_relation(sub, "alter", NULL);
	}
}

List *
inverses_of_alter_table(AlterTableStmt *stmt)
{
	Oid relid = lookup_relation(stmt->relation);
	List *inverses = NIL;
	Subcommand sub;
	ListCell *lc;

	if (!OidIsValid(relid))
		return NIL;
	sub.relid = relid;
	sub.relation = relation_name(relid);
	sub.recurses = stmt->relation->inh;
	foreach(lc, stmt->cmds)
	{
		sub.cmd = lfirst_node(AlterTableCmd, lc);
		inverses = list_concat(inverses, inverses_of_command(&sub));
	}
	return inverses;
}
