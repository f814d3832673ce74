/*
 * replace_effects.h
 *		What CREATE OR REPLACE writes over.
 */
#ifndef SAFEMIG_REPLACE_EFFECTS_H
#define SAFEMIG_REPLACE_EFFECTS_H

#include "effect/effect.h"

/* NIL when there is nothing of that name, or the statement is another one. */
extern List *effects_of_replace(Node *stmt);

#endif /* SAFEMIG_REPLACE_EFFECTS_H */
