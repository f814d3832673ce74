/*
 * registry.c
 *		Reads and writes safemig.migration.  What the rows mean for a run is decided
 *		in apply.c and rollback.c.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/owner.h"
#include "migrate/registry.h"

#define MIGRATION_COLUMNS                                                                          \
	"m.version, m.version_key, m.name, m.kind, m.state, m.up, m.down, m.checksum,"                 \
	" m.token_checksum, m.permits, m.reason, m.check_sql, m.environments, m.release, m.note,"      \
	" m.out_of_order, m.inverse IS NOT NULL, m.taken_back, m.accepts, m.registered_by"

/* ---------- reading ---------- */

static char *
column(uint64 row, int number)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number);
}

static bool
flag(uint64 row, int number)
{
	return column(row, number)[0] == 't';
}

static List *
words(uint64 row, int number)
{
	List *result = NIL;
	Datum *elements;
	bool isnull;
	int count;
	Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &isnull);

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

static RegisteredMigration *
read_row(uint64 row)
{
	RegisteredMigration *migration = palloc(sizeof(RegisteredMigration));

	migration->version = column(row, 1);
	migration->key = column(row, 2);
	migration->title = migration->version ? migration->version : migration->key;
	migration->label = migration_label(migration->version, migration->title);
	migration->name = column(row, 3);
	migration->kind = column(row, 4);
	migration->state = column(row, 5);
	migration->up = column(row, 6);
	migration->down = column(row, 7);
	migration->checksum = column(row, 8);
	migration->token_checksum = column(row, 9);
	migration->permits = words(row, 10);
	migration->reason = column(row, 11);
	migration->check_sql = column(row, 12);
	migration->environments = words(row, 13);
	migration->release = column(row, 14);
	migration->note = column(row, 15);
	migration->out_of_order = flag(row, 16);
	migration->has_journal = flag(row, 17);
	migration->taken_back = column(row, 18);
	migration->accepts = column(row, 19);
	migration->registered_by = column(row, 20);
	return migration;
}

/* Runs a query whose only parameter is a key. */
static void
query_by_key(const char *sql, const char *key)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(key);

	(void) execute_often_as_owner(sql, 1, &type, &value, NULL);
}

static RegisteredMigration *
take_one(void)
{
	RegisteredMigration *migration = SPI_processed > 0 ? read_row(0) : NULL;

	SPI_freetuptable(SPI_tuptable);
	return migration;
}

RegisteredMigration *
find_migration(const char *key)
{
	query_by_key("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
				 " WHERE m.version_key = $1",
				 key);
	return take_one();
}

RegisteredMigration *
newest_applied(void)
{
	(void) execute_often_as_owner("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
								  " WHERE m.state = 'applied' AND m.version IS NOT NULL"
								  " ORDER BY m.version_key DESC LIMIT 1",
								  0, NULL, NULL, NULL);
	return take_one();
}

static RegisteredMigration *
first_pending(void)
{
	(void) execute_often_as_owner("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
								  " WHERE m.state = 'pending' ORDER BY m.version_key LIMIT 1",
								  0, NULL, NULL, NULL);
	return take_one();
}

