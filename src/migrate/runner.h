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
 * then SM005 naming the holder.  What was read before must be read again.
 */
extern void lock_runner(void);

/*
 * Likewise, holding no snapshot while it waits: whoever has the turn may wait
 * for all older ones to go.  The caller has none either.  false: not got in time.
 */
extern bool lock_runner_without_snapshot(void);

/* SM005 naming the holder. */
pg_noreturn extern void refuse_turn(void);

#endif /* SAFEMIG_RUNNER_H */
