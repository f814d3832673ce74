/*
 * row_count.c
 *		How many existing rows has this statement changed?  The executor counts
 *		what the statement itself updates and deletes; what a rule adds, a writable
 *		CTE and an upsert change is counted by the server's instrumentation of rows.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "executor/instrument.h"
#include "nodes/execnodes.h"

#include "effect/effect.h"

bool
changes_uncounted_rows(PlannedStmt *stmt)
{
	ModifyTable *modify;

	if (stmt->hasModifyingCTE)
		return true;
	if (!IsA(stmt->planTree, ModifyTable))
		return false;
	modify = (ModifyTable *) stmt->planTree;
	return !modify->canSetTag || modify->onConflictAction == ONCONFLICT_UPDATE;
}

/* What the node has returned by now, its running loop included. */
static double
rows_returned(PlanState *node)
{
	return node == NULL || node->instrument == NULL
		? 0
		: node->instrument->ntuples + node->instrument->tuplecount;
}

/* Rows fed to an UPDATE or DELETE are those it changes, but for triggers that say no. */
static double
rows_changed_by(ModifyTableState *node)
{
	switch (node->operation)
	{
		case CMD_MERGE:
			return node->mt_merge_updated + node->mt_merge_deleted;
		case CMD_INSERT:
			/* an upsert tells the rows that were there as its second count */
			return node->ps.instrument != NULL &&
					((ModifyTable *) node->ps.plan)->onConflictAction == ONCONFLICT_UPDATE
				? node->ps.instrument->ntuples2
				: 0;
		default:
			return node->canSetTag ? (double) node->ps.state->es_processed
								   : rows_returned(outerPlanState(node));
	}
}

double
rows_changed(QueryDesc *query)
{
	double changed = 0;
	ListCell *lc;

	if (IsA(query->planstate, ModifyTableState))
		changed += rows_changed_by((ModifyTableState *) query->planstate);
	if (query->plannedstmt->hasModifyingCTE)
		foreach(lc, query->estate->es_subplanstates)
			if (lfirst(lc) != NULL && IsA(lfirst(lc), ModifyTableState))
				changed += rows_changed_by(lfirst(lc));
	return changed;
}
