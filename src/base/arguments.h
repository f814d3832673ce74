/*
 * arguments.h
 *		Text arguments of SQL functions that are not STRICT, because a NULL must
 *		get an answer in words.
 */
#ifndef SAFEMIG_ARGUMENTS_H
#define SAFEMIG_ARGUMENTS_H

#include "postgres.h"
#include "fmgr.h"

/* NULL for a null. */
extern char *optional_text(FunctionCallInfo fcinfo, int argument);

/* 22004 for a null, "what" must not be; the hint names the argument. */
extern char *required_text(FunctionCallInfo fcinfo, int argument, const char *what);

/* A text for a message: the beginning of it, when it is long. */
extern const char *shown_argument(const char *text);

#endif /* SAFEMIG_ARGUMENTS_H */
