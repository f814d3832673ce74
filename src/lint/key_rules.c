/*
 * key_rules.c
 *		Who waits for a new foreign key, what does each DELETE of a referenced row cost
 *		from then on, and how far does it reach?
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "storage/lockdefs.h"
#include "utils/builtins.h"

#include "lint/data_parts.h"
#include "lint/ways.h"

static char *
key_identity(const Change *change)
{
	return draft_part_identity(change->relation, change->name);
}

/* ---------- who waits ---------- */

static void
reads_both_tables(LintRun *run, const Change *change)
{
	DraftRelation *relation = change->relation;

	if (change->not_valid || change->scan != SCAN_FOREIGN_KEY || !is_in_use(relation))
		return;
	find_at(
		run, RULE_ADDING_FOREIGN_KEY_CONSTRAINT, change, key_identity(change),
		psprintf(
			"looks up every row of %s in %s under SHARE ROW EXCLUSIVE on both, so writers of both "
			"wait",
			with_size(relation), change->other ? draft_identity(change->other) : "the other table"),
		psprintf("%s%s", column_first(run, change),
				 way_by_not_valid(relation, change->name, constraint_definition(change))));
}

/* Nothing is read, and yet everybody who writes the other table waits for the script. */
static void
locks_busy_table(LintRun *run, const Change *change)
{
	if (change->other == change->relation || !is_in_use(change->other) ||
		!(draft_is_new(change->relation) || change->within))
		return;
	find_at(
		run, RULE_FOREIGN_KEY_TO_BUSY_TABLE, change, draft_identity(change->other),
		psprintf("takes SHARE ROW EXCLUSIVE on %s until the script commits, so its writers "
				 "wait",
				 with_size(change->other)),
		statements_of("-- without REFERENCES there, and last, in a migration of its own:",
					  "SET LOCAL lock_timeout = '2s'",
					  alter_table_with(change->relation,
									   psprintf("ADD %s NOT VALID", constraint_definition(change))),
					  THEN, validate_constraint(change->relation, change->name), NULL));
}

/* ---------- without an index ---------- */

typedef struct NewKey
{
	int statement;
	DraftRelation *relation;
	DraftConstraint *constraint;
} NewKey;

static void
note_key(LintRun *run, const Change *change)
{
	NewKey *key = palloc(sizeof(NewKey));

	key->statement = run->statement;
	key->relation = change->relation;
	key->constraint = change->constraint;
	run->notes[RULE_FOREIGN_KEY_WITHOUT_INDEX] =
		lappend(run->notes[RULE_FOREIGN_KEY_WITHOUT_INDEX], key);
}

static void
find_without_index(LintRun *run, const NewKey *key)
{
	DraftRelation *relation = key->relation;
	char *columns = column_list(key->constraint->columns);
	DraftRelation *target = key->constraint->target;
	bool online = !draft_is_new(relation) && relation->kind != RELKIND_PARTITIONED_TABLE;

	find_in_statement(
		run, RULE_FOREIGN_KEY_WITHOUT_INDEX, key->statement,
		draft_part_identity(relation, key->constraint->name),
		psprintf(
			"no index of %s begins with %s, so each DELETE and each change of a key in %s reads %s",
			draft_identity(relation), columns,
			target ? draft_identity(target) : "the table it refers to",
			is_in_use(relation) ? psprintf("every row of it: %s", rows_and_size(relation))
								: "all of it"),
		psprintf("%sCREATE INDEX %sON %s (%s);", online ? OUTSIDE_TRANSACTION "\n" : "",
				 online ? "CONCURRENTLY " : "", draft_identity(relation), columns));
}

void
foreign_keys_at_end(LintRun *run)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_FOREIGN_KEY_WITHOUT_INDEX])
	{
		NewKey *key = lfirst(lc);

		if (!key->relation->gone && draft_index_on(key->relation, key->constraint->columns) == NULL)
			find_without_index(run, key);
	}
}

/* ---------- cascades ---------- */

typedef struct Cascade
{
	List *reached; /* DraftRelation *, in the order they are reached */
	int depth;
} Cascade;

/* Everything from which a DELETE goes on, below: the tables with keys that refer to it */
static void
follow_down(Cascade *cascade, DraftRelation *relation, int depth)
{
	List *tables = NIL;
	List *keys = draft_references_to(relation, &tables);
	ListCell *key;
	ListCell *table;

	if (list_member_ptr(cascade->reached, relation))
		return;
	cascade->reached = lappend(cascade->reached, relation);
	cascade->depth = Max(cascade->depth, depth);
	forboth(key, keys, table, tables)
		if (((DraftConstraint *) lfirst(key))->on_delete == FKCONSTR_ACTION_CASCADE)
			follow_down(cascade, lfirst(table), depth + 1);
}

/* The tables above, from the one where it all begins; below: what is below this one so far */
static List *
path_to(DraftRelation *relation, List *below)
{
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (constraint->type == CONSTRAINT_FOREIGN && constraint->target != NULL &&
			constraint->on_delete == FKCONSTR_ACTION_CASCADE &&
			!list_member_ptr(below, constraint->target) && constraint->target != relation)
			return path_to(constraint->target, lcons(relation, below));
	}
	return lcons(relation, below);
}

static char *
reached_words(List *reached)
{
	StringInfoData out;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, reached)
	{
		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", draft_identity(lfirst(lc)));
		if (is_in_use(lfirst(lc)))
			appendStringInfo(&out, " (%s)", rows_and_size(lfirst(lc)));
	}
	return out.data;
}

static char *
without_cascade(const Change *change)
{
	DraftConstraint *constraint = change->constraint;
	char *columns = column_list(constraint->target_columns);
	char *definition =
		psprintf("CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s%s ON DELETE RESTRICT",
				 quote_identifier(change->name), column_list(constraint->columns),
				 draft_identity(change->other), columns[0] ? psprintf(" (%s)", columns) : "");

	if (draft_is_new(change->relation))
		return statements_of("-- in its place, when the table is there:",
							 alter_table_with(change->relation, psprintf("ADD %s", definition)),
							 NULL);
	return way_by_not_valid(change->relation, change->name, definition);
}

static void
cascades(LintRun *run, const Change *change)
{
	Cascade cascade = {0};
	List *above;

	if (change->constraint->on_delete != FKCONSTR_ACTION_CASCADE || change->other == NULL ||
		change->other == change->relation)
		return;
	above = path_to(change->other, NIL);
	cascade.reached = list_copy_tail(above, 1);
	follow_down(&cascade, change->relation, list_length(above));
	if (cascade.depth < 2)
		return;
	find_at(run, RULE_CASCADE_FAN_OUT, change, key_identity(change),
			psprintf("one DELETE in %s goes on to %s, %d steps deep in one transaction",
					 draft_identity(linitial(above)), reached_words(cascade.reached),
					 cascade.depth),
			without_cascade(change));
}

void
foreign_key_rules(LintRun *run, const Change *change)
{
	if (change->kind != CHANGE_ADD_FOREIGN_KEY || change->relation == NULL ||
		change->constraint == NULL || change->relation->persistence == RELPERSISTENCE_TEMP)
		return;
	reads_both_tables(run, change);
	locks_busy_table(run, change);
	note_key(run, change);
	cascades(run, change);
}
