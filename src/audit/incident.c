/*
 * incident.c
 *		What a record of an incident holds, its way from the spool into the tables,
 *		and the SQL functions that read it.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "audit/incident.h"
#include "audit/mask.h"
#include "audit/session.h"
#include "audit/spool.h"
#include "base/installation.h"
#include "base/own_lock.h"
#include "base/owner.h"
#include "base/settings.h"

#define STATEMENT_BYTES 4096 /* how much of a statement is recorded */
#define INCIDENT_COLUMNS                                                                           \
	"id, at, last_at, times, verdict, sqlstate, session_role, role, application,"                  \
	" client, database, statement, effects, message, hint, version"
#define HISTORY_COLUMNS                                                                            \
	"at, event, version, subject, detail, session_role, role, application, client, spool_id"

static void
add_text(StringInfo json, const char *key, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(json, ",\"%s\":", key);
	escape_json(json, value);
}

static void
add_texts(StringInfo json, const char *key, List *values)
{
	ListCell *lc;

	appendStringInfo(json, ",\"%s\":[", key);
	foreach(lc, values)
	{
		if (lc != list_head(values))
			appendStringInfoChar(json, ',');
		escape_json(json, lfirst(lc));
	}
	appendStringInfoChar(json, ']');
}

/* Unique wherever records meet again: random for each session, then counted. */
static char *
unique_id(void)
{
	static uint8 session[12];
	static uint32 number = 0;
	char *text = palloc(33);

	if (number == 0 && !pg_strong_random(session, sizeof(session)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
	number++;
	(void) hex_encode((char *) session, sizeof(session), text);
	snprintf(text + 2 * sizeof(session), 9, "%08x", number);
	return text;
}

static char *
shortened(const char *statement)
{
	const char *masked = mask_secrets(statement);
	int length = strlen(masked);

	if (length <= STATEMENT_BYTES)
		return pstrdup(masked);
	return pnstrdup(masked, pg_mbcliplen(masked, length, STATEMENT_BYTES));
}

static char *
json_of(const Incident *incident)
{
	const char *statement = incident->statement ? incident->statement : debug_query_string;
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"id\":\"%s\"", unique_id());
	add_text(&json, "at", timestamptz_to_str(GetCurrentTimestamp()));
	add_text(&json, "verdict", incident->verdict);
	if (incident->sqlstate != 0)
		add_text(&json, "sqlstate", unpack_sql_state(incident->sqlstate));
	add_text(&json, "session_role", session_role_name());
	add_text(&json, "role", current_role_name());
	add_text(&json, "application", session_application());
	add_text(&json, "client", session_client());
	add_text(&json, "database", get_database_name(MyDatabaseId));
	add_text(&json, "statement", statement ? shortened(statement) : NULL);
	add_texts(&json, "effects", incident->effects);
	add_text(&json, "message", incident->message);
	add_text(&json, "hint", incident->hint);
	add_text(&json, "version", incident->version);
	add_text(&json, "name", incident->name);
	appendStringInfoChar(&json, '}');
	return json.data;
}

void
record_incident(const Incident *incident)
{
	char *json = json_of(incident);

	/* a standby, or a database without the extension, has no table to move it to */
	if (RecoveryInProgress() || !safemig_is_installed())
		ereport(LOG, (errmsg("incident: %s", json)));
	else
		spool_write(json, setting_amount(SETTING_INCIDENTS_MAX_BYTES) * 1024);
	pfree(json);
}

static Datum
array_of(List *files)
{
	Datum *names = palloc(sizeof(Datum) * list_length(files));
	int count = 0;
	ListCell *lc;

	foreach(lc, files)
		names[count++] = CStringGetTextDatum(lfirst(lc));
	return PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * Only files out of use are moved: into the one being written records come
 * while we read it.
 */
void
drain_incidents(void)
{
	Oid types[1] = {TEXTARRAYOID};
	Datum values[1];
	List *files;

	if (!try_own_lock(LOCK_OF_DRAIN))
		return;
	files = spool_rotate();
	if (files == NIL)
		return;
	values[0] = array_of(files);
	(void) write_as_owner("INSERT INTO safemig.incident (" INCIDENT_COLUMNS ")"
						  " SELECT " INCIDENT_COLUMNS " FROM safemig.spooled_incident"
						  " WHERE file = ANY ($1) ON CONFLICT (id) DO NOTHING",
						  1, types, values, NULL);
	/* somebody may have set the sequence back: see next_id() in history.c */
	(void) write_as_owner("SELECT setval('safemig.history_entry_id_seq', h.newest)"
						  " FROM (SELECT max(id) AS newest FROM safemig.history_entry) h,"
						  " safemig.history_entry_id_seq s WHERE h.newest > s.last_value",
						  0, NULL, NULL, NULL);
	(void) write_as_owner("INSERT INTO safemig.history_entry (" HISTORY_COLUMNS ")"
						  " SELECT " HISTORY_COLUMNS " FROM safemig.spooled_history"
						  " WHERE file = ANY ($1) ON CONFLICT (spool_id) DO NOTHING",
						  1, types, values, NULL);
	spool_unlink_at_commit(files);
}

PG_FUNCTION_INFO_V1(safemig_drain_incidents);
PGDLLEXPORT Datum safemig_drain_incidents(PG_FUNCTION_ARGS);

Datum
safemig_drain_incidents(PG_FUNCTION_ARGS)
{
	PreventCommandIfReadOnly("safemig.drain_incidents()");
	drain_incidents();
	PG_RETURN_VOID();
}

/* The records not yet in their table: (file text, record jsonb). */
PG_FUNCTION_INFO_V1(safemig_spooled);
PGDLLEXPORT Datum safemig_spooled(PG_FUNCTION_ARGS);

Datum
safemig_spooled(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *lc;

	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, spool_read())
	{
		SpoolLine *line = lfirst(lc);
		Datum values[2];
		bool nulls[2] = {false};

		values[0] = CStringGetTextDatum(line->file);
		values[1] = DirectFunctionCall1(jsonb_in, CStringGetDatum(line->json));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
