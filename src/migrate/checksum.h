/*
 * checksum.h
 *		Is this the script that was applied?  By its text, by its words, and if
 *		not, where it first differs.
 */
#ifndef SAFEMIG_CHECKSUM_H
#define SAFEMIG_CHECKSUM_H

#include "postgres.h"

/* 'sha256:...' over the text without byte order mark, with LF, and one final newline */
extern char *text_checksum(const char *script);

/* 'tokens1:...': comments, spacing, and the case of unquoted words do not count */
extern char *token_checksum(const char *script);

/* A word that is in one script and not in the other. */
typedef struct ScriptDifference
{
	int old_line; /* numbers from 1 */
	int new_line;
	char *old_text; /* the line, or NULL when the script ends before */
	char *new_text;
} ScriptDifference;

/* false when they hold the same tokens */
extern bool
find_difference(const char *old_script, const char *new_script, ScriptDifference *difference);

/* The script without the byte order mark that some editors put before it. */
extern const char *skip_byte_order_mark(const char *script);

#endif /* SAFEMIG_CHECKSUM_H */
