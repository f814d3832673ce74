/*
 * plan_reach.c
 *		Does the plan below a ModifyTable let any row of the target go?  Walks from
 *		the top down to the target's scan and looks at every condition on the way.
 *
 * A condition is hollow when it asks nothing of the row: it names no column of
 * the target (random() >= 0, a one-time filter), or only that what is never null
 * is not null.  A join of the target with all of itself on the same column is
 * hollow too (self_join.c).  What is not understood counts as a real condition.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "effect/plan_reach.h"
#include "effect/self_join.h"

static bool reaches(Reach *reach, Plan *plan);

/* ---------- conditions ---------- */

static bool
names_target(Node *node, Reach *reach)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var *var = (Var *) node;

		/* above a scan all columns come as OUTER_VAR or INNER_VAR: any may be the target's */
		return IS_SPECIAL_VARNO(var->varno) || list_member_int(reach->targets, var->varno);
	}
	/* a nested loop hands the other side's columns down as parameters */
	return expression_tree_walker(node, names_target, reach);
}

/* A row IS NOT NULL when each of its columns is: attnum 0 asks all of them. */
static bool
column_is_not_null(Oid relid, AttrNumber attnum)
{
	bool whole_row = attnum == 0;
	bool not_null = whole_row;
	HeapTuple tuple;

	for (attnum = Max(attnum, 1);; attnum++)
	{
		tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
		if (!HeapTupleIsValid(tuple))
			return not_null;
		not_null = ((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull ||
			(whole_row && ((Form_pg_attribute) GETSTRUCT(tuple))->attisdropped);
		ReleaseSysCache(tuple);
		if (!whole_row || !not_null)
			return not_null;
	}
}

/* Columns of the system always have a value. */
bool
is_never_null(Reach *reach, NullTest *test)
{
	Var *var = (Var *) test->arg;
	Oid relid;

	if (test->nulltesttype != IS_NOT_NULL || !IsA(var, Var) || IS_SPECIAL_VARNO(var->varno))
		return false;
	if (var->varattno < 0)
		return true;
	relid = rt_fetch(var->varno, reach->stmt->rtable)->relid;
	return OidIsValid(relid) && column_is_not_null(relid, var->varattno);
}

/* x <> ALL ('{}') */
static bool
asks_all_of_nothing(ScalarArrayOpExpr *expr)
{
	Node *array = lsecond(expr->args);

	return !expr->useOr && IsA(array, Const) && !((Const *) array)->constisnull &&
		ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(((Const *) array)->constvalue)),
					   ARR_DIMS(DatumGetArrayTypeP(((Const *) array)->constvalue))) == 0;
}

/* The everyday case first: column operator anything. */
static bool
compares_column(Node *clause, Reach *reach)
{
	Node *left = IsA(clause, OpExpr) ? linitial(((OpExpr *) clause)->args) : NULL;

	return left != NULL && IsA(left, Var) && ((Var *) left)->varattno > 0 &&
		list_member_int(reach->targets, ((Var *) left)->varno);
}

static bool
is_hollow(Plan *plan, Node *clause, Reach *reach)
{
	if (reach->loops == NIL && compares_column(clause, reach))
		return false;
	if (!names_target(clause, reach))
		return true;
	if (IsA(clause, NullTest))
		return is_never_null(reach, (NullTest *) clause);
	if (IsA(clause, ScalarArrayOpExpr))
		return asks_all_of_nothing((ScalarArrayOpExpr *) clause);
	return joins_with_itself(reach, plan, clause);
}

static bool
all_hollow(Plan *plan, List *clauses, Reach *reach)
{
	ListCell *lc;

	foreach(lc, clauses)
		if (!is_hollow(plan, lfirst(lc), reach))
			return false;
	return true;
}

/* ---------- where the target is ---------- */

static bool
holds_target(Reach *reach, Plan *plan)
{
	ListCell *lc;

	if (plan == NULL)
		return false;
	switch (nodeTag(plan))
	{
		case T_SeqScan:
		case T_IndexScan:
		case T_IndexOnlyScan:
		case T_BitmapHeapScan:
		case T_TidScan:
		case T_TidRangeScan:
		case T_SampleScan:
		case T_ForeignScan:
			return list_member_int(reach->targets, ((Scan *) plan)->scanrelid);
		case T_SubqueryScan:
			return holds_target(reach, ((SubqueryScan *) plan)->subplan);
		case T_Append:
			foreach(lc, ((Append *) plan)->appendplans)
				if (holds_target(reach, lfirst(lc)))
					return true;
			return false;
		case T_MergeAppend:
			foreach(lc, ((MergeAppend *) plan)->mergeplans)
				if (holds_target(reach, lfirst(lc)))
					return true;
			return false;
		default:
			return holds_target(reach, outerPlan(plan)) || holds_target(reach, innerPlan(plan));
	}
}

