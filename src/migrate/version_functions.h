/*
 * version_functions.h
 *		Versions as the server knows them: text in, an error with SQLSTATE out.
 */
#ifndef SAFEMIG_VERSION_FUNCTIONS_H
#define SAFEMIG_VERSION_FUNCTIONS_H

#include "postgres.h"
#include "migrate/version.h"

/* SM009, with what is wrong and examples, when the text is no version */
extern void require_version(const char *version, ParsedVersion *result);

#endif /* SAFEMIG_VERSION_FUNCTIONS_H */
