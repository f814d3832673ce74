/*
 * lost_values.c
 *		Which values does a new type of a column not hold?  Said as a condition that
 *		finds them, where the two types are ones whose values are known here.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "effect/column_dependents.h"
#include "lint/lost_values.h"
#include "lint/ways.h"

static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

static bool
is_number(Oid type)
{
	return is_integer(type) || type == NUMERICOID || type == FLOAT4OID || type == FLOAT8OID;
}

/* Blanks at the end are cut off without a word, and nobody misses them. */
static char *
too_long(const Conversion *conversion)
{
	return psprintf("pg_catalog.length(pg_catalog.rtrim(%s::text)) > %d", conversion->c,
					conversion->to_typmod - VARHDRSZ);
}

static char *
out_of_integer(const Conversion *conversion)
{
	static const struct
	{
		Oid type;
		const char *least;
		const char *most;
	} ranges[] = {
		{INT2OID, "-32768", "32767"},
		{INT4OID, "-2147483648", "2147483647"},
		{INT8OID, "-9223372036854775808", "9223372036854775807"},
	};
	const char *c = conversion->c;

	if (is_integer(conversion->from) && get_typlen(conversion->from) <= get_typlen(conversion->to))
		return NULL;
	for (int i = 0; i < lengthof(ranges); i++)
		if (ranges[i].type == conversion->to)
		{
			char *range =
				psprintf("(%s)::numeric NOT BETWEEN %s AND %s", c, ranges[i].least, ranges[i].most);

			return is_integer(conversion->from)
				? range
				: psprintf("%s::text IN ('NaN', 'Infinity', '-Infinity') OR %s::numeric <> "
						   "pg_catalog.trunc(%s::numeric) OR %s",
						   c, c, c, range);
		}
	return NULL;
}

/* precision and scale as numeric_typmod_precision() and numeric_typmod_scale() have them */
static char *
out_of_numeric(const Conversion *conversion)
{
	int32 packed = conversion->to_typmod - VARHDRSZ;
	int precision = (packed >> 16) & 0xffff;
	int scale = ((packed & 0x7ff) ^ 1024) - 1024;
	const char *c = conversion->c;

	if (conversion->to_typmod < (int32) VARHDRSZ)
		return NULL;
	return psprintf("%s::text <> 'NaN' AND (%s::numeric <> pg_catalog.round(%s::numeric, %d) OR "
					"pg_catalog.abs(%s::numeric) >= 10::numeric ^ %d)",
					c, c, c, scale, c, precision - scale);
}

/* Text that the input function would not take, for the types whose words are plain */
static char *
not_readable(const Conversion *conversion)
{
	static const struct
	{
		Oid type;
		const char *pattern;
	} patterns[] = {
		{INT2OID, "^\\s*[-+]?\\d+\\s*$"},
		{INT4OID, "^\\s*[-+]?\\d+\\s*$"},
		{INT8OID, "^\\s*[-+]?\\d+\\s*$"},
		{NUMERICOID,
		 "^\\s*([-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?|[nN]a[nN]|[-+]?(inf|infinity))\\s*$"},
		{FLOAT8OID,
		 "^\\s*([-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?|[nN]a[nN]|[-+]?(inf|infinity))\\s*$"},
		{UUIDOID, "^\\{?([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}\\}?$"},
		{BOOLOID, "^\\s*(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)\\s*$"},
		{DATEOID, "^\\s*\\d{4}-\\d\\d?-\\d\\d?\\s*$"},
	};

	for (int i = 0; i < lengthof(patterns); i++)
		if (patterns[i].type == conversion->to)
			return psprintf("%s::text !~%s %s", conversion->c,
							conversion->to == BOOLOID || conversion->to == NUMERICOID ||
									conversion->to == FLOAT8OID
								? "*"
								: "",
							quote_literal_cstr(patterns[i].pattern));
	return NULL;
}

static char *
no_label(const Conversion *conversion)
{
	List *labels = enum_labels(conversion->to);

	return labels == NIL ? NULL
						 : psprintf("%s::text NOT IN (%s)", conversion->c, literal_list(labels));
}

/* There and back again: for types between which both casts are and neither fails */
static char *
not_the_same_again(const Conversion *conversion)
{
	return psprintf("%s::%s::%s <> %s", conversion->c, conversion->to_name, conversion->from_name,
					conversion->c);
}

static bool
loses_digits(const Conversion *conversion)
{
	return (is_number(conversion->from) &&
			(conversion->to == FLOAT4OID || conversion->to == FLOAT8OID)) ||
		(conversion->from == conversion->to &&
		 (conversion->to == TIMESTAMPOID || conversion->to == TIMESTAMPTZOID ||
		  conversion->to == TIMEOID || conversion->to == TIMETZOID ||
		  conversion->to == INTERVALOID)) ||
		((conversion->from == TIMESTAMPOID || conversion->from == TIMESTAMPTZOID) &&
		 (conversion->to == DATEOID || conversion->to == TIMESTAMPOID ||
		  conversion->to == TIMESTAMPTZOID));
}

char *
lost_value(const Conversion *conversion)
{
	Oid to = conversion->to;

	if ((to == VARCHAROID || to == BPCHAROID) && conversion->to_typmod >= (int32) VARHDRSZ)
		return too_long(conversion);
	if (is_integer(to) && is_number(conversion->from))
		return out_of_integer(conversion);
	if (to == NUMERICOID && is_number(conversion->from))
		return out_of_numeric(conversion);
	if (is_text(conversion->from) && get_typtype(to) == TYPTYPE_ENUM)
		return no_label(conversion);
	if (is_text(conversion->from) && !is_text(to))
		return not_readable(conversion);
	if (loses_digits(conversion))
		return not_the_same_again(conversion);
	return NULL;
}

bool
is_widening(const Conversion *conversion)
{
	return is_text(conversion->to)
		? conversion->to_typmod < (int32) VARHDRSZ
		: can_coerce_type(1, unconstify(Oid *, &conversion->from),
						  unconstify(Oid *, &conversion->to), COERCION_IMPLICIT);
}
