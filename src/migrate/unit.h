/*
 * unit.h
 *		One migration at work, whoever brings it: apply, migrate, repeatable, seed.
 */
#ifndef SAFEMIG_UNIT_H
#define SAFEMIG_UNIT_H

#include "migrate/attempt.h"
#include "migrate/registry.h"

#define OUTCOME_APPLIED "applied"
#define OUTCOME_ALREADY_APPLIED "already applied"
#define OUTCOME_SKIPPED "skipped"
#define OUTCOME_NOT_LOCKED "not locked" /* to be tried anew: see run_behind_locks() */

/*
 * Runs it, or passes it over where it is not meant for here, and writes down which.
 * Within make_attempt(), behind lock_runner().  known: its row
 * in the registry, newest: newest_applied(), both read behind that lock.  Returns an OUTCOME.
 */
extern const char *run_unit(Attempt *attempt, NewMigration *migration,
							const RegisteredMigration *known, const RegisteredMigration *newest);

/* From now on an error is on record as this one's. */
extern void attempt_is_at(Attempt *attempt, const char *title, const char *name);

/* Takes all scripts of it apart, and fills its token checksum: SM007 and SM008. */
extern void parse_whole(NewMigration *migration);

/* SM009 when its version is of another scheme than those here. */
extern void check_scheme(const NewMigration *migration, const RegisteredMigration *newest);

/* Is the newest applied version above it? */
extern bool is_out_of_order(const NewMigration *migration, const RegisteredMigration *newest);

/* Why it does not run here: "for test, not for production"; NULL when it does. */
extern char *not_meant_for_here(const NewMigration *migration);

/* SM009 when a target of migrate() is nothing on record; NULL is none. */
extern void require_target(const char *target, const char *key);

/* Do seeds run here that name this environment? */
extern bool seeds_are_wanted(void);

#endif /* SAFEMIG_UNIT_H */
