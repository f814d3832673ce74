/*
 * own_row.h
 *		One row of a table of the extension's own, found and written below SPI: for
 *		what each of many migrations does.  Nobody's rights are asked, and no CHECK of
 *		the table is evaluated; what writes here answers for them.
 */
#ifndef SAFEMIG_OWN_ROW_H
#define SAFEMIG_OWN_ROW_H

#include "postgres.h"
#include "access/sdir.h"
#include "access/skey.h"
#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "utils/relcache.h"

/*
 * The first row of an index that somebody wants, from where the keys let it begin, which name columns of the table;
 * as of now, whatever snapshot the transaction holds.  false when there is none.
 */
extern bool
find_own_row(const char *table, const char *index, int nkeys, ScanKey keys, ScanDirection direction,
			 bool (*take)(HeapTuple tuple, TupleDesc desc, void *arg), void *arg);

typedef struct OwnRow
{
	Relation table;
	EState *estate;
	ResultRelInfo *target;
	TupleTableSlot *found; /* the row as it was, when it was there */
	TupleTableSlot *slot;  /* what is to be written */
} OwnRow;

/* columns: as many as the table must have at least */
extern void open_own_row(OwnRow *row, const char *table, int columns);

/*
 * By the values of the primary key in the slot: true when the row is there; then it
 * is locked, as its last writer left it.
 */
extern bool lock_own_row(OwnRow *row);

extern void update_own_row(OwnRow *row);

/* false when somebody else was faster: then it is there to be locked */
extern bool insert_own_row(OwnRow *row);

extern void close_own_row(OwnRow *row);

#endif /* SAFEMIG_OWN_ROW_H */
