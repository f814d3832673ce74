/*
 * arguments.h
 *		Text arguments of SQL functions that are not STRICT, because a NULL must
 *		get an answer in words.
 */
#ifndef SAFEMIG_ARGUMENTS_H
#define SAFEMIG_ARGUMENTS_H

#include "postgres.h"
#include "fmgr.h"
#include "utils/builtins.h"

static inline char *
optional_text(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

static inline char *
required_text(FunctionCallInfo fcinfo, int argument, const char *what)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", what)));
	return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

#endif /* SAFEMIG_ARGUMENTS_H */
