/*
 * type_rules.c
 *		What does a new type of a column write, build or check anew?  The rows, its
 *		indexes, or its constraints only.  Whether the values fit is value_rules.c's
 *		question.
 */
#include "postgres.h"

#include "catalog/pg_constraint.h"
#include "catalog/pg_type_d.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/owner.h"
#include "lint/data_parts.h"
#include "lint/ways.h"

/* What the value of a row becomes */
static char *
converted(const Change *change)
{
	if (change->using)
		return pstrdup(change->default_text);
	return psprintf("%s::%s", quote_identifier(change->name), change->new_column->type_name);
}

/* Indexes and constraints of the old column that its successor lacks */
static char *
to_be_made_anew(const Change *change, const char *successor)
{
	DraftRelation *relation = change->relation;
	StringInfoData names;
	ListCell *lc;
	ListCell *column;

	initStringInfo(&names);
	draft_load(relation);
	foreach(lc, relation->indexes)
	{
		DraftIndex *index = lfirst(lc);

		foreach(column, index->columns)
			if (lfirst(column) != NULL && strcmp(lfirst(column), change->name) == 0)
				appendStringInfo(&names, ", index %s", quote_identifier(index->name));
	}
	foreach(lc, relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (constraint->type == 'n') /* CONSTRAINT_NOTNULL from 18 on: said already */
			continue;
		foreach(column, constraint->columns)
			if (constraint->index == NULL && strcmp(lfirst(column), change->name) == 0)
				appendStringInfo(&names, ", constraint %s", quote_identifier(constraint->name));
	}
	if (names.len == 0)
		return NULL;
	return psprintf("-- and for %s too, online, what stands on %s: %s", quote_identifier(successor),
					quote_identifier(change->name), names.data + 2);
}

/* Both columns are written until the new one takes over the name of the old one. */
static char *
way_to_new_column(const Change *change)
{
	DraftRelation *relation = change->relation;
	char *successor = derived_name(change->name, "_new");
	char *former = derived_name(change->name, "_old");
	char *expression = converted(change);
	char *anew = to_be_made_anew(change, successor);
	char *rename =
		alter_table_with(relation, psprintf("RENAME COLUMN %s TO", quote_identifier(change->name)));
	char *rename_new =
		alter_table_with(relation, psprintf("RENAME COLUMN %s TO", quote_identifier(successor)));
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s;\n%s\n%s\n%s;",
					 alter_table_with(relation,
									  psprintf("ADD COLUMN %s %s", quote_identifier(successor),
											   change->new_column->type_name)),
					 start_writing(relation, successor, expression), UNTIL_NONE,
					 fill_batch(relation, successor, expression,
								psprintf("%s IS NOT NULL", quote_identifier(change->name))));
	if (change->column->not_null)
		appendStringInfo(&out, "\n" THEN "\n%s", way_to_not_null(relation, successor));
	if (anew != NULL)
		appendStringInfo(&out, "\n%s", anew);
	appendStringInfo(&out, "\n" THEN "\n%s\n%s %s;\n%s %s;", stop_writing(relation, successor),
					 rename, quote_identifier(former), rename_new, quote_identifier(change->name));
	return out.data;
}

static void
find_rewrite(LintRun *run, const Change *change)
{
	find_at(run, RULE_CHANGING_COLUMN_TYPE, change, column_identity(change),
			change->using ? psprintf("%s, to work out USING", writes_anew(change))
						  : psprintf("%s: %s is stored otherwise than %s", writes_anew(change),
									 change->new_column->type_name, change->column->type_name),
			way_to_new_column(change));
}

static bool
has_column(List *columns, const char *name)
{
	ListCell *lc;

	foreach(lc, columns)
		if (lfirst(lc) != NULL && strcmp(lfirst(lc), name) == 0)
			return true;
	return false;
}

