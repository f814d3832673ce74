/*
 * record.c
 *		Writes and asks safemig.backup_record.  A record is about the database it was
 *		made in: one that came here by a restore opens no gate, and its file is
 *		somebody else's.
 */
#include "postgres.h"

#include <sys/stat.h>
#include <unistd.h>

#include "catalog/pg_type.h"
#include "common/file_utils.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/history.h"
#include "audit/session.h"
#include "backup/record.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"

/* clocks of two machines differ by less */
#define CLOCK_SKEW_SECONDS 300

/* ---------- writing ---------- */

/* Said again with the outcome of a restore, it is the same backup. */
void
save_backup(const BackupRecord *record)
{
	Oid types[] = {TEXTOID, TIMESTAMPTZOID, INT8OID, TEXTOID, BOOLOID,
				   TEXTOID, BOOLOID,		TEXTOID, TEXTOID};
	Datum values[lengthof(types)];
	char nulls[] = "         ";
	HistoryRow row = {0};

	values[0] = CStringGetTextDatum(record->location);
	values[1] = TimestampTzGetDatum(record->taken_at);
	values[2] = Int64GetDatum(record->bytes);
	nulls[2] = record->bytes > 0 ? ' ' : 'n';
	values[3] = record->sha256 ? CStringGetTextDatum(record->sha256) : (Datum) 0;
	nulls[3] = record->sha256 ? ' ' : 'n';
	values[4] = BoolGetDatum(record->restored_ok);
	nulls[4] = record->knows_restore ? ' ' : 'n';
	values[5] = record->label ? CStringGetTextDatum(record->label) : (Datum) 0;
	nulls[5] = record->label ? ' ' : 'n';
	values[6] = BoolGetDatum(record->readable);
	values[7] = CStringGetTextDatum(session_role_name());
	values[8] = CStringGetTextDatum(database_mark());
	(void) write_as_owner(
		"INSERT INTO safemig.backup_record AS b (location, taken_at, bytes, sha256, restored_ok,"
		" label, readable, recorded_by, bound_to, recorded_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp())"
		" ON CONFLICT (location, taken_at, bound_to) DO UPDATE SET"
		" bytes = coalesce(b.bytes, excluded.bytes), sha256 = coalesce(b.sha256, excluded.sha256),"
		" restored_ok = excluded.restored_ok, recorded_by = excluded.recorded_by,"
		" recorded_at = excluded.recorded_at",
		lengthof(types), types, values, nulls);
	row.event = record->label ? "backup" : "backup recorded";
	row.subject = record->location;
	row.reason = record->label;
	if (record->knows_restore)
		row.detail = record->restored_ok ? "restored" : "could not be restored";
	(void) record_history(&row);
}

static void
refuse_argument(const char *problem)
{
	ereport(ERROR, (errcode(ERRCODE_UNKNOWN_NAME), errmsg("%s", problem)));
}

PG_FUNCTION_INFO_V1(safemig_record_backup);
PGDLLEXPORT Datum safemig_record_backup(PG_FUNCTION_ARGS);

Datum
safemig_record_backup(PG_FUNCTION_ARGS)
{
	BackupRecord record = {0};

	PreventCommandIfReadOnly("safemig.record_backup()");
	record.location = required_text(fcinfo, 0, "the location");
	if (PG_ARGISNULL(1))
		ereport(
			ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the time must not be null"),
			 errhint("Give the time at which the backup began: what came later is not in it.")));
	record.taken_at = PG_GETARG_TIMESTAMPTZ(1);
	record.bytes = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2);
	record.sha256 = optional_text(fcinfo, 3);
	record.knows_restore = !PG_ARGISNULL(4);
	record.restored_ok = record.knows_restore && PG_GETARG_BOOL(4);

	if (record.location[0] == '\0')
		refuse_argument("the location of a backup cannot be empty");
	if (!PG_ARGISNULL(2) && record.bytes <= 0)
		refuse_argument("a backup cannot have 0 bytes or less");
	if (TIMESTAMP_NOT_FINITE(record.taken_at) ||
		record.taken_at >
			TimestampTzPlusMilliseconds(GetCurrentTimestamp(), CLOCK_SKEW_SECONDS * 1000))
		refuse_argument("a backup cannot have been taken in the future");
	save_backup(&record);
	PG_RETURN_VOID();
}

