/*
 * script.h
 *		A migration script taken apart: its statements, checked for what no script
 *		may hold, and the words for a place in it.
 */
#ifndef SAFEMIG_SCRIPT_H
#define SAFEMIG_SCRIPT_H

#include "postgres.h"
#include "nodes/nodes.h"
#include "tcop/cmdtag.h"

typedef struct ScriptStatement
{
	int offset;	  /* of its first word, bytes from the start of the text */
	int from;	  /* of the text that runs, comments before it included */
	int length;	  /* of that text, without the semicolon */
	NodeTag kind; /* of the raw parse tree */
	CommandTag command;
	const char *beyond_rollback; /* done_beyond_rollback(), or NULL */
	bool keeps_nobody_out;
} ScriptStatement;

typedef struct Script
{
	const char *label; /* "version 1.3.0", for messages */
	const char *text;
	int count;
	ScriptStatement *statements;
	struct StatementWalk *walk; /* while it is taken apart */
} Script;

/*
 * The script without its byte order mark, in CurrentMemoryContext.  A script of
 * comments only has no statement and is no error.  SM007 and SM008 for what
 * cannot run in a migration, the server's own error for what is no SQL, each
 * with its place.
 */
extern Script *parse_script(const char *label, const char *text);

/* Likewise, to be looked at only: with BEGIN and what cannot run in a transaction. */
extern Script *read_script(const char *label, const char *text);

/* the text that runs */
extern char *statement_text(const Script *script, const ScriptStatement *statement);

/* "version 1.3.0, statement 3, line 5, column 25" */
extern char *place_in_words(const Script *script, int number, int offset);

/*
 * What internalerrquery and internalerrposition are to say of an offset: the
 * whole script, or of a long one the statement around it.
 */
extern void cursor_in_script(const Script *script, int offset, char **query, int *position);

/* For ereport: puts the cursor and the line of context. */
extern int at_script(const Script *script, int number, int offset);

#endif /* SAFEMIG_SCRIPT_H */
