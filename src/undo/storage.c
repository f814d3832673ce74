/*
 * storage.c
 *		TRUNCATE: the old files are hung under a table of the bin.
 */
#include "postgres.h"

#include "undo/keep.h"
#include "undo/restore.h"

void *
keep_storage_before(Keep *keep)
{
	return NULL;
}

void
keep_storage_after(Keep *keep, void *state)
{
}

void
restore_storage(Restore *restore, List *items)
{
}

void
purge_storage(const BinItem *item)
{
}
