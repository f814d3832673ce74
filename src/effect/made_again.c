/*
 * made_again.c
 *		What does this statement make, and is it there already?  For scripts that
 *		make again what another one destroyed, when that came back by itself.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "commands/policy.h"
#include "commands/trigger.h"
#include "parser/parse_type.h"
#include "rewrite/rewriteSupport.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "effect/effect.h"
#include "effect/inverse.h"

static Making *
new_making(AlterTableCmd *command, Oid catalog, Oid oid)
{
	Making *making = palloc0(sizeof(Making));

	making->command = command;
	ObjectAddressSet(making->object, catalog, oid);
	return making;
}

/* One object that the whole statement makes; nothing when there is none of its name. */
static List *
whole(Oid catalog, Oid oid)
{
	return OidIsValid(oid) ? list_make1(new_making(NULL, catalog, oid)) : NIL;
}

/* The pseudo-types of serial columns are no types, and leave it open. */
static void
take_type(Making *making, TypeName *name)
{
	Type type = name != NULL ? LookupTypeName(NULL, name, &making->typmod, true) : NULL;

	if (type == NULL)
		return;
	making->type = typeTypeId(type);
	ReleaseSysCache(type);
}

static List *
makings_of_command(Oid relid, AlterTableCmd *cmd)
{
	Making *making;
	Constraint *constraint;
	Oid oid;

	switch (cmd->subtype)
	{
		case AT_AddColumn:
		case AT_AlterColumnType:
			making = new_making(cmd, RelationRelationId, relid);
			making->retypes = cmd->subtype == AT_AlterColumnType;
			making->column = making->retypes ? cmd->name : castNode(ColumnDef, cmd->def)->colname;
			take_type(making, castNode(ColumnDef, cmd->def)->typeName);
			return list_make1(making);
		case AT_AddConstraint:
			constraint = castNode(Constraint, cmd->def);
			oid = constraint->conname
				? get_relation_constraint_oid(relid, constraint->conname, true)
				: InvalidOid;
			return OidIsValid(oid) ? list_make1(new_making(cmd, ConstraintRelationId, oid)) : NIL;
		default:
			return NIL;
	}
}

static List *
makings_of_alter_table(AlterTableStmt *stmt)
{
	Oid relid = lookup_relation(stmt->relation);
	List *makings = NIL;
	ListCell *lc;

	if (OidIsValid(relid))
		foreach(lc, stmt->cmds)
			makings =
				list_concat(makings, makings_of_command(relid, lfirst_node(AlterTableCmd, lc)));
	return makings;
}

/* An index is in its table's schema, whatever the search_path. */
static Oid
index_of_name(IndexStmt *stmt)
{
	Oid relid = lookup_relation(stmt->relation);

	return OidIsValid(relid) && stmt->idxname
		? get_relname_relid(stmt->idxname, get_rel_namespace(relid))
		: InvalidOid;
}

List *
makings_of_statement(Node *stmt)
{
	Oid relid;

	switch (nodeTag(stmt))
	{
		case T_AlterTableStmt:
			return makings_of_alter_table((AlterTableStmt *) stmt);
		case T_IndexStmt:
			return whole(RelationRelationId, index_of_name((IndexStmt *) stmt));
		case T_ViewStmt:
			return whole(RelationRelationId, lookup_relation(((ViewStmt *) stmt)->view));
		case T_CreateSeqStmt:
			return whole(RelationRelationId, lookup_relation(((CreateSeqStmt *) stmt)->sequence));
		case T_CreateTrigStmt:
			relid = lookup_relation(((CreateTrigStmt *) stmt)->relation);
			return OidIsValid(relid)
				? whole(TriggerRelationId,
						get_trigger_oid(relid, ((CreateTrigStmt *) stmt)->trigname, true))
				: NIL;
		case T_CreatePolicyStmt:
			relid = lookup_relation(((CreatePolicyStmt *) stmt)->table);
			return OidIsValid(relid)
				? whole(PolicyRelationId,
						get_relation_policy_oid(relid, ((CreatePolicyStmt *) stmt)->policy_name,
												true))
				: NIL;
		case T_RuleStmt:
			relid = lookup_relation(((RuleStmt *) stmt)->relation);
			return OidIsValid(relid)
				? whole(RewriteRelationId,
						get_rewrite_oid(relid, ((RuleStmt *) stmt)->rulename, true))
				: NIL;
		default:
			return NIL;
	}
}

Node *
without_commands(Node *stmt, List *commands)
{
	AlterTableStmt *rest = palloc(sizeof(AlterTableStmt));

	*rest = *castNode(AlterTableStmt, stmt);
	rest->cmds = list_difference_ptr(rest->cmds, commands);
	return rest->cmds == NIL ? NULL : (Node *) rest;
}
