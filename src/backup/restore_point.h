/*
 * restore_point.h
 *		Where in the write-ahead log a migration that destroys began: what point-in-time
 *		recovery goes back to.
 */
#ifndef SAFEMIG_RESTORE_POINT_H
#define SAFEMIG_RESTORE_POINT_H

#include "postgres.h"
#include "nodes/pg_list.h"

/*
 * Before the script runs; nothing for one without permits.  target: the version
 * that a rollback goes back to, of which this one is the first to go; or NULL.
 */
extern void set_restore_point(const char *version, List *permits, const char *target);

#endif /* SAFEMIG_RESTORE_POINT_H */
