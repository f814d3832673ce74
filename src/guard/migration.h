/*
 * migration.h
 *		"Inside a migration": the private state by which the guard knows that a
 *		statement belongs to apply or rollback, and which permits it brought.
 *		Never a setting, so that no client can claim it.
 */
#ifndef SAFEMIG_GUARD_MIGRATION_H
#define SAFEMIG_GUARD_MIGRATION_H

#include "postgres.h"
#include "nodes/pg_list.h"

typedef struct GuardedMigration GuardedMigration;

/*
 * permits: list of char *, as in 'drop table public.users'.  SM009 for one that
 * names no action, or is too wide.  Lives in the transaction's memory; enter
 * pushes, leave pops (call it in PG_FINALLY; the transaction's end pops too).
 */
extern GuardedMigration *
guard_enter_migration(const char *version, List *permits, const char *reason);

/*
 * A migration that is taken back whatever comes of it: judged as any other, but
 * a refusal in it is no incident of somebody's who meant it.
 */
extern GuardedMigration *guard_enter_dry_run(List *permits);

/* Does one run? */
extern bool guard_is_dry_run(void);

/* The next version of the same run, under the same permits. */
extern void guard_continue_migration(GuardedMigration *migration, const char *version);

/* One more permit for it, which nobody brought. */
extern void guard_permit_in_migration(GuardedMigration *migration, const char *permit);

/* The script ran: SM009 for a permit whose object never was, a WARNING for an unused one. */
extern void guard_finish_migration(GuardedMigration *migration);

extern void guard_leave_migration(GuardedMigration *migration);

/* Version that runs, or NULL. */
extern const char *guard_current_migration(void);

#endif /* SAFEMIG_GUARD_MIGRATION_H */
