/*
 * dump_file.h
 *		Is what lies there a dump that can be read?
 */
#ifndef SAFEMIG_DUMP_FILE_H
#define SAFEMIG_DUMP_FILE_H

#include "postgres.h"

typedef struct DumpFile
{
	int64 bytes;
	char *sha256; /* of a folder: of its files' contents in the order of their names */
} DumpFile;

/* NULL when it is one, else a sentence; found is filled then. */
extern char *check_dump(const char *path, DumpFile *found);

/* A file or folder and all in it; what is not there is no error. */
extern void discard_dump(const char *path);

#endif /* SAFEMIG_DUMP_FILE_H */
