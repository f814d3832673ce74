/*
 * apply.c
 *		safemig.apply(): brings one version into the database, once.  What it decides
 *		is here, in the order of apply(); how scripts run is run.c's.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"

#include "audit/history.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "migrate/attempt.h"
#include "migrate/bring_back.h"
#include "migrate/checksum.h"
#include "migrate/gate.h"
#include "migrate/journal.h"
#include "migrate/registry.h"
#include "migrate/runner.h"
#include "migrate/version_functions.h"

typedef struct ApplyCall
{
	Attempt *attempt;
	NewMigration migration;
	ParsedVersion version;
	bool out_of_order;
	bool returns;		/* it was rolled back */
	bool differs;		/* and the script is another one now */
	char *order_detail; /* for the history, NULL when in order */
} ApplyCall;

/* ---------- what the caller gave ---------- */

/* Tools send '' where there is no script. */
static char *
null_if_blank(char *text)
{
	if (text == NULL)
		return NULL;
	for (const char *at = skip_byte_order_mark(text); *at != '\0'; at++)
		if (!scanner_isspace(*at))
			return text;
	return NULL;
}

static void
check_environments(List *environments)
{
	ListCell *cell;

	foreach(cell, environments)
	{
		bool known = false;

		for (int i = 0; i <= ENVIRONMENT_DEVELOPMENT; i++)
			known = known || strcmp(lfirst(cell), environment_name(i)) == 0;
		if (!known)
			ereport(ERROR,
					(errcode(ERRCODE_UNKNOWN_NAME),
					 errmsg("there is no environment \"%s\"", (char *) lfirst(cell)),
					 errhint("Environments are production, staging, test and development.")));
	}
}

static ApplyCall *
read_call(FunctionCallInfo fcinfo)
{
	ApplyCall *call = palloc0(sizeof(ApplyCall));
	NewMigration *migration = &call->migration;

	migration->version = required_text(fcinfo, 0, "the version");
	migration->name = required_text(fcinfo, 1, "the name");
	migration->up = required_text(fcinfo, 2, "the script");
	migration->down = null_if_blank(optional_text(fcinfo, 3));
	migration->permits = text_list(fcinfo, 4, "the array of permits");
	migration->reason = optional_text(fcinfo, 5);
	migration->check_sql = null_if_blank(optional_text(fcinfo, 6));
	migration->environments = text_list(fcinfo, 7, "the array of environments");
	migration->release = optional_text(fcinfo, 8);
	call->out_of_order = !PG_ARGISNULL(9) && PG_GETARG_BOOL(9);

	require_version(migration->version, &call->version);
	if (strcmp(call->version.key, VERSION_KEY_ZERO) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("version %s cannot be applied", migration->version),
				 errdetail("Version 0 is what a database is before its first migration."),
				 errhint("Begin with 1, 0.1, or a timestamp.")));
	migration->key = call->version.key;
	check_environments(migration->environments);
	migration->checksum = text_checksum(migration->up);

	call->attempt = new_attempt("safemig.apply()");
	call->attempt->version = migration->version;
	call->attempt->name = migration->name;
	call->attempt->run.title = migration->version;
	return call;
}

/* ---------- what is there already ---------- */

static bool
has_same_text(const ApplyCall *call, const RegisteredMigration *known)
{
	return strcmp(known->checksum, call->migration.checksum) == 0;
}

pg_noreturn static void
refuse_changed(const ApplyCall *call, const RegisteredMigration *known)
{
	ScriptDifference at;
	char *detail = NULL;

	if (find_difference(known->up, call->migration.up, &at))
	{
		if (at.old_text == NULL)
			detail = psprintf("Line %d is new: %s", at.new_line, at.new_text);
		else if (at.new_text == NULL)
			detail = psprintf("Line %d is gone: %s", at.old_line, at.old_text);
		else
			detail = psprintf("Line %d was: %s\nLine %d is now: %s", at.old_line, at.old_text,
							  at.new_line, at.new_text);
	}
	ereport(ERROR,
			(errcode(ERRCODE_MIGRATION_CHANGED),
			 errmsg("version %s was changed after it was applied", known->version),
			 detail ? errdetail("%s", detail) : 0,
			 errhint("Leave version %s as it was applied, and write the change as a new version.",
					 known->version)));
}

