/*
 * locks_blockers.c
 *		Who is in the way of a lock, in words: process, application, since when, and
 *		its query; of others' sessions only what pg_stat_activity shows to the caller.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "parser/scansup.h"
#include "storage/proc.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"

#include "audit/mask.h"
#include "base/errors.h"
#include "migrate/locks.h"

#define NAMED_BLOCKERS 5 /* of the rest only the number is told */
#define QUERY_SHOWN 200	 /* bytes */

/* What pg_stat_activity says of a process; strings that may be NULL. */
typedef struct Blocker
{
	int pid; /* 0: a prepared transaction */
	char *application;
	char *state;
	char *age;
	char *query;
} Blocker;

/* On one line, without secrets, and not longer than need be. */
static char *
short_query(const char *query)
{
	char *text = pstrdup(mask_secrets(query));
	char *to = text;

	for (const char *from = text; *from != '\0'; from++)
		if (!scanner_isspace(*from))
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	*to = '\0';
	if (to - text > QUERY_SHOWN)
		strcpy(text + pg_mbcliplen(text, to - text, QUERY_SHOWN), "...");
	return text;
}

static char *
column(int number)
{
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, number);
}

/* In hours, minutes and seconds, whatever the style of intervals. */
static char *
age_in_words(const char *seconds)
{
	long age = seconds ? Max(0, (long) strtod(seconds, NULL)) : 0;

	return seconds ? psprintf("%02ld:%02ld:%02ld", age / 3600, age / 60 % 60, age % 60) : NULL;
}

/* As the caller, so that the view itself decides what he may see. */
static void
look_up(Blocker *blocker)
{
	Oid types[1] = {INT4OID};
	Datum values[1] = {Int32GetDatum(blocker->pid)};

	if (SPI_execute_with_args(
			"SELECT a.application_name, a.state, pg_catalog.date_part('epoch',"
			" pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start), a.query"
			" FROM pg_catalog.pg_stat_activity a WHERE a.pid OPERATOR(pg_catalog.=) $1",
			1, types, values, NULL, true, 1) != SPI_OK_SELECT ||
		SPI_processed == 0)
		return;
	blocker->application = column(1);
	blocker->state = column(2);
	blocker->age = age_in_words(column(3));
	blocker->query = column(4);
	SPI_freetuptable(SPI_tuptable);
}

static void
add_words(StringInfo out, const Blocker *blocker)
{
	if (out->len > 0)
		appendStringInfoChar(out, '\n');
	if (blocker->pid == 0)
	{
		appendStringInfoString(
			out, "In the way is a prepared transaction, listed in pg_prepared_xacts.");
		return;
	}
	appendStringInfo(out, "In the way is process %d, application \"%s\"", blocker->pid,
					 blocker->application ? blocker->application : "");
	if (blocker->state != NULL)
		appendStringInfo(out, ", %s", blocker->state);
	if (blocker->age != NULL)
		appendStringInfo(out, ", in its transaction for %s", blocker->age);
	if (blocker->query != NULL)
		appendStringInfo(out, ": %s", short_query(blocker->query));
}

/* An idle session has no query that could be cancelled. */
static char *
way_to_end(const Blocker *blocker)
{
	if (blocker->pid == 0)
		return pstrdup("Wait until it is done, or ROLLBACK PREPARED it");
	return psprintf("Wait until it is done, or SELECT %s(%d)",
					blocker->state != NULL && strncmp(blocker->state, "idle", 4) == 0
						? "pg_terminate_backend"
						: "pg_cancel_backend",
					blocker->pid);
}

char *
blockers_in_words(const LockPatience *patience, char **hint)
{
	VirtualTransactionId *holders;
	StringInfoData out;
	int count = 0;

	if (!patience->is_missing)
		return NULL;
	holders = GetLockConflicts(&patience->missing, patience->missing_mode, NULL);
	initStringInfo(&out);
	/* what they did when the waiting began is of no use now */
	pgstat_clear_backend_activity_snapshot();
	for (VirtualTransactionId *at = holders; VirtualTransactionIdIsValid(*at); at++)
	{
		PGPROC *proc = proc_of_transaction(at);
		Blocker blocker = {.pid = proc ? proc->pid : 0};

		if (count++ >= NAMED_BLOCKERS)
			continue;
		if (proc != NULL)
			look_up(&blocker);
		add_words(&out, &blocker);
		if (count == 1)
			*hint = way_to_end(&blocker);
	}
	if (count > NAMED_BLOCKERS)
		appendStringInfo(&out, "\nand %d more", count - NAMED_BLOCKERS);
	return count > 0 ? out.data : NULL;
}
