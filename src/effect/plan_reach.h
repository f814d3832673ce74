/*
 * plan_reach.h
 *		Does a DELETE, UPDATE or MERGE plan reach every row of its target?
 */
#ifndef SAFEMIG_PLAN_REACH_H
#define SAFEMIG_PLAN_REACH_H

#include "postgres.h"
#include "nodes/plannodes.h"

/* Does a condition of MERGE's WHEN MATCHED, as planned, ask nothing of the row? */
extern bool merge_condition_is_hollow(PlannedStmt *stmt, ModifyTable *modify, Node *condition);

extern bool plan_reaches_every_row(PlannedStmt *stmt, ModifyTable *modify);

#endif /* SAFEMIG_PLAN_REACH_H */
