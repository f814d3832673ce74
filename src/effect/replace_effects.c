/*
 * replace_effects.c
 *		Which view, function, trigger or rule would CREATE OR REPLACE write over?
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "parser/parse_type.h"
#include "rewrite/rewriteSupport.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "effect/effect.h"
#include "effect/replace_effects.h"

/* t.a%TYPE as the type it stands for.  The server's own look-up would tell the user of it twice. */
static TypeName *
without_reference(TypeName *type)
{
	RangeVar *relation;
	Oid relid;
	AttrNumber attnum;

	if (!type->pct_type || list_length(type->names) < 2 || list_length(type->names) > 4)
		return type;
	relation = makeRangeVarFromNameList(
		list_truncate(list_copy(type->names), list_length(type->names) - 1));
	relid = lookup_relation(relation);
	attnum = OidIsValid(relid) ? get_attnum(relid, strVal(llast(type->names))) : 0;
	return attnum == InvalidAttrNumber ? NULL : makeTypeNameFromOid(get_atttype(relid, attnum), -1);
}

/* The function that CREATE OR REPLACE FUNCTION would write over. */
static Oid
function_to_replace(CreateFunctionStmt *stmt)
{
	ObjectWithArgs *name = makeNode(ObjectWithArgs);
	ListCell *lc;

	name->objname = stmt->funcname;
	name->objargs = NIL;
	foreach(lc, stmt->parameters)
	{
		FunctionParameter *parameter = lfirst_node(FunctionParameter, lc);

		TypeName *type = without_reference(parameter->argType);

		if (type == NULL)
			return InvalidOid;
		if (parameter->mode != FUNC_PARAM_OUT && parameter->mode != FUNC_PARAM_TABLE)
			name->objargs = lappend(name->objargs, type);
	}
	return LookupFuncWithArgs(OBJECT_ROUTINE, name, true);
}

List *
effects_of_replace(Node *stmt)
{
	Oid relid;
	Oid oid = InvalidOid;

	switch (nodeTag(stmt))
	{
		case T_ViewStmt:
			if (!((ViewStmt *) stmt)->replace)
				return NIL;
			return one_effect(ACTION_REPLACE_VIEW, RelationRelationId,
							  lookup_relation(((ViewStmt *) stmt)->view));
		case T_CreateFunctionStmt:
			if (!((CreateFunctionStmt *) stmt)->replace)
				return NIL;
			return one_effect(ACTION_REPLACE_FUNCTION, ProcedureRelationId,
							  function_to_replace((CreateFunctionStmt *) stmt));
		case T_CreateTrigStmt:
			relid = ((CreateTrigStmt *) stmt)->replace
				? lookup_relation(((CreateTrigStmt *) stmt)->relation)
				: InvalidOid;
			if (OidIsValid(relid))
				oid = get_trigger_oid(relid, ((CreateTrigStmt *) stmt)->trigname, true);
			return one_effect(ACTION_REPLACE_TRIGGER, TriggerRelationId, oid);
		case T_RuleStmt:
			relid = ((RuleStmt *) stmt)->replace ? lookup_relation(((RuleStmt *) stmt)->relation)
												 : InvalidOid;
			if (OidIsValid(relid))
				oid = get_rewrite_oid(relid, ((RuleStmt *) stmt)->rulename, true);
			return one_effect(ACTION_REPLACE_RULE, RewriteRelationId, oid);
		default:
			return NIL;
	}
}
