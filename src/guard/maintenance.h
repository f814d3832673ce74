/*
 * maintenance.h
 *		While maintenance is on, only those who may run migrations write.
 */
#ifndef SAFEMIG_MAINTENANCE_H
#define SAFEMIG_MAINTENANCE_H

#include "postgres.h"
#include "nodes/plannodes.h"

/* Cheap: one comparison while it is off. */
extern bool maintenance_is_on(void);

/* SM004 with the message of who switched it on, unless the caller may write or it is no write. */
extern void refuse_plan_in_maintenance(const PlannedStmt *stmt);
extern void refuse_statement_in_maintenance(Node *stmt);

#endif /* SAFEMIG_MAINTENANCE_H */
