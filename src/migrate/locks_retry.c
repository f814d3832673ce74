/*
 * locks_retry.c
 *		Asks for the locks of a migration until it has them or its patience is over,
 *		holding nothing in between; and begins a script anew that met a lock on its
 *		way.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/pg_prng.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "migrate/locks.h"

#define FIRST_PAUSE 25.0 /* ms */
#define LONGEST_PAUSE 200.0
#define PAUSE_GROWTH 1.3

/* One try */
typedef struct LockedTry
{
	Attempt *attempt;
	LockPatience *patience;
	List *locks;
	void (*work)(void *arg);
	void *arg;
	bool has_locks;
	bool stays; /* it did what no rollback takes back, so it cannot begin anew */
} LockedTry;

/* ---------- patience ---------- */

LockPatience *
new_patience(bool pauses_itself)
{
	LockPatience *patience = palloc0(sizeof(LockPatience));

	patience->context = CurrentMemoryContext;
	patience->pauses_itself = pauses_itself;
	renew_patience(patience);
	return patience;
}

/* Those who outlived a queue may still be there, so they stay known. */
void
renew_patience(LockPatience *patience)
{
	patience->asked_since = 0;
	patience->failures = 0;
	patience->pause = FIRST_PAUSE;
	patience->is_missing = false;
}

/* With jitter, lest two that met once go on meeting. */
void
pause_for_locks(LockPatience *patience)
{
	double share = 0.5 + pg_prng_double(&pg_global_prng_state);

	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 (long) (patience->pause * share), PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	patience->pause = Min(patience->pause * PAUSE_GROWTH, LONGEST_PAUSE);
}

static bool
has_time_left(const LockPatience *patience)
{
	return GetCurrentTimestamp() <
		TimestampTzPlusMilliseconds(patience->asked_since, setting_amount(SETTING_LOCK_WAIT));
}

/* ---------- giving up ---------- */

static char *
hint_of(Setting setting, const char *way_to_end)
{
	return psprintf("%s; the setting %s says how %s.",
					way_to_end ? way_to_end : "Try again when less is going on",
					setting_name(setting),
					setting == SETTING_LOCK_WAIT ? "long to wait" : "often to try again");
}

pg_noreturn static void
give_up_asking(const LockPatience *patience)
{
	char *way_to_end = NULL;
	char *blockers = blockers_in_words(patience, &way_to_end);

	ereport(ERROR,
			(errcode(ERRCODE_LOCK_UNAVAILABLE),
			 errmsg("could not lock %s within %s", patience->missing_name,
					setting_text(SETTING_LOCK_WAIT)),
			 errdetail("%s", blockers ? blockers : "Who was in the way has just gone."),
			 errhint("%s", hint_of(SETTING_LOCK_WAIT, way_to_end))));
}

/* The server's own error, with its place in the script, and what it does not say. */
pg_noreturn static void
give_up_script(const LockPatience *patience, ErrorData *error)
{
	char *way_to_end = NULL;
	char *blockers = blockers_in_words(patience, &way_to_end);

	error->sqlerrcode = ERRCODE_LOCK_UNAVAILABLE;
	error->message = patience->failures > 1
		? psprintf("could not get a lock in %d tries: %s", patience->failures, error->message)
		: psprintf("could not get a lock: %s", error->message);
	if (blockers != NULL)
		error->detail = error->detail ? psprintf("%s\n%s", error->detail, blockers) : blockers;
	error->hint = hint_of(SETTING_RETRIES, way_to_end);
	ReThrowError(error);
}

/* ---------- one try ---------- */

static void
show_activity(const LockedTry *try)
{
	char *activity;

	if (!try->patience->is_missing || try->patience->missing_name == NULL)
		return;
	activity = psprintf("%s %s waits for a lock on %s", SAFEMIG_NAME, try->attempt->version,
						try->patience->missing_name);
	pgstat_report_activity(STATE_RUNNING, activity);
	pfree(activity);
}

/* Where nobody has set a limit, what could not be foreseen must not stall others for ever. */
static int
limit_lock_wait(void)
{
	int level = NewGUCNestLevel();

	if (LockTimeout == 0)
		(void) set_config_option("lock_timeout",
								 psprintf("%d", (int) setting_amount(SETTING_LOCK_WAIT)),
								 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return level;
}

static void
watch_statement(ScriptRun *run, void *arg)
{
	LockedTry *try = arg;

	try->stays = try->stays || run->script->statements[run->current].beyond_rollback != NULL;
	watch_waits_of_statement();
}

static void
leave_statement(ScriptRun *run, int64 rows, void *arg)
{
}

static void
do_work(LockedTry *try)
{
	ScriptWatcher watcher = {watch_statement, leave_statement, try};
	int level = limit_lock_wait();

	try->attempt->run.watcher = &watcher;
	watch_waits(try->patience);
	try->work(try->arg);
	unwatch_waits();
	try->attempt->run.watcher = NULL;
	AtEOXact_GUC(false, level);
}

/* NULL: done.  Else its error, and nothing of it is left; the locks neither. */
static ErrorData *
try_once(LockedTry *try)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	try->has_locks = false;
	try->attempt->run.statements = 0;
	try->attempt->run.rows = 0;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		try->has_locks = take_locks(try->patience, try->locks);
		if (try->has_locks)
		{
			do_work(try);
			ReleaseCurrentSubTransaction();
		}
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		unwatch_waits();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		/* it went with the subtransaction */
		try->attempt->guarded = NULL;
		try->attempt->run.watcher = NULL;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return error;
}

/* ---------- again and again ---------- */

/* Of a try that was not done: raises an error, or it is worth another one. */
static void
judge_failure(LockedTry *try, ErrorData *error)
{
	LockPatience *patience = try->patience;

	if (error != NULL && !is_lock_error(error))
		ReThrowError(error);
	if (!try->has_locks)
	{
		if (!has_time_left(patience))
			give_up_asking(patience);
		show_activity(try);
		return;
	}
	if (patience->failures++ >= setting_amount(SETTING_RETRIES) || try->stays)
		give_up_script(patience, error);
	patience->asked_since = 0;
}

static bool
try_and_judge(LockedTry *try)
{
	ErrorData *error;

	if (try->patience->asked_since == 0)
		try->patience->asked_since = GetCurrentTimestamp();
	error = try_once(try);
	if (try->has_locks && error == NULL)
		return true;
	judge_failure(try, error);
	return false;
}

bool
run_behind_locks(Attempt *attempt, List *locks, void (*work)(void *arg), void *arg)
{
	LockedTry try = {.attempt = attempt, .locks = locks, .work = work, .arg = arg};

	try.patience = attempt->patience ? attempt->patience : new_patience(true);
	while (!try_and_judge(&try))
	{
		if (!try.patience->pauses_itself)
			return false;
		pause_for_locks(try.patience);
	}
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	return true;
}
