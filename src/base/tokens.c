/*
 * tokens.c
 *		Runs the server's scanner over a script.  What the tokens are good for:
 *		checksums (do two scripts say the same?), taking scripts apart, and the source
 *		of a part of a statement.
 */
#include "postgres.h"

#include "parser/parser.h"
#include "parser/scanner.h"

#include "base/tokens.h"

struct TokenScan
{
	core_yyscan_t scanner;
	core_yy_extra_type extra;
};

TokenScan *
token_scan_begin(const char *text)
{
	TokenScan *scan = palloc0(sizeof(TokenScan));

	scan->scanner = scanner_init(text, &scan->extra, &ScanKeywords, ScanKeywordTokens);
	/* the parser itself gives that warning when the statement runs */
	scan->extra.escape_string_warning = false;
	return scan;
}

/*
 * The scanner leaves a null byte behind the token it has just returned, and
 * takes it away when asked for the next; base_yylex in the server's parser.c
 * relies on it too.
 */
bool
token_scan_next(TokenScan *scan, Token *token)
{
	core_YYSTYPE value;
	YYLTYPE location;

	if (core_yylex(&value, &location, scan->scanner) == 0)
		return false;
	token->offset = location;
	token->length = strlen(scan->extra.scanbuf + location);
	return true;
}

void
token_scan_end(TokenScan *scan)
{
	scanner_finish(scan->scanner);
	pfree(scan);
}

/* Literals with a prefix (E'', x'') and quoted identifiers hold a quote. */
bool
token_is_word(const char *text, const Token *token)
{
	const char *start = text + token->offset;
	bool begins = isalpha((unsigned char) *start) || *start == '_' || IS_HIGHBIT_SET(*start);

	return begins && memchr(start, '\'', token->length) == NULL &&
		memchr(start, '"', token->length) == NULL;
}

bool
token_is(const char *text, const Token *token, const char *word)
{
	return token->length == strlen(word) &&
		pg_strncasecmp(text + token->offset, word, token->length) == 0;
}
