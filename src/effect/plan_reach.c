/*
 * plan_reach.c
 *		Does the plan below a ModifyTable let any row of the target go?  Walks from
 *		the top down to the target's scan and looks at every condition on the way.
 *
 * A condition is hollow when it asks nothing of the row: it names no column of
 * the target (random() >= 0, a one-time filter), or only that a NOT NULL column
 * is not null.  A join of the target with itself on the same column is hollow
 * too.  What is not understood counts as a real condition.
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

typedef struct Reach
{
	PlannedStmt *stmt;
	List *targets;		  /* range table indexes of the result relations */
	RangeTblEntry *named; /* the one that the statement names */
	bool above_source;	  /* what comes from below is the source's, as in an action of MERGE */
} Reach;

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
	return expression_tree_walker(node, names_target, reach);
}

/* System columns too: pg_attribute has them as NOT NULL.  A whole row has no number. */
static bool
is_not_null_column(Node *node, List *rtable)
{
	Var *var = (Var *) node;
	HeapTuple tuple;
	bool not_null = false;

	if (!IsA(node, Var) || IS_SPECIAL_VARNO(var->varno) || var->varlevelsup > 0 ||
		var->varattno == 0)
		return false;
	if (var->varattno < 0)
		return true; /* ctid, tableoid */
	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(rt_fetch(var->varno, rtable)->relid),
							Int16GetDatum(var->varattno));
	if (HeapTupleIsValid(tuple))
	{
		not_null = ((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull;
		ReleaseSysCache(tuple);
	}
	return not_null;
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
		return ((NullTest *) clause)->nulltesttype == IS_NOT_NULL &&
			is_not_null_column((Node *) ((NullTest *) clause)->arg, rtable);
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

static bool is_hollow(Node *clause, Reach *reach);

/*
 * One arm that asks nothing makes the whole OR ask nothing; but $1 IS NULL OR
 * id = $1 is how applications leave a condition out or not.
 */
static bool
is_hollow_or(BoolExpr *expr, Reach *reach)
{
	ListCell *lc;

	foreach(lc, expr->args)
		if (is_hollow(lfirst(lc), reach) && !holds_parameter(lfirst(lc), NULL))
			return true;
	return false;
}

static bool
is_hollow(Node *clause, Reach *reach)
{
	if (compares_column(clause, reach))
		return false;
	if (!names_target(clause, reach))
		return true;
	if (is_orclause(clause))
		return is_hollow_or((BoolExpr *) clause, reach);
	return clause_always_holds(clause, reach->stmt->rtable);
}

static bool
all_hollow(List *clauses, Reach *reach)
{
	ListCell *lc;

	foreach(lc, clauses)
		if (!is_hollow(lfirst(lc), reach))
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

/* ---------- joins of a table with itself ---------- */

/*
 * The base column that a Var above stands for: looked up in the target lists
 * below.  *whole: nothing on the way leaves a row of that table out.
 */
static Var *
base_column(Plan *plan, Node *expr, bool *whole)
{
	while (expr != NULL && IsA(expr, Var))
	{
		Var *var = (Var *) expr;
		TargetEntry *entry;

		if (!IS_SPECIAL_VARNO(var->varno))
			return var;
		if (plan == NULL || var->varno == INDEX_VAR || IsA(plan, SubqueryScan) || IsA(plan, Append))
			return NULL;
		plan = var->varno == OUTER_VAR ? outerPlan(plan) : innerPlan(plan);
		if (plan == NULL || var->varattno <= 0 || var->varattno > list_length(plan->targetlist))
			return NULL;
		*whole = *whole && plan->qual == NIL &&
			(IsA(plan, SeqScan) || IsA(plan, Hash) || IsA(plan, Sort) || IsA(plan, Material) ||
			 IsA(plan, Agg) || IsA(plan, Unique) ||
			 (IsA(plan, IndexScan) && ((IndexScan *) plan)->indexqual == NIL) ||
			 (IsA(plan, IndexOnlyScan) && ((IndexOnlyScan *) plan)->indexqual == NIL));
		entry = list_nth(plan->targetlist, var->varattno - 1);
		expr = (Node *) entry->expr;
		/* an index-only scan's list speaks of the index: its column's own number is the table's */
		if (IsA(plan, IndexOnlyScan) && IsA(expr, Var) && ((Var *) expr)->varno == INDEX_VAR)
		{
			TargetEntry *indexed;

			if (((Var *) expr)->varattno > list_length(((IndexOnlyScan *) plan)->indextlist))
				return NULL;
			indexed = list_nth(((IndexOnlyScan *) plan)->indextlist, ((Var *) expr)->varattno - 1);
			expr = (Node *) indexed->expr;
		}
	}
	return NULL;
}

static bool
joins_with_itself(Reach *reach, Plan *join, Node *clause)
{
	OpExpr *op = (OpExpr *) clause;
	bool whole = true;
	bool target_whole = true;
	Var *left;
	Var *right;

	if (!IsA(clause, OpExpr) || list_length(op->args) != 2 ||
		!op_mergejoinable(op->opno, exprType(linitial(op->args))))
		return false;
	left = base_column(join, linitial(op->args), &whole);
	right = base_column(join, lsecond(op->args), &target_whole);
	if (left == NULL || right == NULL || left->varattno != right->varattno ||
		left->varno == right->varno)
		return false;
	if (list_member_int(reach->targets, left->varno))
		whole = target_whole; /* the other side is what must be whole */
	else if (!list_member_int(reach->targets, right->varno))
		return false;
	return whole &&
		rt_fetch(left->varno, reach->stmt->rtable)->relid ==
		rt_fetch(right->varno, reach->stmt->rtable)->relid;
}

static bool
join_is_hollow(Reach *reach, Join *join, List *clauses)
{
	ListCell *lc;

	if (join->jointype == JOIN_ANTI)
		return false;
	foreach(lc, clauses)
		if (!is_hollow(lfirst(lc), reach) && !joins_with_itself(reach, &join->plan, lfirst(lc)))
			return false;
	return join->joinqual == NIL || all_hollow(join->joinqual, reach);
}

/* The side that holds the target must let all its rows through. */
static bool
join_reaches(Reach *reach, Join *join, List *clauses)
{
	Plan *side = holds_target(reach, outerPlan(join)) ? outerPlan(join) : innerPlan(join);

	return join_is_hollow(reach, join, clauses) && reaches(reach, side);
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
	return all_hollow(scan->fdw_recheck_quals, reach);
}

static bool
reaches(Reach *reach, Plan *plan)
{
	if (plan == NULL || !all_hollow(plan->qual, reach))
		return false;
	switch (nodeTag(plan))
	{
		case T_SeqScan:
			return true;
		case T_IndexScan:
			return all_hollow(((IndexScan *) plan)->indexqualorig, reach);
		case T_IndexOnlyScan:
			return ((IndexOnlyScan *) plan)->indexqual == NIL;
		case T_ForeignScan:
			return foreign_scan_reaches(reach, (ForeignScan *) plan);
		case T_Result:
		case T_LockRows:
		case T_Sort:
		case T_IncrementalSort:
		case T_Material:
		case T_Hash:
			return reaches(reach, outerPlan(plan));
		case T_SubqueryScan:
			return reaches(reach, ((SubqueryScan *) plan)->subplan);
		case T_Append:
			return !PRUNES_PARTITIONS((Append *) plan) &&
				all_reach(reach, ((Append *) plan)->appendplans);
		case T_MergeAppend:
			return !PRUNES_PARTITIONS((MergeAppend *) plan) &&
				all_reach(reach, ((MergeAppend *) plan)->mergeplans);
		case T_NestLoop:
			return ((NestLoop *) plan)->nestParams == NIL &&
				join_reaches(reach, (Join *) plan, NIL);
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
merge_condition_is_hollow(PlannedStmt *stmt, ModifyTable *modify, Node *condition)
{
	Reach reach = {.stmt = stmt, .targets = modify->resultRelations, .above_source = true};

	return all_hollow(castNode(List, condition), &reach);
}
