/*
 * capture_restore.c
 *		The way back of rows that safemig.capture() kept.  The log is read
 *		backwards, so that every state on the way is one that the table was in: a
 *		deleted row is inserted when nothing has its key, an updated one gets its
 *		old values when it is still what the update made of it.  What others did
 *		since stays, and is reported.
 *
 * The statements run as the table's owner, whose checks they run, with triggers
 * and rules silent (but those that ENABLE ALWAYS or REPLICA): the rows are not
 * new.  So foreign keys are looked at afterwards, and what must not have come
 * back is left out the next time round.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/capture.h"
#include "undo/capture_restore.h"
#include "undo/column_state.h"
#include "undo/kept_copy.h"

/* events in a subtransaction; those of one that fails are tried again one by one */
#define BATCH 500

/* ---------- statements ---------- */

/* An error takes all of it back with the subtransaction. */
Became
become(Oid role)
{
	Became before;

	GetUserIdAndSecContext(&before.user, &before.security);
	before.nest_level = print_exactly();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("session_replication_role", "replica", PGC_SUSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	SetUserIdAndSecContext(role,
						   before.security | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
	return before;
}

void
be_again(const Became *before)
{
	SetUserIdAndSecContext(before->user, before->security);
	AtEOXact_GUC(true, before->nest_level);
}

SPIPlanPtr
plan_as(Oid role, const char *sql, int nargs, Oid *types)
{
	Became before = become(role);
	SPIPlanPtr plan = SPI_prepare(sql, nargs, types);

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "SPI_prepare failed for %s: %s", sql, SPI_result_code_string(SPI_result));
	be_again(&before);
	return plan;
}

uint64
run_plan(SPIPlanPtr plan, Datum *values, const char *nulls)
{
	int code = SPI_execute_plan(plan, values, nulls, false, 0);

	if (code < 0)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(code));
	return SPI_processed;
}

/* "$1, $2" for so many */
static char *
arguments(int count)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 1; i <= count; i++)
		appendStringInfo(&text, "%s$%d", i > 1 ? ", " : "", i);
	return text.data;
}

static char *
column_list(const LogReturn *back)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < back->count; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "", quote_identifier(back->columns[i].name));
	return text.data;
}

/* "a = $1, b = $2"; an identity that is always generated cannot be assigned, and never was */
static char *
assignments(const LogReturn *back)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < back->count; i++)
		if (!back->columns[i].identity_always)
			appendStringInfo(&text, "%s%s = $%d", text.len > 0 ? ", " : "",
							 quote_identifier(back->columns[i].name), i + 1);
	return text.data;
}

/* "id OPERATOR(pg_catalog.=) $1 AND ...", the arguments beginning with that number */
static char *
match_of_key(const LogReturn *back, int first)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach(lc, back->key)
	{
		const BackColumn *column = &back->columns[lfirst_int(lc)];

		appendStringInfo(&text, "%s%s %s $%d", text.len > 0 ? " AND " : "",
						 quote_identifier(column->name), equality_of_type(column->type),
						 first + foreach_current_index(lc));
	}
	return text.data;
}

static void
prepare(LogReturn *back)
{
	char *table = present_name(back->relid);
	const char *only = get_rel_relkind(back->relid) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ";
	int nkeys = list_length(back->key);
	Oid *types = palloc(sizeof(Oid) * (back->count + nkeys));
	Oid *key_types = types + back->count;
	char *set = assignments(back);

	for (int i = 0; i < back->count; i++)
		types[i] = back->columns[i].type;
	for (int i = 0; i < nkeys; i++)
		key_types[i] = types[list_nth_int(back->key, i)];
	back->find = plan_as(back->role,
						 psprintf("SELECT %s FROM %s%s WHERE %s FOR UPDATE", column_list(back),
								  only, table, match_of_key(back, 1)),
						 nkeys, key_types);
	back->insert = plan_as(back->role,
						   psprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)",
									table, column_list(back), arguments(back->count)),
						   back->count, types);
	if (set[0] != '\0')
		back->update = plan_as(back->role,
							   psprintf("UPDATE %s%s SET %s WHERE %s", only, table, set,
										match_of_key(back, back->count + 1)),
							   back->count + nkeys, types);
}

/* ---------- one event ---------- */

static void
leave(LogReturn *back, const RowEvent *event, uint64 *count)
{
	(void) hash_search(back->left, &event->event, HASH_ENTER, NULL);
	(*count)++;
}

