/*
 * apply.c
 *		safemig.apply(): brings one version into the database, once.  What it decides
 *		is here, in the order of apply(); how it runs is unit.c's.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "migrate/compare.h"
#include "migrate/given.h"
#include "migrate/unit.h"

typedef struct ApplyCall
{
	Attempt *attempt;
	NewMigration *migration;
	const char *outcome;
} ApplyCall;

static void
apply(void *arg)
{
	ApplyCall *call = arg;
	NewMigration *migration = call->migration;
	RegisteredMigration *known;
	RegisteredMigration *newest;

	check_caller(call->attempt);
	known = find_for_turn(migration);
	call->outcome = OUTCOME_ALREADY_APPLIED;
	if (is_applied(known))
	{
		compare_with_applied(migration, known);
		return;
	}
	newest = newest_applied();
	if (!is_held_by_baseline(migration, newest))
		call->outcome = run_unit(call->attempt, migration, known, newest);
}

PG_FUNCTION_INFO_V1(safemig_apply);
PGDLLEXPORT Datum safemig_apply(PG_FUNCTION_ARGS);

Datum
safemig_apply(PG_FUNCTION_ARGS)
{
	ApplyCall call = {0};

	PreventCommandIfReadOnly("safemig.apply()");
	call.migration = given_version(fcinfo);
	call.attempt = new_attempt("safemig.apply()");
	attempt_is_at(call.attempt, call.migration->title, call.migration->name);
	make_attempt(call.attempt, apply, &call);
	PG_RETURN_TEXT_P(cstring_to_text(call.outcome));
}
