/*
 * runner.h
 *		One runner of migrations at a time in a database.
 */
#ifndef SAFEMIG_RUNNER_H
#define SAFEMIG_RUNNER_H

/*
 * Held until the transaction ends.  Waits for at most the setting runner_wait,
 * then SM005 naming the holder.  What was read before must be read again.
 */
extern void lock_runner(void);

#endif /* SAFEMIG_RUNNER_H */
