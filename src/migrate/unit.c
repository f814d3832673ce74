/*
 * unit.c
 *		Runs one migration: whether it may here and now, its scripts, and the record
 *		of it.  Who brings it, and whether it was here before, is its callers' to know;
 *		how scripts run is run.c's.
 */
#include "postgres.h"

#include "portability/instr_time.h"

#include "audit/history.h"
#include "backup/restore_point.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "migrate/bring_back.h"
#include "migrate/checksum.h"
#include "migrate/gate.h"
#include "migrate/journal.h"
#include "migrate/locks.h"
#include "migrate/row_changes.h"
#include "migrate/unit.h"

/* All that will run, taken apart before any of it does. */
typedef struct Scripts
{
	Script *up;
	Script *check; /* or NULL */
} Scripts;

void
attempt_is_at(Attempt *attempt, const char *title, const char *name)
{
	attempt->version = title;
	attempt->name = name;
	attempt->run.title = title;
}

/* ---------- whether it may run, here and now ---------- */

void
check_scheme(const NewMigration *migration, const RegisteredMigration *newest)
{
	const RegisteredMigration *first;
	ParsedVersion other;

	if (migration->version == NULL || strcmp(migration->key, VERSION_KEY_ZERO) == 0)
		return;
	first = first_of_scheme(newest);
	if (first == NULL ||
		parse_version(first->version, strlen(first->version), &other) != VERSION_OK)
		return;
	if (other.scheme != migration->scheme)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME),
			 errmsg("version %s does not go with the versions of this database, which are %s",
					migration->version, version_scheme_name(other.scheme)),
			 errdetail("Numbers and timestamps have no common order, and version %s is %s here.",
					   first->version, first->state),
			 errhint("Write the version as in %s.",
					 other.scheme == SCHEME_TIMESTAMP ? "20260119093000" : "1.2.0")));
}

void
require_target(const char *target, const char *key)
{
	if (target != NULL && find_migration(key) == NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME), errmsg("%s is not registered", title_in_words(target)),
			 errhint("Name a version that waits: SELECT version FROM %s.plan();", SAFEMIG_NAME)));
}

bool
seeds_are_wanted(void)
{
	return setting_is_on(SETTING_SEEDING) && current_environment() != ENVIRONMENT_PRODUCTION;
}

char *
not_meant_for_here(const NewMigration *migration)
{
	const char *here = environment_name(current_environment());
	bool named = migration->environments == NIL;
	ListCell *cell;

	foreach(cell, migration->environments)
		named = named || strcmp(lfirst(cell), here) == 0;
	if (!named)
		return psprintf("for %s, not for %s", joined(migration->environments), here);
	if (strcmp(migration->kind, KIND_SEED) == 0 && !seeds_are_wanted())
		return psprintf("a seed, and the setting %s is off", setting_name(SETTING_SEEDING));
	return NULL;
}

static const char *
skip(NewMigration *migration, char *why)
{
	HistoryRow row = {0};

	parse_whole(migration);
	migration->note = why;
	ereport(NOTICE, (errmsg("%s is skipped: it is %s", migration->label, why)));
	if (!save_skipped(migration))
		return OUTCOME_SKIPPED;
	row.event = "skip";
	row.version = migration->title;
	row.subject = migration->name;
	row.reason = migration->reason;
	row.detail = migration->note;
	(void) record_history(&row);
	return OUTCOME_SKIPPED;
}

bool
is_out_of_order(const NewMigration *migration, const RegisteredMigration *newest)
{
	return migration->version != NULL && newest != NULL && strcmp(newest->key, migration->key) >= 0;
}

/* What the history says of it: NULL when it is in order. */
static char *
check_order(const NewMigration *migration, const RegisteredMigration *newest)
{
	if (!is_out_of_order(migration, newest))
		return NULL;
	if (!migration->out_of_order && strcmp(setting_text(SETTING_OUT_OF_ORDER), "allow") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_ORDER),
				 errmsg("version %s comes before version %s, which is applied already",
						migration->version, newest->version),
				 errhint("Give it a version above %s, or call apply with out_of_order => true.",
						 newest->version)));
	return psprintf("out of order, after version %s", newest->version);
}

/* ---------- its scripts ---------- */

static Script *
parse_check(const NewMigration *migration)
{
	Script *check;

	if (migration->check_sql == NULL)
		return NULL;
	check = parse_script(psprintf("check of %s", migration->label), migration->check_sql);
	if (check->count != 1 || check->statements[0].kind != T_SelectStmt)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT), errmsg("the %s is not one SELECT", check->label),
				 errhint("Write one SELECT whose first column is true when all is well.")));
	return check;
}

