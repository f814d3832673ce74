/*
 * moved.h
 *		Putting relations aside whole, for every keeper that meets one.
 */
#ifndef SAFEMIG_MOVED_H
#define SAFEMIG_MOVED_H

#include "postgres.h"
#include "undo/keep.h"

/*
 * Moves the relations among victims (list of ObjectAddress *) into the bin, ties
 * cut and recorded, and returns what of the victims does not go with them (list
 * of ObjectAddress *).  The caller holds AccessExclusiveLock on them.
 */
extern List *move_aside(Keep *keep, List *victims);

/* The effect of that object, or a new one where the statement had none. */
extern Effect *effect_on(Keep *keep, const ObjectAddress *object);

#endif /* SAFEMIG_MOVED_H */
