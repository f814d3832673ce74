/*
 * named.c
 *		safemig.repeatable() and safemig.seed(): migrations that have a name and no
 *		version.  Both come after all versions: at once when none waits and nobody has
 *		to look at them first, else in the next migrate().
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "base/text_list.h"
#include "migrate/checksum.h"
#include "migrate/compare.h"
#include "migrate/gate.h"
#include "migrate/given.h"
#include "migrate/register.h"
#include "migrate/unit.h"

typedef struct NamedCall
{
	Attempt *attempt;
	NewMigration *migration;
	const char *outcome;
} NamedCall;

static bool
a_version_waits(void)
{
	const RegisteredMigration *next = next_pending(NULL);

	return next != NULL && next->version != NULL;
}

/* Somebody has to look at these words first, which he can once they are on record. */
static bool
people_are_asked(NewMigration *migration)
{
	List *closed;

	if (!setting_is_on(SETTING_REQUIRE_TESTED) && setting_amount(SETTING_APPROVALS) == 0)
		return false;
	parse_whole(migration);
	closed = closed_gates(migration);
	return is_in_texts(closed, setting_name(SETTING_REQUIRE_TESTED)) ||
		is_in_texts(closed, setting_name(SETTING_APPROVALS));
}

/* As apply() does: no wait for a turn where there is nothing to do. */
static void
bring_named(void *arg)
{
	NamedCall *call = arg;
	NewMigration *migration = call->migration;
	RegisteredMigration *known;

	check_caller(call->attempt);
	known = find_for_turn(migration);
	if (stays_applied(migration, known))
	{
		compare_with_applied(migration, known);
		call->outcome = OUTCOME_ALREADY_APPLIED;
	}
	else if (not_meant_for_here(migration) == NULL &&
			 (a_version_waits() || people_are_asked(migration)))
		call->outcome = register_migration(migration);
	else
		call->outcome = run_unit(call->attempt, migration, known, NULL);
}

static Datum
bring(NewMigration *migration, const char *function)
{
	NamedCall call = {0};

	PreventCommandIfReadOnly(function);
	call.migration = migration;
	call.attempt = new_attempt(function);
	attempt_is_at(call.attempt, migration->title, migration->name);
	make_attempt(call.attempt, bring_named, &call);
	PG_RETURN_TEXT_P(cstring_to_text(call.outcome));
}

PG_FUNCTION_INFO_V1(safemig_repeatable);
PGDLLEXPORT Datum safemig_repeatable(PG_FUNCTION_ARGS);

Datum
safemig_repeatable(PG_FUNCTION_ARGS)
{
	return bring(given_by_name(fcinfo, KIND_REPEATABLE), "safemig.repeatable()");
}

static void
refuse_in_production(const NewMigration *migration)
{
	if (current_environment() != ENVIRONMENT_PRODUCTION)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_GATE_CLOSED),
			 errmsg("%s cannot be applied: this is production", migration->label),
			 errdetail("Seeds are rows to develop and to test with."),
			 errhint("Rows that production needs belong into a version; a database that is none "
					 "says so: SELECT %s.set('environment', 'development');",
					 SAFEMIG_NAME)));
}

PG_FUNCTION_INFO_V1(safemig_seed);
PGDLLEXPORT Datum safemig_seed(PG_FUNCTION_ARGS);

Datum
safemig_seed(PG_FUNCTION_ARGS)
{
	NewMigration *migration = given_by_name(fcinfo, KIND_SEED);

	if (migration->environments == NIL)
		migration->environments =
			list_make1(unconstify(char *, environment_name(ENVIRONMENT_DEVELOPMENT)));
	refuse_in_production(migration);
	return bring(migration, "safemig.seed()");
}
