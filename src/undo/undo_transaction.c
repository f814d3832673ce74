/*
 * undo_transaction.c
 *		safemig.undo_transaction(): all that one transaction destroyed comes back,
 *		newest first.  Rows of DELETE and UPDATE that others changed since stay as
 *		they are, and are no reason to leave the rest in the bin.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/resowner.h"

#include "base/apart.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/restore.h"

PG_FUNCTION_INFO_V1(safemig_undo_transaction);
PGDLLEXPORT Datum safemig_undo_transaction(PG_FUNCTION_ARGS);

/* ---------- functions, before all else ---------- */

typedef struct EarlyReturn
{
	int64 entry;
	char *report;
} EarlyReturn;

static void
return_early(void *arg)
{
	EarlyReturn *early = arg;

	early->report = words_of_restore(restore_entry(early->entry, NULL));
}

static bool
holds_replaced_functions_only(int64 entry)
{
	ListCell *lc;

	foreach(lc, bin_items(entry))
		if (((BinItem *) lfirst(lc))->action != ACTION_REPLACE_FUNCTION)
			return false;
	return true;
}

bool
restore_functions_early(int64 entry, char **report)
{
	EarlyReturn early = {entry, NULL};

	if (!holds_replaced_functions_only(entry) || run_apart(return_early, &early) != NULL)
		return false;
	if (report != NULL)
		*report = early.report;
	else
		ereport(NOTICE, (errmsg("%s", early.report)));
	return true;
}

/* ---------- a transaction ---------- */

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

/* Of anything else, what did not come back may have other reasons than what others did since. */
static bool
holds_rows_only(int64 entry)
{
	ListCell *lc;

	foreach(lc, bin_items(entry))
		if (((BinItem *) lfirst(lc))->kind != KEPT_ROWS)
			return false;
	return true;
}

/*
 * When nothing of it comes back, it is as before, with what it needs, and stays
 * kept.  An error is an error.
 */
static Restore *
restore_or_leave(int64 entry)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Restore *restore = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		restore = restore_claimed(entry, NULL, false);
		if (restore->came_back != NIL)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (restore->came_back == NIL)
		restore->came_first = NIL;
	tell_left_out(restore);
	return restore;
}

typedef struct Undone
{
	List *reports; /* of char * */
	List *stayed;  /* of char *: why */
	bool any;	   /* came back */
} Undone;

static void
undo_entry(Undone *undone, int64 entry)
{
	Restore *restore =
		holds_rows_only(entry) ? restore_or_leave(entry) : restore_entry(entry, NULL);

	if (restore->came_back != NIL)
	{
		undone->any = true;
		undone->reports = lappend(undone->reports, words_of_restore(restore));
		return;
	}
	undone->stayed = list_concat(undone->stayed, restore->left_out);
	undone->reports = lappend(undone->reports,
							  psprintf("entry " INT64_FORMAT " stays in the bin: %s", entry,
									   joined_words(restore->left_out, " ")));
}

Datum
safemig_undo_transaction(PG_FUNCTION_ARGS)
{
	Undone undone = {0};
	List *entries;
	ListCell *lc;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the transaction's id must not be null")));
	entries = entries_of_transaction(PG_GETARG_DATUM(0));
	PreventCommandIfReadOnly("safemig.undo_transaction()");
	foreach(lc, entries)
	{
		char *report;

		if (!restore_functions_early(*(int64 *) lfirst(lc), &report))
			continue;
		undone.any = true;
		undone.reports = lappend(undone.reports, report);
	}
	foreach(lc, entries)
		/* it may be back already, since one that came before needed it */
		if (bin_claim(*(int64 *) lfirst(lc)))
			undo_entry(&undone, *(int64 *) lfirst(lc));
	if (undone.reports == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO), errmsg("nothing is kept of that transaction"),
				 errhint("SELECT id, xid, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
	if (!undone.any)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("nothing of that transaction could be brought back"),
				 errdetail("%s", joined_words(undone.stayed, " "))));
	PG_RETURN_TEXT_P(cstring_to_text(joined_words(undone.reports, "; ")));
}
