/*
 * self_join.c
 *		Does a join compare the target with nothing but itself?  Then every row
 *		finds its like, and the condition asks nothing.
 *
 * Columns above a scan are numbers in the target list of the node below, or
 * parameters of a nested loop: they are followed down to the table they come
 * from.  What is not understood is no self-join.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "effect/plan_reach.h"
#include "effect/self_join.h"

typedef struct Column
{
	Oid relid; /* the table; of an Append, the one that its members are children of */
	bool tree; /* with its children */
	const char *name;
	bool of_target;
	bool whole; /* nothing on the way down leaves a row out */
} Column;

static bool find_column(Reach *reach, Plan *plan, Node *expr, Column *column);
static bool all_keep_every_row(Reach *reach, Bitmapset *parents, List *plans);

/* ---------- from an expression down to a table's column ---------- */

static bool
find_in_target_list(Reach *reach, Plan *plan, AttrNumber attnum, Column *column)
{
	if (plan == NULL || attnum <= 0 || attnum > list_length(plan->targetlist))
		return false;
	return find_column(reach, plan,
					   (Node *) ((TargetEntry *) list_nth(plan->targetlist, attnum - 1))->expr,
					   column);
}

static Oid
parent_of_append(Reach *reach, Bitmapset *parents)
{
	int parent = bms_next_member(parents, -1);

	return parent > 0 ? rt_fetch(parent, reach->stmt->rtable)->relid : InvalidOid;
}

/* The same column of all members: the children and partitions of one table. */
static bool
find_in_append(Reach *reach, Bitmapset *parents, List *plans, AttrNumber attnum, Column *column)
{
	bool whole;
	ListCell *lc;

	foreach(lc, plans)
	{
		if (!find_in_target_list(reach, lfirst(lc), attnum, column))
			return false;
	}
	whole = all_keep_every_row(reach, parents, plans);
	if (plans == NIL)
		return false;
	column->relid = parent_of_append(reach, parents);
	column->tree = true;
	column->whole = whole;
	return OidIsValid(column->relid);
}

static bool
find_below(Reach *reach, Plan *plan, Plan *child, AttrNumber attnum, Column *column)
{
	if (child == NULL || !find_in_target_list(reach, child, attnum, column))
		return false;
	column->whole = column->whole && keeps_every_row(reach, child);
	return true;
}

/* The outer column that a nested loop hands down under this number. */
static bool
find_parameter(Reach *reach, Param *param, Column *column)
{
	ListCell *loop;
	ListCell *lc;

	if (param->paramkind != PARAM_EXEC)
		return false;
	foreach(loop, reach->loops)
		foreach(lc, ((NestLoop *) lfirst(loop))->nestParams)
		{
			NestLoopParam *handed = lfirst(lc);

			if (handed->paramno == param->paramid)
				return find_column(reach, lfirst(loop), (Node *) handed->paramval, column);
		}
	return false;
}

/* A column of the table that this node scans itself. */
static bool
find_scanned(Reach *reach, Plan *plan, Var *var, Column *column)
{
	RangeTblEntry *rte = rt_fetch(var->varno, reach->stmt->rtable);

	if (plan != NULL && IsA(plan, SubqueryScan))
		return find_below(reach, plan, ((SubqueryScan *) plan)->subplan, var->varattno, column);
	if (rte->rtekind != RTE_RELATION)
		return false;
	column->relid = rte->relid;
	column->tree = false;
	column->whole = true;
	column->of_target = list_member_int(reach->targets, var->varno);
	column->name = get_attname(rte->relid, var->varattno, true);
	return column->name != NULL;
}

/* plan: the node whose expression this is */
static bool
find_column(Reach *reach, Plan *plan, Node *expr, Column *column)
{
	Var *var = (Var *) expr;

	if (IsA(expr, RelabelType))
		return find_column(reach, plan, (Node *) ((RelabelType *) expr)->arg, column);
	if (IsA(expr, Param))
		return find_parameter(reach, (Param *) expr, column);
	if (!IsA(expr, Var))
		return false;
	switch (var->varno)
	{
		case INDEX_VAR:
			/* an index-only scan's list speaks of the index */
			if (!IsA(plan, IndexOnlyScan) ||
				var->varattno > list_length(((IndexOnlyScan *) plan)->indextlist))
				return false;
			return find_column(reach, plan,
							   (Node *) list_nth_node(TargetEntry,
													  ((IndexOnlyScan *) plan)->indextlist,
													  var->varattno - 1)
								   ->expr,
							   column);
		case OUTER_VAR:
			if (IsA(plan, Append))
				return find_in_append(reach, ((Append *) plan)->apprelids,
									  ((Append *) plan)->appendplans, var->varattno, column);
			if (IsA(plan, MergeAppend))
				return find_in_append(reach, ((MergeAppend *) plan)->apprelids,
									  ((MergeAppend *) plan)->mergeplans, var->varattno, column);
			return find_below(reach, plan, outerPlan(plan), var->varattno, column);
		case INNER_VAR:
			return find_below(reach, plan, innerPlan(plan), var->varattno, column);
		default:
			return find_scanned(reach, plan, var, column);
	}
}

