/*
 * script.c
 *		Takes a script apart before anything of it runs, so that a bad last line is
 *		found before the first statement has its locks.  Running is run.c's.
 *
 *		Two passes: over the tokens, which finds what the parser would only call a
 *		syntax error (psql's commands, data for COPY) and where each statement
 *		begins; and over the parse trees, which finds what has no place here.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "parser/scansup.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/tokens.h"
#include "effect/beyond_rollback.h"
#include "effect/place.h"
#include "foresee/keeps_out.h"
#include "migrate/checksum.h"
#include "migrate/script.h"
#include "migrate/walk.h"

/* A client prints the whole query of an error: more than this is no help. */
#define WHOLE_SCRIPT_SHOWN 8192
#define STATEMENT_SHOWN 60 /* bytes of a statement that a message line holds */

typedef struct StatementStart
{
	int offset; /* of its first token */
	int from;	/* behind the semicolon before it */
} StatementStart;

/* What the pass over the tokens knows of the statement it is in. */
typedef struct StatementWalk
{
	StatementStart *starts;
	int count;
	int size;
	int from;			 /* behind the last semicolon */
	bool fresh;			 /* the next token begins a statement */
	bool may_be_routine; /* only CREATE, OR, REPLACE so far */
	bool is_routine;
	bool is_copy;
	int parentheses;
	int blocks;	  /* BEGIN ATOMIC and each CASE inside */
	Token before; /* the token before this one */
} StatementWalk;

/* ---------- places ---------- */

char *
place_in_words(const Script *script, int number, int offset)
{
	const char *line = script->text;
	int lines = 1;

	for (const char *at = script->text; at < script->text + offset; at++)
		if (*at == '\n')
		{
			line = at + 1;
			lines++;
		}
	return psprintf("%s, statement %d, line %d, column %d", script->label, number, lines,
					pg_mbstrlen_with_len(line, script->text + offset - line) + 1);
}

void
cursor_in_script(const Script *script, int offset, char **query, int *position)
{
	const char *start = script->text;
	int length = strlen(script->text);

	if (length > WHOLE_SCRIPT_SHOWN)
	{
		const char *end = script->text + length;

		for (int i = 0; i < script->count; i++)
			if (script->statements[i].from <= offset)
			{
				start = script->text + script->statements[i].from;
				end = start + script->statements[i].length;
			}
		if (end - start > WHOLE_SCRIPT_SHOWN || end < script->text + offset)
		{
			/* not known, or as long as all the rest: the line must do */
			start = end = script->text + offset;
			while (start > script->text && start[-1] != '\n')
				start--;
			end += strcspn(end, "\n");
		}
		length = end - start;
	}
	*query = pnstrdup(start, length);
	*position = pg_mbstrlen_with_len(start, script->text + offset - start) + 1;
}

int
at_script(const Script *script, int number, int offset)
{
	char *query;
	int position;

	cursor_in_script(script, offset, &query, &position);
	internalerrquery(query);
	internalerrposition(position);
	errcontext("%s", place_in_words(script, number, offset));
	return 0;
}

/*
 * The parser's and the scanner's errors hold a position in the text they read.
 * Left as it is, a client takes it for one in the query it sent.
 */
static void
convert_position(void *arg)
{
	const Script *script = arg;
	const StatementWalk *walk = script->walk;
	int position = geterrposition();
	int offset;
	int number;

	if (position <= 0)
		return;
	errposition(0);
	offset = pg_mbcharcliplen(script->text, strlen(script->text), position - 1);
	number = walk->fresh ? 1 : 0;
	for (int i = 0; i < walk->count && walk->starts[i].offset <= offset; i++)
		number++;
	(void) at_script(script, number, offset);
}

/* ---------- over the tokens ---------- */

static void
note_start(StatementWalk *walk, const Token *token)
{
	if (walk->count == walk->size)
	{
		walk->size = walk->size == 0 ? 64 : walk->size * 2;
		walk->starts = walk->starts == NULL
			? palloc(walk->size * sizeof(StatementStart))
			: repalloc_huge(walk->starts, walk->size * sizeof(StatementStart));
	}
	walk->starts[walk->count].offset = token->offset;
	walk->starts[walk->count].from = walk->from;
	walk->count++;
}

