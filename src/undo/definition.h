/*
 * definition.h
 *		Things that are kept as the statements that make them again.
 */
#ifndef SAFEMIG_DEFINITION_H
#define SAFEMIG_DEFINITION_H

#include "postgres.h"
#include "undo/keep.h"

/*
 * Writes the definition of the effect's object down.  True also for what goes
 * with something else and needs none; false when there is no such statement.
 */
extern bool keep_definition_of(Keep *keep, const Effect *effect);

#endif /* SAFEMIG_DEFINITION_H */
