/*
 * dry_run.c
 *		safemig.dry_run(): runs a script as apply does, measures each statement, and
 *		takes all of it back.  What is measured is measure.c's, what cannot be taken
 *		back left_behind.c's and session_state.c's; what it will lock is told by
 *		locks_ahead.c, and the rows are dry_run_rows.c's.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/instrument.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/apart.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/owner.h"
#include "base/settings.h"
#include "base/text_list.h"
#include "guard/migration.h"
#include "lint/dry_run.h"
#include "lint/left_behind.h"
#include "migrate/attempt.h"
#include "migrate/bring_back.h"
#include "migrate/checksum.h"
#include "migrate/journal.h"

/* ---------- before ---------- */

static void
refuse_what_stays(const Script *script)
{
	for (int i = 0; i < script->count; i++)
	{
		const ScriptStatement *statement = &script->statements[i];

		if (statement->beyond_rollback != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_SCRIPT),
					 errmsg("statement %d cannot be dry run: %s %s", i + 1,
							GetCommandTagName(statement->command), statement->beyond_rollback),
					 errdetail("No rollback takes that back. Nothing was run."),
					 errhint("Leave it out of what is dry run."),
					 at_script(script, i + 1, statement->offset)));
	}
}

static void
take_apart(DryRun *dry, const char *text)
{
	dry->text = text;
	dry->script = parse_script("dry run", text);
	if (dry->script->count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT), errmsg("the script holds no statement"),
				 errhint("Check how the file was read: it is empty, or all of it is a comment.")));
	refuse_what_stays(dry->script);
	dry->measured =
		MemoryContextAllocHuge(CurrentMemoryContext, dry->script->count * sizeof(Measured));
	memset(dry->measured, 0, dry->script->count * sizeof(Measured));
}

/* ---------- limits ---------- */

/*
 * Never longer than the setting says, whatever the session or the script has set.
 * As a SET, since GUC_ACTION_SAVE may not follow one of the script's at the same
 * nest level; the end of the script's scope takes either back.
 */
static void
limit_lock_wait(const DryRun *dry)
{
	if (LockTimeout > 0 && LockTimeout <= dry->lock_wait)
		return;
	(void) set_config_option("lock_timeout", psprintf("%d", dry->lock_wait), PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SET, true, 0, false);
}

static void
find_limits(DryRun *dry)
{
	dry->lock_wait = (int) setting_amount(SETTING_DRY_RUN_LOCK_WAIT);
	dry->run.deadline =
		TimestampTzPlusMilliseconds(GetCurrentTimestamp(), setting_amount(SETTING_DRY_RUN_TIME));
}

/*
 * A statement that took too long has its row, but a cancel is meant for the whole
 * call.  When it was the caller's own time that ended, his timer, put back, ends
 * the call by itself.
 */
static bool
is_meant_for_call(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_QUERY_CANCELED &&
		strcmp(error->message, _("canceling statement due to statement timeout")) != 0;
}

/* ---------- running ---------- */

static void
before_statement(ScriptRun *run, void *arg)
{
	DryRun *dry = arg;

	limit_lock_wait(dry);
	measure_from_here(dry->measurement, &dry->measured[run->current]);
}

static void
after_statement(ScriptRun *run, int64 rows, void *arg)
{
	DryRun *dry = arg;

	dry->measured[run->current].rows = rows;
	measured_to_here(dry->measurement);
}

/* In the order of apply's run_scripts(). */
static void
run_all(DryRun *dry)
{
	GuardedMigration *guarded = guard_enter_dry_run(dry->permits);
	ScriptScope scope;

	journal_begin();
	bring_back_nothing();
	enter_script_scope(&scope);
	run_script(&dry->run, dry->script);
	limit_lock_wait(dry);
	measure_from_here(dry->measurement, &dry->deferred);
	check_deferred_constraints(&dry->run, dry->script->label);
	measured_to_here(dry->measurement);
	leave_script_scope(&scope);
	guard_finish_migration(guarded);
	guard_leave_migration(guarded);
}

static void
note_failure(DryRun *dry)
{
	MemoryContext save = MemoryContextSwitchTo(dry->context);
	Measured *failed = measured_to_error(dry->measurement);

	dry->ran_out = GetCurrentTimestamp() >= dry->run.deadline;
	dry->error = CopyErrorData();
	FlushErrorState();
	if (failed != NULL)
		failed->error = dry->error;
	else
		dry->permits_error = dry->error;
	MemoryContextSwitchTo(save);
}

