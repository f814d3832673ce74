/*
 * history.h
 *		The append-only record of what was done: one row for each apply, rollback,
 *		permit, setting.  Rows go in with the transaction that does the thing.
 */
#ifndef SAFEMIG_HISTORY_H
#define SAFEMIG_HISTORY_H

#include "postgres.h"

typedef struct HistoryRow
{
	const char *event;	 /* 'apply', 'rollback', 'permit given', ... */
	const char *version; /* the migration's, or NULL */
	const char *subject; /* permit text, setting name, ..., or NULL */
	const char *reason;	 /* as given by who did it, or NULL */
	const char *detail;	 /* further words, or NULL */
} HistoryRow;

/* Returns the row's id.  Needs no SPI, no right on the table, and no snapshot. */
extern int64 record_history(const HistoryRow *row);

#endif /* SAFEMIG_HISTORY_H */
