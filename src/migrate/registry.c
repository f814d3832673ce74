/*
 * registry.c
 *		Reads safemig.migration.  What the rows mean for a run is decided in apply.c
 *		and rollback.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/timestamp.h"

#include "base/own_row.h"
#include "base/owner.h"
#include "migrate/checksum.h"
#include "migrate/registry.h"
#include "migrate/registry_row.h"

/* ---------- a row ---------- */

/* NULL for null, and for a column that an older version of the table has not */
static char *
text_of(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;
	Datum value;

	if (column > desc->natts)
		return NULL;
	value = heap_getattr(tuple, column, desc, &isnull);
	return isnull ? NULL : TextDatumGetCString(value);
}

static bool
is_null(HeapTuple tuple, TupleDesc desc, int column)
{
	return column > desc->natts || heap_attisnull(tuple, column, desc);
}

static List *
texts_of(HeapTuple tuple, TupleDesc desc, int column)
{
	List *result = NIL;
	Datum *elements;
	bool isnull;
	int count;
	Datum value = heap_getattr(tuple, column, desc, &isnull);

	if (isnull)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL,
					  &count);
	for (int i = 0; i < count; i++)
		result = lappend(result, TextDatumGetCString(elements[i]));
	return result;
}

char *
migration_label(const char *version, const char *title)
{
	return version == NULL ? pstrdup(title) : psprintf("version %s", version);
}

RegisteredMigration *
read_migration_row(HeapTuple tuple, TupleDesc desc)
{
	RegisteredMigration *migration = palloc(sizeof(RegisteredMigration));
	bool isnull;

	migration->version = text_of(tuple, desc, MIGRATION_VERSION);
	migration->key = text_of(tuple, desc, MIGRATION_VERSION_KEY);
	migration->title = migration->version ? migration->version : migration->key;
	migration->label = migration_label(migration->version, migration->title);
	migration->name = text_of(tuple, desc, MIGRATION_NAME);
	migration->kind = text_of(tuple, desc, MIGRATION_KIND);
	migration->state = text_of(tuple, desc, MIGRATION_STATE);
	migration->up = text_of(tuple, desc, MIGRATION_UP);
	migration->down = text_of(tuple, desc, MIGRATION_DOWN);
	migration->checksum = text_of(tuple, desc, MIGRATION_CHECKSUM);
	migration->token_checksum = text_of(tuple, desc, MIGRATION_TOKEN_CHECKSUM);
	migration->permits = texts_of(tuple, desc, MIGRATION_PERMITS);
	migration->reason = text_of(tuple, desc, MIGRATION_REASON);
	migration->check_sql = text_of(tuple, desc, MIGRATION_CHECK_SQL);
	migration->environments = texts_of(tuple, desc, MIGRATION_ENVIRONMENTS);
	migration->release = text_of(tuple, desc, MIGRATION_RELEASE);
	migration->note = text_of(tuple, desc, MIGRATION_NOTE);
	migration->out_of_order =
		DatumGetBool(heap_getattr(tuple, MIGRATION_OUT_OF_ORDER, desc, &isnull));
	migration->has_journal = !is_null(tuple, desc, MIGRATION_INVERSE);
	migration->taken_back = text_of(tuple, desc, MIGRATION_TAKEN_BACK);
	migration->accepts = text_of(tuple, desc, MIGRATION_ACCEPTS);
	migration->registered_by = text_of(tuple, desc, MIGRATION_REGISTERED_BY);
	migration->changed_at =
		DatumGetTimestampTz(heap_getattr(tuple, MIGRATION_CHANGED_AT, desc, &isnull));
	return migration;
}

/* ---------- one row, by index ---------- */

/* What takes a row by its index, and where it goes */
typedef struct Search
{
	bool (*wants)(HeapTuple tuple, TupleDesc desc); /* NULL: all */
	RegisteredMigration *found;
} Search;

static bool
take_row(HeapTuple tuple, TupleDesc desc, void *arg)
{
	Search *search = arg;

	if (search->wants != NULL && !search->wants(tuple, desc))
		return false;
	search->found = read_migration_row(tuple, desc);
	return true;
}

static RegisteredMigration *
first_in(const char *index, ScanDirection direction)
{
	Search search = {0};

	(void) find_own_row("migration", index, 0, NULL, direction, take_row, &search);
	return search.found;
}

static RegisteredMigration *
first_by_key(const char *index, StrategyNumber strategy, RegProcedure compare, const char *key,
			 bool (*wants)(HeapTuple tuple, TupleDesc desc))
{
	Search search = {wants, NULL};
	ScanKeyData scan_key;

	ScanKeyInit(&scan_key, MIGRATION_VERSION_KEY, strategy, compare, CStringGetTextDatum(key));
	(void) find_own_row("migration", index, 1, &scan_key, ForwardScanDirection, take_row, &search);
	return search.found;
}

RegisteredMigration *
find_migration(const char *key)
{
	return first_by_key("migration_pkey", BTEqualStrategyNumber, F_TEXTEQ, key, NULL);
}

RegisteredMigration *
newest_applied(void)
{
	return first_in("migration_applied_idx", BackwardScanDirection);
}

static RegisteredMigration *
first_pending(void)
{
	return first_in("migration_pending_idx", ForwardScanDirection);
}

/* Version 0 is neither number nor date. */
const RegisteredMigration *
first_of_scheme(const RegisteredMigration *newest)
{
	const RegisteredMigration *found = newest;

	if (found == NULL || strcmp(found->key, VERSION_KEY_ZERO) == 0)
		found = first_pending();
	return found == NULL || found->version == NULL ? NULL : found;
}