/* "users_email_idx, users_pkey" */
static char *
indexes_of_column(const Change *change)
{
	StringInfoData names;
	ListCell *lc;

	initStringInfo(&names);
	draft_load(change->relation);
	foreach(lc, change->relation->indexes)
	{
		DraftIndex *index = lfirst(lc);

		if (has_column(index->columns, change->name))
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", index->name);
	}
	return names.data;
}

/* Checked again with every value; the foreign keys only where the server says so. */
static List *
rechecked_constraints(const Change *change)
{
	List *rechecked = NIL;
	ListCell *lc;

	draft_load(change->relation);
	foreach(lc, change->relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (constraint->validated && OidIsValid(constraint->oid) &&
			(constraint->type == CONSTRAINT_CHECK ||
			 (constraint->type == CONSTRAINT_FOREIGN && change->scan == SCAN_FOREIGN_KEY)) &&
			has_column(constraint->columns, change->name))
			rechecked = lappend(rechecked, constraint);
	}
	return rechecked;
}

static char *
definition_of_constraint(const DraftConstraint *constraint)
{
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(constraint->oid)};

	return text_as_owner("SELECT pg_catalog.pg_get_constraintdef($1)", 1, types, values, NULL);
}

static char *
way_without_recheck(const Change *change, List *constraints)
{
	StringInfoData drops;
	StringInfoData makings;
	StringInfoData validations;
	ListCell *lc;

	initStringInfo(&drops);
	initStringInfo(&makings);
	initStringInfo(&validations);
	foreach(lc, constraints)
	{
		DraftConstraint *constraint = lfirst(lc);
		const char *name = quote_identifier(constraint->name);

		appendStringInfo(&drops, "%s;\n",
						 alter_table_with(change->relation, psprintf("DROP CONSTRAINT %s", name)));
		appendStringInfo(&makings, "\n%s;",
						 alter_table_with(change->relation,
										  psprintf("ADD CONSTRAINT %s %s NOT VALID", name,
												   definition_of_constraint(constraint))));
		appendStringInfo(&validations, "\n%s;",
						 validate_constraint(change->relation, constraint->name));
	}
	return psprintf("%s%s;%s\n" THEN "%s", drops.data,
					alter_table_with(change->relation, change->text), makings.data,
					validations.data);
}

static char *
constraint_names(List *constraints)
{
	List *names = NIL;
	ListCell *lc;

	foreach(lc, constraints)
		names = lappend(names, ((DraftConstraint *) lfirst(lc))->name);
	return column_list(names);
}

static bool
changes_collation(const Change *change)
{
	return OidIsValid(change->new_column->collation) && OidIsValid(change->column->collation) &&
		change->new_column->collation != change->column->collation;
}

/* The rows stay as they are, but not what stands on them. */
static void
find_type_in_place(LintRun *run, const Change *change)
{
	char *indexes = indexes_of_column(change);
	List *rechecked = rechecked_constraints(change);

	if (indexes[0] != '\0' && (change->scan == SCAN_INDEX || changes_collation(change)))
		find_at(run,
				changes_collation(change) ? RULE_CHANGING_COLUMN_COLLATION
										  : RULE_CHANGING_COLUMN_TYPE,
				change, column_identity(change),
				psprintf("builds %s anew over every row of %s %s", indexes,
						 with_size(change->relation), under_its_lock(change)),
				way_to_new_column(change));
	if (rechecked != NIL)
		find_at(run, RULE_CHANGING_TYPE_RECHECKS_CONSTRAINT, change, column_identity(change),
				psprintf("reads every row of %s to check %s again %s", with_size(change->relation),
						 constraint_names(rechecked), under_its_lock(change)),
				way_without_recheck(change, rechecked));
}

void
type_rules(LintRun *run, const Change *change)
{
	if (change->kind != CHANGE_COLUMN_TYPE || change->column == NULL || change->new_column == NULL)
		return;
	if (change->rewrite == REWRITE_TYPE)
		find_rewrite(run, change);
	else if (change->rewrite == REWRITE_NONE)
		find_type_in_place(run, change);
}
