/*
 * version.h
 *		What a version text means: its scheme and its sort key.  A pure unit, which
 *		includes no server header, so that it can be fuzzed and tested alone.
 */
#ifndef SAFEMIG_VERSION_H
#define SAFEMIG_VERSION_H

#include <stdbool.h>
#include <stddef.h>

#define VERSION_MAX_LENGTH 200 /* bytes of text */
#define VERSION_MAX_DIGITS 90  /* of one numeric segment, leading zeros apart */

/* Longest key: every other byte of the text is a segment of one digit. */
#define VERSION_KEY_SIZE (4 * VERSION_MAX_LENGTH + 8)

/* The key of version 0, which stands for the state before the first migration. */
#define VERSION_KEY_ZERO "2"

typedef enum VersionScheme
{
	SCHEME_NUMBER,	 /* 1.2.0, v3, 1.2.0-rc.1 */
	SCHEME_TIMESTAMP /* 20260119093000, 2026_01_19 */
} VersionScheme;

typedef enum VersionError
{
	VERSION_OK,
	VERSION_EMPTY,
	VERSION_TOO_LONG,
	VERSION_BAD_CHARACTER,
	VERSION_NO_NUMBER,
	VERSION_EMPTY_SEGMENT,
	VERSION_SEGMENT_TOO_LONG,
	VERSION_EMPTY_IDENTIFIER,
	VERSION_BAD_DATE,
	VERSION_DATED_PRERELEASE
} VersionError;

typedef struct ParsedVersion
{
	VersionScheme scheme;
	size_t bad_at; /* offset of the offending byte after an error */
	char key[VERSION_KEY_SIZE];
} ParsedVersion;

/* text need not end in a null byte; every byte of it is looked at as it is */
extern VersionError parse_version(const char *text, size_t length, ParsedVersion *result);

/* what is wrong, as a part of a sentence */
extern const char *version_error_text(VersionError error);
extern const char *version_scheme_name(VersionScheme scheme);

#endif /* SAFEMIG_VERSION_H */
