/*
 * spool.h
 *		The file in the data directory into which incidents go at once, because
 *		a table's row would be gone with the transaction.
 */
#ifndef SAFEMIG_SPOOL_H
#define SAFEMIG_SPOOL_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* One record, a line of JSON without a line end.  Never raises an error. */
extern void spool_write(const char *json, int64 max_bytes);

typedef struct SpoolLine
{
	char *file; /* base name: records of one file are folded together */
	char *json;
} SpoolLine;

/* All records now in files, oldest file first. */
extern List *spool_read(void);

/* Has nobody written a record for so long?  Also when there is no file. */
extern bool spool_is_idle(int seconds);

/*
 * Take the file that is being written out of use.  Returns the base names of
 * all files that are: nobody writes to them any more.
 */
extern List *spool_rotate(void);

/* Remove these files (base names) when the transaction commits. */
extern void spool_unlink_at_commit(List *files);

/* Remove all files of a database when the transaction commits. */
extern void spool_unlink_all_at_commit(Oid database);

#endif /* SAFEMIG_SPOOL_H */
