/*
 * adopt_log.c
 *		Writes down what adopted tools have run: a version for each row of theirs,
 *		and the statements of the same role that led to it, whichever session of the
 *		tool they came by.  All in the transaction that did it, as the extension's owner.
 */
#include "postgres.h"

#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/history.h"
#include "audit/mask.h"
#include "audit/session.h"
#include "base/owner.h"
#include "migrate/adopt_log.h"

/* Statements that no version has claimed are let go beyond so many, and long ones are cut. */
#define MOST_UNCLAIMED "1000"
#define LONGEST_STATEMENT 10000

#define WORD_APPLIED "applied"
#define WORD_TAKEN_BACK "rolled back"
#define WORD_FAILED "failed"

ToolLog
tool_log(const ToolTable *table, Oid relid)
{
	ToolLog log = {table, NULL};
	ObjectAddress object;

	ObjectAddressSet(object, RelationRelationId, relid);
	log.relation = getObjectIdentity(&object, false);
	return log;
}

/* ---------- parameters: all are text ---------- */

#define MAX_TEXTS 9

typedef struct Texts
{
	int count;
	Oid types[MAX_TEXTS];
	Datum values[MAX_TEXTS];
	char nulls[MAX_TEXTS];
} Texts;

static void
add(Texts *texts, const char *value)
{
	Assert(texts->count < MAX_TEXTS);
	texts->types[texts->count] = TEXTOID;
	texts->values[texts->count] = value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
	texts->nulls[texts->count] = value == NULL ? 'n' : ' ';
	texts->count++;
}

/* $1, $2 and $3 of every statement on the log */
static void
add_key(Texts *texts, const ToolLog *log, const char *identity)
{
	add(texts, log->table->tool);
	add(texts, log->relation);
	add(texts, identity);
}

static int64
run(const char *sql, Texts *texts)
{
	return bigint_as_owner(sql, texts->count, texts->types, texts->values, texts->nulls);
}

/* Both, where somebody acts in another role than the one that logged in. */
static const char *
who(void)
{
	const char *session = session_role_name();
	const char *current = current_role_name();

	if (session == NULL || current == NULL || strcmp(session, current) == 0)
		return session;
	return psprintf("%s (as %s)", session, current);
}

/* ---------- the log ---------- */

static char *
word_in_log(const ToolLog *log, const char *identity, const char *column)
{
	Texts texts = {0};

	add_key(&texts, log, identity);
	return text_as_owner(psprintf("SELECT v.%s FROM safemig.tool_version v"
								  " WHERE v.tool = $1 AND v.relation = $2 AND v.identity = $3",
								  column),
						 texts.count, texts.types, texts.values, texts.nulls);
}

static bool
is_in_state(const ToolLog *log, const char *identity, const char *state)
{
	char *word = word_in_log(log, identity, "state");

	return word != NULL && strcmp(word, state) == 0;
}

static void
record(const char *event, const ToolLog *log, const ToolVersion *version, const char *reason)
{
	HistoryRow row = {0};

	row.event = event;
	row.version = version->version;
	row.subject = version->label;
	row.reason = reason;
	row.detail = psprintf("%s, %s", log->table->tool, log->relation);
	(void) record_history(&row);
}

/*
 * What the role has run since a version took the last of it.  By id, since two
 * tools at once each take what the other has not.
 */
static void
claim_statements(int64 id, bool down)
{
	Texts texts = {0};

	add(&texts, psprintf(INT64_FORMAT, id));
	if (!down)
		(void) run("WITH gone AS (DELETE FROM safemig.tool_statement s"
				   " WHERE s.version = $1::bigint RETURNING 1) SELECT count(*) FROM gone",
				   &texts);
	add(&texts, session_role_name());
	add(&texts, down ? "true" : "false");
	(void) run("WITH claimed AS (UPDATE safemig.tool_statement s SET version = $1::bigint,"
			   " down = $3::boolean WHERE s.id IN (SELECT u.id FROM safemig.tool_statement u"
			   " WHERE u.version IS NULL AND u.role = $2 FOR UPDATE SKIP LOCKED) RETURNING 1)"
			   " SELECT count(*) FROM claimed",
			   &texts);
	texts.count = 1;
	(void) run("WITH counted AS (UPDATE safemig.tool_version v SET statements ="
			   " (SELECT count(*) FROM safemig.tool_statement s"
			   " WHERE s.version = v.id AND NOT s.down)"
			   " WHERE v.id = $1::bigint AND v.applied_at IS NOT NULL RETURNING 1)"
			   " SELECT count(*) FROM counted",
			   &texts);
}

