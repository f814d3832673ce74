/*
 * registry_write.c
 *		Writes safemig.migration: what happens with each of many below SPI, all else
 *		by statements.
 */
#include "postgres.h"

#include <math.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/own_row.h"
#include "base/owner.h"
#include "base/text_list.h"
#include "migrate/registry.h"
#include "migrate/registry_row.h"

/* Both, where somebody acts in another role than the one that logged in. */
static char *
who_applies(void)
{
	char *session = GetUserNameFromId(GetSessionUserId(), false);
	char *current = GetUserNameFromId(GetUserId(), false);

	return strcmp(session, current) == 0 ? session : psprintf("%s (as %s)", session, current);
}

/* ---------- values ---------- */

static void
set_value(OwnRow *row, int column, Datum value)
{
	row->slot->tts_values[column - 1] = value;
	row->slot->tts_isnull[column - 1] = false;
}

static void
set_null(OwnRow *row, int column)
{
	row->slot->tts_isnull[column - 1] = true;
}

static void
set_text(OwnRow *row, int column, const char *value)
{
	if (value == NULL)
		set_null(row, column);
	else
		set_value(row, column, CStringGetTextDatum(value));
}

static void
set_jsonb(OwnRow *row, int column, const char *value)
{
	if (value == NULL)
		set_null(row, column);
	else
		set_value(row, column, DirectFunctionCall1(jsonb_in, CStringGetDatum(value)));
}

static void
set_texts(OwnRow *row, int column, List *values, bool null_when_empty)
{
	if (values == NIL && null_when_empty)
		set_null(row, column);
	else
		set_value(row, column, text_array(values));
}

static void
set_seconds(OwnRow *row, int column, double seconds)
{
	Interval *interval = palloc0(sizeof(Interval));

	interval->time = (TimeOffset) rint(seconds * USECS_PER_SEC);
	set_value(row, column, IntervalPGetDatum(interval));
}

static void
set_given(OwnRow *row, const NewMigration *migration)
{
	set_text(row, MIGRATION_VERSION, migration->version);
	set_text(row, MIGRATION_NAME, migration->name);
	set_text(row, MIGRATION_KIND, migration->kind);
	set_text(row, MIGRATION_UP, migration->up);
	set_text(row, MIGRATION_DOWN, migration->down);
	set_text(row, MIGRATION_CHECKSUM, migration->checksum);
	set_text(row, MIGRATION_TOKEN_CHECKSUM, migration->token_checksum);
	set_texts(row, MIGRATION_PERMITS, migration->permits, false);
	set_text(row, MIGRATION_REASON, migration->reason);
	set_text(row, MIGRATION_CHECK_SQL, migration->check_sql);
	set_texts(row, MIGRATION_ENVIRONMENTS, migration->environments, true);
	set_text(row, MIGRATION_RELEASE, migration->release);
	set_text(row, MIGRATION_NOTE, migration->note);
	set_value(row, MIGRATION_OUT_OF_ORDER, BoolGetDatum(migration->out_of_order));
}

/*
 * The clock is asked anew, since now() is the start of the transaction, before
 * the wait for another runner.
 */
static void
set_applied(OwnRow *row, const NewMigration *migration)
{
	Datum now = TimestampTzGetDatum(GetCurrentTimestamp());

	set_text(row, MIGRATION_STATE, STATE_APPLIED);
	set_value(row, MIGRATION_STATEMENTS, Int64GetDatum(migration->statements));
	set_value(row, MIGRATION_ROWS, Int64GetDatum(migration->rows));
	set_value(row, MIGRATION_APPLIED_AT, now);
	set_text(row, MIGRATION_APPLIED_BY, who_applies());
	set_seconds(row, MIGRATION_DURATION, migration->seconds);
	set_value(row, MIGRATION_CHANGED_AT, now);
	set_value(row, MIGRATION_XID, FullTransactionIdGetDatum(GetTopFullTransactionId()));
	set_jsonb(row, MIGRATION_INVERSE, migration->inverse);
	set_jsonb(row, MIGRATION_ROW_CHANGES, migration->row_changes);
	set_null(row, MIGRATION_TAKEN_BACK);
	set_null(row, MIGRATION_ACCEPTS);
}

