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

/*
 * What a CASCADE drop of that object would take with it, as items (of BinItem)
 * that are in no entry; false when some of it cannot be made again, or the
 * object is gone.
 */
extern bool definitions_standing_on(const ObjectAddress *object, List **items);

#endif /* SAFEMIG_DEFINITION_H */
