/*
 * rollback.c
 *		safemig.rollback(): takes versions back by their down scripts, or without one by
 *		what their journals say, newest first, all of them or none.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/history.h"
#include "backup/restore_point.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "migrate/attempt.h"
#include "migrate/bring_back.h"
#include "migrate/journal.h"
#include "migrate/locks.h"
#include "migrate/registry.h"
#include "migrate/runner.h"
#include "migrate/take_back.h"
#include "migrate/unit.h"
#include "migrate/version_functions.h"

typedef struct RollbackCall
{
	Attempt *attempt;
	char *target;
	ParsedVersion version;
	List *permits;
	char *reason;
	List *versions; /* to be taken back, newest first: RegisteredMigration * */
	List *scripts;	/* Script * of each, NULL for one that goes without */
	int64 count;
} RollbackCall;

static RollbackCall *
read_call(FunctionCallInfo fcinfo)
{
	RollbackCall *call = palloc0(sizeof(RollbackCall));

	call->target = required_text(fcinfo, 0, "the target");
	call->permits = text_list(fcinfo, 1, "the array of permits");
	call->reason = optional_text(fcinfo, 2);
	require_version(call->target, &call->version);
	call->attempt = new_attempt("safemig.rollback()");
	return call;
}

static char *
lines_of(List *words)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach(cell, words)
		appendStringInfo(&text, "%s%s", text.len > 0 ? "\n" : "", (char *) lfirst(cell));
	return text.data;
}

/* Version 0 is always a target: the state before the first migration. */
static void
check_target(const RollbackCall *call)
{
	List *near;

	if (strcmp(call->version.key, VERSION_KEY_ZERO) == 0 ||
		is_applied(find_migration(call->version.key)))
		return;
	near = applied_around(call->version.key);
	ereport(
		ERROR,
		(errcode(ERRCODE_UNKNOWN_NAME), errmsg("version %s is not applied", call->target),
		 near != NIL ? errdetail("Applied next to it: %s.", joined(near))
					 : errdetail("No version is applied."),
		 errhint(
			 "Name the version to go back to, which stays applied; or 0 for before the first one.")));
}

/*
 * All that lack a down script and cannot do without, in one error, before
 * anything runs.
 */
static void
check_ways_back(RollbackCall *call, List *versions)
{
	List *missing = NIL;
	List *obstacles = NIL;
	RegisteredMigration *newest = NULL;
	ListCell *cell;

	foreach(cell, versions)
	{
		RegisteredMigration *migration = lfirst(cell);
		List *in_the_way;

		if (migration->down != NULL)
			continue;
		in_the_way = migration->has_journal ? obstacles_to_take_back(migration) : NIL;
		if (migration->has_journal && in_the_way == NIL)
			continue;
		obstacles = list_concat(obstacles, in_the_way);
		missing = lappend(missing, migration->version);
		if (newest == NULL)
			newest = migration;
	}
	if (newest == NULL)
		return;
	call->attempt->version = newest->version;
	call->attempt->name = newest->name;
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("cannot roll back to %s: no down script for %s", call->target, joined(missing)),
			 obstacles == NIL
				 ? errdetail("Nothing was rolled back.")
				 : errdetail("Without one, nothing takes these back:\n%s\nNothing was rolled back.",
							 lines_of(obstacles)),
			 newest == linitial(versions)
				 ? errhint("Undo the change with a new version.")
				 : errhint("Undo the change with a new version, or roll back to %s.",
						   newest->version)));
}

/* NULL for a version that goes without. */
static List *
parse_down_scripts(RollbackCall *call, List *versions)
{
	List *scripts = NIL;
	ListCell *cell;

	foreach(cell, versions)
	{
		RegisteredMigration *migration = lfirst(cell);

		call->attempt->version = migration->version;
		call->attempt->name = migration->name;
		scripts =
			lappend(scripts,
					migration->down == NULL
						? NULL
						: parse_script(psprintf("down script of version %s", migration->version),
									   migration->down));
	}
	return scripts;
}

