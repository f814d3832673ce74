/*
 * arguments.c
 *		Reads text arguments, and says which one is missing by the name that its
 *		function gives it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "base/arguments.h"
#include "base/compat.h"
#include "base/installation.h"

#define ARGUMENT_SHOWN 200 /* bytes */

/* NULL for one without */
static char *
name_of_argument(HeapTuple function, int argument)
{
	char **names = NULL;
	bool unnamed;
	bool all_in;
	Datum all = SysCacheGetAttr(PROCOID, function, Anum_pg_proc_proargnames, &unnamed);
	Datum modes = SysCacheGetAttr(PROCOID, function, Anum_pg_proc_proargmodes, &all_in);

	if (unnamed || get_func_input_arg_names(all, all_in ? (Datum) 0 : modes, &names) <= argument ||
		names == NULL)
		return NULL;
	return names[argument];
}

pg_noreturn static void
refuse_null(FunctionCallInfo fcinfo, int argument, const char *what)
{
	HeapTuple function = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
	char *name;

	if (!HeapTupleIsValid(function))
		elog(ERROR, "cache lookup failed for function %u", fcinfo->flinfo->fn_oid);
	name = name_of_argument(function, argument);
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", what),
			 name ? errhint("Give the argument \"%s\" of %s.%s() a value.", name, SAFEMIG_NAME,
							NameStr(((Form_pg_proc) GETSTRUCT(function))->proname))
				  : 0));
}

char *
optional_text(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

char *
required_text(FunctionCallInfo fcinfo, int argument, const char *what)
{
	if (PG_ARGISNULL(argument))
		refuse_null(fcinfo, argument, what);
	return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

const char *
shown_argument(const char *text)
{
	int length = strlen(text);

	if (length <= ARGUMENT_SHOWN)
		return text;
	return psprintf("%.*s...", pg_mbcliplen(text, length, ARGUMENT_SHOWN), text);
}
