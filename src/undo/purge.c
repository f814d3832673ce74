/*
 * purge.c
 *		For good: what has expired, what somebody asks to be gone, what there is no
 *		room for.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/apart.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "undo/needed.h"
#include "undo/purge.h"
#include "undo/restore.h"

PG_FUNCTION_INFO_V1(safemig_purge_id);
PG_FUNCTION_INFO_V1(safemig_purge_object);
PG_FUNCTION_INFO_V1(safemig_purge_expired);
PG_FUNCTION_INFO_V1(safemig_bin_room);
PGDLLEXPORT Datum safemig_purge_id(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_purge_object(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_purge_expired(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_bin_room(PG_FUNCTION_ARGS);

static void
purge_item(const BinItem *item)
{
	switch (item->kind)
	{
		case KEPT_STORAGE:
			purge_storage(item);
			break;
		case KEPT_COLUMN:
			purge_column(item);
			break;
		case KEPT_COPY:
			purge_copy(item);
			break;
		case KEPT_ROWS:
			purge_rows(item);
			break;
		case KEPT_MOVED: /* all at once */
		case KEPT_DEFINITION:
		case KEPT_NOT:
			break;
	}
}

/* Items first, then what was written down of them: nobody can bring it back. */
static void
purge_entry(int64 entry, const char *reason)
{
	Oid types[1] = {INT8OID};
	Datum values[1] = {Int64GetDatum(entry)};
	List *items = bin_items(entry);
	List *moved = NIL;
	ListCell *lc;

	(void) is_needed(entry, true);
	foreach(lc, items)
	{
		if (((BinItem *) lfirst(lc))->kind == KEPT_MOVED)
			moved = lappend(moved, lfirst(lc));
		else
			purge_item(lfirst(lc));
	}
	purge_moved(moved);
	/* what the tables stood on goes after them */
	purge_definitions(items);
	bin_drop_schemas(entry);
	(void) write_as_owner("DELETE FROM safemig.bin_tie WHERE entry = $1", 1, types, values, NULL);
	(void) write_as_owner("UPDATE safemig.bin_item SET detail = '{}' WHERE entry = $1", 1, types,
						  values, NULL);
	bin_set_state(entry, "purged", reason);
}

/* Ids of entries, oldest first; sql has one argument. */
static List *
entries_from(const char *sql, Oid type, Datum value)
{
	MemoryContext caller = CurrentMemoryContext;
	List *entries = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, 1, &type, &value, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int64 *entry = MemoryContextAlloc(caller, sizeof(int64));
		MemoryContext spi = MemoryContextSwitchTo(caller);
		bool isnull;

		*entry =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		entries = lappend(entries, entry);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return entries;
}

List *
expired_entries(void)
{
	return entries_from("SELECT id FROM safemig.bin_entry WHERE state = 'kept' AND expires_at <= $1"
						" ORDER BY id",
						TIMESTAMPTZOID, TimestampTzGetDatum(GetCurrentTimestamp()));
}

/* ---------- room ---------- */

static int64
bytes_in_use(void)
{
	/* as written down: the size itself would wait for who brings it back just now */
	return bigint_as_owner(
		"SELECT coalesce(sum(i.bytes), 0)::bigint"
		" FROM safemig.bin_item i JOIN safemig.bin_entry e ON e.id = i.entry WHERE e.state = 'kept'",
		0, NULL, NULL, NULL);
}

static int64
database_bytes(void)
{
	return bigint_as_owner("SELECT pg_database_size(current_database())", 0, NULL, NULL, NULL);
}

/* A share of a small database would be less than its largest table. */
#define LEAST_SHARE (INT64CONST(1) << 30)

static int64
room(void)
{
	int64 amount = setting_amount(SETTING_KEEP_MAX_BYTES);

	return amount < 0 ? Max(database_bytes() / 100 * -amount, LEAST_SHARE) : amount * 1024;
}

Datum
safemig_bin_room(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(room());
}

