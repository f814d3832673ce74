/*
 * contract_rules.c
 *		Names, labels and defaults that running code relies on.  Whether a name is gone
 *		is told when the script has ended: a view may have it by then.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"

#include "foresee/change_facts.h"
#include "effect/dependents.h"
#include "lint/contract.h"

/* ---------- names that are lost ---------- */

static bool
takes_name_of_column(const Change *change)
{
	return change->kind == CHANGE_RENAME_COLUMN || change->kind == CHANGE_DROP_COLUMN;
}

static bool
takes_name_of_relation(const Change *change)
{
	switch (change->kind)
	{
		case CHANGE_RENAME_RELATION:
		case CHANGE_SET_SCHEMA:
		case CHANGE_DROP_TABLE:
		case CHANGE_DROP_VIEW:
		case CHANGE_DROP_MATVIEW:
		case CHANGE_DROP_FOREIGN_TABLE:
			return true;
		default:
			return false;
	}
}

static bool
is_somebodys(const Change *change)
{
	return change->relation != NULL && !draft_is_new(change->relation) &&
		change->relation->persistence != RELPERSISTENCE_TEMP;
}

/* NULL: nobody can rely on the name */
static LostName *
lost_name(LintRun *run, const Change *change)
{
	bool of_column = takes_name_of_column(change);
	LostName *lost;

	if ((!of_column && !takes_name_of_relation(change)) || !is_somebodys(change) ||
		(of_column && (change->column == NULL || change->column->statement != 0)))
		return NULL;
	lost = palloc0(sizeof(LostName));
	lost->at.change = change;
	lost->at.statement = run->statement;
	lost->schema = pstrdup(change->relation->schema);
	lost->relation = pstrdup(change->relation->name);
	lost->column = of_column ? pstrdup(change->column->name) : NULL;
	lost->type = of_column && change->column->type_name ? pstrdup(change->column->type_name) : NULL;
	lost->identity = of_column ? draft_part_identity(change->relation, lost->column)
							   : draft_identity(change->relation);
	return lost;
}

bool
is_there_again(const LostName *lost)
{
	DraftRelation *relation = draft_relation(
		makeRangeVar(unconstify(char *, lost->schema), unconstify(char *, lost->relation), -1));

	if (relation == NULL || relation->gone)
		return false;
	if (lost->column == NULL)
		return true;
	draft_load(relation);
	return draft_column(relation, lost->column) != NULL;
}

static void
renamed(LintRun *run, const LostName *lost)
{
	const Change *change = lost->at.change;

	if (change->kind == CHANGE_RENAME_COLUMN)
		find_at_noted(run, RULE_RENAMING_COLUMN, &lost->at, lost->identity,
					  psprintf("running code that names %s fails until it names %s instead",
							   lost->identity, quote_identifier(change->new_name)),
					  column_kept_in_step(lost));
	else if (change->kind == CHANGE_RENAME_RELATION)
		find_at_noted(run, RULE_RENAMING_TABLE, &lost->at, lost->identity,
					  psprintf("running code that names %s fails until it names %s instead",
							   lost->identity, quote_identifier(change->new_name)),
					  view_under_old_name(lost));
	else if (change->kind == CHANGE_SET_SCHEMA)
		find_at_noted(
			run, RULE_RENAMING_TABLE, &lost->at, lost->identity,
			psprintf("running code that names %s, or finds it by its search_path, fails until it "
					 "looks into %s",
					 lost->identity, quote_identifier(change->schema)),
			view_under_old_name(lost));
}

/* ---------- schemas, types and labels ---------- */

static void
renamed_schema(LintRun *run, const Change *change)
{
	int relations = list_length(relations_of_schema(change->schema));

	if (relations == 0)
		return;
	find_at(run, RULE_RENAMING_SCHEMA, change, quote_identifier(change->schema),
			psprintf("running code no longer finds %d %s of %s, by name or by search_path",
					 relations, relations == 1 ? "relation" : "relations",
					 quote_identifier(change->schema)),
			schema_with_views(change));
}

static char *
columns_words(List *columns)
{
	StringInfoData out;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, columns)
	{
		const ColumnOfType *column = lfirst(lc);
		DraftRelation *relation = draft_relation_by_oid(column->relid);

		if (relation != NULL && !relation->gone)
			appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "",
							 draft_part_identity(relation, column->name));
	}
	return out.len > 0 ? psprintf(" (in %s)", out.data) : "";
}

static void
renamed_label(LintRun *run, const Change *change)
{
	Oid type = type_of_name(change->written);

	if (!OidIsValid(type))
		return;
	find_at(run, RULE_RENAMING_ENUM_VALUE, change, format_type_be_qualified(type),
			psprintf("running code that writes or looks for %s%s fails: the label is %s at once",
					 quote_literal_cstr(change->name), columns_words(columns_of_type(type)),
					 quote_literal_cstr(change->new_name)),
			label_beside_the_old(change, type));
}

static void
renamed_type(LintRun *run, const Change *change)
{
	Oid type = type_of_name(change->name);
	char *identity;

	if (!OidIsValid(type))
		return;
	identity = format_type_be_qualified(type);
	find_at(run, RULE_RENAMING_ENUM_VALUE, change, identity,
			psprintf("running code that casts to %s%s fails until it casts to %s", identity,
					 columns_words(columns_of_type(type)), quote_identifier(change->new_name)),
			NULL);
}

/* ---------- defaults ---------- */

static void
changed_default(LintRun *run, const Change *change)
{
	const char *before;
	char *identity;

	if (!is_somebodys(change) || change->within || change->column == NULL ||
		change->column->statement != 0)
		return;
	before = default_text_of(change->relation, change->column);
	identity = draft_part_identity(change->relation, change->column->name);
	if (change->kind == CHANGE_DROP_DEFAULT)
	{
		if (before == NULL)
			return;
		find_at(run, RULE_CHANGING_DEFAULT, change, identity,
				psprintf(change->column->not_null
							 ? "INSERTs that leave %s out fail, which got %s so far"
							 : "INSERTs that leave %s out get NULL from now on, not %s",
						 identity, before),
				NULL);
	}
	else if (!default_is_same(change, before))
		find_at(run, RULE_CHANGING_DEFAULT, change, identity,
				psprintf("INSERTs that leave %s out get %s from now on, not %s", identity,
						 change->default_text ? change->default_text : "another value",
						 before ? before : "NULL"),
				NULL);
}

/* ---------- the room ---------- */

void
contract_rules(LintRun *run, const Change *change)
{
	LostName *lost = lost_name(run, change);

	if (lost != NULL)
		run->notes[RULE_RENAMING_TABLE] = lappend(run->notes[RULE_RENAMING_TABLE], lost);
	breaking_rules(run, change, lost);
	if (change->kind == CHANGE_RENAME_SCHEMA)
		renamed_schema(run, change);
	else if (change->kind == CHANGE_RENAME_ENUM_VALUE)
		renamed_label(run, change);
	else if (change->kind == CHANGE_RENAME_TYPE)
		renamed_type(run, change);
	else if (change->kind == CHANGE_SET_DEFAULT || change->kind == CHANGE_DROP_DEFAULT)
		changed_default(run, change);
}

void
contract_rules_at_end(LintRun *run)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_RENAMING_TABLE])
	{
		const LostName *lost = lfirst(lc);

		if (is_there_again(lost))
			continue;
		renamed(run, lost);
		breaking_rules_at_end(run, lost);
	}
}