/* ---------- what a side of the join leaves out ---------- */

/* Conditions of the other side: only what every row of it fulfils, and the join itself. */
static bool
keeps_all(Reach *reach, Plan *scan, List *clauses)
{
	ListCell *lc;

	foreach(lc, clauses)
	{
		Node *clause = lfirst(lc);

		if (!clause_always_holds(clause, reach->stmt->rtable) &&
			!joins_with_itself(reach, scan, clause))
			return false;
	}
	return true;
}

/*
 * Partitions are left out by conditions that stand in their scans too.  Below a
 * nested loop that may be the join, so the scans tell; else it is a real one.
 */
bool
prunes_nothing_else(Reach *reach, bool prunes)
{
	return !prunes || reach->loops != NIL;
}

static bool
all_keep_every_row(Reach *reach, Bitmapset *parents, List *plans)
{
	Oid outside = reach->inside;
	bool keep = plans != NIL;
	ListCell *lc;

	reach->inside = parent_of_append(reach, parents);
	foreach(lc, plans)
		keep = keep && keeps_every_row(reach, lfirst(lc));
	reach->inside = outside;
	return keep;
}

bool
keeps_every_row(Reach *reach, Plan *plan)
{
	if (plan == NULL || !keeps_all(reach, plan, plan->qual))
		return false;
	switch (nodeTag(plan))
	{
		case T_SeqScan:
			return true;
		case T_IndexScan:
			return keeps_all(reach, plan, ((IndexScan *) plan)->indexqualorig);
		case T_IndexOnlyScan:
			return keeps_all(reach, plan, ((IndexOnlyScan *) plan)->indexqual);
		case T_BitmapHeapScan:
			return keeps_all(reach, plan, ((BitmapHeapScan *) plan)->bitmapqualorig);
		case T_Hash:
		case T_Sort:
		case T_IncrementalSort:
		case T_Material:
		case T_Memoize:
		case T_Unique:
		case T_Agg:
		case T_Group:
			return keeps_every_row(reach, outerPlan(plan));
		case T_SubqueryScan:
			return keeps_every_row(reach, ((SubqueryScan *) plan)->subplan);
		case T_Append:
			return prunes_nothing_else(reach, PRUNES_PARTITIONS((Append *) plan)) &&
				all_keep_every_row(reach, ((Append *) plan)->apprelids,
								   ((Append *) plan)->appendplans);
		case T_MergeAppend:
			return prunes_nothing_else(reach, PRUNES_PARTITIONS((MergeAppend *) plan)) &&
				all_keep_every_row(reach, ((MergeAppend *) plan)->apprelids,
								   ((MergeAppend *) plan)->mergeplans);
		default:
			return false;
	}
}

/* ---------- the join ---------- */

/* The other side has the target's rows: the same table, or the tree that it is in. */
static bool
has_rows_of(Reach *reach, Column *other, Column *target)
{
	if (other->relid == target->relid && other->tree == target->tree)
		return true;
	if (target->tree && !other->tree)
		return target->relid == reach->inside;
	return other->tree && other->relid == reach->named->relid;
}

bool
joins_with_itself(Reach *reach, Plan *plan, Node *clause)
{
	OpExpr *op = (OpExpr *) clause;
	Column left;
	Column right;
	Column *target;
	Column *other;

	if (!IsA(clause, OpExpr) || list_length(op->args) != 2 ||
		!op_mergejoinable(op->opno, exprType(linitial(op->args))) ||
		!find_column(reach, plan, linitial(op->args), &left) ||
		!find_column(reach, plan, lsecond(op->args), &right) || left.of_target == right.of_target)
		return false;
	target = left.of_target ? &left : &right;
	other = left.of_target ? &right : &left;
	return other->whole && has_rows_of(reach, other, target) &&
		strcmp(other->name, target->name) == 0;
}