static void
begin_statement(StatementWalk *walk, const char *text, const Token *token)
{
	note_start(walk, token);
	walk->fresh = false;
	walk->may_be_routine = token_is(text, token, "create");
	walk->is_routine = false;
	walk->is_copy = token_is(text, token, "copy");
	walk->parentheses = 0;
	walk->blocks = 0;
}

/*
 * A body in BEGIN ATOMIC ... END holds semicolons of its own.  Only CASE has an
 * END inside it too.
 */
static void
follow_routine(StatementWalk *walk, const char *text, const Token *token)
{
	if (walk->may_be_routine && walk->before.length > 0)
	{
		walk->is_routine = token_is(text, token, "function") || token_is(text, token, "procedure");
		walk->may_be_routine = token_is(text, token, "or") || token_is(text, token, "replace");
	}
	if (!walk->is_routine || walk->parentheses > 0)
		return;
	if (token_is(text, token, "atomic") && token_is(text, &walk->before, "begin"))
		walk->blocks++;
	else if (walk->blocks > 0 && token_is(text, token, "case"))
		walk->blocks++;
	else if (walk->blocks > 0 && token_is(text, token, "end"))
		walk->blocks--;
}

/* What follows is read by psql or by COPY, and may be no SQL at all. */
static void
refuse_what_only_clients_read(const Script *script, const Token *token)
{
	const StatementWalk *walk = script->walk;

	if (script->text[token->offset] == '\\')
	{
		int length = strcspn(script->text + token->offset, " \t\r\n;");

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("the psql command %s cannot stand in a migration script",
						pnstrdup(script->text + token->offset, Min(length, 20))),
				 errhint("Only psql understands it; write the SQL itself."),
				 at_script(script, walk->count, token->offset)));
	}
	if (walk->is_copy && walk->parentheses == 0 && token_is(script->text, token, "stdin") &&
		token_is(script->text, &walk->before, "from"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("COPY FROM STDIN cannot stand in a migration script"),
				 errhint("Write the rows as INSERT ... VALUES."),
				 at_script(script, walk->count, walk->starts[walk->count - 1].offset)));
}

static void
walk_tokens(Script *script)
{
	StatementWalk *walk = script->walk;
	TokenScan *scan = token_scan_begin(script->text);
	Token token;

	walk->fresh = true;
	while (token_scan_next(scan, &token))
	{
		char first = script->text[token.offset];

		CHECK_FOR_INTERRUPTS();
		if (first == ';' && walk->parentheses == 0 && walk->blocks == 0)
		{
			walk->from = token.offset + 1;
			walk->fresh = true;
			walk->before.length = 0;
			continue;
		}
		if (walk->fresh)
			begin_statement(walk, script->text, &token);
		if (first == '(')
			walk->parentheses++;
		else if (first == ')' && walk->parentheses > 0)
			walk->parentheses--;
		refuse_what_only_clients_read(script, &token);
		follow_routine(walk, script->text, &token);
		walk->before = token;
	}
	walk->fresh = false;
	token_scan_end(scan);
}

/* ---------- over the parse trees ---------- */

/* The beginning of the statement on one line. */
static char *
shown_statement(const Script *script, const ScriptStatement *statement)
{
	const char *start = script->text + statement->offset;
	int length = statement->from + statement->length - statement->offset;
	bool cut = length > STATEMENT_SHOWN;
	char *shown;

	if (cut)
		length = pg_mbcliplen(start, length, STATEMENT_SHOWN);
	shown = pnstrdup(start, length);
	for (char *at = shown; *at != '\0'; at++)
		if (scanner_isspace(*at))
			*at = ' ';
	return cut ? psprintf("%s ...", shown) : shown;
}

