/*
 * folder.h
 *		A folder of migration files, read.  Which names and marks are understood is
 *		folder_name.c's and folder_text.c's; folder.c puts them together.
 */
#ifndef SAFEMIG_FOLDER_H
#define SAFEMIG_FOLDER_H

#include "postgres.h"
#include "nodes/pg_list.h"

typedef enum FileKind
{
	FILE_VERSIONED,
	FILE_REPEATABLE,
	FILE_SEED
} FileKind;

typedef enum FileDirection
{
	FILE_UP, /* or both, in sections */
	FILE_DOWN
} FileDirection;

typedef struct FileName
{
	FileKind kind;
	FileDirection direction;
	char *version; /* NULL but for FILE_VERSIONED */
	char *name;
} FileName;

/* Both parts of one, and what its header says. */
typedef struct FileText
{
	char *up;
	char *down; /* or NULL */
	List *permits;
	List *environments;
	char *reason;
	char *release;
	char *check_sql;
} FileText;

typedef struct FolderEntry
{
	FileName name;
	FileText text;
	char *file;		 /* path below the folder, of the up script */
	char *down_file; /* or NULL */
	char *key;		 /* sort key of the version, NULL without one */
} FolderEntry;

/* folder_name.c: false when the name is none of a migration; stem: without .sql */
extern bool parse_file_name(const char *stem, FileName *result);

/* folder_text.c: file is for messages; the text ends in a null byte */
extern void parse_file_text(const char *file, char *text, FileText *result);

/* folder.c: of FolderEntry *, in the order in which they run */
extern List *read_folder(const char *directory);

#endif /* SAFEMIG_FOLDER_H */
