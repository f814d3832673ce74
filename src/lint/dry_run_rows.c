/*
 * dry_run_rows.c
 *		What a dry run returns: a row for each statement, in the order of the script,
 *		also for those that an error kept from running; and one for the deferred
 *		constraints.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "base/settings.h"
#include "base/text_list.h"
#include "lint/dry_run.h"
#include "lint/lint.h"

enum
{
	COLUMN_STATEMENT,
	COLUMN_LINE,
	COLUMN_COMMAND,
	COLUMN_DURATION,
	COLUMN_ROWS,
	COLUMN_LOCKS,
	COLUMN_REWRITES,
	COLUMN_WAL_BYTES,
	COLUMN_EFFECTS,
	COLUMN_FINDINGS,
	COLUMN_ERROR,
	COLUMN_COUNT
};

typedef struct Row
{
	Datum values[COLUMN_COUNT];
	bool nulls[COLUMN_COUNT];
} Row;

/* ---------- findings ---------- */

List **
findings_of_script(const char *text, int statements)
{
	List **findings = MemoryContextAllocHuge(CurrentMemoryContext, statements * sizeof(List *));
	ListCell *lc;

	memset(findings, 0, statements * sizeof(List *));
	foreach(lc, lint_script(text))
	{
		Finding *finding = lfirst(lc);
		int index = finding->statement - 1;

		if (index >= 0 && index < statements)
			findings[index] =
				lappend(findings[index], psprintf("%s: %s", finding->rule->id, finding->message));
	}
	return findings;
}

/* ---------- errors ---------- */

static void
append_part(StringInfo out, const char *title, const char *text)
{
	if (text != NULL)
		appendStringInfo(out, "\n%s:  %s", title, text);
}

static char *
hint_of(const DryRun *dry, const ErrorData *error)
{
	if (error->hint != NULL)
		return error->hint;
	if (error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE)
		return psprintf("The setting %s says how long a dry run waits for a lock.",
						setting_name(SETTING_DRY_RUN_LOCK_WAIT));
	if (error->sqlerrcode == ERRCODE_QUERY_CANCELED && dry->ran_out)
		return psprintf("The setting %s says how long all of a dry run may take.",
						setting_name(SETTING_DRY_RUN_TIME));
	return NULL;
}

/* As psql prints it, behind its SQLSTATE. */
static char *
error_in_words(const DryRun *dry, const ErrorData *error)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s: %s", unpack_sql_state(error->sqlerrcode), error->message);
	append_part(&out, "DETAIL", error->detail);
	append_part(&out, "HINT", hint_of(dry, error));
	append_part(&out, "CONTEXT", error->context);
	if (dry->others_fail)
		append_part(&out, "NOTE",
					"What the transaction around the dry run has deferred fails by itself, "
					"without the script.");
	return out.data;
}

/* ---------- rows ---------- */

static void
set(Row *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

static Datum
interval_of(double seconds)
{
	Interval *interval = palloc0(sizeof(Interval));

	interval->time = (TimeOffset) (seconds * USECS_PER_SEC);
	return IntervalPGetDatum(interval);
}

/* Rows, files and effects of a statement that failed are not there to be counted. */
static void
set_measured(Row *row, const DryRun *dry, const Measured *measured)
{
	if (!measured->begun)
		return;
	set(row, COLUMN_DURATION, interval_of(measured->seconds));
	set(row, COLUMN_WAL_BYTES, Int64GetDatum((int64) measured->wal_bytes));
	set(row, COLUMN_LOCKS,
		DirectFunctionCall1(jsonb_in, CStringGetDatum(locks_in_words(measured))));
	set(row, COLUMN_EFFECTS, text_array(measured->effects));
	if (measured->error != NULL)
	{
		set(row, COLUMN_ERROR, CStringGetTextDatum(error_in_words(dry, measured->error)));
		return;
	}
	set(row, COLUMN_ROWS, Int64GetDatum(measured->rows));
	set(row, COLUMN_REWRITES, text_array(rewrites_in_words(measured)));
}

static void
clear(Row *row)
{
	memset(row->nulls, true, sizeof(row->nulls));
}

static void
put(ReturnSetInfo *result, Row *row)
{
	tuplestore_putvalues(result->setResult, result->setDesc, row->values, row->nulls);
}

/* The newlines between two places of the text. */
static int
lines_between(const char *from, const char *to)
{
	int lines = 0;

	for (const char *at = from; at < to; at++)
		if (*at == '\n')
			lines++;
	return lines;
}

static void
put_statements(ReturnSetInfo *result, const DryRun *dry)
{
	const Script *script = dry->script;
	const char *at = script->text;
	int line = 1;
	Row row;

	for (int i = 0; i < script->count; i++)
	{
		const char *start = script->text + script->statements[i].offset;

		CHECK_FOR_INTERRUPTS();
		clear(&row);
		line += lines_between(at, start);
		at = start;
		set(&row, COLUMN_STATEMENT, Int32GetDatum(i + 1));
		set(&row, COLUMN_LINE, Int32GetDatum(line));
		set(&row, COLUMN_COMMAND,
			CStringGetTextDatum(GetCommandTagName(script->statements[i].command)));
		set(&row, COLUMN_FINDINGS, text_array(dry->findings[i]));
		set_measured(&row, dry, &dry->measured[i]);
		put(result, &row);
	}
}

/* Those who look for errors look at every row. */
void
put_rows(ReturnSetInfo *result, const DryRun *dry)
{
	Row row;

	put_statements(result, dry);
	if (!dry->deferred.begun)
		return;
	clear(&row);
	set(&row, COLUMN_COMMAND, CStringGetTextDatum("deferred constraints"));
	set_measured(&row, dry, &dry->deferred);
	put(result, &row);
	if (dry->permits_error == NULL)
		return;
	clear(&row);
	set(&row, COLUMN_COMMAND, CStringGetTextDatum("permits"));
	set(&row, COLUMN_ERROR, CStringGetTextDatum(error_in_words(dry, dry->permits_error)));
	put(result, &row);
}
