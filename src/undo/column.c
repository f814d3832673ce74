/*
 * column.c
 *		DROP COLUMN.
 */
#include "postgres.h"

#include "undo/keep.h"
#include "undo/restore.h"

void *
keep_columns_before(Keep *keep)
{
	return NULL;
}

void
keep_columns_after(Keep *keep, void *state)
{
}

void
restore_columns(Restore *restore, List *items)
{
}

void
purge_column(const BinItem *item)
{
}
