/*
 * permit.h
 *		What somebody allowed by name: for this transaction, or for the migration
 *		that runs.
 */
#ifndef SAFEMIG_PERMIT_H
#define SAFEMIG_PERMIT_H

#include "effect/effect.h"

/* Is there a permit for it?  If so it counts as used, and that is recorded. */
extern bool use_permit(Effect *effect);

/* Give one for this transaction; returns the id of its history row. */
extern int64 give_permit(const char *text, const char *reason);

#endif /* SAFEMIG_PERMIT_H */
