/*
 * hidden_conditions.h
 *		What a query asks of the rows of a foreign table, told to its plan.
 */
#ifndef SAFEMIG_HIDDEN_CONDITIONS_H
#define SAFEMIG_HIDDEN_CONDITIONS_H

#include "postgres.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"

/* Does the query change rows at all?  All that a SELECT pays for. */
static inline bool
query_changes_rows(Query *query)
{
	return unlikely(query->commandType != CMD_SELECT || query->hasModifyingCTE);
}

/* Relations, foreign or partitioned, of which the query does not take every row. */
extern List *conditioned_targets(Query *query);

/* The same, for who has only the plan. */
extern void mark_conditioned(PlannedStmt *stmt, List *relids);
extern bool is_conditioned(PlannedStmt *stmt, Oid relid);

/* Can its plan have been marked?  Of other kinds the query was not looked at. */
extern bool conditions_are_told(char relkind);

#endif /* SAFEMIG_HIDDEN_CONDITIONS_H */
