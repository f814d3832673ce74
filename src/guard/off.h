/*
 * off.h
 *		What safemig.enforce = off lets pass is on record.
 */
#ifndef SAFEMIG_OFF_H
#define SAFEMIG_OFF_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* Has this transaction nothing on record yet?  Then it is worth looking. */
extern bool off_is_unrecorded(void);

/*
 * Find the effects of what is about to run and record it when the guard would
 * have refused it.  Returns the effects, or NIL when they could not be found.
 */
extern List *record_off(List *(*find)(void *what), void *what);

#endif /* SAFEMIG_OFF_H */
