/*
 * apart.h
 *		Work whose failure is to be answered, not to end the statement.
 */
#ifndef SAFEMIG_APART_H
#define SAFEMIG_APART_H

#include "postgres.h"

/*
 * Runs work in a subtransaction of its own.  NULL: it is done.  Else its error, in
 * the caller's memory, and nothing of it is left.  The end of the session, or of
 * the statement by a cancel, is raised: it is no reason to go on without.
 */
extern ErrorData *run_apart(void (*work)(void *arg), void *arg);

/* Likewise, only to see whether it can be done: nothing of it is left in either case. */
extern ErrorData *try_apart(void (*work)(void *arg), void *arg);

#endif /* SAFEMIG_APART_H */
