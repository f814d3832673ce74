/*
 * compare.h
 *		A migration that is brought, beside the one on record under its version.
 */
#ifndef SAFEMIG_COMPARE_H
#define SAFEMIG_COMPARE_H

#include "base/compat.h"
#include "migrate/registry.h"

extern bool has_same_text(const NewMigration *migration, const RegisteredMigration *known);

/* Is it applied, and not to run again?  A repeatable one is, when its words are others. */
extern bool stays_applied(const NewMigration *migration, const RegisteredMigration *known);

/* SM002.  Of labels: applied ones. */
pg_noreturn extern void refuse_written_to(List *labels);

/*
 * Of an applied one: a NOTICE says what differs without making another migration
 * of it; else SM002, unless repair() has accepted the change, which then is taken
 * over.  SM002, too, when the one on record was written to.  SPI must be connected.
 */
extern void compare_with_applied(NewMigration *migration, const RegisteredMigration *known);

/*
 * Was it there before the history began?  newest: newest_applied().  With a NOTICE.  Not when the call itself
 * says that it may come out of order.
 */
extern bool is_held_by_baseline(const NewMigration *migration, const RegisteredMigration *newest);

/*
 * What is known of it, behind the runner lock unless it is applied and the same: a
 * start-up that has nothing to apply does not wait for a long migration of somebody
 * else.
 */
extern RegisteredMigration *find_for_turn(const NewMigration *migration);

#endif /* SAFEMIG_COMPARE_H */
