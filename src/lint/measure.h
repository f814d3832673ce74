/*
 * measure.h
 *		What one statement of a dry run does to the database: time, WAL, locks,
 *		files, effects.  Taken while it runs; put into words when all of it is taken
 *		back, since then every relation that was there has its name again.
 */
#ifndef SAFEMIG_MEASURE_H
#define SAFEMIG_MEASURE_H

#include "postgres.h"
#include "nodes/pg_list.h"
#include "storage/lock.h"

typedef struct LockTaken
{
	Oid relid;
	LOCKMODE mode; /* the strongest new one that keeps out more than what was held */
} LockTaken;

typedef struct Measured
{
	bool begun;
	double seconds;
	int64 rows;
	uint64 wal_bytes;
	List *locks;	 /* of LockTaken * */
	List *rewritten; /* OIDs of relations that got a new file */
	List *effects;	 /* of char *: 'drop table public.users' */
	ErrorData *error;
} Measured;

/* Rows that stay behind, of a relation that the dry run wrote to. */
typedef struct DeadRows
{
	Oid relid;
	int64 rows;
} DeadRows;

typedef struct Measurement Measurement;

/* In CurrentMemoryContext, which outlives what is measured. */
extern Measurement *begin_measuring(void);

/* Around each statement; its effects are heard of meanwhile. */
extern void measure_from_here(Measurement *measurement, Measured *measured);
extern void measured_to_here(Measurement *measurement);

/* What can be told in a transaction that is broken; NULL when no statement was at work. */
extern Measured *measured_to_error(Measurement *measurement);

/* Nothing is heard of any more; also after an error. */
extern void end_measuring(Measurement *measurement);

/* When all is taken back: of DeadRows * */
extern List *dead_rows_left(const Measurement *measurement);

/* safemig.c gives it to the guard. */
extern void measure_effects(List *effects);

/* When all is taken back: as jsonb and text[] print them. */
extern char *locks_in_words(const Measured *measured);
extern List *rewrites_in_words(const Measured *measured);

/* For list_sort() of char *, so that nothing depends on the order of a hash table. */
extern int by_text(const ListCell *one, const ListCell *other);

/* "public.users"; NULL for what is gone, and what is nobody's business. */
extern char *name_of_measured(Oid relid);

#endif /* SAFEMIG_MEASURE_H */
