/*
 * source.h
 *		What stands in the source of a statement: words, and names as they are written.
 *		The parser has cut long names off already, and forgets which of two spellings
 *		was used.
 */
#ifndef SAFEMIG_SOURCE_H
#define SAFEMIG_SOURCE_H

#include "postgres.h"
#include "nodes/pg_list.h"

typedef struct SourceWord
{
	int offset;
	int length;
	char *full; /* of a name or keyword: lower case unless quoted; NULL: something else */
	char *cut;	/* as the server keeps it: the same, or its first 63 bytes */
	bool quoted;
} SourceWord;

/* Words, literals and signs in order: SourceWord * */
extern List *source_words(const char *text);

/* Do these words, not quoted, stand one after the other?  second may be NULL. */
extern bool source_says(const char *text, const char *first, const char *second);

/* The word as it stands in the text, be it a sign or a literal */
extern bool source_word_is(const char *text, const SourceWord *word, const char *what);

/*
 * The name of more than 63 bytes that the server keeps as this one; NULL: none.  Of
 * two the last, which in a RENAME is the new one; a part of a statement has one.
 */
extern SourceWord *source_long_name(const char *text, const char *kept);

/* Where that part of a statement stands, which may begin before its own words */
extern int source_place(const char *statement, int from, const char *part);

/* text with that part of it replaced */
extern char *source_with(const char *text, int offset, int length, const char *by);

/* Where the type of a column stands in "name type ..." or "ADD COLUMN name type ..." */
extern bool source_type(const char *text, const char *column, int *offset, int *length);

#endif /* SAFEMIG_SOURCE_H */
