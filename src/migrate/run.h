/*
 * run.h
 *		Runs the statements of a script one by one, as the caller.
 */
#ifndef SAFEMIG_RUN_H
#define SAFEMIG_RUN_H

#include "postgres.h"
#include "migrate/script.h"

typedef struct ScriptRun
{
	const char *version; /* for pg_stat_activity */
	const Script *script;
	int current;	  /* index of the statement at work, -1 for none */
	int64 statements; /* run so far, and the rows they say they wrote */
	int64 rows;
} ScriptRun;

/* What a script may change and must not leave changed. */
typedef struct ScriptScope
{
	int guc_level;
	Oid user;
	int security;
} ScriptScope;

/* SPI must be connected for all of these. */
extern void enter_script_scope(ScriptScope *scope);
extern void leave_script_scope(const ScriptScope *scope);

/* Adds to the counters of run. */
extern void run_script(ScriptRun *run, const Script *script);

/* One SELECT, of which every row must begin with true: else SM007. */
extern void run_check(ScriptRun *run, const Script *check);

/* What is deferred is checked now, so that it fails in this script and not in COMMIT. */
extern void check_deferred_constraints(const char *label);

#endif /* SAFEMIG_RUN_H */
