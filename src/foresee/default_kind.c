/*
 * default_kind.c
 *		Does a default give the same for every row?  Then the server works it out once
 *		when the column is added, else it writes every row anew.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_expr.h"
#include "parser/parse_node.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"

#include "base/apart.h"
#include "foresee/change_parts.h"

typedef struct Doubt
{
	bool calls_volatile; /* a function of that name is */
	bool calls_stable;	 /* a function of that name is not */
	bool calls_missing;	 /* no function of that name is there */
	bool unknown;		 /* a cast, or an operator, of which the name says nothing */
} Doubt;

static void
look_at_call(Doubt *doubt, FuncCall *call)
{
	FuncCandidateList candidates = NULL;
	bool found = false;

	if (list_length(call->funcname) <= 2)
		candidates = FuncnameGetCandidates(call->funcname, list_length(call->args), NIL, true, true,
										   false, true);
	for (; candidates != NULL; candidates = candidates->next)
	{
		found = true;
		if (func_volatile(candidates->oid) == PROVOLATILE_VOLATILE)
			doubt->calls_volatile = true;
		else
			doubt->calls_stable = true;
	}
	if (!found)
		doubt->calls_missing = true;
}

/* The casts that the server came with are not volatile; somebody's type has somebody's input function. */
static void
look_at_cast(Doubt *doubt, TypeCast *cast)
{
	Oid type = list_length(cast->typeName->names) <= 3
		? LookupTypeNameOid(NULL, cast->typeName, true)
		: InvalidOid;

	if (!OidIsValid(type) || type >= FirstNormalObjectId)
		doubt->unknown = true;
}

static bool
look_for_calls(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, FuncCall))
		look_at_call(context, (FuncCall *) node);
	else if (IsA(node, TypeCast))
		look_at_cast(context, (TypeCast *) node);
	else if (IsA(node, A_Expr) && list_length(((A_Expr *) node)->name) > 1)
		((Doubt *) context)->unknown = true;
	return raw_expression_tree_walker(node, look_for_calls, context);
}

typedef struct Analysis
{
	Node *raw;
	bool is_volatile;
} Analysis;

static void
analyse(void *arg)
{
	Analysis *analysis = arg;
	ParseState *pstate = make_parsestate(NULL);
	Node *expr = transformExpr(pstate, copyObject(analysis->raw), EXPR_KIND_COLUMN_DEFAULT);

	analysis->is_volatile = contain_volatile_functions(expr);
	free_parsestate(pstate);
}

/*
 * Names alone tell nearly always.  Where they do not, the server's own analysis
 * does; what it does not understand may be made by the script, and functions are
 * volatile unless they say otherwise.
 */
DefaultKind
default_kind_of(Node *raw)
{
	Doubt doubt = {0};
	Analysis analysis = {0};

	if (raw == NULL)
		return DEFAULT_NONE;
	(void) look_for_calls(raw, &doubt);
	if (!doubt.unknown && !doubt.calls_missing)
	{
		if (!doubt.calls_volatile)
			return DEFAULT_CONSTANT;
		if (!doubt.calls_stable)
			return DEFAULT_VOLATILE;
	}
	analysis.raw = raw;
	if (run_apart(analyse, &analysis) == NULL)
		return analysis.is_volatile ? DEFAULT_VOLATILE : DEFAULT_CONSTANT;
	return doubt.calls_missing || doubt.calls_volatile ? DEFAULT_VOLATILE : DEFAULT_CONSTANT;
}
