/*
 * plan_reach.c
 *		Does the plan below a ModifyTable let any row of the target go?  Walks from
 *		the top down to the target's scan and looks at every condition on the way.
 *
 * A condition is hollow when it asks nothing of the row: it names no column of
 * the target (random() >= 0, a one-time filter), or only that what is never null
 * is not null.  A join of the target with all of itself on the same column is
 * hollow too (self_join.c).  What is not understood counts as a real condition.
 *
 * What a foreign table's plan does not show comes from hidden_conditions.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "effect/hidden_conditions.h"
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
		return (IS_SPECIAL_VARNO(var->varno) && !reach->above_source) ||
			list_member_int(reach->targets, var->varno);
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
static bool
is_never_null(NullTest *test, List *rtable)
{
	Var *var = (Var *) test->arg;
	Oid relid;

	if (test->nulltesttype != IS_NOT_NULL || !IsA(var, Var) || IS_SPECIAL_VARNO(var->varno) ||
		var->varlevelsup > 0)
		return false;
	if (var->varattno < 0)
		return true; /* ctid, tableoid */
	relid = rt_fetch(var->varno, rtable)->relid;
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

/* A condition on the target that every row meets */
bool
clause_always_holds(Node *clause, List *rtable)
{
	if (IsA(clause, NullTest))
		return is_never_null((NullTest *) clause, rtable);
	if (IsA(clause, ScalarArrayOpExpr))
		return asks_all_of_nothing((ScalarArrayOpExpr *) clause);
	return false;
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
holds_parameter(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, Param) || IsA(node, SubPlan) ||
		expression_tree_walker(node, holds_parameter, context);
}

static bool is_hollow(Plan *plan, Node *clause, Reach *reach);

/*
 * One arm that asks nothing makes the whole OR ask nothing; but $1 IS NULL OR
 * id = $1 is how applications leave a condition out or not.
 */
static bool
is_hollow_or(Plan *plan, BoolExpr *expr, Reach *reach)
{
	ListCell *lc;

	foreach(lc, expr->args)
		if (is_hollow(plan, lfirst(lc), reach) && !holds_parameter(lfirst(lc), NULL))
			return true;
	return false;
}

static bool
is_hollow(Plan *plan, Node *clause, Reach *reach)
{
	if (reach->loops == NIL && compares_column(clause, reach))
		return false;
	if (!names_target(clause, reach))
		return true;
	if (is_orclause(clause))
		return is_hollow_or(plan, (BoolExpr *) clause, reach);
	return clause_always_holds(clause, reach->stmt->rtable) ||
		joins_with_itself(reach, plan, clause);
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

/* A foreign scan may be a whole join that the other server does. */
static bool
foreign_scan_holds_target(Reach *reach, ForeignScan *scan)
{
	ListCell *lc;

	if (scan->scan.scanrelid > 0)
		return list_member_int(reach->targets, scan->scan.scanrelid);
	foreach(lc, reach->targets)
		if (bms_is_member(lfirst_int(lc), scan->fs_relids))
			return true;
	return false;
}

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
			return list_member_int(reach->targets, ((Scan *) plan)->scanrelid);
		case T_ForeignScan:
			return foreign_scan_holds_target(reach, (ForeignScan *) plan);
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

/*
 * Conditions that are checked elsewhere must be repeated in fdw_recheck_quals
 * (fdwhandler's documentation), but not those of a join, and not every wrapper
 * does it: the query has the last word where it was looked at.
 */
static bool
foreign_scan_reaches(Reach *reach, ForeignScan *scan)
{
	if (is_conditioned(reach->stmt, reach->named->relid))
		return false;
	if (scan->scan.scanrelid == 0)
		return foreign_scan_holds_target(reach, scan) && conditions_are_told(reach->named->relkind);
	return all_hollow(&scan->scan.plan, scan->fdw_recheck_quals, reach);
}

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
		case T_ForeignScan:
			return foreign_scan_reaches(reach, (ForeignScan *) plan);
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
			return prunes_nothing_else(reach, PRUNES_PARTITIONS((Append *) plan)) &&
				all_reach(reach, ((Append *) plan)->appendplans);
		case T_MergeAppend:
			return prunes_nothing_else(reach, PRUNES_PARTITIONS((MergeAppend *) plan)) &&
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

/*
 * Rows of a view that triggers write (INSTEAD OF) come from the relations below
 * it, which the plan scans in its place: a condition on those is one on the view.
 */
static List *
targets_of(PlannedStmt *stmt, ModifyTable *modify)
{
	RangeTblEntry *rte = rt_fetch(linitial_int(modify->resultRelations), stmt->rtable);
	List *targets = NIL;

	if (get_rel_relkind(rte->relid) != RELKIND_VIEW)
		return modify->resultRelations;
	for (int i = 1; i <= list_length(stmt->rtable); i++)
		if (rt_fetch(i, stmt->rtable)->rtekind == RTE_RELATION)
			targets = lappend_int(targets, i);
	return targets;
}

bool
plan_reaches_every_row(PlannedStmt *stmt, ModifyTable *modify, RangeTblEntry *named)
{
	Reach reach = {.stmt = stmt, .targets = targets_of(stmt, modify), .named = named};

	return reaches(&reach, outerPlan(&modify->plan));
}

/*
 * A condition of MERGE's WHEN names the target by its own columns and the
 * source by the plan's below.
 */
bool
merge_condition_is_hollow(PlannedStmt *stmt, ModifyTable *modify, RangeTblEntry *named,
						  Node *condition)
{
	Reach reach = {
		.stmt = stmt, .targets = modify->resultRelations, .named = named, .above_source = true};

	return all_hollow(&modify->plan, castNode(List, condition), &reach);
}
