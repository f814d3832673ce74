/*
 * run.c
 *		Runs a script that script.c has taken apart.  An error comes out as the
 *		server's own, with the cursor in the script and a line of context that says
 *		which statement, line and column.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "tcop/dest.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "migrate/journal.h"
#include "migrate/run.h"
#include "undo/capture.h"

#define ACTIVITY_SHOWN 1000 /* bytes of a statement that pg_stat_activity gets */

/* The statement timer of the call itself, which is never to be lengthened. */
typedef struct OuterTimer
{
	bool armed;
	TimestampTz finish;
	int setting;
	int script_limit;	  /* ms, of statement_timeout_apply */
	TimestampTz deadline; /* of the run, or 0 */
} OuterTimer;

/* ---------- what is put back ---------- */

void
enter_script_scope(ScriptScope *scope)
{
	GetUserIdAndSecContext(&scope->user, &scope->security);
	scope->guc_level = NewGUCNestLevel();
}

/*
 * A SET without LOCAL would outlive the script in a pooled connection, so every
 * kind of SET ends here, SET ROLE with them.
 */
void
leave_script_scope(const ScriptScope *scope)
{
	AtEOXact_GUC(false, scope->guc_level);
	SetUserIdAndSecContext(scope->user, scope->security);
}

/* ---------- the statement timer ---------- */

static void
look_at_timer(OuterTimer *outer, const ScriptRun *run)
{
	outer->armed = get_timeout_active(STATEMENT_TIMEOUT);
	outer->finish = outer->armed ? get_timeout_finish_time(STATEMENT_TIMEOUT) : 0;
	outer->setting = StatementTimeout;
	outer->script_limit = (int) setting_amount(SETTING_STATEMENT_TIMEOUT_APPLY);
	outer->deadline = run->deadline;
}

static void
restore_timer(const OuterTimer *outer)
{
	if (outer->armed)
		enable_timeout_at(STATEMENT_TIMEOUT, outer->finish);
	else if (get_timeout_active(STATEMENT_TIMEOUT))
		disable_timeout(STATEMENT_TIMEOUT, false);
}

/* Of two points in time; 0 is never. */
static TimestampTz
sooner(TimestampTz one, TimestampTz other)
{
	return one == 0 ? other : Min(one, other);
}

/*
 * To the server the whole script is one statement, so it would neither start
 * the timer anew nor obey a SET statement_timeout in the script.
 */
static void
start_timer(const OuterTimer *outer)
{
	int limit = outer->script_limit;
	TimestampTz finish = outer->deadline;

	if (StatementTimeout != outer->setting && StatementTimeout > 0)
		limit = limit > 0 ? Min(limit, StatementTimeout) : StatementTimeout;
	if (limit > 0)
		finish = sooner(finish, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), limit));
	if (finish == 0)
	{
		restore_timer(outer);
		return;
	}
	if (outer->armed)
		finish = sooner(finish, outer->finish);
	enable_timeout_at(STATEMENT_TIMEOUT, finish);
}

/* ---------- errors ---------- */

static const ScriptStatement *
current_statement(const ScriptRun *run)
{
	return &run->script->statements[run->current];
}

static char *
place_of_run(const ScriptRun *run, int offset)
{
	return place_in_words(run->script, run->current + 1, offset);
}

static void
add_context(void *arg)
{
	const ScriptRun *run = arg;

	errcontext("%s", place_of_run(run, current_statement(run)->offset));
}

/* The first occurrence of a piece of context, replaced; or the context as it is. */
static char *
replace_context(char *context, const char *old_part, const char *new_part)
{
	char *found = context == NULL ? NULL : strstr(context, old_part);

	if (found == NULL)
		return context;
	return psprintf("%.*s%s%s", (int) (found - context), context, new_part,
					found + strlen(old_part));
}

/* SPI's line of context with the statement, which is at the place that the next line names. */
static char *
without_echo(char *context, const char *sent, const char *place)
{
	return replace_context(context, psprintf("SQL statement \"%s\"\n%s", sent, place), place);
}

/* Where the server's own hint would be one for a transaction of the user's. */
static void
add_hint(ErrorData *error)
{
	if (error->sqlerrcode == ERRCODE_UNSAFE_NEW_ENUM_VALUE_USAGE)
		error->hint = "Add the value in a version of its own, which is committed before this one.";
	else if (error->sqlerrcode == ERRCODE_INVALID_TRANSACTION_TERMINATION && error->hint == NULL)
		error->hint =
			"Leave out what ends the transaction: the migration is one, or a part of the caller's.";
}

/*
 * SPI gives the position in the statement it was sent, and for an error that has
 * none the beginning is taken: both become a cursor in the script.  An error
 * further down, in a function, keeps its own cursor.
 */
static void
move_error_into_script(const ScriptRun *run, const char *sent, ErrorData *error)
{
	const ScriptStatement *statement = current_statement(run);
	int offset = statement->offset;
	char *line = place_of_run(run, offset);

	error->context = without_echo(error->context, sent, line);
	if (error->internalquery != NULL)
	{
		if (error->internalpos <= 0 || strcmp(error->internalquery, sent) != 0)
			return;
		offset = statement->from + pg_mbcharcliplen(sent, strlen(sent), error->internalpos - 1);
		error->context = replace_context(error->context, line, place_of_run(run, offset));
	}
	cursor_in_script(run->script, offset, &error->internalquery, &error->internalpos);
}

/* ---------- statements ---------- */