/* A NOTICE says what differs without making another migration of it; else SM002. */
static void
compare_with_applied(const ApplyCall *call, const RegisteredMigration *known)
{
	const NewMigration *migration = &call->migration;

	if (has_same_text(call, known))
		ereport(NOTICE, (errmsg("version %s is already applied", known->version)));
	else
	{
		/* first for the place of an error in it, which the scanner alone has not */
		(void) parse_script(psprintf("version %s", migration->version), migration->up);
		if (strcmp(known->token_checksum, token_checksum(migration->up)) != 0)
			refuse_changed(call, known);
		ereport(NOTICE,
				(errmsg("version %s is already applied; only comments or spacing differ",
						known->version)));
	}
	if (strcmp(known->name, migration->name) != 0)
		ereport(
			NOTICE,
			(errmsg("version %s is on record under the name \"%s\"", known->version, known->name)));
	if (migration->down != NULL &&
		(known->down == NULL ||
		 strcmp(text_checksum(known->down), text_checksum(migration->down)) != 0))
		ereport(
			NOTICE,
			(errmsg(
				"version %s is on record with another down script, which is the one that a rollback runs",
				known->version)));
}

/* ---------- whether it may run, here and now ---------- */

static void
check_scheme(const ApplyCall *call, const RegisteredMigration *newest)
{
	ParsedVersion other;

	if (newest == NULL)
		return;
	require_version(newest->version, &other);
	if (other.scheme != call->version.scheme)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("version %s does not go with the versions of this database, which are %s",
						call->migration.version, version_scheme_name(other.scheme)),
				 errdetail(
					 "Numbers and timestamps have no common order, and version %s is applied here.",
					 newest->version),
				 errhint("Write the version as in %s.",
						 other.scheme == SCHEME_TIMESTAMP ? "20260119093000" : "1.2.0")));
}

static bool
is_meant_for_here(const ApplyCall *call)
{
	const char *here = environment_name(current_environment());
	ListCell *cell;

	foreach(cell, call->migration.environments)
		if (strcmp(lfirst(cell), here) == 0)
			return true;
	return call->migration.environments == NIL;
}

static void
skip(ApplyCall *call)
{
	NewMigration *migration = &call->migration;
	const char *here = environment_name(current_environment());
	HistoryRow row = {0};

	(void) parse_script(psprintf("version %s", migration->version), migration->up);
	migration->token_checksum = token_checksum(migration->up);
	migration->note = psprintf("for %s, not for %s", joined(migration->environments), here);
	ereport(NOTICE,
			(errmsg("version %s is skipped: it is %s", migration->version, migration->note)));
	if (!save_skipped(migration))
		return;
	row.event = "skip";
	row.version = migration->version;
	row.subject = migration->name;
	row.reason = migration->reason;
	row.detail = migration->note;
	(void) record_history(&row);
}

static void
check_order(ApplyCall *call, const RegisteredMigration *newest)
{
	if (newest == NULL || strcmp(newest->key, call->migration.key) < 0)
		return;
	if (!call->out_of_order && strcmp(setting_text(SETTING_OUT_OF_ORDER), "allow") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_ORDER),
				 errmsg("version %s comes before version %s, which is applied already",
						call->migration.version, newest->version),
				 errhint("Give it a version above %s, or call apply with out_of_order => true.",
						 newest->version)));
	call->order_detail = psprintf("out of order, after version %s", newest->version);
}

/* ---------- running it ---------- */

/* All that will run, taken apart before any of it does. */
typedef struct Scripts
{
	Script *up;
	Script *check; /* or NULL */
} Scripts;

static Script *
parse_check(const NewMigration *migration)
{
	Script *check;

	if (migration->check_sql == NULL)
		return NULL;
	check = parse_script(psprintf("check of version %s", migration->version), migration->check_sql);
	if (check->count != 1 || check->statements[0].kind != T_SelectStmt)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT), errmsg("the %s is not one SELECT", check->label),
				 errhint("Write one SELECT whose first column is true when all is well.")));
	return check;
}