/* baseline: it was there before anybody looked */
static void
save(const ToolLog *log, const ToolVersion *version, const char *state, bool baseline)
{
	Texts texts = {0};
	int64 id;

	add_key(&texts, log, version->identity);
	add(&texts, version->version);
	add(&texts, version->label);
	add(&texts, version->checksum);
	add(&texts, state);
	add(&texts, baseline ? NULL : who());
	add(&texts, baseline ? "baseline: it was there before its tool was adopted" : NULL);
	id = run("INSERT INTO safemig.tool_version AS v (tool, relation, identity, version, name,"
			 " checksum, state, applied_by, note, applied_at, changed_at, xid)"
			 " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9,"
			 " CASE WHEN $7 = '" WORD_APPLIED "' AND $9 IS NULL THEN t.now END, t.now,"
			 " pg_current_xact_id() FROM clock_timestamp() t(now)"
			 " ON CONFLICT (tool, relation, identity) DO UPDATE SET version = excluded.version,"
			 " name = excluded.name, checksum = excluded.checksum, state = excluded.state,"
			 " applied_by = excluded.applied_by, note = excluded.note,"
			 " applied_at = excluded.applied_at, changed_at = excluded.changed_at,"
			 " xid = excluded.xid RETURNING v.id",
			 &texts);
	if (!baseline)
		claim_statements(id, false);
}

static void
log_applied(const ToolLog *log, const ToolVersion *version, bool baseline)
{
	if (!is_in_state(log, version->identity, WORD_APPLIED))
	{
		save(log, version, WORD_APPLIED, baseline);
		record(baseline ? "tool baseline" : "tool apply", log, version, NULL);
	}
	else if (version->checksum != NULL)
	{
		char *known = word_in_log(log, version->identity, "checksum");
		Texts texts = {0};

		if (known != NULL && strcmp(known, version->checksum) == 0)
			return;
		add_key(&texts, log, version->identity);
		add(&texts, version->checksum);
		(void) run("UPDATE safemig.tool_version v SET checksum = $4"
				   " WHERE v.tool = $1 AND v.relation = $2 AND v.identity = $3 RETURNING v.id",
				   &texts);
		record("tool repair", log, version,
			   psprintf("its checksum was %s", known ? known : "null"));
	}
}

/* claimed: the statements of its end are its own already */
static void
take_back(const ToolLog *log, const ToolVersion *version, const char *why, bool claimed)
{
	Texts texts = {0};
	int64 id;

	add_key(&texts, log, version->identity);
	add(&texts, why);
	id = run("UPDATE safemig.tool_version v SET state = '" WORD_TAKEN_BACK "',"
			 " changed_at = clock_timestamp(), xid = pg_current_xact_id(), note = $4"
			 " WHERE v.tool = $1 AND v.relation = $2 AND v.identity = $3"
			 " AND v.state <> '" WORD_TAKEN_BACK "' RETURNING v.id",
			 &texts);
	if (id == 0)
		return;
	if (!claimed)
		claim_statements(id, true);
	record("tool rollback", log, version, why);
}

void
log_tool_version(const ToolLog *log, const ToolVersion *version)
{
	if (version->state == TOOL_APPLIED)
		log_applied(log, version, false);
	else if (version->state == TOOL_TAKEN_BACK)
		take_back(log, version, NULL, false);
	else if (version->state == TOOL_FAILED)
	{
		save(log, version, WORD_FAILED, false);
		record("tool failure", log, version, NULL);
	}
}

void
log_tool_end(const ToolLog *log, const ToolVersion *version)
{
	take_back(log, version, NULL, false);
}

/* ---------- an end that may be none ---------- */

void
claim_statements_for_end(const ToolLog *log, const ToolVersion *version)
{
	char *id = word_in_log(log, version->identity, "id::text");

	if (id != NULL)
		claim_statements(strtoll(id, NULL, 10), true);
}

