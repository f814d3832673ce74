/*
 * other_session.c
 *		Who another session is, in words: process, application, since when, and its
 *		query; of others' only what pg_stat_activity shows to the caller, and no secrets.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "parser/scansup.h"
#include "utils/backend_status.h"

#include "audit/mask.h"
#include "migrate/other_session.h"

#define QUERY_SHOWN 200 /* bytes */

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
OtherSession
look_at_other_session(int pid)
{
	OtherSession session = {.pid = pid};
	Oid types[1] = {INT4OID};
	Datum values[1] = {Int32GetDatum(pid)};

	/* what it did when the waiting began is of no use now */
	pgstat_clear_backend_activity_snapshot();
	if (pid == 0 ||
		SPI_execute_with_args(
			"SELECT a.application_name, a.state, pg_catalog.date_part('epoch',"
			" pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start), a.query"
			" FROM pg_catalog.pg_stat_activity a WHERE a.pid OPERATOR(pg_catalog.=) $1",
			1, types, values, NULL, true, 1) != SPI_OK_SELECT ||
		SPI_processed == 0)
		return session;
	session.application = column(1);
	session.state = column(2);
	session.age = age_in_words(column(3));
	session.query = column(4);
	SPI_freetuptable(SPI_tuptable);
	return session;
}

char *
session_in_words(const OtherSession *session)
{
	StringInfoData out;

	if (session->pid == 0)
		return pstrdup("a prepared transaction, listed in pg_prepared_xacts.");
	initStringInfo(&out);
	appendStringInfo(&out, "process %d, application \"%s\"", session->pid,
					 session->application ? session->application : "");
	if (session->state != NULL)
		appendStringInfo(&out, ", %s", session->state);
	if (session->age != NULL)
		appendStringInfo(&out, ", in its transaction for %s", session->age);
	if (session->query != NULL)
		appendStringInfo(&out, ": %s", short_query(session->query));
	return out.data;
}

/* An idle session has no query that could be cancelled. */
char *
way_to_end(const OtherSession *session)
{
	if (session->pid == 0)
		return pstrdup("Wait until it is done, or ROLLBACK PREPARED it");
	return psprintf("Wait until it is done, or SELECT %s(%d)",
					session->state != NULL && strncmp(session->state, "idle", 4) == 0
						? "pg_terminate_backend"
						: "pg_cancel_backend",
					session->pid);
}