bool
make_room_in_bin(int64 wanted)
{
	const char *when_full = setting_text(SETTING_KEEP_WHEN_FULL);
	int64 limit = room();
	ListCell *lc;

	if (bytes_in_use() + wanted <= limit)
		return true;
	if (strcmp(when_full, "pass") == 0)
		return false;
	/* nothing is gained by purging for what is too large by itself */
	if (strcmp(when_full, "refuse") == 0 || wanted > limit)
		ereport(
			ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("the bin is full: this statement would destroy %s, and there is room for %s",
					text_to_cstring(
						DatumGetTextPP(DirectFunctionCall1(pg_size_pretty, Int64GetDatum(wanted)))),
					text_to_cstring(DatumGetTextPP(DirectFunctionCall1(
						pg_size_pretty, Int64GetDatum(Max(limit - bytes_in_use(), 0)))))),
			 errhint(
				 "CALL %s.purge_expired(); or SELECT %s.set('keep_max_bytes', '...'); or permit it 'without undo'.",
				 SAFEMIG_NAME, SAFEMIG_NAME)));
	foreach(lc,
			entries_from("SELECT id FROM safemig.bin_entry WHERE state = 'kept' AND $1"
						 " ORDER BY id FOR UPDATE SKIP LOCKED",
						 BOOLOID, BoolGetDatum(true)))
	{
		/* what needs it is in use just now */
		if (is_needed(*(int64 *) lfirst(lc), false))
			continue;
		purge_entry(*(int64 *) lfirst(lc), "no room for more");
		if (bytes_in_use() + wanted <= limit)
			return true;
	}
	return false;
}

/* ---------- the functions ---------- */

Datum
safemig_purge_id(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the id must not be null")));
	PreventCommandIfReadOnly("safemig.purge_id()");
	if (!bin_claim(PG_GETARG_INT64(0)))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("there is nothing kept under the id " INT64_FORMAT, PG_GETARG_INT64(0)),
				 errhint("SELECT id, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
	purge_entry(PG_GETARG_INT64(0), optional_text(fcinfo, 1));
	PG_RETURN_VOID();
}

Datum
safemig_purge_object(PG_FUNCTION_ARGS)
{
	char *identity = required_text(fcinfo, 0, "the name");
	char *reason = optional_text(fcinfo, 1);
	int64 purged = 0;
	ListCell *lc;

	PreventCommandIfReadOnly("safemig.purge_object()");
	foreach(
		lc,
		entries_from(
			"SELECT DISTINCT i.entry FROM safemig.bin_item i JOIN safemig.bin_entry e ON e.id = i.entry"
			" WHERE e.state = 'kept' AND i.identity = $1 ORDER BY 1",
			TEXTOID, CStringGetTextDatum(identity)))
		if (bin_claim(*(int64 *) lfirst(lc)))
		{
			purge_entry(*(int64 *) lfirst(lc), reason);
			purged++;
		}
	if (purged == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO), errmsg("nothing named \"%s\" is kept", identity),
				 errhint("SELECT id, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
	PG_RETURN_INT64(purged);
}

static void
purge_if_not_needed(void *arg)
{
	int64 entry = *(int64 *) arg;

	if (bin_claim(entry) && !is_needed(entry, false))
		purge_entry(entry, "expired");
}

/* One that cannot go just now must not keep the others; what is needed goes after what needs it. */
void
purge_expired_entry(int64 entry)
{
	ErrorData *error = run_apart(purge_if_not_needed, &entry);

	if (error != NULL)
		ereport(WARNING,
				(errcode(error->sqlerrcode),
				 errmsg("entry " INT64_FORMAT " is not purged: %s", entry, error->message),
				 error->detail ? errdetail_internal("%s", error->detail) : 0));
}

/*
 * One transaction for each entry, and no waiting: what somebody uses just now
 * goes the next time.
 */
Datum
safemig_purge_expired(PG_FUNCTION_ARGS)
{
	CallContext *context = castNode(CallContext, fcinfo->context);
	MemoryContext memory = AllocSetContextCreate(PortalContext ? PortalContext : TopMemoryContext,
												 "safemig purge", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(memory);
	List *expired;
	ListCell *lc;

	PreventCommandIfReadOnly("safemig.purge_expired()");
	if (context->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_PLACE),
				 errmsg("purge_expired() commits, so it cannot run inside a transaction"),
				 errhint("CALL %s.purge_expired(); on its own.", SAFEMIG_NAME)));
	expired = expired_entries();
	foreach(lc, expired)
	{
		int save_nestlevel;

		if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
			elog(ERROR, "SPI_connect failed");
		SPI_commit();
		SPI_finish();
		save_nestlevel = NewGUCNestLevel();
		(void) set_config_option("lock_timeout", "1s", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
								 true, 0, false);
		purge_expired_entry(*(int64 *) lfirst(lc));
		AtEOXact_GUC(true, save_nestlevel);
	}
	MemoryContextSwitchTo(caller);
	PG_RETURN_VOID();
}
