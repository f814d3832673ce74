/*
 * attempt.c
 *		What apply and rollback share around the scripts they run: the record of an
 *		error.  What writes does so in the subtransaction of run_behind_locks(), which
 *		has undone it by then; around it there is none, since the end of each costs
 *		more the more a transaction has done.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "audit/incident.h"
#include "base/errors.h"
#include "migrate/attempt.h"
#include "migrate/version.h"

static Attempt *at_work = NULL; /* the innermost, for a session that ends in it */

Attempt *
new_attempt(const char *function)
{
	Attempt *attempt = palloc0(sizeof(Attempt));

	attempt->function = function;
	attempt->run.current = -1;
	attempt->context = CurrentMemoryContext;
	return attempt;
}

/* The statement at work, or NULL: then the record holds what the client sent. */
static char *
statement_at_work(const Attempt *attempt)
{
	const ScriptRun *run = &attempt->run;

	if (run->script == NULL || run->current < 0 || run->current >= run->script->count)
		return NULL;
	return statement_text(run->script, &run->script->statements[run->current]);
}

static void
record(const Attempt *attempt, int sqlstate, const char *message, const char *hint)
{
	Incident incident = {0};

	incident.verdict = "failed";
	incident.sqlstate = sqlstate;
	incident.statement = statement_at_work(attempt);
	incident.message = message;
	incident.hint = hint;
	incident.version = attempt->version;
	incident.name = attempt->name;
	record_incident(&incident);
}

/*
 * A terminated backend, or one whose client has gone, passes no PG_CATCH.  The
 * callback runs before the server's own that aborts the transaction, since
 * callbacks go last in, first out.
 */
static void
record_end_of_session(int code, Datum arg)
{
	if (at_work == NULL || !IsTransactionState())
		return;
	MemoryContextSwitchTo(TopMemoryContext);
	record(at_work, 0, "the session ended before the migration did", NULL);
	at_work = NULL;
}

/* Once and for good: a script may register callbacks of its own behind it. */
static void
watch_end_of_session(void)
{
	static bool registered = false;

	if (registered)
		return;
	before_shmem_exit(record_end_of_session, (Datum) 0);
	registered = true;
}

static void
begin_attempt(Attempt *attempt)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	watch_end_of_session();
	attempt->outer = at_work;
	at_work = attempt;
}

static void
end_attempt(Attempt *attempt)
{
	at_work = attempt->outer;
	SPI_finish();
	MemoryContextSwitchTo(attempt->context);
	drain_incidents();
}

pg_noreturn static void
fail_attempt(Attempt *attempt)
{
	ErrorData *error;

	at_work = attempt->outer;
	MemoryContextSwitchTo(attempt->context);
	error = CopyErrorData();
	FlushErrorState();

	/* the abort that is to come would be too late: the record looks up names */
	LWLockReleaseAll();
	if (attempt->guarded != NULL)
		guard_leave_migration(attempt->guarded);
	record(attempt, error->sqlerrcode, error->message, error->hint);
	ReThrowError(error);
}

void
make_attempt(Attempt *attempt, void (*work)(void *arg), void *arg)
{
	begin_attempt(attempt);
	PG_TRY();
	{
		work(arg);
	}
	PG_CATCH();
	{
		fail_attempt(attempt);
	}
	PG_END_TRY();
	end_attempt(attempt);
}

/* The error stays what it is, and goes on. */
void
record_failed_commit(const Attempt *attempt)
{
	MemoryContext context = MemoryContextSwitchTo(attempt->context);
	ErrorData *error = CopyErrorData();

	record(attempt, error->sqlerrcode, error->message, error->hint);
	MemoryContextSwitchTo(context);
}

const char *
title_in_words(const char *title)
{
	ParsedVersion parsed;

	return parse_version(title, strlen(title), &parsed) == VERSION_OK
		? psprintf("version %s", title)
		: title;
}

/*
 * With a snapshot that outlasts the statement, the registry could not be read
 * again after the wait for another runner, and one version would run twice.
 */
void
check_caller(const Attempt *attempt)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_PLACE),
				 errmsg("%s needs the isolation level READ COMMITTED", attempt->function),
				 errdetail("With any other, what the runner before has done could not be seen."),
				 errhint("Begin the transaction with BEGIN ISOLATION LEVEL READ COMMITTED.")));
	if (guard_current_migration() != NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_WRONG_PLACE),
			 errmsg("%s cannot be called by the script of %s", attempt->function,
					guard_is_dry_run() ? "a dry run" : title_in_words(guard_current_migration())),
			 errhint("Call it for each version, one after the other.")));
}

/* ---------- lists of words ---------- */

List *
text_list(FunctionCallInfo fcinfo, int number, const char *what)
{
	Datum *elements;
	bool *nulls;
	int count;
	List *result = NIL;

	if (PG_ARGISNULL(number))
		return NIL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not hold a null", what),
					 errhint("Leave the null out of it.")));
		result = lappend(result, TextDatumGetCString(elements[i]));
	}
	return result;
}

char *
joined(List *words)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach(cell, words)
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", (char *) lfirst(cell));
	return text.data;
}

char *
schemas_searched(void)
{
	List *names = NIL;
	ListCell *cell;

	foreach(cell, fetch_search_path(false))
	{
		char *name = get_namespace_name(lfirst_oid(cell));

		if (name != NULL)
			names = lappend(names, name);
	}
	return joined(names);
}
