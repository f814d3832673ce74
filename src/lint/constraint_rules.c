/*
 * constraint_rules.c
 *		Which new constraint makes the server read every row while others wait, or
 *		fails on the rows that are there?  Foreign keys are key_rules.c's, what is
 *		dropped constraint_drops.c's, duplicates duplicate_rules.c's.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "lib/stringinfo.h"
#include "storage/lockdefs.h"
#include "utils/builtins.h"

#include "base/words.h"
#include "lint/data_parts.h"
#include "lint/ways.h"

static char *
constraint_identity(const Change *change)
{
	return draft_part_identity(change->relation, change->name);
}

static char *
reads_all(const Change *change, const char *why)
{
	return psprintf("reads every row of %s to %s %s", with_size(change->relation), why,
					under_its_lock(change));
}

/* ---------- CHECK ---------- */

static void
add_check(LintRun *run, const Change *change)
{
	if (change->scan != SCAN_CHECK)
		return;
	find_at(
		run, RULE_CONSTRAINT_MISSING_NOT_VALID, change, constraint_identity(change),
		reads_all(change, psprintf("check %s", change->name)),
		psprintf("%s%s", column_first(run, change),
				 way_by_not_valid(change->relation, change->name, constraint_definition(change))));
}

/* Of the statement that added it NOT VALID, does the transaction still hold the lock? */
static bool
added_in_this_transaction(const Change *change)
{
	return change->constraint != NULL && change->constraint->statement != 0 &&
		change->relation->held >= ShareRowExclusiveLock;
}

static void
validate(LintRun *run, const Change *change)
{
	if (!added_in_this_transaction(change) || change->constraint->validated)
		return;
	find_at(
		run, RULE_CONSTRAINT_MISSING_NOT_VALID, change, constraint_identity(change),
		psprintf(
			"reads every row of %s in the transaction that added %s, which holds %s until it commits, so %s",
			with_size(change->relation), change->name, lock_words(change->relation->held),
			who_waits(change->relation->held)),
		statements_of(THEN, validate_constraint(change->relation, change->name), NULL));
}

/* ---------- NOT NULL ---------- */

static void
set_not_null(LintRun *run, const Change *change)
{
	const char *column = change->kind == CHANGE_SET_NOT_NULL
		? change->name
		: (change->constraint != NULL && change->constraint->columns != NIL
			   ? linitial(change->constraint->columns)
			   : NULL);

	if (change->scan != SCAN_NOT_NULL || column == NULL)
		return;
	find_at(run, RULE_ADDING_NOT_NULLABLE_FIELD, change,
			draft_part_identity(change->relation, column), reads_all(change, "look for a null"),
			way_to_not_null(change->relation, column));
}

/* "ADD COLUMN name type" as it is there, without NOT NULL */
static void
required_column(LintRun *run, const Change *change)
{
	DraftColumn *column = change->new_column;
	char *add;

	if (change->within || column == NULL || !column->not_null || column->identity != '\0' ||
		column->generated != '\0' || change->is_serial || change->default_kind != DEFAULT_NONE)
		return;
	add =
		alter_table_with(change->relation, without_blanks(without_words(change->text, "NOT NULL")));
	find_at(
		run, RULE_ADDING_REQUIRED_FIELD, change,
		draft_part_identity(change->relation, column->name),
		psprintf("fails, since every row of %s would hold null there", with_size(change->relation)),
		psprintf(
			"%s;\n-- then, when every INSERT gives it a value, and the rows that are there have one:\n%s",
			add, way_to_not_null(change->relation, column->name)));
}

/* ---------- indexes of constraints ---------- */

/* Where CONCURRENTLY cannot: an index of each partition, then the one they make up */
static char *
index_of_partitions(DraftRelation *relation, const char *columns, const char *name)
{
	char *index = quote_qualified_identifier(relation->schema, name);
	StringInfoData out;
	int number = 0;
	ListCell *lc;

	initStringInfo(&out);
	appendStringInfo(&out, OUTSIDE_TRANSACTION "\nCREATE UNIQUE INDEX %s ON ONLY %s (%s);",
					 quote_identifier(name), draft_identity(relation), columns);
	foreach(lc, draft_tree(relation))
	{
		DraftRelation *part = lfirst(lc);
		char *part_name = derived_name(part->name, psprintf("_key%d", ++number));

		if (part->kind != RELKIND_RELATION)
			continue;
		appendStringInfo(
			&out,
			"\nCREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s);\nALTER INDEX %s ATTACH PARTITION %s;",
			quote_identifier(part_name), draft_identity(part), columns, index,
			quote_qualified_identifier(part->schema, part_name));
	}
	return out.data;
}

