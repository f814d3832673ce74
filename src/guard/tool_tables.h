/*
 * tool_tables.h
 *		The version and lock tables of known migration tools: what they look like,
 *		and how a row is read as a version.
 */
#ifndef SAFEMIG_TOOL_TABLES_H
#define SAFEMIG_TOOL_TABLES_H

#include "postgres.h"

typedef enum ToolColumnKind
{
	KIND_TEXT,
	KIND_NUMBER,
	KIND_NAME, /* text or number, as the tool likes */
	KIND_SWITCH,
	KIND_TIME,
	KIND_TEXTS
} ToolColumnKind;

typedef struct ToolColumn
{
	const char *name;
	ToolColumnKind kind;
	bool not_null;
} ToolColumn;

typedef enum ToolState
{
	TOOL_WAITS, /* begun, or not told yet */
	TOOL_APPLIED,
	TOOL_TAKEN_BACK,
	TOOL_FAILED
} ToolState;

typedef struct ToolValue
{
	const char *column;
	const char *value;
} ToolValue;

typedef struct ToolTable
{
	const char *name;
	const char *key;	   /* the one column of its primary key, NULL: it has none */
	ToolColumn columns[3]; /* that must be there, name NULL when fewer */
	bool alone;			   /* it has no other column */
	const char *beside;	   /* and this table is in the same schema */

	/* how its rows are versions; tool NULL: they are not.  Columns that are NULL or missing say nothing */
	const char *tool;
	const char *version[2]; /* joined by a full stop */
	const char *instead;	/* when the version is null */
	const char *label;
	const char *identity[3]; /* none: the version */
	const char *checksum;
	const char *order;		/* in which they were written, the key by default */
	const char *done;		/* neither null nor false: applied, else not_done */
	ToolState not_done;		/* TOOL_WAITS by default */
	const char *unfinished; /* true: waits */
	const char *taken_back; /* not null: taken back */
	ToolValue taken_back_when;
	ToolValue no_version; /* such a row is none */
	bool only_head;		  /* holds where the tool stands, not what it has run */
} ToolTable;

/* For the guard: a table that this transaction has made to look so is none. */
extern bool is_tool_table(Oid relid);

/* As it looks now; NULL when it is none. */
extern const ToolTable *find_tool_table(Oid relid);

/* All of them, in order; NULL behind the last. */
extern const ToolTable *tool_table_number(int i);

#endif /* SAFEMIG_TOOL_TABLES_H */
