/*
 * enum_rules.c
 *		Does a column get an enum that lacks a label of its old one?  The labels of an
 *		enum that the script makes are read from its source.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "catalog/pg_enum.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/words.h"
#include "effect/column_dependents.h"
#include "lint/data_parts.h"
#include "lint/source.h"
#include "lint/ways.h"

/* An enum that the script makes: the catalogs do not know its labels. */
typedef struct NewEnum
{
	char *name; /* without its schema */
	List *labels;
	bool made; /* else only these were added */
} NewEnum;

/* The last part of the type's name, without its quotes; one that the catalogs lack has none. */
static char *
bare_type_name(const DraftColumn *column)
{
	const char *dot = strrchr(column->type_name, '.');
	SourceWord *word;

	if (!OidIsValid(column->type))
		return pstrdup(dot ? dot + 1 : column->type_name);
	word = llast(source_words(column->type_name));
	return word->cut ? word->cut : pstrdup(column->type_name);
}

/* 'it''s' */
static char *
literal_value(const char *text, const SourceWord *word)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 1; i < word->length - 1; i++)
	{
		char c = text[word->offset + i];

		appendStringInfoChar(&out, c);
		if (c == '\'')
			i++;
	}
	return out.data;
}

/* CREATE TYPE name AS ENUM ('a', 'b') and ALTER TYPE name ADD VALUE 'c' [AFTER 'b'] */
static void
read_enum(LintRun *run, const Change *change, bool adds_one)
{
	const char *text = change->statement;
	NewEnum *new = palloc0(sizeof(NewEnum));
	SourceWord *last = NULL;
	ListCell *lc;

	new->made = !adds_one;
	foreach(lc, source_words(text))
	{
		SourceWord *word = lfirst(lc);

		/* the name is what stands before these words */
		if (new->name == NULL &&
			(source_word_is(text, word, "as") || source_word_is(text, word, "add")))
			new->name = last != NULL ? last->cut : NULL;
		if (text[word->offset] == '\'' && !(adds_one && new->labels != NIL))
			new->labels = lappend(new->labels, literal_value(text, word));
		last = word;
	}
	if (new->name != NULL &&new->labels != NIL && (adds_one || source_says(text, "as", "enum")))
		run->notes[RULE_BAN_ENUM_VALUE_REMOVAL] =
			lappend(run->notes[RULE_BAN_ENUM_VALUE_REMOVAL], new);
}

/* Of the column's new type, as the script has it by then */
static List *
new_labels(LintRun *run, const DraftColumn *column)
{
	char *name = bare_type_name(column);
	List *labels = NIL;
	bool made = false;
	ListCell *lc;

	foreach(lc, run->notes[RULE_BAN_ENUM_VALUE_REMOVAL])
	{
		NewEnum *new = lfirst(lc);

		if (strcmp(new->name, name) != 0)
			continue;
		made = made || new->made;
		labels = list_concat_copy(labels, new->labels);
	}
	/* what was there has its labels, and those that the script adds */
	return made || !OidIsValid(column->type) ? labels
											 : list_concat(enum_labels(column->type), labels);
}

static List *
missing_labels(LintRun *run, const Change *change)
{
	List *labels = new_labels(run, change->new_column);
	List *missing = NIL;
	ListCell *lc;

	if (labels == NIL || !OidIsValid(change->column->type))
		return NIL;
	foreach(lc, enum_labels(change->column->type))
		if (!is_in_texts(labels, lfirst(lc)))
			missing = lappend(missing, lfirst(lc));
	return missing;
}

/* The label stays in the type, and no new row gets it. */
static char *
way_without_label(const Change *change, List *missing)
{
	char *name = derived_name(psprintf("%s_%s", change->relation->name, change->name), "_in_use");

	return way_by_not_valid(change->relation, name,
							psprintf("CONSTRAINT %s CHECK (%s::text NOT IN (%s))",
									 quote_identifier(name), quote_identifier(change->name),
									 literal_list(missing)));
}

static void
enum_value_removal(LintRun *run, const Change *change)
{
	List *missing = missing_labels(run, change);
	char *column = stored_column(change->relation, change->name);
	int64 rows = -1;
	char *held;

	if (missing == NIL)
		return;
	if (column != NULL && !is_written_by_script(run, change->relation))
		rows = count_rows(change->relation,
						  count_where(change->relation,
									  psprintf("%s::text IN (%s)", column, literal_list(missing))));
	if (rows < 0)
		held = psprintf("rows of %s that hold it make the statement fail or lose it",
						rows_and_size(change->relation));
	else if (rows == 0)
		held = pstrdup("no row holds it now, but running code that writes it fails");
	else
		held = psprintf("%s %s it", grouped_digits(rows), rows == 1 ? "row holds" : "rows hold");
	find_at(run, RULE_BAN_ENUM_VALUE_REMOVAL, change,
			draft_part_identity(change->relation, change->name),
			psprintf("%s has no label %s any more: %s", change->new_column->type_name,
					 literal_list(missing), held),
			way_without_label(change, missing));
}

static void
delete_from_catalog(LintRun *run, const Change *change)
{
	if (change->relation != NULL && change->relation->oid == EnumRelationId)
		find_at(run, RULE_BAN_ENUM_VALUE_REMOVAL, change, NULL,
				pstrdup("takes a label out of pg_enum by hand: rows and indexes that hold it can "
						"no longer be read"),
				NULL);
}

void
enum_rules(LintRun *run, const Change *change)
{
	if (change->kind == CHANGE_CREATE_TYPE || change->kind == CHANGE_ADD_ENUM_VALUE)
		read_enum(run, change, change->kind == CHANGE_ADD_ENUM_VALUE);
	else if (change->kind == CHANGE_DELETE)
		delete_from_catalog(run, change);
	else if (change->kind == CHANGE_COLUMN_TYPE && is_in_use(change->relation) &&
			 change->column != NULL && change->new_column != NULL)
		enum_value_removal(run, change);
}
