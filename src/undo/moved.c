#include "postgres.h"
#include "undo/keep.h"
#include "undo/restore.h"
bool
keep_moved(Keep *keep)
{
	return false;
}
void
restore_moved(Restore *restore, List *items)
{
}
