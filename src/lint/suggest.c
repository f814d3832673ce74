/*
 * suggest.c
 *		The safe way as SQL, made out of the statement's own source: words put in, left
 *		out, or put behind it.
 */
#include "postgres.h"

#include <stdarg.h>

#include "lib/stringinfo.h"
#include "parser/scansup.h"

#include "base/tokens.h"
#include "lint/lint_run.h"

char *
with_word_after(const char *text, const char *after, const char *word)
{
	TokenScan *scan = token_scan_begin(text);
	Token token;
	char *result = NULL;

	while (result == NULL && token_scan_next(scan, &token))
		if (token_is(text, &token, after))
		{
			int behind = token.offset + token.length;

			result = psprintf("%.*s %s%s", behind, text, word, text + behind);
		}
	token_scan_end(scan);
	return result ? result : pstrdup(text);
}

/* Behind the last token: a comment may stand at the end */
char *
with_word_at_end(const char *text, const char *word)
{
	TokenScan *scan = token_scan_begin(text);
	Token token;
	int end = 0;

	while (token_scan_next(scan, &token))
		end = token.offset + token.length;
	token_scan_end(scan);
	return psprintf("%.*s %s", end, text, word);
}

/* The first place where these words follow one another, left out */
char *
without_words(const char *text, const char *words)
{
	TokenScan *scan = token_scan_begin(words);
	List *wanted = NIL;
	Token token;
	int matched = 0;
	int start = 0;
	char *result = NULL;

	while (token_scan_next(scan, &token))
		wanted = lappend(wanted, pnstrdup(words + token.offset, token.length));
	token_scan_end(scan);
	if (wanted == NIL)
		return pstrdup(text);

	scan = token_scan_begin(text);
	while (result == NULL && token_scan_next(scan, &token))
	{
		if (matched > 0 && !token_is(text, &token, list_nth(wanted, matched)))
			matched = 0;
		if (!token_is(text, &token, list_nth(wanted, matched)))
			continue;
		if (matched++ == 0)
			start = token.offset;
		if (matched == list_length(wanted))
		{
			int behind = token.offset + token.length;

			while (scanner_isspace(text[behind]))
				behind++;
			result = psprintf("%.*s%s", start, text, text + behind);
		}
	}
	token_scan_end(scan);
	return result ? result : pstrdup(text);
}

char *
alter_table_with(DraftRelation *relation, const char *command)
{
	return psprintf("ALTER TABLE %s %s", draft_identity(relation), command);
}

char *
statements_of(const char *first, ...)
{
	StringInfoData out;
	va_list args;

	initStringInfo(&out);
	va_start(args, first);
	for (const char *line = first; line != NULL; line = va_arg(args, const char *))
	{
		bool is_comment = strncmp(line, "--", 2) == 0;

		if (out.len > 0)
			appendStringInfoChar(&out, '\n');
		appendStringInfo(&out, "%s%s", line, is_comment ? "" : ";");
	}
	va_end(args);
	return out.data;
}