static void
set_registered(OwnRow *row, const NewMigration *migration)
{
	set_text(row, MIGRATION_STATE, STATE_PENDING);
	set_text(row, MIGRATION_REGISTERED_BY, GetUserNameFromId(GetSessionUserId(), false));
	set_value(row, MIGRATION_CHANGED_AT, TimestampTzGetDatum(GetCurrentTimestamp()));
}

static void
set_skipped(OwnRow *row, const NewMigration *migration)
{
	set_text(row, MIGRATION_STATE, STATE_SKIPPED);
	set_value(row, MIGRATION_CHANGED_AT, TimestampTzGetDatum(GetCurrentTimestamp()));
}

/* ---------- a row that is there, or a new one ---------- */

/* NULL when it is new.  Else the slot begins with what is there, and what is not set stays. */
static RegisteredMigration *
begin_with_row(OwnRow *row, const char *key)
{
	TupleDesc desc = RelationGetDescr(row->table);
	bool copied;

	ExecClearTuple(row->slot);
	memset(row->slot->tts_isnull, true, sizeof(bool) * desc->natts);
	set_text(row, MIGRATION_VERSION_KEY, key);
	ExecStoreVirtualTuple(row->slot);
	if (!lock_own_row(row))
		return NULL;
	ExecCopySlot(row->slot, row->found);
	return read_migration_row(ExecFetchSlotHeapTuple(row->found, true, &copied), desc);
}

/* keeps: does the row that is there stay as it is?  NULL: never.  false: it did */
static bool
save(const NewMigration *migration, void (*set)(OwnRow *row, const NewMigration *migration),
	 bool (*keeps)(const RegisteredMigration *known, const NewMigration *migration))
{
	OwnRow row;
	bool saved = false;
	bool kept = false;

	open_own_row(&row, "migration", MIGRATION_END - 1);
	while (!saved && !kept)
	{
		RegisteredMigration *known = begin_with_row(&row, migration->key);

		CHECK_FOR_INTERRUPTS();
		kept = known != NULL && keeps != NULL && keeps(known, migration);
		if (kept)
			continue;
		set_given(&row, migration);
		set(&row, migration);
		if (known != NULL)
			update_own_row(&row);
		saved = known != NULL || insert_own_row(&row);
	}
	close_own_row(&row);
	return saved;
}

/*
 * Whoever registered it anew while it ran was told that his script waits now: it
 * must not be passed over.
 */
static bool
is_not_what_ran(const RegisteredMigration *known, const NewMigration *migration)
{
	if (migration->read_as_of != 0 && known->changed_at != migration->read_as_of)
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_UNAVAILABLE),
				 errmsg("%s was registered anew while it ran", migration->label),
				 errdetail("All of it is undone, as it is not what waits now."),
				 errhint("CALL %s.migrate(); runs what is registered.", SAFEMIG_NAME)));
	return false;
}

void
save_applied(const NewMigration *migration)
{
	(void) save(migration, set_applied, is_not_what_ran);
}