/* The down script too: the day it is needed is no day to find that it cannot run. */
static void
parse_scripts(NewMigration *migration, Scripts *scripts)
{
	scripts->up = parse_script(migration->label, migration->up);
	if (scripts->up->count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("the script of %s holds no statement", migration->label),
				 errhint("Check how the file was read: it is empty, or all of it is a comment.")));
	if (migration->down != NULL)
		(void) parse_script(psprintf("down script of %s", migration->label), migration->down);
	scripts->check = parse_check(migration);
	migration->token_checksum = token_checksum(migration->up);
}

void
parse_whole(NewMigration *migration)
{
	Scripts scripts;

	parse_scripts(migration, &scripts);
}

/* A repeatable one makes the same thing again, and never in the place of an older one. */
static void
begin_bringing_back(const NewMigration *migration, const RegisteredMigration *known)
{
	if (migration->version != NULL && known != NULL && known->taken_back != NULL)
		bring_back_begin(migration->key);
	else
		bring_back_nothing();
}

typedef struct UnitWork
{
	Attempt *attempt;
	NewMigration *migration;
	const RegisteredMigration *known;
	const Scripts *scripts;
	instr_time start;
	char *order; /* what is not in order with it, or NULL */
} UnitWork;

/* By the permits it brings: what is refused needs no lock. */
static List *
look_ahead(Attempt *attempt, const NewMigration *migration, const Scripts *scripts)
{
	List *locks;

	attempt->guarded =
		guard_enter_migration(migration->title, migration->permits, migration->reason);
	locks = foresee_locks_of_permitted(list_make1(scripts->up));
	guard_leave_migration(attempt->guarded);
	attempt->guarded = NULL;
	return locks;
}

static void
record_applied(const UnitWork *unit)
{
	NewMigration *migration = unit->migration;
	HistoryRow row = {0};
	instr_time taken;

	INSTR_TIME_SET_CURRENT(taken);
	INSTR_TIME_SUBTRACT(taken, unit->start);
	migration->seconds = INSTR_TIME_GET_DOUBLE(taken);
	migration->statements = unit->attempt->run.statements;
	migration->rows = unit->attempt->run.rows;
	save_applied(migration);
	row.event = "apply";
	row.version = migration->title;
	row.subject = migration->name;
	row.reason = migration->reason;
	row.detail = unit->order;
	(void) record_history(&row);
}

static void
run_scripts(void *arg)
{
	UnitWork *unit = arg;
	Attempt *attempt = unit->attempt;
	NewMigration *migration = unit->migration;
	const RegisteredMigration *known = unit->known;
	const Scripts *scripts = unit->scripts;
	bool differs = known != NULL && known->taken_back != NULL &&
		strcmp(known->taken_back, migration->checksum) != 0;
	ScriptScope scope;

	set_restore_point(migration->title, migration->permits, NULL);
	attempt->guarded =
		guard_enter_migration(migration->title, migration->permits, migration->reason);
	journal_begin();
	begin_bringing_back(migration, known);
	enter_script_scope(&scope);
	run_script(&attempt->run, scripts->up);
	/* another script than the one rolled back has not asked for more than it makes */
	bring_back_rest(differs);
	if (scripts->check != NULL)
		run_check(&attempt->run, scripts->check);
	check_deferred_constraints(&attempt->run, scripts->up->label);
	migration->row_changes = row_changes_as_jsonb();
	leave_script_scope(&scope);
	if (migration->down == NULL)
		migration->inverse = journal_as_jsonb();
	guard_finish_migration(attempt->guarded);
	guard_leave_migration(attempt->guarded);
	attempt->guarded = NULL;
	record_applied(unit);
}

/* ---------- all of it ---------- */

const char *
run_unit(Attempt *attempt, NewMigration *migration, const RegisteredMigration *known,
		 const RegisteredMigration *newest)
{
	Scripts scripts;
	UnitWork work = {attempt, migration, known, &scripts};
	char *why_not;

	attempt_is_at(attempt, migration->title, migration->name);
	check_scheme(migration, newest);
	why_not = not_meant_for_here(migration);
	if (why_not != NULL)
		return skip(migration, why_not);
	work.order = check_order(migration, newest);

	INSTR_TIME_SET_CURRENT(work.start);
	parse_scripts(migration, &scripts);
	check_gates(migration);
	return run_behind_locks(attempt, look_ahead(attempt, migration, &scripts), run_scripts, &work)
		? OUTCOME_APPLIED
		: OUTCOME_NOT_LOCKED;
}
