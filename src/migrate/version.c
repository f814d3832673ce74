/*
 * version.c
 *		Reads a version and writes its sort key.
 *
 * The key holds nothing but digits, since these sort alike in every collation
 * ('aa' is a letter of its own in Danish, 'ff' in Welsh).  Its parts:
 *
 *	a numeric segment		3, two digits of length, the digits without leading zeros
 *	the end of a release	2
 *	a pre-release			1, its identifiers, 0
 *		a numeric one		1, two digits of length, the digits
 *		any other			2, two digits from 10 on for each character in the
 *							order of ASCII, 00
 *
 * So 1.2.0-alpha < 1.2 = 1.2.0 < 1.2.0.1 < 1.10.  Zeros at the end of a release
 * do not count.  A timestamp is one segment, padded to 17 digits.
 */
#include "migrate/version.h"

#include <string.h>

#define TIMESTAMP_DIGITS 17 /* YYYYMMDDHHMMSSmmm */

typedef struct Reader
{
	const char *text;
	size_t length;
	size_t at;
	ParsedVersion *result;
	size_t key_length;
} Reader;

/* <ctype.h> follows the locale, which must not change what a version means */
static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_identifier_character(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

/* The character at an offset from here; a null byte past the end. */
static char
peek(const Reader *reader, size_t ahead)
{
	size_t at = reader->at + ahead;

	return at < reader->length ? reader->text[at] : '\0';
}

static bool
at_end(const Reader *reader)
{
	return reader->at >= reader->length;
}

static size_t
count_digits(const Reader *reader, size_t ahead)
{
	size_t count = 0;

	while (is_digit(peek(reader, ahead + count)))
		count++;
	return count;
}

static void
put(Reader *reader, char c)
{
	/* VERSION_KEY_SIZE is ample for any text that passed the length check */
	if (reader->key_length + 1 < VERSION_KEY_SIZE)
		reader->result->key[reader->key_length++] = c;
	reader->result->key[reader->key_length] = '\0';
}

static void
put_two_digits(Reader *reader, size_t number)
{
	put(reader, (char) ('0' + number / 10 % 10));
	put(reader, (char) ('0' + number % 10));
}

/* A number with its length before it, so that 9 sorts before 10; zero has length 00. */
static VersionError
put_number(Reader *reader, char marker, const char *digits, size_t count)
{
	while (count > 0 && *digits == '0')
	{
		digits++;
		count--;
	}
	if (count > VERSION_MAX_DIGITS)
		return VERSION_SEGMENT_TOO_LONG;
	put(reader, marker);
	put_two_digits(reader, count);
	for (size_t i = 0; i < count; i++)
		put(reader, digits[i]);
	return VERSION_OK;
}

static int
two_digits(const char *digits)
{
	return (digits[0] - '0') * 10 + (digits[1] - '0');
}

static bool
is_plausible_date(const char *digits)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int century = two_digits(digits);
	int year = century * 100 + two_digits(digits + 2);
	int month = two_digits(digits + 4);
	int day = two_digits(digits + 6);
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (century < 19 || century > 20 || month < 1 || month > 12)
		return false;
	return day >= 1 && day <= days[month - 1] && (month != 2 || day <= 28 || leap);
}

/* digits after the date: hour, minute and second, as many as there are */
static bool
is_plausible_time(const char *digits, size_t count)
{
	return (count < 2 || two_digits(digits) < 24) && (count < 4 || two_digits(digits + 2) < 60) &&
		(count < 6 || two_digits(digits + 4) < 60);
}

/* Takes count digits into the timestamp; false when there are not that many. */
static bool
take_digits(Reader *reader, size_t count, char *stamp, size_t *filled)
{
	for (size_t i = 0; i < count; i++)
		if (!is_digit(peek(reader, i)))
			return false;
	memcpy(stamp + *filled, reader->text + reader->at, count);
	*filled += count;
	reader->at += count;
	return true;
}

/* 20260119, 20260119T or 2026-01-19, 2026_01_19; false leaves the reader anywhere */
static bool
take_date(Reader *reader, char *stamp, size_t *filled)
{
	char separator;

	if (count_digits(reader, 0) != 4)
		return take_digits(reader, 8, stamp, filled);
	separator = peek(reader, 4);
	if ((separator != '-' && separator != '_') || count_digits(reader, 5) != 2 ||
		peek(reader, 7) != separator || count_digits(reader, 8) != 2)
		return false;
	(void) take_digits(reader, 4, stamp, filled);
	reader->at++;
	(void) take_digits(reader, 2, stamp, filled);
	reader->at++;
	return take_digits(reader, 2, stamp, filled);
}

