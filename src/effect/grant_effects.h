/*
 * grant_effects.h
 *		GRANT, ALTER DEFAULT PRIVILEGES, REASSIGN OWNED and foreign keys on the
 *		extension's own.
 */
#ifndef SAFEMIG_GRANT_EFFECTS_H
#define SAFEMIG_GRANT_EFFECTS_H

#include "effect/effect.h"

/* NIL for every other statement, and where it leaves our objects alone. */
extern List *effects_of_grant_statement(Node *stmt);

/* The same for foreign keys among columns and constraints that ALTER TABLE adds. */
extern List *effects_of_references(List *elements);

#endif /* SAFEMIG_GRANT_EFFECTS_H */