/* All of it is taken back, whether it failed or not. */
static void
run_and_take_back(DryRun *dry)
{
	MemoryContext work = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	uint64 wal_start = pgWalUsage.wal_bytes;
	List *sequences = look_at_sequences();
	SessionState *session = look_at_session();
	MemoryContext save = MemoryContextSwitchTo(dry->context);

	dry->measurement = begin_measuring();
	MemoryContextSwitchTo(save);
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(work);
	PG_TRY();
	{
		run_all(dry);
	}
	PG_CATCH();
	{
		note_failure(dry);
	}
	PG_END_TRY();
	end_measuring(dry->measurement);
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(work);
	CurrentResourceOwner = owner;

	put_session_back(session);
	if (dry->error != NULL && (!dry->measured[0].begun || is_meant_for_call(dry->error)))
		ReThrowError(dry->error);
	tell_what_is_left(sequences, dead_rows_left(dry->measurement),
					  pgWalUsage.wal_bytes - wal_start);
}

/* ---------- deferred constraints ---------- */

static void
check_constraints_alone(void *run)
{
	check_deferred_constraints(run, "the transaction around");
}

/*
 * The check fires what the transaction around had deferred as well.  When that
 * fails by itself, the script need not be to blame.
 */
static void
blame_for_deferred(DryRun *dry)
{
	if (dry->deferred.error == NULL || dry->deferred.error->sqlerrcode == ERRCODE_QUERY_CANCELED)
		return;
	find_limits(dry);
	dry->others_fail = try_apart(check_constraints_alone, &dry->run) != NULL;
}

/* ---------- on record ---------- */

/*
 * For the gate require_dry_run.  The clock is asked anew, as by apply, so that
 * the two can be compared within one transaction.
 */
static void
record_pass(const DryRun *dry)
{
	Oid types[9] = {TEXTOID, TEXTOID,	TEXTOID,	  TEXTOID, TEXTOID,
					INT8OID, FLOAT8OID, TEXTARRAYOID, TEXTOID};
	Datum values[9];
	double seconds = dry->deferred.seconds;

	for (int i = 0; i < dry->script->count; i++)
		seconds += dry->measured[i].seconds;
	values[0] = CStringGetTextDatum(text_checksum(dry->text));
	values[1] = CStringGetTextDatum(token_checksum(dry->text));
	values[2] = CStringGetTextDatum(database_mark());
	values[3] = CStringGetTextDatum(GetUserNameFromId(GetSessionUserId(), false));
	values[4] = CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
	values[5] = Int64GetDatum(dry->script->count);
	values[6] = Float8GetDatum(seconds);
	values[7] = text_array(dry->permits);
	values[8] = CStringGetTextDatum(schemas_searched());
	(void) execute_as_owner(
		"INSERT INTO safemig.dry_run_record (checksum, token_checksum, bound_to, session_role,"
		" role, statements, duration, permits, schemas, at)"
		" SELECT $1, $2, $3, $4, $5, $6, make_interval(secs => $7), $8, $9, clock_timestamp()",
		9, types, values, NULL);
	(void) execute_as_owner("DELETE FROM safemig.dry_run_record WHERE id IN (SELECT r.id"
							" FROM safemig.dry_run_record r WHERE r.at < now() - interval '90 days'"
							" FOR UPDATE SKIP LOCKED)",
							0, NULL, NULL, NULL);
}

/* ---------- the call ---------- */

PG_FUNCTION_INFO_V1(safemig_dry_run);
PGDLLEXPORT Datum safemig_dry_run(PG_FUNCTION_ARGS);

Datum
safemig_dry_run(PG_FUNCTION_ARGS)
{
	DryRun *dry = palloc0(sizeof(DryRun));
	ScriptWatcher watcher = {before_statement, after_statement, dry};

	PreventCommandIfReadOnly("safemig.dry_run()");
	InitMaterializedSRF(fcinfo, 0);
	dry->context = CurrentMemoryContext;
	dry->permits = text_list(fcinfo, 1, "the array of permits");
	take_apart(dry, required_text(fcinfo, 0, "the script"));
	check_caller(new_attempt("safemig.dry_run()"));
	dry->findings = findings_of_script(dry->text, dry->script->count);
	tell_locks_ahead(dry->script);
	dry->run.title = "dry run";
	dry->run.current = -1;
	dry->run.watcher = &watcher;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	find_limits(dry);
	run_and_take_back(dry);
	blame_for_deferred(dry);
	if (dry->error == NULL)
		record_pass(dry);
	SPI_finish();
	put_rows((ReturnSetInfo *) fcinfo->resultinfo, dry);
	return (Datum) 0;
}
