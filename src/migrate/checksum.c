/*
 * checksum.c
 *		Digests of a script, which say how they were made ("sha256:", "tokens1:"), so
 *		that a later way of making them never takes an old one for a change.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"

#include "base/compat.h"
#include "base/tokens.h"
#include "migrate/checksum.h"
#include "migrate/walk.h"

#define LINE_SHOWN 200 /* bytes of a differing line that a message holds */

const char *
skip_byte_order_mark(const char *script)
{
	if (GetDatabaseEncoding() == PG_UTF8 && strncmp(script, "\xEF\xBB\xBF", 3) == 0)
		return script + 3;
	return script;
}

/* prefix followed by the SHA-256 of the bytes, in hex */
static char *
digest(const char *prefix, const char *bytes, Size length)
{
	bytea *input = palloc(VARHDRSZ + length);
	bytea *hash;
	int from = strlen(prefix);
	char *result;

	SET_VARSIZE(input, VARHDRSZ + length);
	memcpy(VARDATA(input), bytes, length);
	hash = DatumGetByteaPP(DirectFunctionCall1(sha256_bytea, PointerGetDatum(input)));
	pfree(input);

	result = palloc(from + 2 * VARSIZE_ANY_EXHDR(hash) + 1);
	strcpy(result, prefix);
	from += hex_encode(VARDATA_ANY(hash), VARSIZE_ANY_EXHDR(hash), result + from);
	result[from] = '\0';
	return result;
}

char *
text_checksum(const char *script)
{
	const char *from = skip_byte_order_mark(script);
	char *normal = palloc(strlen(from) + 2);
	char *to = normal;
	char *result;

	for (; *from != '\0'; from++)
	{
		if (*from != '\r')
			*to++ = *from;
		else if (from[1] != '\n')
			*to++ = '\n';
	}
	while (to > normal && to[-1] == '\n')
		to--;
	*to++ = '\n';
	result = digest("sha256:", normal, to - normal);
	pfree(normal);
	return result;
}

/* The token as it counts: words in lower case, all else as it is written. */
static void
append_token(StringInfo buffer, const char *script, const Token *token)
{
	int start = buffer->len;

	appendBinaryStringInfo(buffer, script + token->offset, token->length);
	if (!token_is_word(script, token))
		return;
	for (int i = start; i < buffer->len; i++)
		buffer->data[i] = pg_ascii_tolower((unsigned char) buffer->data[i]);
}

/*
 * The length before each token keeps "a b" apart from "ab".  Token numbers are
 * left out: they change with the server's version, as does what is a keyword.
 */
char *
token_checksum(const char *script)
{
	const char *text = skip_byte_order_mark(script);
	TokenScan *scan = token_scan_begin(text);
	StringInfoData buffer;
	Token token;
	char *result;
	int level = begin_quiet();

	initStringInfo(&buffer);
	while (token_scan_next(scan, &token))
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&buffer, "%d:", token.length);
		append_token(&buffer, text, &token);
	}
	token_scan_end(scan);
	AtEOXact_GUC(false, level);
	result = digest("tokens1:", buffer.data, buffer.len);
	pfree(buffer.data);
	return result;
}

static bool
same_token(StringInfo old_buffer, const char *old_script, const Token *old_token,
		   StringInfo new_buffer, const char *new_script, const Token *new_token)
{
	if (old_token->length != new_token->length)
		return false;
	resetStringInfo(old_buffer);
	resetStringInfo(new_buffer);
	append_token(old_buffer, old_script, old_token);
	append_token(new_buffer, new_script, new_token);
	return memcmp(old_buffer->data, new_buffer->data, old_buffer->len) == 0;
}

/* The line that holds the byte at offset, without its end, cut to what a message bears. */
static char *
line_at(const char *script, int offset, int *number)
{
	const char *start = script;
	int length;

	*number = 1;
	for (const char *at = script; at < script + offset; at++)
		if (*at == '\n')
		{
			start = at + 1;
			(*number)++;
		}
	length = strcspn(start, "\r\n");
	if (length > LINE_SHOWN)
		length = pg_mbcliplen(start, length, LINE_SHOWN);
	return pnstrdup(start, length);
}

bool
find_difference(const char *old_script, const char *new_script, ScriptDifference *difference)
{
	const char *old_text = skip_byte_order_mark(old_script);
	const char *new_text = skip_byte_order_mark(new_script);
	TokenScan *old_scan = token_scan_begin(old_text);
	TokenScan *new_scan = token_scan_begin(new_text);
	StringInfoData old_buffer;
	StringInfoData new_buffer;
	Token old_token;
	Token new_token;
	bool old_more;
	bool new_more;

	initStringInfo(&old_buffer);
	initStringInfo(&new_buffer);
	do
	{
		CHECK_FOR_INTERRUPTS();
		old_more = token_scan_next(old_scan, &old_token);
		new_more = token_scan_next(new_scan, &new_token);
	} while (old_more && new_more &&
			 same_token(&old_buffer, old_text, &old_token, &new_buffer, new_text, &new_token));
	token_scan_end(old_scan);
	token_scan_end(new_scan);
	if (!old_more && !new_more)
		return false;
	memset(difference, 0, sizeof(*difference));
	if (old_more)
		difference->old_text = line_at(old_text, old_token.offset, &difference->old_line);
	if (new_more)
		difference->new_text = line_at(new_text, new_token.offset, &difference->new_line);
	return true;
}

/* safemig.checksum(text): what safemig.migration keeps, to compare with */
PG_FUNCTION_INFO_V1(safemig_checksum);
PGDLLEXPORT Datum safemig_checksum(PG_FUNCTION_ARGS);

Datum
safemig_checksum(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(text_checksum(text_to_cstring(PG_GETARG_TEXT_PP(0)))));
}
