/*
 * restore.c
 *		undrop() and its kin: which entry is meant, who may have it back, each
 *		keeper's turn, and the report.  All of it in the caller's transaction: an
 *		entry comes back whole, but for what the report names.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/restore.h"

PG_FUNCTION_INFO_V1(safemig_undrop);
PG_FUNCTION_INFO_V1(safemig_undrop_id);
PG_FUNCTION_INFO_V1(safemig_undo_transaction);
PGDLLEXPORT Datum safemig_undrop(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_undrop_id(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_undo_transaction(PG_FUNCTION_ARGS);

/* ---------- the report ---------- */

void
report_back(Restore *restore, const BinItem *item)
{
	restore->came_back = lappend(restore->came_back, psprintf("%s %s", item->type, item->identity));
}

void
report_left_out(Restore *restore, const char *format, ...)
{
	StringInfoData text;
	int needed;

	initStringInfo(&text);
	for (;;)
	{
		va_list args;

		va_start(args, format);
		needed = appendStringInfoVA(&text, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	restore->left_out = lappend(restore->left_out, text.data);
}

static char *
joined(List *words, const char *separator)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach(lc, words)
		appendStringInfo(&text, "%s%s", text.len > 0 ? separator : "", (char *) lfirst(lc));
	return text.data;
}

/* ---------- steps ---------- */

/* %{16384} is the present name of that relation; NULL when it is gone. */
char *
with_present_names(const char *statement)
{
	StringInfoData text;
	const char *at = statement;
	const char *mark;

	initStringInfo(&text);
	while ((mark = strstr(at, "%{")) != NULL)
	{
		char *end;
		Oid relid = (Oid) strtoul(mark + 2, &end, 10);
		char *name;

		/* somebody's own text */
		if (end == mark + 2 || *end != '}')
		{
			appendBinaryStringInfo(&text, at, mark + 2 - at);
			at = mark + 2;
			continue;
		}
		name = get_rel_name(relid);
		appendBinaryStringInfo(&text, at, mark - at);
		if (name == NULL)
			return NULL;
		appendStringInfoString(
			&text, quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name));
		at = end + 1;
	}
	appendStringInfoString(&text, at);
	return text.data;
}

/* role: whose code it may run, or InvalidOid */
static bool
try_statement(Restore *restore, Oid role, const char *what, const char *sql)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		if (OidIsValid(role))
			write_as_role(role, sql);
		else
			(void) write_as_owner(sql, 0, NULL, NULL, NULL);
		ReleaseCurrentSubTransaction();
		done = true;
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		/* a cancelled or dying session is no reason to leave things out */
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
			error->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN)
			ReThrowError(error);
		report_left_out(restore, "%s did not come back: %s.", what, error->message);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return done;
}

bool
restore_statement(Restore *restore, const char *what, const char *sql)
{
	return try_statement(restore, InvalidOid, what, sql);
}

bool
restore_step_as(Restore *restore, Oid role, const char *what, const char *statement)
{
	char *sql = with_present_names(statement);

	if (sql != NULL)
		return try_statement(restore, role, what, sql);
	report_left_out(restore, "%s did not come back: a table it names is gone.", what);
	return false;
}

bool
restore_step(Restore *restore, const char *what, const char *statement)
{
	return restore_step_as(restore, InvalidOid, what, statement);
}

/* ---------- an entry ---------- */

static List *
items_of_kind(Restore *restore, KeptKind kind)
{
	List *items = NIL;
	ListCell *lc;

	foreach(lc, restore->items)
		if (((BinItem *) lfirst(lc))->kind == kind)
			items = lappend(items, lfirst(lc));
	return items;
}

/* Who had it may have it back; what had no owner is a superuser's. */
static void
check_rights(Restore *restore)
{
	ListCell *lc;

	if (superuser())
		return;
	foreach(lc, restore->items)
	{
		BinItem *item = lfirst(lc);
		Oid owner = item->owner ? get_role_oid(item->owner, true) : InvalidOid;

		if (item->named && (!OidIsValid(owner) || !has_privs_of_role(GetUserId(), owner)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("must have been owner of %s %s to bring it back", item->type,
							item->identity)));
	}
}

