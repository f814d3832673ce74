/*
 * version_functions.c
 *		The SQL functions on versions, and the error for a text that is none.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "base/arguments.h"
#include "base/compat.h"
#include "base/errors.h"
#include "migrate/version_functions.h"

void
require_version(const char *version, ParsedVersion *result)
{
	VersionError error = parse_version(version, strlen(version), result);

	if (error == VERSION_OK)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_UNKNOWN_NAME),
		 errmsg("\"%s\" is not a version: %s", shown_argument(version), version_error_text(error)),
		 errhint(
			 "Versions are numbers such as 7, 1.2.0, v1.2.0-rc.1, or timestamps such as 20260119093000, 2026_01_19.")));
}

PG_FUNCTION_INFO_V1(safemig_version_key);
PGDLLEXPORT Datum safemig_version_key(PG_FUNCTION_ARGS);

Datum
safemig_version_key(PG_FUNCTION_ARGS)
{
	ParsedVersion parsed;

	require_version(text_to_cstring(PG_GETARG_TEXT_PP(0)), &parsed);
	PG_RETURN_TEXT_P(cstring_to_text(parsed.key));
}

PG_FUNCTION_INFO_V1(safemig_is_version);
PGDLLEXPORT Datum safemig_is_version(PG_FUNCTION_ARGS);

Datum
safemig_is_version(PG_FUNCTION_ARGS)
{
	text *version = PG_GETARG_TEXT_PP(0);
	ParsedVersion parsed;

	PG_RETURN_BOOL(parse_version(VARDATA_ANY(version), VARSIZE_ANY_EXHDR(version), &parsed) ==
				   VERSION_OK);
}