/* Version 0 is neither number nor date. */
RegisteredMigration *
first_of_scheme(void)
{
	RegisteredMigration *found = newest_applied();

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

RegisteredMigration *
baseline_over(const char *key)
{
	query_by_key("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
				 " WHERE m.kind = 'baseline' AND m.state = 'applied' AND m.version_key >= $1",
				 key);
	return take_one();
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

static List *
take_all(void)
{
	List *found = NIL;

	for (uint64 i = 0; i < SPI_processed; i++)
		found = lappend(found, read_row(i));
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

	(void) execute_often_as_owner(sql, 3, types, values, target == NULL ? "  n" : NULL);
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
	query_by_place("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
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
	query_by_key("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
				 " WHERE m.state = 'applied' AND m.version IS NOT NULL AND m.version_key > $1"
				 " ORDER BY m.version_key DESC",
				 key);
	return take_all();
}

List *
repeatables_since(const char *key)
{
	query_by_key("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
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

/* ---------- writing ---------- */

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

static void
add_texts(Parameters *parameters, List *values, bool null_when_empty)
{
	Datum *elements = palloc(sizeof(Datum) * (list_length(values) + 1));
	int count = 0;
	ListCell *cell;

	foreach(cell, values)
		elements[count++] = CStringGetTextDatum((char *) lfirst(cell));
	add_parameter(
		parameters, TEXTARRAYOID,
		PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT)),
		count == 0 && null_when_empty);
}

/* Both, where somebody acts in another role than the one that logged in. */
static char *
who_applies(void)
{
	char *session = GetUserNameFromId(GetSessionUserId(), false);
	char *current = GetUserNameFromId(GetUserId(), false);

	return strcmp(session, current) == 0 ? session : psprintf("%s (as %s)", session, current);
}

static void
add_migration(Parameters *parameters, const NewMigration *migration)
{
	add_text(parameters, migration->version);
	add_text(parameters, migration->key);
	add_text(parameters, migration->name);
	add_text(parameters, migration->up);
	add_text(parameters, migration->down);
	add_text(parameters, migration->checksum);
	add_text(parameters, migration->token_checksum);
	add_texts(parameters, migration->permits, false);
	add_text(parameters, migration->reason);
	add_text(parameters, migration->check_sql);
	add_texts(parameters, migration->environments, true);
	add_text(parameters, migration->release);
	add_text(parameters, migration->note);
	add_text(parameters, migration->kind);
	add_parameter(parameters, BOOLOID, BoolGetDatum(migration->out_of_order), false);
}

/* What add_migration() adds, and how a row that is there takes it over. */
#define GIVEN_COLUMNS                                                                              \
	"version, version_key, name, up, down, checksum, token_checksum, permits, reason,"             \
	" check_sql, environments, release, note, kind, out_of_order"
#define GIVEN_VALUES "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15"
#define TAKE_OVER                                                                                  \
	" ON CONFLICT (version_key) DO UPDATE SET version = excluded.version,"                         \
	" name = excluded.name, up = excluded.up, down = excluded.down,"                               \
	" checksum = excluded.checksum, token_checksum = excluded.token_checksum,"                     \
	" permits = excluded.permits, reason = excluded.reason,"                                       \
	" check_sql = excluded.check_sql, environments = excluded.environments,"                       \
	" release = excluded.release, note = excluded.note, kind = excluded.kind,"                     \
	" out_of_order = excluded.out_of_order, state = excluded.state,"                               \
	" changed_at = excluded.changed_at"

/*
 * The clock is asked anew, since now() is the start of the transaction, before
 * the wait for another runner.
 */
void
save_applied(const NewMigration *migration)
{
	Parameters parameters = {0};

	add_migration(&parameters, migration);
	add_text(&parameters, who_applies());
	add_parameter(&parameters, INT8OID, Int64GetDatum(migration->statements), false);
	add_parameter(&parameters, INT8OID, Int64GetDatum(migration->rows), false);
	add_parameter(&parameters, FLOAT8OID, Float8GetDatum(migration->seconds), false);
	add_text(&parameters, migration->inverse);
	add_text(&parameters, migration->row_changes);
	(void) execute_often_as_owner(
		"INSERT INTO safemig.migration AS m (" GIVEN_COLUMNS ", applied_by, statements, rows,"
		" duration, inverse, row_changes, xid, state, applied_at, changed_at)"
		" SELECT " GIVEN_VALUES
		", $16, $17, $18, make_interval(secs => $19), $20::jsonb, $21::jsonb,"
		" pg_current_xact_id(), 'applied', t.now, t.now FROM clock_timestamp() t(now)" TAKE_OVER
		", applied_by = excluded.applied_by, statements = excluded.statements,"
		" rows = excluded.rows, duration = excluded.duration, inverse = excluded.inverse,"
		" row_changes = excluded.row_changes,"
		" xid = excluded.xid, applied_at = excluded.applied_at, taken_back = NULL, accepts = NULL",
		parameters.count, parameters.types, parameters.values, parameters.nulls);
}

/* Who changes what waits is its author from then on. */
bool
save_pending(const NewMigration *migration)
{
	Parameters parameters = {0};

	add_migration(&parameters, migration);
	add_text(&parameters, GetUserNameFromId(GetSessionUserId(), false));
	(void) execute_as_owner(
		"INSERT INTO safemig.migration AS m (" GIVEN_COLUMNS ", registered_by, state, changed_at)"
		" VALUES (" GIVEN_VALUES ", $16, 'pending', clock_timestamp())" TAKE_OVER
		", registered_by = excluded.registered_by"
		" WHERE (m.state <> 'applied' OR m.kind = 'repeatable')"
		" AND (m.state <> 'pending' OR (m.name, m.checksum, m.down, m.permits, m.reason,"
		"  m.check_sql, m.environments, m.release, m.out_of_order) IS DISTINCT FROM"
		"  (excluded.name, excluded.checksum, excluded.down, excluded.permits, excluded.reason,"
		"  excluded.check_sql, excluded.environments, excluded.release, excluded.out_of_order))",
		parameters.count, parameters.types, parameters.values, parameters.nulls);
	return SPI_processed > 0;
}

bool
save_skipped(const NewMigration *migration)
{
	Parameters parameters = {0};

	add_migration(&parameters, migration);
	(void) execute_as_owner(
		"INSERT INTO safemig.migration AS m (" GIVEN_COLUMNS ", state, changed_at)"
		" VALUES (" GIVEN_VALUES ", 'skipped', clock_timestamp())" TAKE_OVER
		" WHERE m.state = 'pending' OR (m.state = 'skipped'"
		"  AND (m.checksum, m.note) IS DISTINCT FROM (excluded.checksum, excluded.note))",
		parameters.count, parameters.types, parameters.values, parameters.nulls);
	return SPI_processed > 0;
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
	query_by_key("UPDATE safemig.migration m SET state = 'rolled back', xid = pg_current_xact_id(),"
				 " taken_back = m.checksum, changed_at = pg_catalog.clock_timestamp()"
				 " WHERE m.version_key = $1",
				 key);
}