static bool
all_reach(Reach *reach, List *plans)
{
	ListCell *lc;

	foreach(lc, plans)
		if (!reaches(reach, lfirst(lc)))
			return false;
	return plans != NIL;
}

/* ---------- joins ---------- */

static bool
join_is_hollow(Reach *reach, Join *join, List *clauses)
{
	return !is_anti_join(join->jointype) && all_hollow(&join->plan, clauses, reach) &&
		all_hollow(&join->plan, join->joinqual, reach);
}

/* The side that holds the target must let all its rows through. */
static bool
join_reaches(Reach *reach, Join *join, List *clauses)
{
	Plan *side = holds_target(reach, outerPlan(join)) ? outerPlan(join) : innerPlan(join);

	return join_is_hollow(reach, join, clauses) && reaches(reach, side);
}

/* The inner side knows columns of the outer one, as parameters in its conditions. */
static bool
nested_loop_reaches(Reach *reach, NestLoop *loop)
{
	List *outer_loops = reach->loops;
	bool result;

	if (loop->nestParams == NIL)
		return join_reaches(reach, &loop->join, NIL);
	if (!join_is_hollow(reach, &loop->join, NIL))
		return false;
	reach->loops = lcons(loop, list_copy(outer_loops));
	if (holds_target(reach, outerPlan(loop)))
	{
		result = keeps_every_row(reach, innerPlan(loop));
		reach->loops = outer_loops;
		return result && reaches(reach, outerPlan(loop));
	}
	result = reaches(reach, innerPlan(loop));
	reach->loops = outer_loops;
	return result;
}

/* ---------- the walk ---------- */

static bool
reaches(Reach *reach, Plan *plan)
{
	if (plan == NULL || !all_hollow(plan, plan->qual, reach))
		return false;
	switch (nodeTag(plan))
	{
		case T_SeqScan:
			return true;
		case T_IndexScan:
			return all_hollow(plan, ((IndexScan *) plan)->indexqualorig, reach);
		case T_BitmapHeapScan:
			return all_hollow(plan, ((BitmapHeapScan *) plan)->bitmapqualorig, reach);
		case T_IndexOnlyScan:
			return ((IndexOnlyScan *) plan)->indexqual == NIL;
		case T_Result:
		case T_LockRows:
		case T_Sort:
		case T_IncrementalSort:
		case T_Material:
		case T_Memoize:
		case T_Hash:
			return reaches(reach, outerPlan(plan));
		case T_SubqueryScan:
			return reaches(reach, ((SubqueryScan *) plan)->subplan);
		case T_Append:
			return prunes_nothing_else(reach, PRUNES_AT_RUN_TIME((Append *) plan)) &&
				all_reach(reach, ((Append *) plan)->appendplans);
		case T_MergeAppend:
			return prunes_nothing_else(reach, PRUNES_AT_RUN_TIME((MergeAppend *) plan)) &&
				all_reach(reach, ((MergeAppend *) plan)->mergeplans);
		case T_NestLoop:
			return nested_loop_reaches(reach, (NestLoop *) plan);
		case T_HashJoin:
			return join_reaches(reach, (Join *) plan, ((HashJoin *) plan)->hashclauses);
		case T_MergeJoin:
			return join_reaches(reach, (Join *) plan, ((MergeJoin *) plan)->mergeclauses);
		default:
			return false;
	}
}

static Reach
make_reach(PlannedStmt *stmt, ModifyTable *modify)
{
	Reach reach = {.stmt = stmt, .targets = modify->resultRelations};

	if (modify->rootRelation > 0)
		reach.root = rt_fetch(modify->rootRelation, stmt->rtable)->relid;
	return reach;
}

bool
plan_reaches_every_row(PlannedStmt *stmt, ModifyTable *modify)
{
	Reach reach = make_reach(stmt, modify);

	return reaches(&reach, outerPlan(&modify->plan));
}

bool
merge_condition_is_hollow(PlannedStmt *stmt, ModifyTable *modify, Node *condition)
{
	Reach reach = make_reach(stmt, modify);

	return all_hollow(&modify->plan, (List *) condition, &reach);
}
