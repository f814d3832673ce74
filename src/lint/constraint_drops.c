/*
 * constraint_drops.c
 *		What does the database no longer refuse when the script has run?  Looked at
 *		when it has ended: a constraint that is there again by then was only replaced.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type_d.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/owner.h"
#include "lint/data_parts.h"
#include "lint/published.h"
#include "lint/ways.h"

typedef struct Dropped
{
	int statement;
	DraftRelation *relation;
	const DraftConstraint *constraint;
	char *definition;
} Dropped;

static void
note_constraint(LintRun *run, const Change *change)
{
	Oid types[1] = {OIDOID};
	Datum values[1];
	Dropped *dropped;

	if (change->constraint == NULL || !OidIsValid(change->constraint->oid) ||
		!change->constraint->validated)
		return;
	values[0] = ObjectIdGetDatum(change->constraint->oid);
	dropped = palloc(sizeof(Dropped));
	dropped->statement = run->statement;
	dropped->relation = change->relation;
	dropped->constraint = change->constraint;
	dropped->definition =
		text_as_owner("SELECT pg_catalog.pg_get_constraintdef($1)", 1, types, values, NULL);
	run->notes[RULE_DROPPING_CONSTRAINT] = lappend(run->notes[RULE_DROPPING_CONSTRAINT], dropped);
}

/* One of the script that stands for it: of its kind, and of its name or its columns */
static bool
is_replaced(const Dropped *dropped)
{
	const DraftConstraint *old = dropped->constraint;
	ListCell *lc;

	foreach(lc, dropped->relation->constraints)
	{
		DraftConstraint *new = lfirst(lc);

		if (new->statement != 0 && new->type == old->type &&
			(old->type == CONSTRAINT_PRIMARY || strcmp(new->name, old->name) == 0 ||
			 equal_names(new->columns, old->columns)))
			return true;
	}
	return false;
}

static char *
way_back(const Dropped *dropped)
{
	const DraftConstraint *constraint = dropped->constraint;
	const char *name = quote_identifier(constraint->name);
	char *table = draft_identity(dropped->relation);

	if (dropped->definition == NULL || constraint->type == CONSTRAINT_EXCLUSION)
		return NULL;
	if (constraint->type == CONSTRAINT_UNIQUE)
		return statements_of(
			"-- this brings it back, outside a transaction:",
			psprintf("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)", name, table,
					 column_list(constraint->columns)),
			THEN,
			alter_table_with(dropped->relation,
							 psprintf("ADD CONSTRAINT %s UNIQUE USING INDEX %s", name, name)),
			NULL);
	return psprintf("-- this brings it back:\n%s",
					way_by_not_valid(dropped->relation, constraint->name,
									 psprintf("CONSTRAINT %s %s", name, dropped->definition)));
}

/* Foreign keys that refer to what the key keeps unique */
static char *
references_words(DraftRelation *relation)
{
	List *tables = NIL;
	List *keys = draft_references_to(relation, &tables);
	StringInfoData out;
	ListCell *key;
	ListCell *table;

	initStringInfo(&out);
	forboth(key, keys, table, tables)
		appendStringInfo(&out, "%s%s on %s", out.len > 0 ? ", " : "; foreign keys refer to it: ",
						 quote_identifier(((DraftConstraint *) lfirst(key))->name),
						 draft_identity(lfirst(table)));
	return out.data;
}

static void
find_primary_key(LintRun *run, const Dropped *dropped)
{
	const DraftConstraint *constraint = dropped->constraint;
	DraftRelation *relation = dropped->relation;
	const char *name = quote_identifier(constraint->name);
	const char *index = quote_identifier(derived_name(constraint->name, "_new"));
	char *publication = publication_of(relation);

	find_in_statement(
		run, RULE_DROPPING_PRIMARY_KEY, dropped->statement,
		draft_part_identity(relation, constraint->name),
		psprintf("leaves %s without a primary key, so nothing keeps %s unique and not null, and "
				 "ON CONFLICT (%s) fails%s%s",
				 with_size(relation), column_list(constraint->columns),
				 column_list(constraint->columns),
				 publication != NULL && relation->replica_identity == REPLICA_IDENTITY_DEFAULT
					 ? psprintf(", and so do UPDATE and DELETE, of which publication %s tells",
								quote_identifier(publication))
					 : "",
				 references_words(relation)),
		statements_of(
			"-- outside a transaction, with the columns of the key that takes its place:",
			psprintf("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)", index,
					 draft_identity(relation), column_list(constraint->columns)),
			THEN,
			alter_table_with(
				relation,
				psprintf("DROP CONSTRAINT %s, ADD CONSTRAINT %s PRIMARY KEY USING INDEX %s", name,
						 name, index)),
			NULL));
}

static void
find_constraint(LintRun *run, const Dropped *dropped)
{
	DraftRelation *relation = dropped->relation;

	find_in_statement(
		run, RULE_DROPPING_CONSTRAINT, dropped->statement,
		draft_part_identity(relation, dropped->constraint->name),
		psprintf("nothing holds %s to %s any more", with_size(relation), dropped->definition),
		way_back(dropped));
}

static void
drop_not_null(LintRun *run, const Change *change)
{
	if (change->column == NULL || !change->column->not_null)
		return;
	find_at(run, RULE_BAN_DROP_NOT_NULL, change,
			draft_part_identity(change->relation, change->name),
			psprintf("%s may hold null from now on, which running code has never read there",
					 draft_part_identity(change->relation, change->name)),
			psprintf("-- when that is over, this brings it back:\n%s",
					 way_to_not_null(change->relation, change->name)));
}

void
constraint_drop_rules(LintRun *run, const Change *change)
{
	if (change->relation == NULL || draft_is_new(change->relation) ||
		change->relation->persistence == RELPERSISTENCE_TEMP)
		return;
	if (change->kind == CHANGE_DROP_CONSTRAINT)
		note_constraint(run, change);
	else if (change->kind == CHANGE_DROP_NOT_NULL)
		drop_not_null(run, change);
}

void
constraint_drops_at_end(LintRun *run)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_DROPPING_CONSTRAINT])
	{
		Dropped *dropped = lfirst(lc);

		if (dropped->relation->gone || is_replaced(dropped))
			continue;
		if (dropped->constraint->type == CONSTRAINT_PRIMARY)
			find_primary_key(run, dropped);
		else
			find_constraint(run, dropped);
	}
}
