/*
 * source.c
 *		Reads the source of a statement by the server's own scanner.
 */
#include "postgres.h"

#include "parser/scansup.h"

#include "base/tokens.h"
#include "lint/source.h"

/* What is between the quotes, of which a doubled one is one. */
static char *
unquoted(const char *start, int length)
{
	char *name = palloc(length + 1);
	int out = 0;

	for (int i = 1; i < length - 1; i++)
	{
		name[out++] = start[i];
		if (start[i] == '"')
			i++;
	}
	name[out] = '\0';
	return name;
}

/* A name with Unicode escapes is left alone: what they stand for is not read here. */
static void
read_name(const char *text, const Token *token, SourceWord *word)
{
	const char *start = text + token->offset;

	if (*start == '"')
		word->full = unquoted(start, token->length);
	else if (token_is_word(text, token))
		word->full = downcase_identifier(start, token->length, false, false);
	else
		return;
	word->quoted = *start == '"';
	word->cut = pstrdup(word->full);
	truncate_identifier(word->cut, strlen(word->cut), false);
}

List *
source_words(const char *text)
{
	TokenScan *scan = token_scan_begin(text);
	List *words = NIL;
	Token token;

	while (token_scan_next(scan, &token))
	{
		SourceWord *word = palloc0(sizeof(SourceWord));

		word->offset = token.offset;
		word->length = token.length;
		read_name(text, &token, word);
		words = lappend(words, word);
	}
	token_scan_end(scan);
	return words;
}

bool
source_word_is(const char *text, const SourceWord *word, const char *what)
{
	return word->length == strlen(what) &&
		pg_strncasecmp(text + word->offset, what, word->length) == 0;
}

bool
source_says(const char *text, const char *first, const char *second)
{
	List *words = source_words(text);

	for (int i = 0; i < list_length(words); i++)
	{
		if (!source_word_is(text, list_nth(words, i), first))
			continue;
		if (second == NULL)
			return true;
		if (i + 1 < list_length(words) && source_word_is(text, list_nth(words, i + 1), second))
			return true;
	}
	return false;
}

SourceWord *
source_long_name(const char *text, const char *kept)
{
	SourceWord *found = NULL;
	ListCell *lc;

	if (strlen(text) < NAMEDATALEN)
		return NULL;
	foreach(lc, source_words(text))
	{
		SourceWord *word = lfirst(lc);

		if (word->full != NULL && strlen(word->full) >= NAMEDATALEN && strcmp(word->cut, kept) == 0)
			found = word;
	}
	return found;
}

int
source_place(const char *statement, int from, const char *part)
{
	const char *found = strstr(statement + from, part);

	return found ? (int) (found - statement) : 0;
}

char *
source_with(const char *text, int offset, int length, const char *by)
{
	return psprintf("%.*s%s%s", offset, text, by, text + offset + length);
}

/* The words after position that belong to the type: the number of the one behind them. */
static int
end_of_type(const char *text, List *words, int at)
{
	int count = list_length(words);

#define WORD_IS(i, what) ((i) < count && source_word_is(text, list_nth(words, i), what))
	if (WORD_IS(at, "national"))
		at++;
	at++;
	while (WORD_IS(at, "."))
		at += 2;
	if (WORD_IS(at, "varying") || WORD_IS(at, "precision"))
		at++;
	if (WORD_IS(at, "("))
	{
		while (at < count && !WORD_IS(at, ")"))
			at++;
		at++;
	}
	if ((WORD_IS(at, "with") || WORD_IS(at, "without")) && WORD_IS(at + 1, "time"))
		at += 3;
#undef WORD_IS
	return Min(at, count);
}

bool
source_type(const char *text, const char *column, int *offset, int *length)
{
	List *words = source_words(text);
	int at = 0;
	SourceWord *first;
	SourceWord *last;

	while (at < list_length(words))
	{
		SourceWord *word = list_nth(words, at++);

		if (word->cut != NULL && strcmp(word->cut, column) == 0)
			break;
	}
	if (at >= list_length(words))
		return false;
	first = list_nth(words, at);
	last = list_nth(words, end_of_type(text, words, at) - 1);
	*offset = first->offset;
	*length = last->offset + last->length - first->offset;
	return true;
}
