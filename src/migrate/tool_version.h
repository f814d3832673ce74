/*
 * tool_version.h
 *		A row of a migration tool's own table, read as a version.
 */
#ifndef SAFEMIG_TOOL_VERSION_H
#define SAFEMIG_TOOL_VERSION_H

#include "postgres.h"
#include "access/htup.h"
#include "access/tupdesc.h"
#include "nodes/pg_list.h"

#include "guard/tool_tables.h"

typedef struct ToolVersion
{
	char *version;	/* as the tool writes it */
	char *label;	/* or NULL */
	char *identity; /* what the tool knows the row by */
	char *checksum; /* or NULL */
	ToolState state;
} ToolVersion;

/* NULL when the row is no version */
extern ToolVersion *read_tool_version(const ToolTable *table, HeapTuple tuple, TupleDesc desc);

/* Of every row in the table, read with its owner's rights: of ToolVersion *. */
extern List *read_tool_versions(const ToolTable *table, Oid relid);

#endif /* SAFEMIG_TOOL_VERSION_H */