/* Versions sort before what has none, so when the first is none, no version waits. */
RegisteredMigration *
next_pending(const char *target)
{
	RegisteredMigration *first = first_pending();
	bool beyond =
		first != NULL && first->version != NULL && target != NULL && strcmp(first->key, target) > 0;

	return beyond ? NULL : first;
}

static bool
is_baseline(HeapTuple tuple, TupleDesc desc)
{
	return strcmp(text_of(tuple, desc, MIGRATION_KIND), KIND_BASELINE) == 0;
}

RegisteredMigration *
baseline_over(const char *key)
{
	return first_by_key("migration_applied_idx", BTGreaterEqualStrategyNumber, F_TEXT_GE, key,
						is_baseline);
}

bool
is_applied(const RegisteredMigration *migration)
{
	return migration != NULL && strcmp(migration->state, STATE_APPLIED) == 0;
}

bool
is_pending(const RegisteredMigration *migration)
{
	return migration != NULL && strcmp(migration->state, STATE_PENDING) == 0;
}

/* ---------- more than one ---------- */

/* Runs a query whose only parameter is a key. */
static void
query_by_key(const char *sql, const char *key)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(key);

	(void) execute_as_owner(sql, 1, &type, &value, NULL);
}

static char *
column(uint64 row, int number)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number);
}

bool
is_written_to(const RegisteredMigration *migration)
{
	return strcmp(text_checksum(migration->up), migration->checksum) != 0;
}

static List *
take_all(void)
{
	List *found = NIL;

	for (uint64 i = 0; i < SPI_processed; i++)
		found = lappend(found, read_migration_row(SPI_tuptable->vals[i], SPI_tuptable->tupdesc));
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* What was passed over and is meant for here by now, unless a baseline holds it. */
#define WANTED_BY_NOW                                                                              \
	" (m.state = 'skipped' AND (m.environments IS NULL OR $1 = ANY (m.environments))"              \
	" AND (m.kind <> 'seed' OR $2) AND m.version_key > coalesce((SELECT max(b.version_key)"        \
	"  FROM safemig.migration b WHERE b.kind = 'baseline' AND b.state = 'applied'), ''))"

static void
query_by_place(const char *sql, const char *environment, bool seeds, const char *target)
{
	Oid types[3] = {TEXTOID, BOOLOID, TEXTOID};
	Datum values[3] = {CStringGetTextDatum(environment), BoolGetDatum(seeds),
					   target == NULL ? (Datum) 0 : CStringGetTextDatum(target)};

	(void) execute_as_owner(sql, 3, types, values, target == NULL ? "  n" : NULL);
}

void
let_wanted_wait(const char *environment, bool seeds)
{
	query_by_place("UPDATE safemig.migration m SET state = 'pending', note = NULL,"
				   " changed_at = clock_timestamp() WHERE $3 IS NULL AND" WANTED_BY_NOW,
				   environment, seeds, NULL);
}

List *
all_waiting(const char *target, const char *environment, bool seeds)
{
	query_by_place("SELECT m.* FROM safemig.migration m"
				   " WHERE (m.state = 'pending' OR" WANTED_BY_NOW ")"
				   " AND ($3 IS NULL OR CASE WHEN m.version IS NOT NULL THEN m.version_key <= $3"
				   "  ELSE NOT EXISTS (SELECT FROM safemig.migration v WHERE v.version IS NOT NULL"
				   "   AND v.state = 'pending' AND v.version_key > $3) END)"
				   " ORDER BY m.version_key",
				   environment, seeds, target);
	return take_all();
}

List *
applied_above(const char *key)
{
	query_by_key("SELECT m.* FROM safemig.migration m"
				 " WHERE m.state = 'applied' AND m.version IS NOT NULL AND m.version_key > $1"
				 " ORDER BY m.version_key DESC",
				 key);
	return take_all();
}

List *
repeatables_since(const char *key)
{
	query_by_key("SELECT m.* FROM safemig.migration m"
				 " WHERE m.state = 'applied' AND m.kind = 'repeatable' AND m.inverse IS NOT NULL"
				 " AND m.applied_at > (SELECT min(v.applied_at) FROM safemig.migration v"
				 "  WHERE v.state = 'applied' AND v.version IS NOT NULL AND v.version_key > $1)"
				 " ORDER BY m.applied_at DESC",
				 key);
	return take_all();
}

List *
applied_around(const char *key)
{
	List *found = NIL;

	query_by_key("SELECT n.version FROM ("
				 "(SELECT m.version, m.version_key FROM safemig.migration m"
				 " WHERE m.state = 'applied' AND m.version IS NOT NULL AND m.version_key < $1"
				 " ORDER BY m.version_key DESC LIMIT 2)"
				 " UNION ALL "
				 "(SELECT m.version, m.version_key FROM safemig.migration m"
				 " WHERE m.state = 'applied' AND m.version IS NOT NULL AND m.version_key > $1"
				 " ORDER BY m.version_key LIMIT 2)) n ORDER BY n.version_key",
				 key);
	for (uint64 i = 0; i < SPI_processed; i++)
		found = lappend(found, column(i, 1));
	SPI_freetuptable(SPI_tuptable);
	return found;
}

List *
applied_and_written_to(void)
{
	List *found = NIL;

	(void) execute_as_owner("SELECT m.version, m.version_key FROM safemig.migration m"
							" WHERE m.state = 'applied' AND safemig.checksum(m.up) <> m.checksum"
							" ORDER BY m.version_key",
							0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
		found = lappend(found, migration_label(column(i, 1), column(i, 2)));
	SPI_freetuptable(SPI_tuptable);
	return found;
}