static void
check_place(const Script *script, int index, Node *tree)
{
	const ScriptStatement *statement = &script->statements[index];
	int number = index + 1;

	switch (statement_place(tree))
	{
		case PLACE_ANYWHERE:
			return;
		case PLACE_TRANSACTION_CONTROL:
			ereport(
				ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("%s cannot stand in a migration script", CreateCommandName(tree)),
				 errdetail(
					 "The migration is one transaction, or a part of the caller's: all of it is kept, or none."),
				 errhint("Leave the statement out."),
				 at_script(script, number, statement->offset)));
			break;
		case PLACE_OUTSIDE_TRANSACTION:
			ereport(
				ERROR,
				(errcode(ERRCODE_WRONG_PLACE),
				 errmsg("statement %d cannot run inside a transaction: %s", number,
						shown_statement(script, statement)),
				 errhint(
					 "Leave it out of the script, and run it by itself, outside a transaction."),
				 at_script(script, number, statement->offset)));
			break;
		case PLACE_NEEDS_CLIENT:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_SCRIPT),
					 errmsg("COPY to or from the client cannot stand in a migration script"),
					 errhint("Write the rows as INSERT ... VALUES."),
					 at_script(script, number, statement->offset)));
			break;
	}
}

/*
 * Where the statement of a raw parse tree lies.  Its own location may or may
 * not include what comes before its first word, by the server's version.
 */
static void
locate(Script *script, const RawStmt *raw, int *next_start, ScriptStatement *statement)
{
	const StatementWalk *walk = script->walk;
	int end = raw->stmt_len > 0 ? raw->stmt_location + raw->stmt_len : strlen(script->text);

	while (*next_start < walk->count && walk->starts[*next_start].offset < raw->stmt_location)
		(*next_start)++;
	statement->offset = raw->stmt_location;
	statement->from = raw->stmt_location;
	if (*next_start < walk->count && walk->starts[*next_start].offset < end)
	{
		statement->offset = walk->starts[*next_start].offset;
		statement->from = walk->starts[*next_start].from;
		(*next_start)++;
	}
	while (statement->from < statement->offset && scanner_isspace(script->text[statement->from]))
		statement->from++;
	statement->length = end - statement->from;
	statement->kind = nodeTag(raw->stmt);
	statement->command = CreateCommandTag(raw->stmt);
	statement->beyond_rollback = done_beyond_rollback(raw->stmt);
	statement->keeps_nobody_out = keeps_nobody_out(raw->stmt);
}

static void
take_statements(Script *script, List *trees, bool to_run)
{
	int next_start = 0;
	ListCell *cell;

	if (trees == NIL)
		return;
	script->statements = MemoryContextAllocHuge(GetMemoryChunkContext(script),
												list_length(trees) * sizeof(ScriptStatement));
	foreach(cell, trees)
	{
		locate(script, lfirst_node(RawStmt, cell), &next_start, &script->statements[script->count]);
		script->count++;
	}
	foreach(cell, trees)
	{
		if (!to_run)
			break;
		CHECK_FOR_INTERRUPTS();
		check_place(script, foreach_current_index(cell), lfirst_node(RawStmt, cell)->stmt);
	}
}

static Script *
take_apart(const char *label, const char *text, bool to_run)
{
	Script *script = palloc0(sizeof(Script));
	MemoryContext work =
		AllocSetContextCreate(CurrentMemoryContext, "migration script", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	ErrorContextCallback callback;
	List *trees;
	int level = begin_quiet(); /* a name that is cut is told of when its statement runs */

	script->label = pstrdup(label);
	script->text = pstrdup(skip_byte_order_mark(text));
	caller = MemoryContextSwitchTo(work);
	script->walk = palloc0(sizeof(StatementWalk));

	callback.callback = convert_position;
	callback.arg = script;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	walk_tokens(script);
	trees = raw_parser(script->text, RAW_PARSE_DEFAULT);
	error_context_stack = callback.previous;
	AtEOXact_GUC(false, level);

	take_statements(script, trees, to_run);
	script->walk = NULL;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(work);
	return script;
}

Script *
parse_script(const char *label, const char *text)
{
	return take_apart(label, text, true);
}

Script *
read_script(const char *label, const char *text)
{
	return take_apart(label, text, false);
}

char *
statement_text(const Script *script, const ScriptStatement *statement)
{
	return pnstrdup(script->text + statement->from, statement->length);
}