static void
show_activity(const ScriptRun *run)
{
	const ScriptStatement *statement = current_statement(run);
	const char *start = run->script->text + statement->offset;
	int length = pg_mbcliplen(start, statement->from + statement->length - statement->offset,
							  ACTIVITY_SHOWN);
	char *activity = psprintf("%s %s statement %d of %d: %.*s", SAFEMIG_NAME, run->title,
							  run->current + 1, run->script->count, length, start);

	pgstat_report_activity(STATE_RUNNING, activity);
	pfree(activity);
}

/*
 * Rows that a receiver of NULL gets are in SPI_tuptable.  An error in the body of
 * a function is moved to where the body stands in what the client sent, as the
 * server believes; that is the statement here.
 */
static int
execute(const char *statement, DestReceiver *receiver)
{
	SPIExecuteOptions options = {0};
	Portal portal = ActivePortal;
	const char *sent_by_client = portal ? portal->sourceText : NULL;
	volatile int code = 0;

	options.dest = receiver;
	PG_TRY();
	{
		if (portal != NULL)
			portal->sourceText = statement;
		code = SPI_execute_extended(statement, &options);
	}
	PG_FINALLY();
	{
		if (portal != NULL)
			portal->sourceText = sent_by_client;
	}
	PG_END_TRY();

	/* the script was searched for these before, so a setting changed its meaning */
	if (code < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("the statement cannot stand in a migration script"),
				 errdetail_internal("%s", SPI_result_code_string(code))));
	return code;
}

static int
run_statement(ScriptRun *run, const OuterTimer *outer, DestReceiver *receiver)
{
	MemoryContext context = CurrentMemoryContext;
	char *sent = statement_text(run->script, current_statement(run));
	ErrorContextCallback callback;
	volatile int code = 0;

	CHECK_FOR_INTERRUPTS();
	show_activity(run);
	captured_statement_begins(sent);
	start_timer(outer);
	callback.callback = add_context;
	callback.arg = run;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	PG_TRY();
	{
		code = execute(sent, receiver);
	}
	PG_CATCH();
	{
		ErrorData *error;

		captured_statement_begins(NULL);
		restore_timer(outer);
		pgstat_report_activity(STATE_RUNNING, debug_query_string);
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		move_error_into_script(run, sent, error);
		add_hint(error);
		ReThrowError(error);
	}
	PG_END_TRY();
	error_context_stack = callback.previous;
	/* what comes between two statements is ours, and not to be cancelled by their limit */
	restore_timer(outer);
	captured_statement_begins(NULL);
	pfree(sent);
	return code;
}

void
run_script(ScriptRun *run, const Script *script)
{
	OuterTimer outer;

	look_at_timer(&outer, run);
	run->script = script;
	for (run->current = 0; run->current < script->count; run->current++)
	{
		int code;
		bool only_read;
		int64 rows;

		journal_statement(run->current + 1);
		if (run->watcher)
			run->watcher->before(run, run->watcher->arg);
		code = run_statement(run, &outer, None_Receiver);
		only_read = current_statement(run)->kind == T_SelectStmt &&
			code == SPI_OK_UTILITY; /* so SPI calls a query whose rows nobody gets */
		rows = only_read ? 0 : SPI_processed;

		run->statements++;
		run->rows += rows;
		if (run->watcher)
			run->watcher->after(run, rows, run->watcher->arg);
	}
	run->current = -1;
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
}

/* ---------- after the last one ---------- */

/* What the rows of a check say: NULL for "it holds". */
static const char *
verdict_of_check(void)
{
	if (SPI_tuptable->tupdesc->natts < 1)
		return "it returned no column";
	if (SPI_gettypeid(SPI_tuptable->tupdesc, 1) != BOOLOID)
		return "its first column is not of type boolean";
	if (SPI_processed == 0)
		return "it returned no row";
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool isnull;
		Datum value = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		if (isnull)
			return "it returned null";
		if (!DatumGetBool(value))
			return "it returned false";
	}
	return NULL;
}

void
run_check(ScriptRun *run, const Script *check)
{
	OuterTimer outer;
	const char *wrong;

	look_at_timer(&outer, run);
	run->script = check;
	run->current = 0;
	if (run_statement(run, &outer, NULL) != SPI_OK_SELECT)
		wrong = "it returns no rows";
	else
		wrong = verdict_of_check();
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
	if (wrong != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("the %s did not hold: %s", check->label, wrong),
				 errdetail("All of the migration is undone."),
				 at_script(check, 1, check->statements[0].offset)));
	SPI_freetuptable(SPI_tuptable);
	run->current = -1;
}

#define ALL_NOW "SET CONSTRAINTS ALL IMMEDIATE"

static void
add_label(void *arg)
{
	errcontext("%s", (const char *) arg);
}

/* No statement is to blame, and the one that asks is ours. */
void
check_deferred_constraints(const ScriptRun *run, const char *label)
{
	MemoryContext context = CurrentMemoryContext;
	char *place = psprintf("%s, deferred constraints", label);
	ErrorContextCallback callback;
	OuterTimer outer;

	callback.callback = add_label;
	callback.arg = place;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	look_at_timer(&outer, run);
	PG_TRY();
	{
		start_timer(&outer);
		(void) execute(ALL_NOW, None_Receiver);
	}
	PG_CATCH();
	{
		ErrorData *error;

		restore_timer(&outer);
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		error->context = without_echo(error->context, ALL_NOW, place);
		ReThrowError(error);
	}
	PG_END_TRY();
	restore_timer(&outer);
	error_context_stack = callback.previous;
}
