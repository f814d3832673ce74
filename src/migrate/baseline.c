/*
 * baseline.c
 *		safemig.baseline(): an existing database starts here.  Versions up to it count
 *		as part of what was found, and nothing rolls back past it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/history.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "migrate/attempt.h"
#include "migrate/baseline.h"
#include "migrate/by_hand.h"
#include "migrate/checksum.h"
#include "migrate/given.h"
#include "migrate/runner.h"
#include "migrate/unit.h"

/* ---------- whether there must be one ---------- */

/*
 * OIDs are given in turn, so a table with a lower one was here before the
 * extension.  Around a wrap of the counter the answer may be wrong; then a
 * baseline is asked for that says little, or is not asked for.
 */
#define FIRST_OLDER_TABLE                                                                          \
	"SELECT c.oid::regclass::text FROM pg_class c"                                                 \
	" JOIN pg_namespace n ON n.oid = c.relnamespace"                                               \
	" WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid < $1"                    \
	" AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"                               \
	" AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass"              \
	"  AND d.objid = c.oid AND d.deptype = 'e')"                                                   \
	" AND NOT EXISTS (SELECT FROM safemig.migration m"                                             \
	"  WHERE m.version IS NOT NULL AND m.state IN ('applied', 'rolled back'))"                     \
	" ORDER BY c.oid LIMIT 1"

void
demand_baseline(void)
{
	Oid type = OIDOID;
	Datum extension = ObjectIdGetDatum(safemig_extension());
	char *table = text_as_owner(FIRST_OLDER_TABLE, 1, &type, &extension, NULL);

	if (table == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_ORDER),
			 errmsg("this database has tables and no history: it needs a baseline"),
			 errdetail("Table %s was here before any version was applied, so what waits may "
					   "have been made already.",
					   table),
			 errhint("Name the version whose state this is, or 0 if all that waits is to run: "
					 "SELECT %s.baseline('VERSION', 'NAME');",
					 SAFEMIG_NAME)));
}

/* ---------- baseline() ---------- */

typedef struct BaselineCall
{
	Attempt *attempt;
	NewMigration *migration;
	const char *outcome;
} BaselineCall;

static void
check_history_is_empty(const NewMigration *migration)
{
	RegisteredMigration *newest = newest_applied();

	if (newest == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OUT_OF_ORDER),
			 errmsg("version %s cannot be the baseline: version %s is applied here",
					migration->version, newest->version),
			 errdetail("A baseline is what a history begins with."),
			 errhint("To put a version on record that ran elsewhere: "
					 "SELECT %s.mark('VERSION', 'applied', 'REASON');",
					 SAFEMIG_NAME)));
}

static void
pass_over_what_it_holds(const NewMigration *migration)
{
	Oid types[2] = {TEXTOID, TEXTOID};
	Datum values[2] = {
		CStringGetTextDatum(migration->key),
		CStringGetTextDatum(psprintf("held by the baseline %s", migration->version))};

	(void) execute_as_owner("UPDATE safemig.migration m SET state = 'skipped', note = $2,"
							" changed_at = pg_catalog.clock_timestamp()"
							" WHERE m.state = 'pending' AND m.version_key < $1",
							2, types, values, NULL);
}

static void
set_baseline(void *arg)
{
	BaselineCall *call = arg;
	NewMigration *migration = call->migration;
	RegisteredMigration *known;
	HistoryRow row = {0};

	check_caller(call->attempt);
	lock_runner();
	known = find_migration(migration->key);
	if (is_applied(known) && strcmp(known->kind, KIND_BASELINE) == 0)
	{
		ereport(NOTICE, (errmsg("version %s is the baseline of this database", known->version)));
		call->outcome = OUTCOME_ALREADY_APPLIED;
		return;
	}
	check_history_is_empty(migration);
	check_scheme(migration, NULL);
	pass_over_what_it_holds(migration);
	save_applied(migration);
	row.event = "baseline";
	row.version = migration->title;
	row.subject = migration->name;
	(void) record_history(&row);
	call->outcome = OUTCOME_APPLIED;
}

PG_FUNCTION_INFO_V1(safemig_baseline);
PGDLLEXPORT Datum safemig_baseline(PG_FUNCTION_ARGS);

Datum
safemig_baseline(PG_FUNCTION_ARGS)
{
	BaselineCall call = {0};
	NewMigration *migration = palloc0(sizeof(NewMigration));

	PreventCommandIfReadOnly("safemig.baseline()");
	call.migration = migration;
	migration->kind = KIND_BASELINE;
	name_by_version(migration, required_text(fcinfo, 0, "the version"));
	migration->name = required_text(fcinfo, 1, "the name");
	migration->up = "";
	migration->checksum = text_checksum(migration->up);
	migration->token_checksum = token_checksum(migration->up);
	call.attempt = new_attempt("safemig.baseline()");
	work_by_hand(set_baseline, &call);
	PG_RETURN_TEXT_P(cstring_to_text(call.outcome));
}