/* Its row or none; the row is locked. */
static bool
find_row(const LogReturn *back, const RowImage *image, bool *as_left)
{
	Datum values[INDEX_MAX_KEYS];
	ListCell *lc;
	bool found;

	foreach(lc, back->key)
		values[foreach_current_index(lc)] =
			value_for_table(&back->columns[lfirst_int(lc)], image, lfirst_int(lc));
	found = run_plan(back->find, values, NULL) > 0;
	if (found && as_left != NULL)
		*as_left = is_as_left(back, image, SPI_tuptable->vals[0], SPI_tuptable->tupdesc);
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* The old row's values, and behind them the key that the row has now. */
static uint64
write_row(const LogReturn *back, SPIPlanPtr plan, const RowEvent *event)
{
	int size = back->count + list_length(back->key) + 1;
	Datum *values = palloc0(sizeof(Datum) * size);
	char *nulls = palloc0(size);
	ListCell *lc;

	memset(nulls, ' ', size - 1);
	for (int i = 0; i < back->count; i++)
	{
		values[i] = value_for_table(&back->columns[i], &event->old, i);
		nulls[i] = event->old.isnull[i] ? 'n' : ' ';
	}
	if (event->updated)
		foreach(lc, back->key)
			values[back->count + foreach_current_index(lc)] =
				value_for_table(&back->columns[lfirst_int(lc)], &event->new, lfirst_int(lc));
	return run_plan(plan, values, nulls);
}

/* Which of the columns did it change? */
static void
look_at_change(const LogReturn *back, const RowEvent *event, bool *any, bool *identity)
{
	*any = *identity = false;
	for (int i = 0; i < back->count; i++)
		if (!same_in_both(&back->columns[i], event, i))
		{
			*any = true;
			*identity = *identity || back->columns[i].identity_always;
		}
}

static void
undo_update(LogReturn *back, const RowEvent *event)
{
	bool any;
	bool identity;
	bool as_left;

	look_at_change(back, event, &any, &identity);
	/* it wrote what was there, so all of it is as it was */
	if (!any)
	{
		back->fates.back++;
		return;
	}
	if (!find_row(back, &event->new, &as_left))
		leave(back, event, &back->fates.gone);
	else if (!as_left)
		leave(back, event, &back->fates.changed);
	else if (identity)
		ereport(ERROR,
				(errcode(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION),
				 errmsg("a trigger had changed a column that is always generated")));
	else if (write_row(back, back->update, event) != 1)
		leave(back, event, &back->fates.changed);
	else
		back->fates.back++;
}

static void
undo_event(LogReturn *back, const RowEvent *event)
{
	if (hash_search(back->skipped, &event->event, HASH_FIND, NULL))
		(void) hash_search(back->left, &event->event, HASH_ENTER, NULL);
	else if (event->went_elsewhere)
		leave(back, event, &back->fates.elsewhere);
	else if (event->updated)
		undo_update(back, event);
	else if (find_row(back, &event->old, NULL))
		leave(back, event, &back->fates.there);
	/* a trigger of somebody's that fires ALWAYS may have kept it out */
	else if (write_row(back, back->insert, event) != 1)
		leave(back, event, &back->fates.refused);
	else
		back->fates.back++;
}

static void
forget_events(HTAB *events)
{
	HASH_SEQ_STATUS status;
	int64 *event;

	hash_seq_init(&status, events);
	while ((event = hash_seq_search(&status)) != NULL)
		(void) hash_search(events, event, HASH_REMOVE, NULL);
}

/* ---------- many ---------- */

typedef struct Batch
{
	LogReturn *back;
	const RowEvent *events;
	int count;
} Batch;

/* What a row that cannot stand where it was says; everything else ends the undo. */
static bool
row_is_to_blame(int sqlerrcode)
{
	int category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		category == ERRCODE_DATA_EXCEPTION || sqlerrcode == ERRCODE_RAISE_EXCEPTION ||
		sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE;
}

/*
 * In a subtransaction, which stays when work says so.  complaint: where the words
 * of an error go that a row is to blame for; NULL: every error is raised.
 */
static bool
run_apart(bool (*work)(void *arg), void *arg, char **complaint)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		done = work(arg);
		if (done)
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
		if (complaint == NULL || !row_is_to_blame(error->sqlerrcode))
			ReThrowError(error);
		*complaint = error->message;
		done = false;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return done;
}

