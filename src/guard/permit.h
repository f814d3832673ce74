/*
 * permit.h
 *		What somebody allowed by name: for this transaction, or for the migration
 *		that runs.
 */
#ifndef SAFEMIG_PERMIT_H
#define SAFEMIG_PERMIT_H

#include "effect/effect.h"

/*
 * Is there a permit for it?  If so it counts as used, and that is recorded.  A
 * permit of the transaction or migration counts as used when it matches, needed
 * or not, so that a pasted hint always works; a ticket is spent only when needed.
 */
extern bool use_permit(Effect *effect, bool needed);

/* The same without using it; tickets aside. */
extern bool has_permit(Effect *effect);

/* Give one for this transaction; returns the id of its history row. */
extern int64 give_permit(const char *text, const char *reason);

/* SM009 for what no permit reads like; whether its object is there is asked when it is given. */
extern void check_permit_words(const char *text);

/* The permit as the server would print it; SM009 as above.  For tickets. */
extern char *check_permit(const char *text);

#endif /* SAFEMIG_PERMIT_H */
