/*
 * column_restore.h
 *		The steps by which a column comes back, shared by those who bring one.
 */
#ifndef SAFEMIG_COLUMN_RESTORE_H
#define SAFEMIG_COLUMN_RESTORE_H

#include "postgres.h"
#include "utils/relcache.h"
#include "undo/column_state.h"
#include "undo/restore.h"

/* One column on its way back */
typedef struct ReturningColumn
{
	const BinItem *item;
	const ColumnState *state;
	Oid relid;
	AttrNumber attnum; /* a new one when it is added again */
	const char *name;  /* as_name, or its own */
	const char *only;  /* "ONLY ", or "" for a table with partitions */
} ReturningColumn;

/* column_place.c: an error for a table that has the columns of another, or of its type */
extern void refuse_odd_tables(ReturningColumn *column, Relation rel);

/* column_place.c: the dropped attribute becomes a column again */
extern void undrop_in_place(Restore *restore, ReturningColumn *column);

/*
 * The rows that TRUNCATE takes from a table hold its kept columns too.  In their
 * archive they are columns, so that nothing but their own purge forgets them
 * there; and the table itself has them while such rows are inserted.  Those of
 * entries before that one.  Returns their numbers.
 */
extern List *undrop_carried(Oid table, Oid relid, int64 before);
extern void drop_again(Oid relid, List *attnums);
extern void drop_from_archives(const BinItem *item);

/*
 * Likewise in the table and its partitions, for values that come from a copy: what
 * bytes the rows have may be of a type that is gone.  false: an attribute is not
 * there to be used again, and nothing was done.
 */
extern bool undrop_empty(ReturningColumn *column, Oid type);

/* column_add.c: a new column, with the values of the copy or computed again */
extern void add_again(Restore *restore, ReturningColumn *column);

/* column_parts.c: default, identity, grants, comment and the rest */
extern void restore_parts_of_column(Restore *restore, ReturningColumn *column);

#endif /* SAFEMIG_COLUMN_RESTORE_H */