/* 09:30, 09:30:00 or 09:30:00.123, the part with colons */
static bool
take_clock(Reader *reader, char *stamp, size_t *filled)
{
	if (!take_digits(reader, 2, stamp, filled) || peek(reader, 0) != ':')
		return false;
	reader->at++;
	if (!take_digits(reader, 2, stamp, filled))
		return false;
	if (peek(reader, 0) != ':')
		return true;
	reader->at++;
	if (!take_digits(reader, 2, stamp, filled))
		return false;
	if (peek(reader, 0) != '.')
		return true;
	reader->at++;
	return take_digits(reader, 3, stamp, filled);
}

/* What may follow a date: nothing, or a time in digits or with colons. */
static bool
take_time(Reader *reader, char *stamp, size_t *filled)
{
	size_t digits = count_digits(reader, 0);

	if (digits == 0)
	{
		char separator = peek(reader, 0);

		if (separator != '_' && separator != 'T')
			return true;
		reader->at++;
		digits = count_digits(reader, 0);
	}
	if (digits == 2)
	{
		if (!take_clock(reader, stamp, filled))
			return false;
	}
	else if (digits != 4 && digits != 6 && digits != 9)
		return false;
	else
		(void) take_digits(reader, digits, stamp, filled);
	if (peek(reader, 0) == 'Z')
		reader->at++;
	return true;
}

/*
 * Is it a timestamp?  Eight digits that are no date are a number, but text of
 * the shape 2026-13-45 is a date gone wrong: as a number it would mean version
 * 2026 before its release.  2026_01_19_1 is a good number, so with underscores
 * only the day is judged.
 */
static bool
read_timestamp(Reader *reader, char *stamp, VersionError *error)
{
	size_t start = reader->at;
	size_t filled = 0;
	char separator = count_digits(reader, 0) == 4 ? peek(reader, 4) : '\0';
	bool dated;

	memset(stamp, '0', TIMESTAMP_DIGITS);
	if (!take_date(reader, stamp, &filled))
		return false;
	dated = is_plausible_date(stamp);
	if (dated && take_time(reader, stamp, &filled) && is_plausible_time(stamp + 8, filled - 8))
	{
		if (at_end(reader) || peek(reader, 0) == '+')
			return true;
		if (peek(reader, 0) == '-')
		{
			*error = VERSION_DATED_PRERELEASE;
			return false;
		}
	}
	if ((separator == '-' || (separator == '_' && !dated)) && two_digits(stamp) >= 19 &&
		two_digits(stamp) <= 20)
	{
		reader->at = start;
		*error = VERSION_BAD_DATE;
	}
	return false;
}

/* 1.2.0 or 1_2_0.  Zeros are held back until something follows them. */
static VersionError
read_release(Reader *reader)
{
	size_t zeros = 0;

	for (;;)
	{
		size_t count = count_digits(reader, 0);
		const char *digits = reader->text + reader->at;
		size_t leading = 0;
		VersionError error;

		if (count == 0)
			return VERSION_EMPTY_SEGMENT;
		while (leading < count && digits[leading] == '0')
			leading++;
		if (leading == count)
			zeros++;
		else
		{
			for (; zeros > 0; zeros--)
				(void) put_number(reader, '3', "", 0);
			error = put_number(reader, '3', digits, count);
			if (error != VERSION_OK)
				return error;
		}
		reader->at += count;
		if (peek(reader, 0) != '.' && peek(reader, 0) != '_')
			return VERSION_OK;
		reader->at++;
	}
}

static void
put_word(Reader *reader, const char *word, size_t length)
{
	/* in the order of ASCII, and no two ranks share their two digits */
	static const char alphabet[] =
		"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	put(reader, '2');
	for (size_t i = 0; i < length; i++)
		put_two_digits(reader, 10 + (size_t) (strchr(alphabet, word[i]) - alphabet));
	put_two_digits(reader, 0);
}