/* The down script too: the day it is needed is no day to find that it cannot run. */
static void
parse_scripts(const NewMigration *migration, Scripts *scripts)
{
	scripts->up = parse_script(psprintf("version %s", migration->version), migration->up);
	if (scripts->up->count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("the script of version %s holds no statement", migration->version),
				 errhint("Check how the file was read: it is empty, or all of it is a comment.")));
	if (migration->down != NULL)
		(void) parse_script(psprintf("down script of version %s", migration->version),
							migration->down);
	scripts->check = parse_check(migration);
}

static void
run_scripts(ApplyCall *call, const Scripts *scripts)
{
	Attempt *attempt = call->attempt;
	ScriptScope scope;

	attempt->guarded = guard_enter_migration(call->migration.version, call->migration.permits,
											 call->migration.reason);
	journal_begin();
	if (call->returns)
		bring_back_begin(call->migration.key);
	else
		bring_back_nothing();
	enter_script_scope(&scope);
	run_script(&attempt->run, scripts->up);
	/* another script than the one rolled back has not asked for more than it makes */
	bring_back_rest(call->differs);
	if (scripts->check != NULL)
		run_check(&attempt->run, scripts->check);
	check_deferred_constraints(&attempt->run, scripts->up->label);
	leave_script_scope(&scope);
	if (call->migration.down == NULL)
		call->migration.inverse = journal_as_jsonb();
	guard_finish_migration(attempt->guarded);
	guard_leave_migration(attempt->guarded);
	attempt->guarded = NULL;
}

static void
record_applied(ApplyCall *call)
{
	HistoryRow row = {0};

	call->migration.statements = call->attempt->run.statements;
	call->migration.rows = call->attempt->run.rows;
	save_applied(&call->migration);
	row.event = "apply";
	row.version = call->migration.version;
	row.subject = call->migration.name;
	row.reason = call->migration.reason;
	row.detail = call->order_detail;
	(void) record_history(&row);
}

static void
run_migration(ApplyCall *call)
{
	Scripts scripts;
	instr_time start;
	instr_time end;

	INSTR_TIME_SET_CURRENT(start);
	parse_scripts(&call->migration, &scripts);
	call->migration.token_checksum = token_checksum(call->migration.up);
	check_gates(&call->migration);
	run_scripts(call, &scripts);
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, start);
	call->migration.seconds = INSTR_TIME_GET_DOUBLE(end);
	record_applied(call);
}

/*
 * The registry is read before the lock is asked for, so that a start-up which
 * has nothing to apply does not wait for a long migration of somebody else;
 * and read again behind it.
 */
static const char *
apply(ApplyCall *call)
{
	RegisteredMigration *known;
	RegisteredMigration *newest;

	check_caller(call->attempt);
	known = find_migration(call->migration.key);
	if (!is_applied(known) || !has_same_text(call, known))
	{
		lock_runner();
		known = find_migration(call->migration.key);
	}
	if (is_applied(known))
	{
		compare_with_applied(call, known);
		return "already applied";
	}
	newest = newest_applied();
	check_scheme(call, newest);
	if (!is_meant_for_here(call))
	{
		skip(call);
		return "skipped";
	}
	check_order(call, newest);
	call->returns = is_rolled_back(known);
	call->differs = call->returns && !has_same_text(call, known);
	run_migration(call);
	return "applied";
}

PG_FUNCTION_INFO_V1(safemig_apply);
PGDLLEXPORT Datum safemig_apply(PG_FUNCTION_ARGS);

Datum
safemig_apply(PG_FUNCTION_ARGS)
{
	ApplyCall *call;
	const char *volatile outcome = NULL;

	PreventCommandIfReadOnly("safemig.apply()");
	call = read_call(fcinfo);
	begin_attempt(call->attempt);
	PG_TRY();
	{
		outcome = apply(call);
	}
	PG_CATCH();
	{
		fail_attempt(call->attempt);
	}
	PG_END_TRY();
	end_attempt(call->attempt);
	PG_RETURN_TEXT_P(cstring_to_text(outcome));
}