static void
roll_back_one(RollbackCall *call, RegisteredMigration *migration, const Script *down)
{
	Attempt *attempt = call->attempt;
	ScriptScope scope;
	HistoryRow row = {0};

	attempt_is_at(attempt, migration->title, migration->name);
	guard_continue_migration(attempt->guarded, migration->title);
	journal_begin();
	enter_script_scope(&scope);
	if (down != NULL)
	{
		bring_back_begin(migration->key);
		run_script(&attempt->run, down);
		bring_back_rest(false);
	}
	else
	{
		bring_back_nothing();
		take_back(&attempt->run, attempt->guarded, migration);
	}
	check_deferred_constraints(&attempt->run,
							   down ? down->label : psprintf("taking back %s", migration->label));
	leave_script_scope(&scope);
	save_rolled_back(migration->key);

	row.event = "rollback";
	row.version = migration->title;
	row.subject = migration->name;
	row.reason = call->reason;
	row.detail = psprintf("to version %s", call->target);
	(void) record_history(&row);
}

static List *
look_ahead(RollbackCall *call)
{
	Attempt *attempt = call->attempt;
	RegisteredMigration *newest = linitial(call->versions);
	List *scripts = NIL;
	List *locks;
	ListCell *version;
	ListCell *script;

	attempt->guarded = guard_enter_migration(newest->title, call->permits, call->reason);
	forboth(version, call->versions, script, call->scripts)
		if (lfirst(script) != NULL)
			scripts = lappend(scripts, lfirst(script));
		else
			scripts = list_concat(scripts, scripts_to_take_back(attempt->guarded, lfirst(version)));
	locks = foresee_locks_of_permitted(scripts);
	guard_leave_migration(attempt->guarded);
	attempt->guarded = NULL;
	return locks;
}

/*
 * One set of permits holds for all the down scripts, so they run as one
 * migration, which goes on from version to version.
 */
static void
roll_back_all(void *arg)
{
	RollbackCall *call = arg;
	Attempt *attempt = call->attempt;
	RegisteredMigration *newest = linitial(call->versions);
	ListCell *version;
	ListCell *script;

	set_restore_point(newest->title, call->permits, call->target);
	attempt->guarded = guard_enter_migration(newest->title, call->permits, call->reason);
	forboth(version, call->versions, script, call->scripts)
		roll_back_one(call, lfirst(version), lfirst(script));
	guard_finish_migration(attempt->guarded);
	guard_leave_migration(attempt->guarded);
	attempt->guarded = NULL;
}

/* Views on what the versions made would be in their way; they come first, as they came last. */
static List *
repeatables_to_take_back(const char *key)
{
	List *found = NIL;
	ListCell *cell;

	foreach(cell, repeatables_since(key))
	{
		RegisteredMigration *repeatable = lfirst(cell);
		List *obstacles = obstacles_to_take_back(repeatable);

		if (obstacles == NIL)
			found = lappend(found, repeatable);
		else
			ereport(NOTICE,
					(errmsg("%s stays as it is", repeatable->label),
					 errdetail("Nothing takes these back:\n%s", lines_of(obstacles))));
	}
	return found;
}

static void
roll_back(void *arg)
{
	RollbackCall *call = arg;

	check_caller(call->attempt);
	lock_runner();
	check_target(call);
	call->versions = applied_above(call->version.key);
	call->count = list_length(call->versions);
	if (call->versions == NIL)
	{
		ereport(NOTICE, (errmsg("no version above %s is applied", call->target)));
		return;
	}
	check_ways_back(call, call->versions);
	call->versions = list_concat(repeatables_to_take_back(call->version.key), call->versions);
	call->scripts = parse_down_scripts(call, call->versions);
	(void) run_behind_locks(call->attempt, look_ahead(call), roll_back_all, call);
}

PG_FUNCTION_INFO_V1(safemig_rollback);
PGDLLEXPORT Datum safemig_rollback(PG_FUNCTION_ARGS);

Datum
safemig_rollback(PG_FUNCTION_ARGS)
{
	RollbackCall *call;

	PreventCommandIfReadOnly("safemig.rollback()");
	call = read_call(fcinfo);
	make_attempt(call->attempt, roll_back, call);
	PG_RETURN_INT64(call->count);
}
