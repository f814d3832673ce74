/*
 * tokens.h
 *		The words of a script as the server's own scanner sees them: comments and
 *		spacing are not there, and literals are one token each.
 */
#ifndef SAFEMIG_TOKENS_H
#define SAFEMIG_TOKENS_H

#include "postgres.h"

typedef struct Token
{
	int offset; /* bytes from the start of the text */
	int length;
} Token;

typedef struct TokenScan TokenScan;

/*
 * The scanner's errors carry a position in text; convert it where it is not
 * what the client sent (script.c).  Allocates in CurrentMemoryContext.
 */
extern TokenScan *token_scan_begin(const char *text);
extern bool token_scan_next(TokenScan *scan, Token *token);
extern void token_scan_end(TokenScan *scan);

/* A keyword or an identifier without quotes, which may be written in any case. */
extern bool token_is_word(const char *text, const Token *token);
extern bool token_is(const char *text, const Token *token, const char *word);

#endif /* SAFEMIG_TOKENS_H */