void
release_statements_of_end(const ToolLog *log, const ToolVersion *version)
{
	Texts texts = {0};

	add_key(&texts, log, version->identity);
	(void) run("WITH released AS (UPDATE safemig.tool_statement s SET version = NULL, down = false"
			   " FROM safemig.tool_version v WHERE v.tool = $1 AND v.relation = $2"
			   " AND v.identity = $3 AND s.version = v.id AND s.down RETURNING 1)"
			   " SELECT count(*) FROM released",
			   &texts);
}

void
end_tool_version_with_claimed(const ToolLog *log, const ToolVersion *version)
{
	take_back(log, version, NULL, true);
}

/* ---------- several at once ---------- */

List *
applied_tool_versions(const ToolLog *log)
{
	MemoryContext caller = CurrentMemoryContext;
	List *found = NIL;
	Texts texts = {0};

	add(&texts, log->table->tool);
	add(&texts, log->relation);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT v.version, v.name, v.identity FROM safemig.tool_version v"
							" WHERE v.tool = $1 AND v.relation = $2"
							" AND v.state = '" WORD_APPLIED "' ORDER BY v.id DESC",
							texts.count, texts.types, texts.values, texts.nulls);
	MemoryContextSwitchTo(caller);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ToolVersion *version = palloc0(sizeof(ToolVersion));

		version->version = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		version->label = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);
		version->identity = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 3);
		found = lappend(found, version);
	}
	SPI_finish();
	return found;
}

static bool
has_version(List *versions, const char *identity)
{
	ListCell *lc;

	foreach(lc, versions)
	{
		ToolVersion *version = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (version->state == TOOL_APPLIED && strcmp(version->identity, identity) == 0)
			return true;
	}
	return false;
}

int64
reconcile_tool_log(const ToolLog *log, Oid relid, bool baseline)
{
	List *there = read_tool_versions(log->table, relid);
	List *logged = applied_tool_versions(log);
	int64 added = 0;
	ListCell *lc;

	/* one that stands somewhere has run what led there */
	if (!log->table->only_head || there == NIL)
		foreach(lc, logged)
			if (!has_version(there, ((ToolVersion *) lfirst(lc))->identity))
				take_back(log, lfirst(lc), "its row is gone", false);
	if (!baseline)
		return 0;
	foreach(lc, there)
	{
		ToolVersion *version = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (version->state != TOOL_APPLIED || is_in_state(log, version->identity, WORD_APPLIED))
			continue;
		log_applied(log, version, true);
		added++;
	}
	return added;
}

/* ---------- statements ---------- */

static char *
shortened(const char *statement)
{
	int length = strlen(statement);

	if (length <= LONGEST_STATEMENT)
		return pstrdup(statement);
	length = pg_mbcliplen(statement, length, LONGEST_STATEMENT);
	return psprintf("%.*s ...", length, statement);
}

int64
log_tool_statement(const char *statement)
{
	Texts texts = {0};
	int64 id;

	add(&texts, shortened(mask_secrets(statement)));
	add(&texts, session_role_name());
	add(&texts, session_application());
	id = run("INSERT INTO safemig.tool_statement AS s (at, statement, role, application)"
			 " VALUES (clock_timestamp(), $1, $2, $3) RETURNING s.id",
			 &texts);
	if (id % 100 != 0)
		return id;
	texts.count = 0;
	add(&texts, psprintf(INT64_FORMAT, id));
	(void) run("WITH gone AS (DELETE FROM safemig.tool_statement s WHERE s.id IN"
			   " (SELECT u.id FROM safemig.tool_statement u WHERE u.version IS NULL"
			   " AND u.id <= $1::bigint - " MOST_UNCLAIMED " FOR UPDATE SKIP LOCKED) RETURNING 1)"
			   " SELECT count(*) FROM gone",
			   &texts);
	return id;
}

void
forget_tool_statement(int64 id)
{
	Texts texts = {0};

	add(&texts, psprintf(INT64_FORMAT, id));
	(void) run("WITH gone AS (DELETE FROM safemig.tool_statement s WHERE s.id = $1::bigint"
			   " AND s.version IS NULL RETURNING 1) SELECT count(*) FROM gone",
			   &texts);
}
