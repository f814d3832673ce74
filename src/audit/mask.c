/*
 * mask.c
 *		Takes passwords out of a statement before it is recorded: the literal after
 *		the word (ALTER ROLE, CREATE USER MAPPING), and password=... inside one
 *		(connection strings).  Too much masked is better than too little.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "audit/mask.h"

#define MASK "***"
#define REACH 24 /* how far behind the word a literal may begin */

static char *
find_word(char *text)
{
	for (; *text != '\0'; text++)
		if (pg_strncasecmp(text, "password", 8) == 0)
			return text + 8;
	return NULL;
}

/* The end of a value that is not quoted: password=abc */
static char *
end_of_bare(char *at)
{
	while (*at != '\0' && *at != ' ' && *at != '\'' && *at != '&' && *at != ',' && *at != ')')
		at++;
	return at;
}

/* The end of a quoted value; at is behind the opening quote. */
static char *
end_of_quoted(char *at)
{
	for (; *at != '\0'; at++)
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '\'' && at[1] == '\'')
			at++;
		else if (*at == '\'')
			break;
	return at;
}

/* Where the secret behind the word begins and ends; false when there is none. */
static bool
secret_behind(char *word, char **begin, char **end)
{
	char *at = word;

	while (*at == ' ')
		at++;
	if (*at == '=' && at[1] != ' ' && at[1] != '\'')
	{
		*begin = at + 1;
		*end = end_of_bare(at + 1);
		return true;
	}
	for (at = word; *at != '\0' && at - word < REACH; at++)
		if (*at == '\'')
		{
			*begin = at + 1;
			*end = end_of_quoted(at + 1);
			return true;
		}
	return false;
}

const char *
mask_secrets(const char *statement)
{
	char *rest = pstrdup(statement);
	char *word = find_word(rest);
	StringInfoData masked;

	if (word == NULL)
		return statement;
	initStringInfo(&masked);
	while (word != NULL)
	{
		char *begin;
		char *end;

		if (secret_behind(word, &begin, &end))
		{
			appendBinaryStringInfo(&masked, rest, begin - rest);
			appendStringInfoString(&masked, MASK);
			rest = end;
		}
		else
		{
			appendBinaryStringInfo(&masked, rest, word - rest);
			rest = word;
		}
		word = find_word(rest);
	}
	appendStringInfoString(&masked, rest);
	return masked.data;
}
