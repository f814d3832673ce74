/*
 * words.c
 *		How much, in words that a message can hold.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/words.h"

char *
grouped_digits(double number)
{
	char digits[64];
	StringInfoData out;
	int length;

	snprintf(digits, sizeof(digits), "%.0f", number);
	length = strlen(digits);
	initStringInfo(&out);
	for (int i = 0; i < length; i++)
	{
		if (i > 0 && (length - i) % 3 == 0)
			appendStringInfoChar(&out, ' ');
		appendStringInfoChar(&out, digits[i]);
	}
	return out.data;
}

char *
size_words(int64 bytes)
{
	return text_to_cstring(
		DatumGetTextPP(DirectFunctionCall1(pg_size_pretty, Int64GetDatum(bytes))));
}

char *
row_words(double rows)
{
	return psprintf("about %s %s", grouped_digits(rows),
					rows >= 0.5 && rows < 1.5 ? "row" : "rows");
}
