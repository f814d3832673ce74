/*
 * migrate.c
 *		CALL safemig.migrate(): all that waits, in order, each in a transaction of its
 *		own; or inside a transaction block all in that one.
 *
 *		Between two transactions, while another runner is at work, and before its locks
 *		are asked for anew, nothing is held: no snapshot, no lock.  So the registry is read anew behind each lock.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "migrate/baseline.h"
#include "migrate/compare.h"
#include "migrate/given.h"
#include "migrate/locks.h"
#include "migrate/runner.h"
#include "migrate/unit.h"

typedef struct MigrateCall
{
	Attempt *attempt;
	char *target; /* or NULL */
	char *target_key;
	bool has_turn;			/* of the runners */
	bool begun;				/* the log was looked at as a whole */
	bool done;				/* nothing waits any more */
	LockPatience *patience; /* NULL in one transaction, which pauses in its midst */
	bool not_locked;		/* the last step is to be tried anew */
	char *just_applied;		/* the label of what the last step has run, or NULL */
	int64 applied;
} MigrateCall;

/* ---------- before the first one ---------- */

/* The scripts on record are what a later comparison rests on. */
static void
verify_stored_scripts(void)
{
	List *changed = applied_and_written_to();

	if (changed != NIL)
		refuse_written_to(changed);
}

/* What was registered is what was looked at, and approved. */
static void
verify_waiting(Attempt *attempt, const RegisteredMigration *next)
{
	if (!is_written_to(next))
		return;
	attempt_is_at(attempt, next->title, next->name);
	ereport(ERROR,
			(errcode(ERRCODE_MIGRATION_CHANGED),
			 errmsg("the script on record was changed after it was registered: %s", next->label),
			 errdetail("Somebody wrote to the table %s.migration.", SAFEMIG_NAME),
			 errhint("Register it again, with the script that is to run.")));
}

static void
begin_once(MigrateCall *call)
{
	if (call->begun)
		return;
	require_target(call->target, call->target_key);
	verify_stored_scripts();
	let_wanted_wait(environment_name(current_environment()), seeds_are_wanted());
}

/* ---------- one after the other ---------- */

static void
migrate_next(void *arg)
{
	MigrateCall *call = arg;
	RegisteredMigration *next;
	const char *outcome;

	call->just_applied = NULL;
	call->not_locked = false;
	check_caller(call->attempt);
	if (!call->has_turn)
		refuse_turn();
	begin_once(call);
	next = next_pending(call->target_key);
	if (next == NULL)
	{
		call->done = true;
		return;
	}
	if (next->version != NULL && call->applied == 0)
		demand_baseline();
	verify_waiting(call->attempt, next);
	outcome = run_unit(call->attempt, given_by_registry(next), next, newest_applied());
	call->not_locked = strcmp(outcome, OUTCOME_NOT_LOCKED) == 0;
	if (strcmp(outcome, OUTCOME_APPLIED) != 0)
		return;
	call->just_applied = MemoryContextStrdup(call->attempt->context, next->label);
	call->attempt->version = MemoryContextStrdup(call->attempt->context, next->title);
	call->attempt->name = MemoryContextStrdup(call->attempt->context, next->name);
	call->applied++;
}

static void
tell_applied(const MigrateCall *call)
{
	if (call->just_applied != NULL)
		ereport(NOTICE, (errmsg("%s is applied", call->just_applied)));
}

/* The attempt's counters are those of one migration. */
static void
step(MigrateCall *call)
{
	call->attempt = new_attempt("safemig.migrate()");
	call->attempt->patience = call->patience;
	make_attempt(call->attempt, migrate_next, call);
	/* not before: what is rolled back to be tried again has begun nothing */
	call->begun = true;
}

static void
migrate_in_one_transaction(MigrateCall *call)
{
	while (!call->done)
	{
		lock_runner();
		call->has_turn = true;
		step(call);
		tell_applied(call);
	}
}

/* ON COMMIT actions and the like fail this late, and take the version with them. */
static void
commit_step(const MigrateCall *call)
{
	PG_TRY();
	{
		SPI_commit();
	}
	PG_CATCH();
	{
		if (call->just_applied != NULL)
			record_failed_commit(call->attempt);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * SPI_commit() lets go of the snapshot that the server made for the CALL; the
 * wait is without one, and the work has one of its own.
 */
static void
migrate_one_by_one(MigrateCall *call)
{
	MemoryContext work =
		AllocSetContextCreate(CurrentMemoryContext, "one migration", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(work);

	SPI_commit();
	while (!call->done)
	{
		call->has_turn = lock_runner_without_snapshot();
		EnsurePortalSnapshotExists();
		MemoryContextSwitchTo(work);
		step(call);
		commit_step(call);
		tell_applied(call);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(work);
		if (call->not_locked)
			pause_for_locks(call->patience);
		else
			renew_patience(call->patience);
	}
}

static void
tell_outcome(const MigrateCall *call)
{
	if (call->applied == 0)
		ereport(NOTICE, (errmsg("nothing waits to be applied")));
}

PG_FUNCTION_INFO_V1(safemig_migrate);
PGDLLEXPORT Datum safemig_migrate(PG_FUNCTION_ARGS);

Datum
safemig_migrate(PG_FUNCTION_ARGS)
{
	bool atomic = fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic || IsSubTransaction();
	MigrateCall *call;

	PreventCommandIfReadOnly("safemig.migrate()");
	if (SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	call = palloc0(sizeof(MigrateCall));
	call->patience = atomic ? NULL : new_patience(false);
	call->target = optional_text(fcinfo, 0);
	if (call->target != NULL)
		call->target_key = key_of_title(call->target);
	if (atomic)
		migrate_in_one_transaction(call);
	else
		migrate_one_by_one(call);
	tell_outcome(call);
	SPI_finish();
	PG_RETURN_VOID();
}
