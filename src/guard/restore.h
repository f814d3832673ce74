/*
 * restore.h
 *		Rows of a dump that come back into our own tables.
 */
#ifndef SAFEMIG_RESTORE_H
#define SAFEMIG_RESTORE_H

#include "effect/effect.h"

/* Does this effect on a table of ours only put in what a dump holds? */
extern bool is_filled_by_a_restore(Effect *effect);

#endif /* SAFEMIG_RESTORE_H */
