/*
 * archive.h
 *		The files of a relation, taken away from it and hung under a table of the
 *		bin, and back.  Shared by storage.c and storage_restore.c.
 */
#ifndef SAFEMIG_ARCHIVE_H
#define SAFEMIG_ARCHIVE_H

#include "postgres.h"
#include "undo/files.h"

/* Which index of the table had the files that this index of the archive has */
typedef struct IndexPair
{
	Oid index;
	Oid archived;
} IndexPair;

/*
 * A table in schema with the columns of table as they lie on disk, which owns
 * the files that table had and lost; pairs gets its indexes.
 */
extern Oid archive_lost_files(const TableFiles *lost, Oid schema, List **pairs);

/*
 * The same for a table that still has its files: it gets new, empty ones.
 */
extern Oid archive_files(Relation table, Oid schema, List **pairs);

/*
 * The archive's files become the table's, and the other way round; both have
 * the same columns.  The table's indexes that are not in pairs are built anew.
 */
extern void bring_files_back(Oid relid, Oid archive, List *pairs);

extern void drop_archive(Oid archive);

#endif /* SAFEMIG_ARCHIVE_H */