static bool
same_text(const char *one, const char *other)
{
	return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static bool
is_applied_or_the_same(const RegisteredMigration *known, const NewMigration *migration)
{
	if (is_applied(known))
		return strcmp(known->kind, KIND_REPEATABLE) != 0;
	return is_pending(known) && !is_written_to(known) && same_text(known->name, migration->name) &&
		same_text(known->checksum, migration->checksum) &&
		same_text(known->down, migration->down) && same_texts(known->permits, migration->permits) &&
		same_text(known->reason, migration->reason) &&
		same_text(known->check_sql, migration->check_sql) &&
		same_texts(known->environments, migration->environments) &&
		same_text(known->release, migration->release) &&
		known->out_of_order == migration->out_of_order;
}

/* Who changes what waits is its author from then on. */
bool
save_pending(const NewMigration *migration)
{
	return save(migration, set_registered, is_applied_or_the_same);
}

static bool
is_elsewhere_or_says_the_same(const RegisteredMigration *known, const NewMigration *migration)
{
	if (strcmp(known->state, STATE_SKIPPED) != 0)
		return !is_pending(known);
	return same_text(known->checksum, migration->checksum) &&
		same_text(known->note, migration->note);
}

bool
save_skipped(const NewMigration *migration)
{
	return save(migration, set_skipped, is_elsewhere_or_says_the_same);
}

/* ---------- by a statement ---------- */

/* Parameters of one statement, filled one after the other. */
#define MAX_PARAMETERS 24

typedef struct Parameters
{
	int count;
	Oid types[MAX_PARAMETERS];
	Datum values[MAX_PARAMETERS];
	char nulls[MAX_PARAMETERS];
} Parameters;

static void
add_parameter(Parameters *parameters, Oid type, Datum value, bool isnull)
{
	Assert(parameters->count < MAX_PARAMETERS);
	parameters->types[parameters->count] = type;
	parameters->values[parameters->count] = value;
	parameters->nulls[parameters->count] = isnull ? 'n' : ' ';
	parameters->count++;
}

static void
add_text(Parameters *parameters, const char *value)
{
	add_parameter(parameters, TEXTOID, value == NULL ? (Datum) 0 : CStringGetTextDatum(value),
				  value == NULL);
}

void
save_marked_applied(const char *key)
{
	Parameters parameters = {0};

	add_text(&parameters, key);
	add_text(&parameters, who_applies());
	(void) execute_as_owner(
		"UPDATE safemig.migration m SET state = 'applied', applied_by = $2,"
		" xid = pg_current_xact_id(), statements = NULL, rows = NULL,"
		" duration = NULL, inverse = NULL, row_changes = NULL, taken_back = NULL,"
		" applied_at = t.now, changed_at = t.now FROM clock_timestamp() t(now)"
		" WHERE m.version_key = $1",
		parameters.count, parameters.types, parameters.values, parameters.nulls);
}

/* One text of the row with this key. */
static void
save_text(const char *sql, const char *key, const char *value)
{
	Parameters parameters = {0};

	add_text(&parameters, key);
	add_text(&parameters, value);
	(void) execute_as_owner(sql, parameters.count, parameters.types, parameters.values,
							parameters.nulls);
}

void
save_note(const char *key, const char *note)
{
	save_text("UPDATE safemig.migration m SET note = $2 WHERE m.version_key = $1", key, note);
}

void
save_accepts(const char *key, const char *reason)
{
	save_text("UPDATE safemig.migration m SET accepts = $2 WHERE m.version_key = $1", key, reason);
}

void
save_script(const NewMigration *migration)
{
	Parameters parameters = {0};

	add_text(&parameters, migration->key);
	add_text(&parameters, migration->up);
	add_text(&parameters, migration->checksum);
	add_text(&parameters, migration->token_checksum);
	add_text(&parameters, migration->name);
	add_text(&parameters, migration->down);
	(void) execute_as_owner("UPDATE safemig.migration m SET up = $2, checksum = $3,"
							" name = $5, down = coalesce($6, m.down),"
							" token_checksum = $4, accepts = NULL WHERE m.version_key = $1",
							parameters.count, parameters.types, parameters.values,
							parameters.nulls);
}

/* The script it was is remembered, since another may be registered before it runs again. */
void
save_rolled_back(const char *key)
{
	Parameters parameters = {0};

	add_text(&parameters, key);
	(void) execute_as_owner(
		"UPDATE safemig.migration m SET state = 'rolled back', xid = pg_current_xact_id(),"
		" taken_back = m.checksum, changed_at = pg_catalog.clock_timestamp()"
		" WHERE m.version_key = $1",
		parameters.count, parameters.types, parameters.values, parameters.nulls);
}
