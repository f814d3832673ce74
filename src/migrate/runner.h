/*
 * runner.h
 *		One runner of migrations at a time in a database.
 */
#ifndef SAFEMIG_RUNNER_H
#define SAFEMIG_RUNNER_H

#include "postgres.h"

#include "base/compat.h"

/*
 * Held until the transaction ends.  Waits for at most the setting runner_wait,
 * then SM005 naming the holder; at once when that one is online, and would wait
 * for our snapshot.  What was read before must be read again.
 */
extern void lock_runner(void);

/*
 * Likewise, holding no snapshot while it waits: whoever has the turn may wait
 * for all older ones to go.  The caller has none either.  false: not got in time.
 */
extern bool lock_runner_without_snapshot(void);

/* SM005 naming the holder. */
pg_noreturn extern void refuse_turn(void);

/*
 * For a migration that runs over many transactions and waits for older snapshots
 * to go, as CREATE INDEX CONCURRENTLY does; the caller has no snapshot.  An abort
 * gives it back, as does a session that ends within a transaction.  A session that
 * ends between two does not: the server clears no such lock away, so the CALL that
 * takes it gives it back before it returns.  false: not got in time.
 */
extern bool lock_runner_online(void);
extern void unlock_runner_online(void);

/* Has another session such a turn? */
extern bool runner_is_online(void);

#endif /* SAFEMIG_RUNNER_H */
