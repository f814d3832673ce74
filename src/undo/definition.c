/*
 * definition.c
 *		Definitions.
 */
#include "postgres.h"

#include "undo/definition.h"
#include "undo/keep.h"
#include "undo/restore.h"

void *
keep_definitions_before(Keep *keep)
{
	return NULL;
}

void
keep_definitions_after(Keep *keep, void *state)
{
}

void
restore_definitions(Restore *restore, List *items, bool foundations)
{
}

bool
keep_definition_of(Keep *keep, const Effect *effect)
{
	return false;
}