static char *
way_using_index(const Change *change, const char *kind)
{
	DraftRelation *relation = change->relation;
	DraftConstraint *constraint = change->constraint;
	char *columns = column_list(constraint->columns);
	const char *name = quote_identifier(change->name);
	StringInfoData out;
	ListCell *lc;

	if (relation->kind == RELKIND_PARTITIONED_TABLE)
		return index_of_partitions(relation, columns, change->name);
	initStringInfo(&out);
	appendStringInfo(&out, OUTSIDE_TRANSACTION "\nCREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s);",
					 name, draft_identity(relation), columns);
	foreach(lc, constraint->columns)
		if (constraint->type == CONSTRAINT_PRIMARY && !draft_proves_not_null(relation, lfirst(lc)))
			appendStringInfo(&out, "\n" THEN "\n%s", way_to_not_null(relation, lfirst(lc)));
	appendStringInfo(&out, "\n" THEN "\n%s;",
					 alter_table_with(relation,
									  psprintf("ADD CONSTRAINT %s %s USING INDEX %s%s", name, kind,
											   name, constraint->deferrable ? " DEFERRABLE" : "")));
	return out.data;
}

static void
add_key(LintRun *run, const Change *change)
{
	bool primary = change->kind == CHANGE_ADD_PRIMARY_KEY;

	if (change->using_index || change->constraint == NULL)
		return;
	find_at(run, primary ? RULE_ADDING_SERIAL_PRIMARY_KEY_FIELD : RULE_DISALLOWED_UNIQUE_CONSTRAINT,
			change, constraint_identity(change),
			psprintf("builds index %s over every row of %s %s", change->name,
					 with_size(change->relation), under_its_lock(change)),
			psprintf("%s%s", column_first(run, change),
					 way_using_index(change, primary ? "PRIMARY KEY" : "UNIQUE")));
}

static List *
nullable_columns(const Change *change)
{
	List *nullable = NIL;
	ListCell *lc;

	foreach(lc, change->constraint->columns)
		if (!draft_proves_not_null(change->relation, lfirst(lc)))
			nullable = lappend(nullable, lfirst(lc));
	return nullable;
}

static void
key_on_nullable_index(LintRun *run, const Change *change)
{
	List *nullable;
	StringInfoData way;
	ListCell *lc;

	if (!change->using_index || change->constraint == NULL)
		return;
	nullable = nullable_columns(change);
	if (nullable == NIL)
		return;
	initStringInfo(&way);
	foreach(lc, nullable)
		appendStringInfo(&way, "%s\n" THEN "\n", way_to_not_null(change->relation, lfirst(lc)));
	appendStringInfo(&way, "%s;", alter_table_with(change->relation, change->text));
	find_at(run, RULE_NULLABLE_PRIMARY_KEY_INDEX, change, constraint_identity(change),
			reads_all(change, psprintf("look for a null in %s", column_list(nullable))), way.data);
}

static void
add_exclude(LintRun *run, const Change *change)
{
	find_at(run, RULE_ADDING_EXCLUSION_CONSTRAINT, change, constraint_identity(change),
			psprintf("builds index %s over every row of %s %s, and there is no way to do it online",
					 change->name, with_size(change->relation), under_its_lock(change)),
			statements_of("-- in a maintenance window:", "SET LOCAL lock_timeout = '2s'",
						  alter_table_with(change->relation,
										   psprintf("ADD %s", constraint_definition(change))),
						  NULL));
}

/* ---------- which change is which rule ---------- */

static const struct
{
	ChangeKind kind;
	void (*find)(LintRun *run, const Change *change);
} rooms_of_kinds[] = {
	{CHANGE_ADD_CHECK, add_check},
	{CHANGE_VALIDATE_CONSTRAINT, validate},
	{CHANGE_SET_NOT_NULL, set_not_null},
	{CHANGE_ADD_NOT_NULL, set_not_null},
	{CHANGE_ADD_COLUMN, required_column},
	{CHANGE_ADD_PRIMARY_KEY, add_key},
	{CHANGE_ADD_PRIMARY_KEY, key_on_nullable_index},
	{CHANGE_ADD_UNIQUE, add_key},
	{CHANGE_ADD_EXCLUDE, add_exclude},
};

void
constraint_rules(LintRun *run, const Change *change)
{
	foreign_key_rules(run, change);
	constraint_drop_rules(run, change);
	domain_rules(run, change);
	duplicate_rules(run, change);
	if (!is_in_use(change->relation))
		return;
	if (change->kind == CHANGE_ADD_COLUMN)
		note_change(run, RULE_ADDING_REQUIRED_FIELD, change);
	for (int i = 0; i < lengthof(rooms_of_kinds); i++)
		if (rooms_of_kinds[i].kind == change->kind)
			rooms_of_kinds[i].find(run, change);
}

void
constraint_rules_at_end(LintRun *run)
{
	foreign_keys_at_end(run);
	constraint_drops_at_end(run);
}
