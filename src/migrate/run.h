/*
 * run.h
 *		Runs the statements of a script one by one, as the caller.
 */
#ifndef SAFEMIG_RUN_H
#define SAFEMIG_RUN_H

#include "postgres.h"
#include "datatype/timestamp.h"

#include "migrate/script.h"

struct ScriptRun;

/* Told of each statement of a script; an error of the statement is the caller's to catch. */
typedef struct ScriptWatcher
{
	void (*before)(struct ScriptRun *run, void *arg);
	void (*after)(struct ScriptRun *run, int64 rows, void *arg);
	void *arg;
} ScriptWatcher;

typedef struct ScriptRun
{
	const char *title;			  /* "1.3.0", for pg_stat_activity */
	const ScriptWatcher *watcher; /* or NULL */
	TimestampTz deadline;		  /* statements are cancelled then; 0 for never */
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
extern void check_deferred_constraints(const ScriptRun *run, const char *label);

#endif /* SAFEMIG_RUN_H */
