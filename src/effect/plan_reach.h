/*
 * plan_reach.h
 *		Does a DELETE, UPDATE or MERGE plan reach every row of its target?
 */
#ifndef SAFEMIG_PLAN_REACH_H
#define SAFEMIG_PLAN_REACH_H

#include "postgres.h"
#include "nodes/plannodes.h"

/* named: the target as the statement names it, a partitioned table and not its partitions */
extern bool plan_reaches_every_row(PlannedStmt *stmt, ModifyTable *modify, RangeTblEntry *named);

/* Does it ask nothing of a row, though it names a column? */
extern bool clause_always_holds(Node *clause, List *rtable);

/* Does the condition of a MERGE's action ask nothing of the target? */
extern bool merge_condition_is_hollow(PlannedStmt *stmt, ModifyTable *modify, RangeTblEntry *named,
									  Node *condition);

#endif /* SAFEMIG_PLAN_REACH_H */
