/*
 * ignore.c
 *		Comments that take a finding back: "-- safemig-ignore rule-id: reason" before a
 *		statement, in it or behind it on its last line, and "-- safemig-ignore-file".
 *		squawk's spelling of both is understood too.
 */
#include "postgres.h"

#include "base/tokens.h"
#include "lint/ignore.h"

static const char *const markers[] = {"safemig-ignore", "squawk-ignore"};

/* The statement that a comment at offset belongs to, from 1; 0: none. */
static int
statement_at(const Script *script, int offset)
{
	const ScriptStatement *before;
	int number = 0;
	int end;

	while (number < script->count && script->statements[number].offset <= offset)
		number++;
	if (number == 0)
		return script->count > 0 ? 1 : 0;
	before = &script->statements[number - 1];
	end = before->from + before->length;
	/* in it, or behind it on its last line */
	if (offset < end || memchr(script->text + end, '\n', offset - end) == NULL)
		return number;
	return Min(number + 1, script->count);
}

static bool
is_of_id(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static void
note_ignore(List **ignores, const Script *script, int statement, int offset, char *name)
{
	Ignore *ignore = palloc0(sizeof(Ignore));

	ignore->statement = statement;
	ignore->place = statement > 0 ? statement : statement_at(script, offset);
	ignore->offset = offset;
	ignore->name = name;
	ignore->known = find_lint_rule(name, &ignore->rule);
	*ignores = lappend(*ignores, ignore);
}

/* "rule-a, rule-b: reason" */
static void
read_ids(List **ignores, const Script *script, int statement, int offset, const char *at,
		 const char *end)
{
	for (;;)
	{
		const char *start;

		while (at < end && (*at == ' ' || *at == '\t' || *at == ','))
			at++;
		start = at;
		while (at < end && is_of_id(*at))
			at++;
		if (at == start)
			return;
		note_ignore(ignores, script, statement, offset, pnstrdup(start, at - start));
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (at >= end || *at != ',')
			return;
	}
}

/* One line of a comment */
static void
read_line(List **ignores, const Script *script, const char *line, const char *end)
{
	for (int i = 0; i < lengthof(markers); i++)
	{
		const char *at = line;
		size_t length = strlen(markers[i]);
		bool whole_file;

		while (at < end && strchr(" \t-*/", *at) != NULL)
			at++;
		if (end - at < (ptrdiff_t) length || strncmp(at, markers[i], length) != 0)
			continue;
		at += length;
		whole_file = end - at >= 5 && strncmp(at, "-file", 5) == 0;
		if (whole_file)
			at += 5;
		read_ids(ignores, script, whole_file ? -1 : statement_at(script, line - script->text),
				 line - script->text, at, end);
		return;
	}
}

/* Between two tokens there are only spaces and comments. */
static void
read_gap(List **ignores, const Script *script, int from, int to)
{
	const char *at = script->text + from;
	const char *end = script->text + to;

	while (at < end)
	{
		const char *newline = memchr(at, '\n', end - at);
		const char *line_end = newline ? newline : end;
		const char *comment = at;

		while (comment < line_end && strchr("-/*", *comment) == NULL)
			comment++;
		if (comment < line_end)
			read_line(ignores, script, comment, line_end);
		at = line_end + 1;
	}
}

List *
read_ignores(const Script *script)
{
	List *ignores = NIL;
	TokenScan *scan;
	Token token;
	int from = 0;

	if (strstr(script->text, "-ignore") == NULL)
		return NIL;
	scan = token_scan_begin(script->text);
	while (token_scan_next(scan, &token))
	{
		read_gap(&ignores, script, from, token.offset);
		from = token.offset + token.length;
	}
	read_gap(&ignores, script, from, strlen(script->text));
	token_scan_end(scan);
	return ignores;
}

bool
is_ignored(List *ignores, RuleId rule, int statement)
{
	bool ignored = false;
	ListCell *lc;

	foreach(lc, ignores)
	{
		Ignore *ignore = lfirst(lc);

		if (ignore->known && ignore->rule == rule &&
			(ignore->statement < 0 || ignore->statement == statement))
			ignored = ignore->used = true;
	}
	return ignored;
}
