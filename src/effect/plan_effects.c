/*
 * plan_effects.c
 *		Does this plan delete or update every row?  Asked of the plan, not of the
 *		text: WHERE true and 1=1 are gone from it, and rules, views, prepared
 *		statements and CTEs are in it.
 *
 * A delete with any condition on rows is an application's business.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "nodes/plannodes.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/installation.h"
#include "effect/effect.h"

bool
plan_matters(QueryDesc *query)
{
	return query->plannedstmt->resultRelations != NIL;
}

static bool reaches_every_row(Plan *plan);

static bool
all_reach_every_row(List *plans)
{
	ListCell   *lc;

	foreach(lc, plans)
		if (!reaches_every_row((Plan *) lfirst(lc)))
			return false;
	return plans != NIL;
}

/*
 * Is there nothing on the way that would let a row of the scan go?  A one-time
 * filter (Result over a scan, as of now() > '2000-01-01') lets all go or none.
 */
static bool
reaches_every_row(Plan *plan)
{
	if (plan == NULL || plan->qual != NIL)
		return false;
	switch (nodeTag(plan))
	{
		case T_SeqScan:
			return true;
		case T_IndexScan:
			return ((IndexScan *) plan)->indexqual == NIL;
		case T_IndexOnlyScan:
			return ((IndexOnlyScan *) plan)->indexqual == NIL;
		case T_Result:
		case T_LockRows:
		case T_Sort:
		case T_IncrementalSort:
		case T_Material:
			return reaches_every_row(outerPlan(plan));
		case T_SubqueryScan:
			return reaches_every_row(((SubqueryScan *) plan)->subplan);
		case T_Append:
			return ((Append *) plan)->part_prune_info == NULL &&
				all_reach_every_row(((Append *) plan)->appendplans);
		case T_MergeAppend:
			return ((MergeAppend *) plan)->part_prune_info == NULL &&
				all_reach_every_row(((MergeAppend *) plan)->mergeplans);
		case T_NestLoop:
			/* a join without a condition, as in MERGE ... ON true */
			return ((NestLoop *) plan)->join.joinqual == NIL &&
				((NestLoop *) plan)->nestParams == NIL &&
				(reaches_every_row(outerPlan(plan)) || reaches_every_row(innerPlan(plan)));
		default:
			return false;
	}
}

/* The strongest thing that MERGE may do to a row it meets, if it asks no condition. */
static CmdType
merge_command(ModifyTable *modify)
{
	CmdType		command = CMD_NOTHING;
	ListCell   *lc;

	if (modify->mergeActionLists == NIL)
		return CMD_NOTHING;
	foreach(lc, (List *) linitial(modify->mergeActionLists))
	{
		MergeAction *action = lfirst_node(MergeAction, lc);

		if (action->qual != NULL)
			continue;
		if (action->commandType == CMD_DELETE)
			return CMD_DELETE;
		if (action->commandType == CMD_UPDATE)
			command = CMD_UPDATE;
	}
	return command;
}

static List *
attnums_of(Bitmapset *columns)
{
	List	   *attnums = NIL;
	int			column = -1;

	while ((column = bms_next_member(columns, column)) >= 0)
		attnums = lappend_int(attnums, column + FirstLowInvalidHeapAttributeNumber);
	return attnums;
}

static List *
effects_of_modify(PlannedStmt *stmt, ModifyTable *modify)
{
	CmdType		command = modify->operation == CMD_MERGE ? merge_command(modify) : modify->operation;
	Index		target = modify->rootRelation ? modify->rootRelation :
		(Index) linitial_int(modify->resultRelations);
	RangeTblEntry *rte;
	Effect	   *effect;

	if ((command != CMD_DELETE && command != CMD_UPDATE) ||
		!reaches_every_row(outerPlan(&modify->plan)))
		return NIL;
	rte = rt_fetch(target, stmt->rtable);
	effect = make_relation_effect(command == CMD_DELETE ? ACTION_DELETE_ALL : ACTION_UPDATE_ALL,
								  rte->relid);
	effect->named = true;
	effect->empty_is_harmless = true;
	effect->only = !rte->inh;
	if (command == CMD_UPDATE)
		effect->new_columns = attnums_of(updated_columns(stmt, rte));
	return list_make1(effect);
}

/* Catalogs written by hand, and the extension's own tables by anybody. */
static List *
effects_on_targets(PlannedStmt *stmt)
{
	List	   *effects = NIL;
	ListCell   *lc;

	foreach(lc, stmt->resultRelations)
	{
		Oid			relid = rt_fetch(lfirst_int(lc), stmt->rtable)->relid;
		Effect	   *effect;

		if (relid >= FirstNormalObjectId && !safemig_may_own(relid))
			continue;
		effect = make_relation_effect(relid < FirstNormalObjectId ?
									  ACTION_CHANGE_CATALOG : ACTION_ALTER, relid);
		effect->named = true;
		effects = lappend(effects, effect);
	}
	return effects;
}

/* The ModifyTable nodes of a plan: its top, and those of writable CTEs. */
static List *
modifications_of(PlannedStmt *stmt)
{
	List	   *found = NIL;
	ListCell   *lc;

	if (IsA(stmt->planTree, ModifyTable))
		found = lappend(found, stmt->planTree);
	if (stmt->hasModifyingCTE)
		foreach(lc, stmt->subplans)
			if (lfirst(lc) != NULL && IsA(lfirst(lc), ModifyTable))
				found = lappend(found, lfirst(lc));
	return found;
}

List *
effects_of_plan(PlannedStmt *stmt)
{
	List	   *effects = effects_on_targets(stmt);
	ListCell   *lc;

	if (effects != NIL)
		return effects;
	foreach(lc, modifications_of(stmt))
		effects = list_concat(effects, effects_of_modify(stmt, lfirst(lc)));
	return effects;
}

static bool
changes_existing_rows(ModifyTable *modify)
{
	return modify->operation != CMD_INSERT || modify->onConflictAction == ONCONFLICT_UPDATE;
}

List *
effects_of_row_changes(PlannedStmt *stmt)
{
	List	   *effects = NIL;
	ListCell   *lc;
	ListCell   *target;

	foreach(lc, modifications_of(stmt))
	{
		ModifyTable *modify = lfirst(lc);

		if (!changes_existing_rows(modify))
			continue;
		foreach(target, modify->resultRelations)
		{
			Effect	   *effect = make_relation_effect(ACTION_CHANGE_ROWS,
													  rt_fetch(lfirst_int(target), stmt->rtable)->relid);

			effect->named = true;
			effects = lappend(effects, effect);
		}
	}
	return effects;
}
