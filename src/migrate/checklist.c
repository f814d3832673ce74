/*
 * checklist.c
 *		safemig.checklist(): what people ask before a deployment, and what the database
 *		answers.  Here each is asked whom it concerns: of the script as the caller, of
 *		the log as the owner.  How the lines read is src/sql/36-checklist.sql's.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "base/arguments.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "base/text_list.h"
#include "migrate/by_hand.h"
#include "migrate/gate.h"
#include "migrate/given.h"

#define CHECKLIST_COLUMNS 4

/* What a query says of a script, as the caller, whose names and rights it will have. */
static Datum
ask_of_script(const char *sql, const RegisteredMigration *known)
{
	Oid type = TEXTOID;
	Datum value = CStringGetTextDatum(known->up);
	bool isnull;

	if (SPI_execute_with_args(sql, 1, &type, &value, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "a question about a script failed: %s", sql);
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

static Datum
findings_of(const RegisteredMigration *known)
{
	return ask_of_script(
		"SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('rule', l.rule,"
		" 'line', l.line, 'severity', l.severity, 'category', r.category, 'object', l.object)"
		" ORDER BY l.statement, l.line, l.col, l.rule), '[]')"
		" FROM safemig.lint($1) l JOIN safemig.lint_rules r ON r.id OPERATOR(pg_catalog.=) l.rule",
		known);
}

static Datum
effects_of(const RegisteredMigration *known)
{
	return ask_of_script("SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object("
						 "'action', e.action, 'category', e.category, 'object', e.object)), '[]')"
						 " FROM safemig.effects($1) e",
						 known);
}

/* The newest of this database, and when the newest that was restored was taken; NULL for none. */
static char *
newest_backup(const RegisteredMigration *known)
{
	Oid types[2] = {TEXTOID, TEXTOID};
	Datum values[2] = {CStringGetTextDatum(database_mark()), CStringGetTextDatum(known->key)};

	if (!OidIsValid(safemig_find_relation("backup_record")))
		return NULL;
	return text_as_owner(
		"SELECT jsonb_build_object('location', (array_agg(b.location ORDER BY b.taken_at DESC))[1],"
		" 'taken_at', max(b.taken_at), 'restored', max(b.taken_at) FILTER (WHERE b.restored_ok))"
		" FROM safemig.backup_record b, safemig.migration m"
		" WHERE b.bound_to = $1 AND m.version_key = $2"
		" AND (m.state <> 'applied' OR b.taken_at <= m.applied_at) HAVING count(*) > 0",
		2, types, values, NULL);
}

static void
find_lines(const RegisteredMigration *known)
{
	bool waits = !is_applied(known);
	char *backup = newest_backup(known);
	Datum none = DirectFunctionCall1(jsonb_in, CStringGetDatum("[]"));
	Oid types[6] = {TEXTOID, TEXTOID, JSONBOID, JSONBOID, TEXTARRAYOID, TEXTOID};
	Datum values[6];

	values[0] = CStringGetTextDatum(known->key);
	values[1] = CStringGetTextDatum(database_mark());
	/* what has run is no longer to be foreseen */
	values[2] = waits ? findings_of(known) : none;
	values[3] = waits ? effects_of(known) : none;
	values[4] = text_array(waits ? closed_gates(given_by_registry(known)) : NIL);
	values[5] = backup == NULL ? (Datum) 0 : CStringGetTextDatum(backup);
	(void) execute_as_owner("SELECT l.item, l.state, l.evidence, l.next"
							" FROM safemig.checklist_lines($1, $2, $3, $4, $5, $6::jsonb) l",
							6, types, values, backup == NULL ? "     n" : NULL);
}

PG_FUNCTION_INFO_V1(safemig_checklist);
PGDLLEXPORT Datum safemig_checklist(PG_FUNCTION_ARGS);

Datum
safemig_checklist(PG_FUNCTION_ARGS)
{
	char *title = required_text(fcinfo, 0, "the version");
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	find_lines(require_known(title));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum values[CHECKLIST_COLUMNS];
		bool nulls[CHECKLIST_COLUMNS];

		for (int column = 0; column < CHECKLIST_COLUMNS; column++)
			values[column] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column + 1,
										   &nulls[column]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}