/* alpha.1: identifiers parted by dots, after the hyphen */
static VersionError
read_prerelease(Reader *reader)
{
	put(reader, '1');
	for (;;)
	{
		const char *word = reader->text + reader->at;
		size_t digits = count_digits(reader, 0);
		size_t length = 0;

		while (is_identifier_character(peek(reader, length)))
			length++;
		if (length == 0)
			return VERSION_EMPTY_IDENTIFIER;
		if (digits < length)
			put_word(reader, word, length);
		else if (put_number(reader, '1', word, length) != VERSION_OK)
			return VERSION_SEGMENT_TOO_LONG;
		reader->at += length;
		if (peek(reader, 0) != '.')
			break;
		reader->at++;
	}
	put(reader, '0');
	return VERSION_OK;
}

/* +build.7: checked, and without weight in the order */
static VersionError
skip_build(Reader *reader)
{
	do
	{
		size_t length = 0;

		reader->at++;
		while (is_identifier_character(peek(reader, length)))
			length++;
		if (length == 0)
			return VERSION_EMPTY_IDENTIFIER;
		reader->at += length;
	} while (peek(reader, 0) == '.');
	return VERSION_OK;
}

static VersionError
read_number(Reader *reader)
{
	VersionError error = read_release(reader);

	if (error != VERSION_OK)
		return error;
	if (peek(reader, 0) == '-')
	{
		reader->at++;
		return read_prerelease(reader);
	}
	put(reader, '2');
	return VERSION_OK;
}

static VersionError
read_version(Reader *reader)
{
	char stamp[TIMESTAMP_DIGITS];
	VersionError error = VERSION_OK;
	size_t start;

	if (reader->length == 0)
		return VERSION_EMPTY;
	if (reader->length > VERSION_MAX_LENGTH)
		return VERSION_TOO_LONG;
	if (peek(reader, 0) == 'v' || peek(reader, 0) == 'V')
		reader->at++;
	if (!is_digit(peek(reader, 0)))
		return VERSION_NO_NUMBER;

	start = reader->at;
	if (read_timestamp(reader, stamp, &error))
	{
		reader->result->scheme = SCHEME_TIMESTAMP;
		error = put_number(reader, '3', stamp, TIMESTAMP_DIGITS);
		put(reader, '2');
	}
	else if (error == VERSION_OK)
	{
		reader->at = start;
		error = read_number(reader);
	}
	if (error == VERSION_OK && peek(reader, 0) == '+')
		error = skip_build(reader);
	if (error == VERSION_OK && !at_end(reader))
		error = VERSION_BAD_CHARACTER;
	return error;
}

VersionError
parse_version(const char *text, size_t length, ParsedVersion *result)
{
	Reader reader = {text, length, 0, result, 0};
	VersionError error;

	result->scheme = SCHEME_NUMBER;
	result->key[0] = '\0';
	error = read_version(&reader);
	result->bad_at = reader.at;

	/* an empty part is more often a character that has no place in it */
	if ((error == VERSION_EMPTY_SEGMENT || error == VERSION_EMPTY_IDENTIFIER ||
		 error == VERSION_NO_NUMBER) &&
		!at_end(&reader) && !is_identifier_character(peek(&reader, 0)) &&
		strchr("._+", peek(&reader, 0)) == NULL)
		error = VERSION_BAD_CHARACTER;
	return error;
}

const char *
version_error_text(VersionError error)
{
	switch (error)
	{
		case VERSION_OK:
			return "nothing is wrong";
		case VERSION_EMPTY:
			return "it is empty";
		case VERSION_TOO_LONG:
			return "it is longer than 200 bytes";
		case VERSION_BAD_CHARACTER:
			return "it holds a character that no version may hold there";
		case VERSION_NO_NUMBER:
			return "it does not begin with a number";
		case VERSION_EMPTY_SEGMENT:
			return "a number is missing beside a separator";
		case VERSION_SEGMENT_TOO_LONG:
			return "one of its numbers has more than 90 digits";
		case VERSION_EMPTY_IDENTIFIER:
			return "a word is missing after a hyphen, plus sign or dot";
		case VERSION_BAD_DATE:
			return "it looks like a date, and there is no such day or time";
		case VERSION_DATED_PRERELEASE:
			return "nothing may follow a timestamp";
	}
	return "it cannot be read";
}

const char *
version_scheme_name(VersionScheme scheme)
{
	return scheme == SCHEME_TIMESTAMP ? "timestamps" : "numbers";
}
