/*
 * gate.c
 *		The gates before a migration, each a setting.  All of them are asked, so that
 *		one error says all that is missing.
 *
 *		To add one: a function that fills a ClosedGate, and a row in gates[].  Those
 *		about the script are here, those about the database in gate_here.c,
 *		what people say of it in gate_seen.c.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "migrate/attempt.h"
#include "migrate/gate.h"
#include "migrate/gate_closed.h"

#define SCRIPT_IN_HINT 1000 /* bytes of a script that is worth repeating in a hint */

/* ---------- require_dry_run ---------- */

/*
 * Of the same words, in this database and the same schemas, and since its last change by a migration:
 * what ran before that ran on another schema.
 */
static bool
has_dry_run(const NewMigration *migration)
{
	Oid types[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum values[3] = {CStringGetTextDatum(migration->token_checksum),
					   CStringGetTextDatum(database_mark()),
					   CStringGetTextDatum(schemas_searched())};

	if (!OidIsValid(safemig_find_relation("dry_run_record")))
		return false;
	return bigint_as_owner("SELECT count(*) FROM safemig.dry_run_record r"
						   " WHERE r.token_checksum = $1 AND r.bound_to = $2"
						   " AND r.schemas = $3"
						   " AND NOT EXISTS (SELECT FROM safemig.migration m"
						   "  WHERE m.state IN ('applied', 'rolled back') AND m.changed_at > r.at)",
						   3, types, values, NULL) > 0;
}

static char *
array_in_words(List *texts)
{
	StringInfoData out;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, texts)
		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", quote_literal_cstr(lfirst(lc)));
	return psprintf("ARRAY[%s]", out.data);
}

static const char *
script_in_hint(const NewMigration *migration)
{
	return strlen(migration->up) <= SCRIPT_IN_HINT ? quote_literal_cstr(migration->up) : "$$...$$";
}

static bool
needs_dry_run(const NewMigration *migration, ClosedGate *gate)
{
	const char *script = script_in_hint(migration);

	if (!setting_is_on(SETTING_REQUIRE_DRY_RUN) || has_dry_run(migration))
		return false;
	gate->setting = SETTING_REQUIRE_DRY_RUN;
	gate->why = "No dry run of this script has passed in this database since its last migration.";
	gate->next = migration->permits == NIL
		? psprintf("SELECT * FROM %s.dry_run(%s);", SAFEMIG_NAME, script)
		: psprintf("SELECT * FROM %s.dry_run(%s, permits => %s);", SAFEMIG_NAME, script,
				   array_in_words(migration->permits));
	return true;
}

/* ---------- require_down ---------- */

/* Only a comment is a down script: it says that nothing has to be done. */
static bool
needs_down(const NewMigration *migration, ClosedGate *gate)
{
	if (!setting_is_on(SETTING_REQUIRE_DOWN) || migration->down != NULL)
		return false;
	gate->setting = SETTING_REQUIRE_DOWN;
	gate->why = pstrdup("It has no down script.");
	gate->next = pstrdup("Give it one: down => '...', or a comment where nothing has to be done.");
	return true;
}

/* ---------- require_clean_lint ---------- */

#define ERRORS_SHOWN 5

/* As the caller, whose names and rights the script will have. */
static uint64
find_errors(const NewMigration *migration)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(migration->up);

	if (SPI_execute_with_args("SELECT rule, line, object FROM safemig.lint($1)"
							  " WHERE severity OPERATOR(pg_catalog.=) 'error'",
							  1, &type, &value, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "lint could not be asked");
	return SPI_processed;
}

static char *
errors_in_words(uint64 errors)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "Lint finds %s", errors == 1 ? "an error: " : "errors: ");
	for (uint64 i = 0; i < Min(errors, ERRORS_SHOWN); i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		char *object = SPI_getvalue(row, SPI_tuptable->tupdesc, 3);

		appendStringInfo(&out, "%s%s in line %s%s%s", i > 0 ? ", " : "",
						 SPI_getvalue(row, SPI_tuptable->tupdesc, 1),
						 SPI_getvalue(row, SPI_tuptable->tupdesc, 2), object ? ", " : "",
						 object ? object : "");
	}
	if (errors > ERRORS_SHOWN)
		appendStringInfo(&out, " and %llu more", (unsigned long long) (errors - ERRORS_SHOWN));
	appendStringInfoChar(&out, '.');
	return out.data;
}

static bool
needs_clean_lint(const NewMigration *migration, ClosedGate *gate)
{
	uint64 errors;

	if (!setting_is_on(SETTING_REQUIRE_CLEAN_LINT))
		return false;
	errors = find_errors(migration);
	if (errors > 0)
	{
		gate->setting = SETTING_REQUIRE_CLEAN_LINT;
		gate->why = errors_in_words(errors);
		gate->next = psprintf("SELECT * FROM %s.lint(%s) WHERE severity = 'error';", SAFEMIG_NAME,
							  script_in_hint(migration));
	}
	SPI_freetuptable(SPI_tuptable);
	return errors > 0;
}

/* ---------- all of them ---------- */

/* Is it closed? */
typedef bool (*Gate)(const NewMigration *migration, ClosedGate *gate);

static const Gate gates[] = {needs_down,	  needs_clean_lint, needs_dry_run, needs_test,
							 needs_approvals, needs_backup,		needs_window,  needs_maintenance};

static void
add_line(StringInfo out, const char *line)
{
	appendStringInfo(out, "%s%s", out->len > 0 ? "\n" : "", line);
}

void
check_gates(const NewMigration *migration)
{
	StringInfoData names;
	StringInfoData why;
	StringInfoData next;

	initStringInfo(&names);
	initStringInfo(&why);
	initStringInfo(&next);
	for (int i = 0; i < lengthof(gates); i++)
	{
		ClosedGate gate = {0};

		if (!gates[i](migration, &gate))
			continue;
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", setting_name(gate.setting));
		add_line(&why, gate.why);
		add_line(&next, gate.next);
	}
	if (names.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_GATE_CLOSED),
				 errmsg("%s cannot be applied: closed by %s", migration->label, names.data),
				 errdetail_internal("%s", why.data), errhint("%s", next.data)));
}

List *
closed_gates(const NewMigration *migration)
{
	List *names = NIL;

	for (int i = 0; i < lengthof(gates); i++)
	{
		ClosedGate gate = {0};

		if (gates[i](migration, &gate))
			names = lappend(names, pstrdup(setting_name(gate.setting)));
	}
	return names;
}
