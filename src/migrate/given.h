/*
 * given.h
 *		A migration as the arguments of apply() and its kin give it.
 */
#ifndef SAFEMIG_GIVEN_H
#define SAFEMIG_GIVEN_H

#include "postgres.h"
#include "fmgr.h"

#include "migrate/registry.h"

/* The arguments of apply() and register(); its checksum, but not yet the one over its words. */
extern NewMigration *given_version(FunctionCallInfo fcinfo);

/* name, up; for a seed environments.  kind: KIND_REPEATABLE or KIND_SEED. */
extern NewMigration *given_by_name(FunctionCallInfo fcinfo, const char *kind);

/* Sets version, key, scheme, title and label; SM009 for a text that is no version. */
extern void name_by_version(NewMigration *migration, char *version);

/* The key of "1.3.0", "repeatable totals" or "seed plans"; SM009 for what is none of these. */
extern char *key_of_title(const char *title);

/* SM009 for an environment that there is not. */
extern void check_environment(const char *environment);

/* A row of the registry as something to run. */
extern NewMigration *given_by_registry(const RegisteredMigration *known);

#endif /* SAFEMIG_GIVEN_H */
