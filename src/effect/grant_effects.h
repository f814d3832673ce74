/*
 * grant_effects.h
 *		GRANT, ALTER DEFAULT PRIVILEGES and REASSIGN OWNED on the extension's own.
 */
#ifndef SAFEMIG_GRANT_EFFECTS_H
#define SAFEMIG_GRANT_EFFECTS_H

#include "effect/effect.h"

/* NIL for every other statement, and where it leaves our objects alone. */
extern List *effects_of_grant_statement(Node *stmt);

#endif /* SAFEMIG_GRANT_EFFECTS_H */
