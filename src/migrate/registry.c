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

#define STATE_APPLIED "applied"
#define STATE_ROLLED_BACK "rolled back"

#define MIGRATION_COLUMNS                                                                          \
	"m.version, m.version_key, m.name, m.state, m.up, m.down, m.checksum, m.token_checksum,"       \
	" m.inverse IS NOT NULL"

/* ---------- reading ---------- */

static char *
column(uint64 row, int number)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number);
}

static RegisteredMigration *
read_row(uint64 row)
{
	RegisteredMigration *migration = palloc(sizeof(RegisteredMigration));

	migration->version = column(row, 1);
	migration->key = column(row, 2);
	migration->name = column(row, 3);
	migration->state = column(row, 4);
	migration->up = column(row, 5);
	migration->down = column(row, 6);
	migration->checksum = column(row, 7);
	migration->token_checksum = column(row, 8);
	migration->has_journal = column(row, 9)[0] == 't';
	return migration;
}

/* Runs a query whose only parameter is a key. */
static void
query_by_key(const char *sql, const char *key)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(key);

	(void) execute_as_owner(sql, 1, &type, &value, NULL);
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
	(void) execute_as_owner("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
							" WHERE m.state = 'applied'"
							" ORDER BY m.version_key DESC LIMIT 1",
							0, NULL, NULL, NULL);
	return take_one();
}

bool
is_applied(const RegisteredMigration *migration)
{
	return migration != NULL && strcmp(migration->state, STATE_APPLIED) == 0;
}

bool
is_rolled_back(const RegisteredMigration *migration)
{
	return migration != NULL && strcmp(migration->state, STATE_ROLLED_BACK) == 0;
}

List *
applied_above(const char *key)
{
	List *found = NIL;

	query_by_key("SELECT " MIGRATION_COLUMNS " FROM safemig.migration m"
				 " WHERE m.state = 'applied' AND m.version_key > $1"
				 " ORDER BY m.version_key DESC",
				 key);
	for (uint64 i = 0; i < SPI_processed; i++)
		found = lappend(found, read_row(i));
	SPI_freetuptable(SPI_tuptable);
	return found;
}

List *
applied_around(const char *key)
{
	List *found = NIL;

	query_by_key("SELECT n.version FROM ("
				 "(SELECT m.version, m.version_key FROM safemig.migration m"
				 " WHERE m.state = 'applied' AND m.version_key < $1"
				 " ORDER BY m.version_key DESC LIMIT 2)"
				 " UNION ALL "
				 "(SELECT m.version, m.version_key FROM safemig.migration m"
				 " WHERE m.state = 'applied' AND m.version_key > $1"
				 " ORDER BY m.version_key LIMIT 2)) n ORDER BY n.version_key",
				 key);
	for (uint64 i = 0; i < SPI_processed; i++)
		found = lappend(found, column(i, 1));
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* ---------- writing ---------- */

/* Parameters of one statement, filled one after the other. */
#define MAX_PARAMETERS 20

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
}

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
	(void) execute_as_owner(
		"INSERT INTO safemig.migration AS m (version, version_key, name, up, down,"
		" checksum, token_checksum, permits, reason, check_sql, environments,"
		" release, note, applied_by, statements, rows, duration, inverse, xid,"
		" kind, state, applied_at, changed_at)"
		" SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
		" $14, $15, $16, make_interval(secs => $17), $18::jsonb, pg_current_xact_id(),"
		" 'versioned', 'applied', t.now, t.now FROM clock_timestamp() t(now)"
		" ON CONFLICT (version_key) DO UPDATE SET version = excluded.version,"
		" name = excluded.name, up = excluded.up, down = excluded.down,"
		" checksum = excluded.checksum, token_checksum = excluded.token_checksum,"
		" permits = excluded.permits, reason = excluded.reason,"
		" check_sql = excluded.check_sql, environments = excluded.environments,"
		" release = excluded.release, note = excluded.note,"
		" applied_by = excluded.applied_by, statements = excluded.statements,"
		" rows = excluded.rows, duration = excluded.duration,"
		" inverse = excluded.inverse, xid = excluded.xid,"
		" kind = excluded.kind, state = excluded.state,"
		" applied_at = excluded.applied_at, changed_at = excluded.changed_at",
		parameters.count, parameters.types, parameters.values, parameters.nulls);
}

bool
save_skipped(const NewMigration *migration)
{
	Parameters parameters = {0};

	add_migration(&parameters, migration);
	(void) execute_as_owner(
		"INSERT INTO safemig.migration AS m (version, version_key, name, up, down,"
		" checksum, token_checksum, permits, reason, check_sql, environments,"
		" release, note, kind, state, changed_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
		" 'versioned', 'skipped', clock_timestamp())"
		" ON CONFLICT (version_key) DO UPDATE SET version = excluded.version,"
		" name = excluded.name, up = excluded.up, down = excluded.down,"
		" checksum = excluded.checksum, token_checksum = excluded.token_checksum,"
		" permits = excluded.permits, reason = excluded.reason,"
		" check_sql = excluded.check_sql, environments = excluded.environments,"
		" release = excluded.release, note = excluded.note,"
		" changed_at = excluded.changed_at WHERE m.state = 'skipped'"
		" AND (m.checksum, m.note) IS DISTINCT FROM (excluded.checksum, excluded.note)",
		parameters.count, parameters.types, parameters.values, parameters.nulls);
	return SPI_processed > 0;
}

void
save_rolled_back(const char *key)
{
	query_by_key("UPDATE safemig.migration m SET state = 'rolled back', xid = pg_current_xact_id(),"
				 " changed_at = pg_catalog.clock_timestamp() WHERE m.version_key = $1",
				 key);
}
