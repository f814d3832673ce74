/*
 * copy.c
 *		ALTER COLUMN TYPE.
 */
#include "postgres.h"

#include "undo/keep.h"
#include "undo/restore.h"

void *
keep_copies_before(Keep *keep)
{
	return NULL;
}

void
keep_copies_after(Keep *keep, void *state)
{
}

void
restore_copies(Restore *restore, List *items)
{
}

void
purge_copy(const BinItem *item)
{
}
