/*
 * column_keep.h
 *		Columns that a statement drops, between its keepers.
 */
#ifndef SAFEMIG_COLUMN_KEEP_H
#define SAFEMIG_COLUMN_KEEP_H

#include "postgres.h"
#include "catalog/pg_attribute.h"
#include "undo/column_state.h"
#include "undo/keep.h"
#include "utils/rel.h"

typedef struct DroppedColumn
{
	Effect *effect;
	Oid relid;
	AttrNumber attnum;
	BinItem *item;
	ColumnState *state;
	char *argument; /* for the trigger */
} DroppedColumn;

/* column_keep.c: in place, or how else? */
extern ColumnMode mode_for(Keep *keep, Relation rel, Form_pg_attribute att);

/* Does it go and come with another of these columns, its parent's? */
extern bool
comes_with_another(DroppedColumn *column, List *columns, Relation rel, Form_pg_attribute att);

/* The values of one that cannot stay in place, into a table of the bin; columns: all that go. */
extern void copy_aside(Keep *keep, DroppedColumn *column, List *columns);

/* Its partitions' rows may change their key. */
extern void hang_follow_triggers(Keep *keep, DroppedColumn *column);

/* column_sequence.c: the sequence that it owns goes into the bin */
extern void move_sequence(Keep *keep, DroppedColumn *column);

#endif /* SAFEMIG_COLUMN_KEEP_H */
