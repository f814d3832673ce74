/*
 * take_back.c
 *		Runs the journal of a version backwards: what it created is dropped, what it
 *		altered gets back what it had, and what it destroyed comes from the bin.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/owner.h"
#include "effect/describe.h"
#include "migrate/take_back.h"
#include "undo/restore.h"

typedef struct BackStep
{
	char *statement; /* its number in the up script */
	char *what;
	char *sql;	  /* or NULL */
	int64 entry;  /* or 0 */
	bool is_kept; /* the entry */
	bool is_back; /* likewise */
} BackStep;

static char *
column(uint64 row, int number)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number);
}

/* The newest first.  An entry is the version's own, or of another database's dump. */
static List *
read_steps(const RegisteredMigration *migration)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(migration->key)};
	List *steps = NIL;

	(void) execute_as_owner(
		"SELECT s ->> 'statement', s ->> 'what', s ->> 'sql', s ->> 'entry', e.state = 'kept',"
		" (SELECT string_agg(i.action || ' ' || i.identity, ', ' ORDER BY i.item)"
		" FROM safemig.bin_item i WHERE i.entry = e.id AND i.named)"
		" FROM safemig.migration m"
		" CROSS JOIN LATERAL jsonb_array_elements(m.inverse) WITH ORDINALITY x(s, n)"
		" LEFT JOIN safemig.bin_entry e ON e.id = (s ->> 'entry')::bigint"
		" AND e.xid = m.xid WHERE m.version_key = $1 ORDER BY n DESC",
		1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		BackStep *step = palloc0(sizeof(BackStep));
		char *entry = column(i, 4);
		char *named = column(i, 6);

		step->statement = column(i, 1);
		step->what = named ? named : column(i, 2);
		step->sql = column(i, 3);
		step->entry = entry ? strtoll(entry, NULL, 10) : 0;
		step->is_kept = column(i, 5) != NULL && column(i, 5)[0] == 't';
		steps = lappend(steps, step);
	}
	SPI_freetuptable(SPI_tuptable);
	return steps;
}

List *
obstacles_to_take_back(const RegisteredMigration *migration)
{
	List *obstacles = NIL;
	List *steps = read_steps(migration);

	/* in the order of the script */
	for (int i = list_length(steps) - 1; i >= 0; i--)
	{
		BackStep *step = list_nth(steps, i);

		if (step->sql != NULL || step->is_kept)
			continue;
		obstacles = lappend(obstacles,
							psprintf("%s, statement %s: %s%s", migration->label, step->statement,
									 step->what, step->entry != 0 ? " is no longer kept" : ""));
	}
	return obstacles;
}

static bool
loses_no_row(const Effect *effect)
{
	if (action_category(effect->action) == CATEGORY_BREAK)
		return true;
	return effect->object.classId == RelationRelationId && effect->object.objectSubId == 0 &&
		OidIsValid(effect->relation) && relation_is_empty(effect->relation, false);
}

static void
permit_what_loses_no_row(GuardedMigration *guarded, const char *sql)
{
	RawStmt *raw = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT));
	ListCell *lc;

	foreach(lc, effects_of_statement(raw->stmt))
	{
		Effect *effect = lfirst(lc);

		if (effect->named && loses_no_row(effect))
			guard_permit_in_migration(guarded, effect_text(effect));
	}
}

static Script *
script_of_step(const RegisteredMigration *migration, const BackStep *step)
{
	return parse_script(
		psprintf("taking back statement %s of %s", step->statement, migration->label), step->sql);
}

static void
run_step(ScriptRun *run, GuardedMigration *guarded, const RegisteredMigration *migration,
		 const BackStep *step)
{
	permit_what_loses_no_row(guarded, step->sql);
	run_script(run, script_of_step(migration, step));
}

List *
scripts_to_take_back(GuardedMigration *guarded, const RegisteredMigration *migration)
{
	List *scripts = NIL;
	ListCell *lc;

	foreach(lc, read_steps(migration))
	{
		BackStep *step = lfirst(lc);

		if (step->sql == NULL)
			continue;
		permit_what_loses_no_row(guarded, step->sql);
		scripts = lappend(scripts, script_of_step(migration, step));
	}
	return scripts;
}

void
take_back(ScriptRun *run, GuardedMigration *guarded, const RegisteredMigration *migration)
{
	List *steps = read_steps(migration);
	ListCell *lc;

	/* read as it was printed, and until the script's scope ends */
	(void) print_exactly();
	(void) set_config_option("standard_conforming_strings", "on", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	foreach(lc, steps)
	{
		BackStep *step = lfirst(lc);

		step->is_back = step->entry != 0 && restore_functions_early(step->entry, NULL);
	}
	foreach(lc, steps)
	{
		BackStep *step = lfirst(lc);

		if (step->is_back)
			continue;
		if (step->sql != NULL)
			run_step(run, guarded, migration, step);
		else
			tell_what_came_back(step->entry);
	}
}
