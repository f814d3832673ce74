/*
 * register.c
 *		safemig.register(): puts a version on record, to wait for migrate().
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/history.h"
#include "guard/permit.h"
#include "migrate/compare.h"
#include "migrate/given.h"
#include "migrate/register.h"
#include "migrate/unit.h"

static void
record_registered(const NewMigration *migration, const char *outcome)
{
	HistoryRow row = {0};

	row.event = "register";
	row.version = migration->title;
	row.subject = migration->name;
	row.reason = migration->reason;
	row.detail = strcmp(outcome, OUTCOME_REPLACED) == 0 ? "in the place of another script" : NULL;
	(void) record_history(&row);
}

static void
warn_of_order(const NewMigration *migration, const RegisteredMigration *newest)
{
	if (is_out_of_order(migration, newest) && !migration->out_of_order)
		ereport(NOTICE,
				(errmsg("version %s comes before version %s, which is applied already",
						migration->version, newest->version)));
}

/* Now, and not when it runs; but one that is too wide here may be meant for elsewhere. */
static void
check_permits(const NewMigration *migration)
{
	ListCell *cell;

	if (not_meant_for_here(migration) != NULL)
		return;
	foreach(cell, migration->permits)
		check_permit_words(lfirst(cell));
}

/*
 * No lock of the runners: what waits may be replaced until it has run, and a
 * runner who is at it has the last word, since he writes the row that he ran.
 */
const char *
register_migration(NewMigration *migration)
{
	RegisteredMigration *known = find_migration(migration->key);
	RegisteredMigration *newest;
	const char *outcome = is_pending(known) ? OUTCOME_REPLACED : OUTCOME_REGISTERED;

	if (stays_applied(migration, known))
	{
		compare_with_applied(migration, known);
		return OUTCOME_ALREADY_APPLIED;
	}
	newest = newest_applied();
	if (is_held_by_baseline(migration, newest))
		return OUTCOME_ALREADY_APPLIED;
	parse_whole(migration);
	check_permits(migration);
	check_scheme(migration, newest);
	warn_of_order(migration, newest);
	if (!save_pending(migration))
	{
		known = find_migration(migration->key);
		if (!is_applied(known))
			return OUTCOME_REGISTERED;
		compare_with_applied(migration, known);
		return OUTCOME_ALREADY_APPLIED;
	}
	record_registered(migration, outcome);
	return outcome;
}

PG_FUNCTION_INFO_V1(safemig_register);
PGDLLEXPORT Datum safemig_register(PG_FUNCTION_ARGS);

Datum
safemig_register(PG_FUNCTION_ARGS)
{
	NewMigration *migration;
	const char *outcome;

	PreventCommandIfReadOnly("safemig.register()");
	migration = given_version(fcinfo);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	outcome = register_migration(migration);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(outcome));
}
