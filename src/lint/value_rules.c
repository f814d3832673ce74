/*
 * value_rules.c
 *		Does a column lose values that its table keeps, by a type that cannot hold them,
 *		or by a new column in place of the one that is dropped?  What is there is
 *		counted, where that takes no longer than it may.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/tokens.h"
#include "base/words.h"
#include "lint/data_parts.h"
#include "lint/lost_values.h"
#include "lint/ways.h"

/* ---------- lossy-cast ---------- */

/* Adds a column for what the new type holds, and leaves the old one as it is. */
static char *
way_beside(const Change *change, const char *condition)
{
	char *successor = derived_name(change->name, "_new");
	const char *table = draft_identity(change->relation);

	if (condition == NULL)
		return alter_table_with(change->relation,
								psprintf("ADD COLUMN %s %s", quote_identifier(successor),
										 change->new_column->type_name));
	return statements_of(
		"-- the values, to be put right first:",
		psprintf("SELECT %s, pg_catalog.count(*) FROM %s WHERE %s GROUP BY 1 ORDER BY 2 DESC",
				 quote_identifier(change->name), table, condition),
		"-- or a column beside it, and this one stays as it is:",
		alter_table_with(change->relation,
						 psprintf("ADD COLUMN %s %s", quote_identifier(successor),
								  change->new_column->type_name)),
		NULL);
}

static char *
lossy_words(const Change *change, int64 rows)
{
	char *types = psprintf("%s cannot hold every %s", change->new_column->type_name,
						   change->column->type_name);

	if (rows < 0)
		return psprintf("%s, and how many values are lost of %s could not be counted", types,
						with_size(change->relation));
	return psprintf("%s: %s of %s lost, or the statement fails at the first of them", types,
					rows == 1 ? "1 value" : psprintf("%s values", grouped_digits(rows)),
					psprintf("%s %s", column_identity(change), rows == 1 ? "is" : "are"));
}

static void
lossy_cast(LintRun *run, const Change *change)
{
	Conversion conversion = {0};
	char *condition;
	char *shown;
	int64 rows = -1;

	/* what another expression makes of the values is its author's business */
	if (change->using)
		return;
	conversion.c = stored_column(change->relation, change->name);
	if (conversion.c == NULL || !OidIsValid(change->column->type) ||
		!OidIsValid(change->new_column->type))
		return;
	conversion.from = getBaseType(change->column->type);
	conversion.from_typmod = change->column->typmod;
	conversion.to = getBaseTypeAndTypmod(change->new_column->type, &conversion.to_typmod);
	if (conversion.to == change->new_column->type)
		conversion.to_typmod = change->new_column->typmod;
	conversion.from_name = change->column->type_name;
	conversion.to_name = change->new_column->type_name;
	condition = lost_value(&conversion);
	if (condition == NULL && is_widening(&conversion))
		return;
	if (condition != NULL && !is_written_by_script(run, change->relation))
		rows = count_rows(change->relation, count_where(change->relation, condition));
	if (rows == 0 || (rows < 0 && is_widening(&conversion)))
		return;
	conversion.c = quote_identifier(change->name);
	shown = lost_value(&conversion);
	find_at(run, RULE_LOSSY_CAST, change, column_identity(change), lossy_words(change, rows),
			way_beside(change, shown));
}

static bool
is_null_word(const char *expression)
{
	TokenScan *scan = token_scan_begin(expression);
	Token token;
	bool found = token_scan_next(scan, &token) && token_is(expression, &token, "null");

	token_scan_end(scan);
	return found;
}

/* USING NULL: the type changes, and every value goes. */
static void
cast_to_nothing(LintRun *run, const Change *change)
{
	if (!change->using || change->default_text == NULL || !is_null_word(change->default_text))
		return;
	find_at(run, RULE_LOSSY_CAST, change, column_identity(change),
			psprintf("sets %s to null in every row of %s", column_identity(change),
					 with_size(change->relation)),
			way_beside(change, NULL));
}

/* ---------- drop-and-add-column ---------- */

typedef struct Exchanged
{
	DraftRelation *relation;
	char *name;
	char *type_name;
	bool added;
} Exchanged;

static void
find_exchange(LintRun *run, const Change *change, const char *old, const char *new)
{
	find_at(run, RULE_DROP_AND_ADD_COLUMN, change, draft_part_identity(change->relation, old),
			psprintf("drops %s and adds %s of the same type, empty: if this is to be a rename, the "
					 "values of %s are lost",
					 old, new, with_size(change->relation)),
			statements_of(alter_table_with(change->relation,
										   psprintf("RENAME COLUMN %s TO %s", quote_identifier(old),
													quote_identifier(new))),
						  NULL));
}

static void
drop_and_add(LintRun *run, const Change *change, const DraftColumn *column, bool added)
{
	Exchanged *exchanged;
	ListCell *lc;

	if (column == NULL)
		return;
	foreach(lc, run->notes[RULE_DROP_AND_ADD_COLUMN])
	{
		Exchanged *other = lfirst(lc);

		/* filled from the old one in between, it is no such rename */
		if (other->relation != change->relation || other->added == added ||
			strcmp(other->type_name, column->type_name) != 0 ||
			(other->added && is_written_by_script(run, change->relation)))
			continue;
		find_exchange(run, change, added ? other->name : column->name,
					  added ? column->name : other->name);
		run->notes[RULE_DROP_AND_ADD_COLUMN] =
			foreach_delete_current(run->notes[RULE_DROP_AND_ADD_COLUMN], lc);
		return;
	}
	exchanged = palloc(sizeof(Exchanged));
	exchanged->relation = change->relation;
	exchanged->name = pstrdup(column->name);
	exchanged->type_name = pstrdup(column->type_name);
	exchanged->added = added;
	run->notes[RULE_DROP_AND_ADD_COLUMN] = lappend(run->notes[RULE_DROP_AND_ADD_COLUMN], exchanged);
}

/* No value in any row: there is nothing to lose. */
static bool
holds_values(const Change *change)
{
	return change->column != NULL && change->column->attnum > 0 &&
		change->column->generated == '\0' &&
		!column_is_empty(change->relation->oid, change->column->attnum);
}

void
value_rules(LintRun *run, const Change *change)
{
	if (!is_in_use(change->relation))
		return;
	if (change->kind == CHANGE_COLUMN_TYPE && change->column != NULL && change->new_column != NULL)
	{
		if (!change->lossless)
			lossy_cast(run, change);
		cast_to_nothing(run, change);
	}
	if (change->kind == CHANGE_DROP_COLUMN && holds_values(change))
		drop_and_add(run, change, change->column, false);
	if (change->kind == CHANGE_ADD_COLUMN && !change->within && change->new_column != NULL &&
		change->default_kind == DEFAULT_NONE && change->new_column->generated == '\0')
		drop_and_add(run, change, change->new_column, true);
}
