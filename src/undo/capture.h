/*
 * capture.h
 *		Rows that DELETE and UPDATE take from tables that the transaction asked for
 *		with safemig.capture(): how they are logged.
 */
#ifndef SAFEMIG_CAPTURE_H
#define SAFEMIG_CAPTURE_H

#include "postgres.h"
#include "nodes/pg_list.h"
#include "utils/relcache.h"

/*
 * A log is a table of the bin: these columns, and then those of the table.  A
 * deleted row is one row of it, an updated one two.  The command that changed
 * the row comes first, since a trigger may tell of a later change before an
 * earlier one.
 */
#define LOG_COMMAND 1
#define LOG_EVENT 2
#define LOG_IMAGE 3
#define LOG_OWN_COLUMNS 3

#define IMAGE_DELETED 'd'
#define IMAGE_OLD 'o'
#define IMAGE_NEW 'w' /* sorts after the old one, so that it comes first on the way back */

/*
 * capture.c: the table whose rows they count as: the topmost captured one that
 * rel is a partition of, or rel itself.
 */
extern Oid captured_as(Relation rel);

/*
 * capture.c: a table gets a parent; and a statement has ended: what a captured
 * tree has got is captured too, or the statement fails.  safemig.c gives both to
 * the guard, which hears of it.
 */
extern void capture_hears_of_parent(void);
extern void capture_after_statement(void);

/*
 * capture.c: is what DELETE and UPDATE take from it, its partitions and children
 * kept, as things are now?  No, once any of this transaction's logs was given up.
 */
extern bool captures_rows_of(Oid relid);

/* capture_log.c: did one find no room in the bin? */
extern bool some_log_was_given_up(void);

/* capture_log.c: what comes next is another statement, and its text, or NULL for the client's */
extern void captured_statement_ends(void);
extern void captured_statement_begins(const char *text);

/* capture_log.c, when the transaction ends: how much there is */
extern void close_row_logs(void);

/* The version of the migration that runs, or NULL; safemig.c wires the guard in here. */
extern const char *(*capture_migration)(void);

#endif /* SAFEMIG_CAPTURE_H */