static bool
undo_batch(void *arg)
{
	Batch *batch = arg;
	Became before = become(batch->back->role);

	for (int i = 0; i < batch->count; i++)
		undo_event(batch->back, &batch->events[i]);
	be_again(&before);
	return true;
}

static void
undo_one_by_one(Batch *batch)
{
	LogReturn *back = batch->back;

	for (int i = 0; i < batch->count; i++)
	{
		Batch one = {back, &batch->events[i], 1};
		char *complaint;

		(void) hash_search(back->left, &batch->events[i].event, HASH_REMOVE, NULL);
		if (run_apart(undo_batch, &one, &complaint))
			continue;
		leave(back, &batch->events[i], &back->fates.refused);
		if (back->fates.complaint == NULL)
			back->fates.complaint = MemoryContextStrdup(back->memory, complaint);
	}
}

static int
read_batch(LogReturn *back, RowEvent *events)
{
	int count = 0;

	while (count < BATCH && next_event(back, &events[count]))
		count++;
	return count;
}

static void
undo_log(LogReturn *back)
{
	MemoryContext memory =
		AllocSetContextCreate(CurrentMemoryContext, "safemig rows", ALLOCSET_DEFAULT_SIZES);
	RowEvent *events = palloc(sizeof(RowEvent) * BATCH);
	MemoryContext caller = MemoryContextSwitchTo(memory);
	Batch batch = {back, events, 0};

	rewind_log(back);
	while ((batch.count = read_batch(back, events)) > 0)
	{
		Fates before = back->fates;
		char *complaint;

		if (!run_apart(undo_batch, &batch, &complaint))
		{
			back->fates = before;
			undo_one_by_one(&batch);
		}
		MemoryContextReset(memory);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(memory);
}

/* Again from the start, as long as a foreign key does not hold; each time with less. */
static bool
undo_logs(void *arg)
{
	List *returns = arg;
	bool broken = false;
	ListCell *lc;

	foreach(lc, returns)
	{
		LogReturn *back = lfirst(lc);
		Fates fresh = {0};

		fresh.orphans = back->fates.orphans;
		fresh.needed = back->fates.needed;
		back->fates = fresh;
		forget_events(back->left);
		undo_log(back);
	}
	CommandCounterIncrement();
	foreach(lc, returns)
		broken = find_broken_keys(lfirst(lc)) || broken;
	return !broken;
}

/* ---------- the report ---------- */

static char *
rows(uint64 count)
{
	return psprintf(UINT64_FORMAT " %s", count, count == 1 ? "row" : "rows");
}

static void
report_fate(const LogReturn *back, uint64 count, const char *why)
{
	if (count > 0)
		report_left_out(back->restore, "%s of %s did not come back: %s.", rows(count),
						back->item->identity, why);
}

static void
report(const LogReturn *back)
{
	const Fates *fates = &back->fates;

	if (fates->back > 0)
		back->restore->came_back = lappend(
			back->restore->came_back,
			psprintf("%s of %s %s", rows(fates->back), back->item->type, back->item->identity));
	report_fate(back, fates->there, "a row with that key is there now");
	report_fate(back, fates->changed, "changed since, and left as they are now");
	report_fate(back, fates->gone, "deleted since, or their key was changed");
	report_fate(back, fates->elsewhere, "now in a partition that was not captured");
	report_fate(back, fates->orphans, "what a foreign key of theirs refers to is gone");
	report_fate(back, fates->needed, "a foreign key refers to what they are now");
	report_fate(back, fates->refused,
				fates->complaint ? fates->complaint : "a trigger kept them out");
}

/* ---------- the keeper's turn ---------- */

void
restore_rows(Restore *restore, List *items)
{
	List *returns = NIL;
	ListCell *lc;

	if (restore->as_name != NULL)
		refuse_rows(linitial(items), "into their own table only, so as_name means nothing");
	foreach(lc, items)
		returns = lappend(returns, open_log_return(restore, lfirst(lc)));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	foreach(lc, returns)
		prepare(lfirst(lc));
	while (!run_apart(undo_logs, returns, NULL))
		CHECK_FOR_INTERRUPTS();
	SPI_finish();
	foreach(lc, returns)
	{
		close_log_return(lfirst(lc));
		report(lfirst(lc));
		purge_rows(((LogReturn *) lfirst(lc))->item);
	}
}

void
purge_rows(const BinItem *item)
{
	drop_copy(item->bin_oid);
}
