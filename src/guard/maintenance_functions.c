/*
 * maintenance_functions.c
 *		safemig.maintenance_on() and maintenance_off(), which every session hears of as
 *		it does of a setting.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/history.h"
#include "audit/session.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"

PG_FUNCTION_INFO_V1(safemig_maintenance_on);
PG_FUNCTION_INFO_V1(safemig_maintenance_off);
PGDLLEXPORT Datum safemig_maintenance_on(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_maintenance_off(PG_FUNCTION_ARGS);

static void
record_switch(const char *event, const char *message, const char *until)
{
	HistoryRow row = {0};

	row.event = event;
	row.reason = message;
	row.detail = until;
	(void) record_history(&row);
}

static void
save_mode(const char *message, bool has_until, TimestampTz until)
{
	Oid types[4] = {TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID};
	Datum values[4];

	values[0] = CStringGetTextDatum(message);
	values[1] = TimestampTzGetDatum(until);
	values[2] = CStringGetTextDatum(session_role_name());
	values[3] = CStringGetTextDatum(database_mark());
	(void) write_as_owner(
		"INSERT INTO safemig.maintenance_mode AS m (message, until_at, since, set_by, bound_to)"
		" VALUES ($1, $2, clock_timestamp(), $3, $4)"
		" ON CONFLICT (one) DO UPDATE SET message = excluded.message,"
		" until_at = excluded.until_at, since = excluded.since, set_by = excluded.set_by,"
		" bound_to = excluded.bound_to",
		4, types, values, has_until ? NULL : " n  ");
}

/* Transactions that have written already: they go on, until they write again. */
static int64
tell_of_writers(void)
{
	int64 count;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"SELECT CASE WHEN w.pid IS NULL THEN format('prepared transaction %s of %s', w.query, w.role)"
		" ELSE format('process %s, %s%s: %s', w.pid, w.role, ' (' || nullif(w.application, '') || ')',"
		" left(w.query, 200)) END FROM safemig.running_writers() w",
		0, NULL, NULL, NULL);
	count = (int64) SPI_processed;
	for (uint64 i = 0; i < SPI_processed; i++)
		ereport(NOTICE,
				(errmsg("still writing: %s",
						SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1))));
	SPI_finish();
	return count;
}

Datum
safemig_maintenance_on(PG_FUNCTION_ARGS)
{
	char *message = required_text(fcinfo, 0, "the message");
	bool has_until = !PG_ARGISNULL(1);
	TimestampTz until = has_until ? PG_GETARG_TIMESTAMPTZ(1) : 0;

	PreventCommandIfReadOnly("safemig.maintenance_on()");
	if (message[strspn(message, " \t\r\n")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("the message of a maintenance cannot be empty"),
				 errhint("It is what everybody reads who is refused.")));
	if (has_until && until <= GetCurrentTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("a maintenance cannot end in the past"),
				 errhint("Give a time to come, or NULL for one that maintenance_off() ends.")));
	save_mode(message, has_until, until);
	record_switch("maintenance on", message,
				  has_until ? psprintf("until %s", timestamptz_to_str(until)) : NULL);
	PG_RETURN_INT64(tell_of_writers());
}

Datum
safemig_maintenance_off(PG_FUNCTION_ARGS)
{
	bool was_on;

	PreventCommandIfReadOnly("safemig.maintenance_off()");
	was_on = write_as_owner("DELETE FROM safemig.maintenance_mode", 0, NULL, NULL, NULL) > 0;
	if (was_on)
		record_switch("maintenance off", NULL, NULL);
	PG_RETURN_BOOL(was_on);
}
