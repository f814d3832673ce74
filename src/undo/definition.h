/*
 * definition.h
 *		Things that are kept as the statements that make them again.
 */
#ifndef SAFEMIG_DEFINITION_H
#define SAFEMIG_DEFINITION_H

#include "postgres.h"
#include "undo/keep.h"
#include "undo/restore.h"

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

/* ---------- shared by the rooms of definitions ---------- */

/* Does something in the bin depend on it? */
extern bool stands_under_bin(const ObjectAddress *object);

/* Into the bin, as an item of the entry; false when it cannot be moved. */
extern bool move_foundation(Keep *keep, const Effect *effect);

/* Is it one of those, and not statements? */
extern bool is_moved_foundation(const BinItem *item);

/* Back to its schema; new_name is NULL when it keeps its own. */
extern void bring_foundation_back(Restore *restore, const BinItem *item, const char *new_name);

/* The schema it came from, under its former name */
extern char *schema_of_foundation(const BinItem *item);

/* The name it came with, and that name with _kept and, from the second on, a number. */
extern char *name_of_foundation(const BinItem *item);
extern char *other_name_of_foundation(const BinItem *item, int nth);

#endif /* SAFEMIG_DEFINITION_H */
