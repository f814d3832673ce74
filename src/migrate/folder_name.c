/*
 * folder_name.c
 *		Which version is it, by the file's name?  V1.2.0__name, 1.2.0_name,
 *		20260119_name, migration_2026_01_19_name, 0001_name, each with .up or .down;
 *		U1.2.0__name, R__name.
 */
#include "postgres.h"

#include "migrate/folder.h"
#include "migrate/version.h"

static size_t
count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* Ends a version: nothing more, or what a name begins behind. */
static bool
is_boundary(char c)
{
	return c == '\0' || c == '_' || c == '-' || c == ' ' || c == '.';
}

/* One of them: a separator and so many digits. */
static bool
is_date_part(const char *text, size_t digits)
{
	return (text[0] == '_' || text[0] == '-') && count_digits(text + 1) == digits &&
		is_boundary(text[1 + digits]);
}

/* _01_19 behind 2026, and a time behind that: 2026_01_19_093000 */
static size_t
length_of_date_parts(const char *text)
{
	if (!is_date_part(text, 2) || !is_date_part(text + 3, 2))
		return 0;
	if (is_date_part(text + 6, 6))
		return 13;
	return is_date_part(text + 6, 4) ? 11 : 6;
}

/* -rc.1 behind 1.2.0, as far as a semantic version goes */
static size_t
length_of_prerelease(const char *text)
{
	size_t length;

	if (text[0] != '-')
		return 0;
	length = 1 +
		strspn(text + 1,
			   "0123456789."
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return length > 1 && (text[length] == '\0' || text[length] == '_') ? length : 0;
}

/* How much of the text is a version; 0 when it begins with none. */
static size_t
length_of_version(const char *text)
{
	size_t start = (text[0] == 'v' || text[0] == 'V') ? 1 : 0;
	size_t first = count_digits(text + start);
	size_t length = start + first;

	if (first == 0)
		return 0;
	while (text[length] == '.' && count_digits(text + length + 1) > 0)
		length += 1 + count_digits(text + length + 1);
	if (length == start + 4)
		return length + length_of_date_parts(text + length);
	if (length > start + first)
		length += length_of_prerelease(text + length);
	return is_boundary(text[length]) ? length : 0;
}

static bool
is_version_text(const char *text, size_t length)
{
	ParsedVersion parsed;

	return parse_version(text, length, &parsed) == VERSION_OK;
}

static bool
set_version(const char *text, size_t length, const char *rest, FileName *result)
{
	if (length == 0 || !is_version_text(text, length))
		return false;
	result->version = pnstrdup(text, length);
	while (*rest == '_' || *rest == '-' || *rest == ' ' || *rest == '.')
		rest++;
	result->name = pstrdup(*rest == '\0' ? result->version : rest);
	return true;
}

/* Flyway's way: all up to two underscores, of which single ones may be dots. */
static bool
parse_flyway(const char *text, FileName *result)
{
	const char *end = strstr(text + 1, "__");
	size_t length = end ? (size_t) (end - text) - 1 : strlen(text) - 1;

	return set_version(text + 1, length, text + 1 + length, result);
}

static bool
has_prefix(const char *text, const char *prefix)
{
	return pg_strncasecmp(text, prefix, strlen(prefix)) == 0;
}

bool
parse_file_name(const char *stem, FileName *result)
{
	char *text = pstrdup(stem);
	size_t length = strlen(text);

	memset(result, 0, sizeof(*result));
	if (length > 5 && strcmp(text + length - 5, ".down") == 0)
	{
		result->direction = FILE_DOWN;
		text[length - 5] = '\0';
	}
	else if (length > 3 && strcmp(text + length - 3, ".up") == 0)
		text[length - 3] = '\0';

	if (strncmp(text, "R__", 3) == 0 && text[3] != '\0')
	{
		result->kind = FILE_REPEATABLE;
		result->name = pstrdup(text + 3);
		return true;
	}
	if (text[0] == 'U' && isdigit((unsigned char) text[1]))
	{
		result->direction = FILE_DOWN;
		return parse_flyway(text, result);
	}
	if (text[0] == 'V' && isdigit((unsigned char) text[1]) && strstr(text, "__") != NULL)
		return parse_flyway(text, result);
	if (has_prefix(text, "migration_") || has_prefix(text, "migration-"))
		text += strlen("migration_");
	length = length_of_version(text);
	return set_version(text, length, text + length, result);
}
