/*
 * capture_restore.h
 *		Rows on their way back from a log: what capture_restore.c and
 *		capture_keys.c share.
 */
#ifndef SAFEMIG_CAPTURE_RESTORE_H
#define SAFEMIG_CAPTURE_RESTORE_H

#include "postgres.h"
#include "base/compat.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "undo/restore.h"
#include "utils/hsearch.h"
#include "utils/tuplesort.h"

/* A column of the log and where its values go. */
typedef struct BackColumn
{
	AttrNumber attnum; /* of the table, now */
	char *name;
	Oid type;
	int32 typmod;
	int16 length;
	bool byval;
	bool as_text;
	bool identity_always;
	Oid input; /* and output: of a value that was kept as it is printed */
	Oid input_param;
	Oid output;
} BackColumn;

typedef struct RowImage
{
	Datum *values; /* of the log */
	bool *isnull;
} RowImage;

typedef struct RowEvent
{
	int64 command;
	int64 event;
	bool updated;
	bool went_elsewhere; /* to a partition that was not captured */
	RowImage old;
	RowImage new; /* of an update */
} RowEvent;

/* What became of them; of one event one thing. */
typedef struct Fates
{
	uint64 back;
	uint64 there;	  /* a row with that key is there now */
	uint64 changed;	  /* changed since */
	uint64 gone;	  /* deleted since */
	uint64 elsewhere; /* in a partition that was not captured */
	uint64 refused;	  /* by a constraint */
	uint64 orphans;	  /* what their foreign key refers to is gone */
	uint64 needed;	  /* rows elsewhere refer to what they are now */
	char *complaint;  /* of the first that was refused */
} Fates;

typedef struct LogReturn
{
	Restore *restore;
	MemoryContext memory; /* that it lives in */
	const BinItem *item;
	Oid relid;
	Oid role; /* the table's owner, whose checks and defaults they are */
	BackColumn *columns;
	int count;
	List *key; /* of int: places among the columns */
	Tuplesortstate *sorted;
	TupleTableSlot *slot;
	SPIPlanPtr find;
	SPIPlanPtr insert;
	SPIPlanPtr update;
	Fates fates;
	HTAB *left;	   /* of int64: events that did not come back, this time */
	HTAB *skipped; /* of int64: events that must not, for a foreign key's sake */
} LogReturn;

/* ---------- capture_return.c ---------- */

/* The rows of one item, with the table locked; SM006 when they cannot come back. */
extern LogReturn *open_log_return(Restore *restore, const BinItem *item);
extern void close_log_return(LogReturn *back);

/* The next event, newest first, in the current memory context; false at the end. */
extern void rewind_log(LogReturn *back);
extern bool next_event(LogReturn *back, RowEvent *event);

/* A value as one of the table's. */
extern Datum value_for_table(const BackColumn *column, const RowImage *image, int place);
extern bool same_in_both(const BackColumn *column, const RowEvent *event, int place);
extern int place_of_column(const LogReturn *back, AttrNumber attnum);

/* Is the row that was found the one that the statement left behind? */
extern bool is_as_left(const LogReturn *back, const RowImage *image, HeapTuple row, TupleDesc desc);

pg_noreturn extern void refuse_rows(const BinItem *item, const char *why);

/* ---------- capture_restore.c ---------- */

typedef struct Became
{
	Oid user;
	int security;
	int nest_level;
} Became;

/* For statements as that role, with triggers silent; within a subtransaction. */
extern Became become(Oid role);
extern void be_again(const Became *before);

/* A plan that is kept, and run by whoever one has become; returns the number of rows. */
extern SPIPlanPtr plan_as(Oid role, const char *sql, int nargs, Oid *types);
extern uint64 run_plan(SPIPlanPtr plan, Datum *values, const char *nulls);

/* ---------- capture_keys.c ---------- */

/*
 * Events that came back and must not have, since a foreign key
 * does not hold; adds them to back->skipped.  Are there any?
 */
extern bool find_broken_keys(LogReturn *back);

#endif /* SAFEMIG_CAPTURE_RESTORE_H */