static char *
restore_entry(int64 entry, const char *as_name)
{
	Restore restore = {0};
	ListCell *lc;
	List *items;

	PreventCommandIfReadOnly("safemig.undrop()");
	if (!bin_claim(entry))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("there is nothing kept under the id " INT64_FORMAT, entry),
				 errhint("SELECT id, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
	restore.entry = entry;
	restore.as_name = as_name;
	restore.items = bin_items(entry);
	check_rights(&restore);

	if ((items = items_of_kind(&restore, KEPT_DEFINITION)) != NIL)
		restore_definitions(&restore, items, true);
	if ((items = items_of_kind(&restore, KEPT_MOVED)) != NIL)
		restore_moved(&restore, items);
	if ((items = items_of_kind(&restore, KEPT_STORAGE)) != NIL)
		restore_storage(&restore, items);
	if ((items = items_of_kind(&restore, KEPT_COLUMN)) != NIL)
		restore_columns(&restore, items);
	if ((items = items_of_kind(&restore, KEPT_COPY)) != NIL)
		restore_copies(&restore, items);
	if ((items = items_of_kind(&restore, KEPT_DEFINITION)) != NIL)
		restore_definitions(&restore, items, false);
	bin_drop_schemas(entry);
	bin_set_state(entry, "restored", NULL);

	foreach(lc, restore.left_out)
		ereport(NOTICE, (errmsg("%s", (char *) lfirst(lc))));
	if (restore.came_back == NIL)
		return joined(restore.left_out, " ");
	return psprintf("came back: %s%s%s", joined(restore.came_back, ", "),
					restore.left_out != NIL ? ". " : "", joined(restore.left_out, " "));
}

/* ---------- the functions ---------- */

/* The newest entry that holds a thing of that identity. */
static int64
newest_entry_of(const char *identity)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(identity)};
	int64 entry = 0;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"SELECT e.id FROM safemig.bin_entry e JOIN safemig.bin_item i ON i.entry = e.id"
		" WHERE e.state = 'kept' AND (i.identity = $1 OR i.identity = 'public.' || $1)"
		" ORDER BY i.identity = $1 DESC, e.id DESC LIMIT 1",
		1, types, values, NULL);
	if (SPI_processed == 1)
	{
		bool isnull;

		entry =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	}
	SPI_finish();
	return entry;
}

Datum
safemig_undrop(PG_FUNCTION_ARGS)
{
	char *identity = required_text(fcinfo, 0, "the name");
	char *as_name = optional_text(fcinfo, 1);
	int64 entry = newest_entry_of(identity);

	if (entry == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO), errmsg("nothing named \"%s\" is kept", identity),
				 errhint("SELECT id, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
	PG_RETURN_TEXT_P(cstring_to_text(restore_entry(entry, as_name)));
}

Datum
safemig_undrop_id(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the id must not be null")));
	PG_RETURN_TEXT_P(cstring_to_text(restore_entry(PG_GETARG_INT64(0), optional_text(fcinfo, 1))));
}

static List *
entries_of_transaction(Datum xid)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {XID8OID};
	Datum values[1] = {xid};
	List *entries = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"SELECT id FROM safemig.bin_entry WHERE xid = $1 AND state = 'kept' ORDER BY id DESC", 1,
		types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		int64 *entry = palloc(sizeof(int64));
		bool isnull;

		*entry =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		entries = lappend(entries, entry);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return entries;
}

Datum
safemig_undo_transaction(PG_FUNCTION_ARGS)
{
	List *entries;
	List *reports = NIL;
	ListCell *lc;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the transaction's id must not be null")));
	entries = entries_of_transaction(PG_GETARG_DATUM(0));
	if (entries == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO), errmsg("nothing is kept of that transaction"),
				 errhint("SELECT id, xid, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
	foreach(lc, entries)
		reports = lappend(reports, restore_entry(*(int64 *) lfirst(lc), NULL));
	PG_RETURN_TEXT_P(cstring_to_text(joined(reports, "; ")));
}