/* ---------- asking ---------- */

bool
has_fresh_backup(int64 seconds)
{
	Oid types[2] = {TEXTOID, INT8OID};
	Datum values[2] = {CStringGetTextDatum(database_mark()), Int64GetDatum(seconds)};

	return OidIsValid(safemig_find_relation("backup_record")) &&
		bigint_as_owner("SELECT count(*) FROM safemig.backup_record b"
						" WHERE b.bound_to = $1 AND coalesce(b.restored_ok, b.readable)"
						" AND b.taken_at > clock_timestamp() - make_interval(secs => $2)",
						2, types, values, NULL) > 0;
}

char *
why_no_fresh_backup(void)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(database_mark());
	char *newest = NULL;

	if (OidIsValid(safemig_find_relation("backup_record")))
		newest = text_as_owner("SELECT format('The newest backup, of %s, %s.', b.taken_at, CASE"
							   " WHEN coalesce(b.restored_ok, b.readable) THEN 'is too old'"
							   " WHEN NOT b.restored_ok THEN 'could not be restored'"
							   " ELSE 'is not verified: nobody has restored it yet' END)"
							   " FROM safemig.backup_record b WHERE b.bound_to = $1"
							   " ORDER BY b.taken_at DESC LIMIT 1",
							   1, &type, &value, NULL);
	return newest ? newest : pstrdup("No backup of this database is on record.");
}

/* ---------- retention ---------- */

typedef struct OldBackup
{
	char *location;
	Datum taken_at;
} OldBackup;

/* The newest one that is verified stays, however old it is. */
static List *
old_backups(int64 seconds)
{
	Oid types[2] = {TEXTOID, INT8OID};
	Datum values[2] = {CStringGetTextDatum(database_mark()), Int64GetDatum(seconds)};
	MemoryContext caller = CurrentMemoryContext;
	List *found = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT b.location, b.taken_at FROM safemig.backup_record b"
							" WHERE b.bound_to = $1 AND b.label IS NOT NULL"
							" AND b.taken_at < clock_timestamp() - make_interval(secs => $2)"
							" AND EXISTS (SELECT FROM safemig.backup_record n"
							"  WHERE n.bound_to = $1 AND n.taken_at > b.taken_at"
							"  AND coalesce(n.restored_ok, n.readable))"
							" ORDER BY b.taken_at",
							2, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		OldBackup *old = palloc(sizeof(OldBackup));
		bool isnull;

		old->location = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		old->location = pstrdup(old->location);
		old->taken_at = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull);
		found = lappend(found, old);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return found;
}

/* A record without a file is what a command left that writes none, or an earlier try. */
static bool
remove_file(const char *location)
{
	struct stat info;

	if (location[0] != '/' || (lstat(location, &info) != 0 && errno == ENOENT))
		return true;
	if (S_ISDIR(info.st_mode) ? rmtree(location, true) : unlink(location) == 0)
		return true;
	ereport(WARNING,
			(errcode_for_file_access(),
			 errmsg("could not remove the old backup \"%s\": %m", location)));
	return false;
}

void
remove_old_backups(void)
{
	int64 seconds = setting_amount(SETTING_BACKUP_KEEP_FOR);
	ListCell *lc;

	if (seconds == 0)
		return;
	foreach(lc, old_backups(seconds))
	{
		OldBackup *old = lfirst(lc);
		Oid types[3] = {TEXTOID, TIMESTAMPTZOID, TEXTOID};
		Datum values[3] = {CStringGetTextDatum(old->location), old->taken_at,
						   CStringGetTextDatum(database_mark())};
		HistoryRow row = {0};

		CHECK_FOR_INTERRUPTS();
		if (!remove_file(old->location))
			continue;
		(void) write_as_owner("DELETE FROM safemig.backup_record WHERE location = $1"
							  " AND taken_at = $2 AND bound_to = $3",
							  3, types, values, NULL);
		row.event = "backup removed";
		row.subject = old->location;
		row.detail = "older than backup_keep_for";
		(void) record_history(&row);
	}
}
