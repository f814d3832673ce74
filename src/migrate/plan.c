/*
 * plan.c
 *		safemig.plan(): what migrate() would do, and what would stop it.  Lint and the
 *		effects of a script are asked by the names of their SQL functions, as the
 *		caller; without them there are no findings.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/arguments.h"
#include "base/installation.h"
#include "base/settings.h"
#include "base/text_list.h"
#include "migrate/compare.h"
#include "migrate/gate.h"
#include "migrate/given.h"
#include "migrate/unit.h"

#define PLAN_COLUMNS 7

/* ---------- what other parts say of a script ---------- */

static bool
is_there(char *function)
{
	Oid type = TEXTOID;

	return OidIsValid(
		LookupFuncName(list_make2(makeString(SAFEMIG_NAME), makeString(function)), 1, &type, true));
}

/* The first column of what a query finds about a script. */
static List *
ask(const char *sql, const NewMigration *migration)
{
	Oid types[2] = {TEXTOID, TEXTARRAYOID};
	Datum values[2] = {CStringGetTextDatum(migration->up), text_array(migration->permits)};
	List *found = NIL;

	if (SPI_execute_with_args(sql, 2, types, values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "a question about a script failed: %s", sql);
	for (uint64 i = 0; i < SPI_processed; i++)
		found = lappend(found, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_freetuptable(SPI_tuptable);
	return found;
}

static List *
findings_of(const NewMigration *migration)
{
	return ask(
		"SELECT pg_catalog.format('%s %s, line %s: %s', l.severity, l.rule, l.line, l.message)"
		" FROM safemig.lint($1) l WHERE $2 IS NOT NULL",
		migration);
}

static List *
permits_missing(const NewMigration *migration)
{
	return ask("SELECT DISTINCT e.permit FROM safemig.effects($1) e WHERE e.permit IS NOT NULL"
			   " AND NOT EXISTS (SELECT FROM pg_catalog.unnest($2) p(p)"
			   "  WHERE p.p OPERATOR(pg_catalog.=) e.permit"
			   "  OR pg_catalog.right(p.p, 1) OPERATOR(pg_catalog.=) '*'"
			   "  AND pg_catalog.starts_with(e.permit, pg_catalog.left(p.p, -1)))"
			   " ORDER BY 1",
			   migration);
}

/* ---------- the rows ---------- */

/* What is the same for all rows. */
typedef struct Sources
{
	bool has_lint;
	bool has_effects;
	List *written_to;				   /* labels of what is applied, and no longer as it was */
	const RegisteredMigration *newest; /* applied, or NULL */
} Sources;

static char *
action_of(const NewMigration *migration, const RegisteredMigration *known, const Sources *sources)
{
	char *why_not = not_meant_for_here(migration);
	const RegisteredMigration *newest = sources->newest;

	if (sources->written_to != NIL)
		return psprintf("refuse: the script on record was changed after it was applied: %s",
						joined(sources->written_to));
	if (is_written_to(known))
		return pstrdup("refuse: its script was changed after it was registered");
	if (why_not != NULL)
		return psprintf("skip: %s", why_not);
	if (!is_out_of_order(migration, newest))
		return pstrdup("apply");
	if (migration->out_of_order || strcmp(setting_text(SETTING_OUT_OF_ORDER), "allow") == 0)
		return psprintf("apply out of order, after version %s", newest->version);
	return psprintf("refuse: out of order, after version %s", newest->version);
}

static void
put_row(ReturnSetInfo *result, const RegisteredMigration *known, const Sources *sources)
{
	NewMigration *migration = given_by_registry(known);
	Datum values[PLAN_COLUMNS];
	bool nulls[PLAN_COLUMNS] = {false};

	nulls[0] = known->version == NULL;
	values[0] = nulls[0] ? (Datum) 0 : CStringGetTextDatum(known->version);
	values[1] = CStringGetTextDatum(known->name);
	values[2] = CStringGetTextDatum(known->kind);
	nulls[3] = !sources->has_lint;
	values[3] = sources->has_lint ? text_array(findings_of(migration)) : (Datum) 0;
	nulls[4] = !sources->has_effects;
	values[4] = sources->has_effects ? text_array(permits_missing(migration)) : (Datum) 0;
	values[5] = text_array(closed_gates(migration));
	values[6] = CStringGetTextDatum(action_of(migration, known, sources));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

PG_FUNCTION_INFO_V1(safemig_plan);
PGDLLEXPORT Datum safemig_plan(PG_FUNCTION_ARGS);

Datum
safemig_plan(PG_FUNCTION_ARGS)
{
	char *target = optional_text(fcinfo, 0);
	char *key = target == NULL ? NULL : key_of_title(target);
	Sources sources;
	List *waiting;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	require_target(target, key);
	sources.has_lint = is_there("lint");
	sources.has_effects = is_there("effects");
	sources.written_to = applied_and_written_to();
	sources.newest = newest_applied();
	waiting = all_waiting(key, environment_name(current_environment()), seeds_are_wanted());
	foreach(cell, waiting)
		put_row((ReturnSetInfo *) fcinfo->resultinfo, lfirst(cell), &sources);
	SPI_finish();
	return (Datum) 0;
}
