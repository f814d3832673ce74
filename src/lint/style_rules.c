/*
 * style_rules.c
 *		New tables without a key, values of enums, names without a schema.  Only what
 *		the script makes is looked at: what is there is dear to change.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "lint/published.h"
#include "lint/source.h"
#include "lint/style.h"

/* ---------- enums ---------- */

/* "ALTER TYPE name ADD VALUE ...": what stands between */
static Oid
enum_of(const char *text)
{
	List *words = source_words(text);
	char *name = pstrdup("");
	Oid type;

	for (int i = 2; i < list_length(words); i++)
	{
		SourceWord *word = list_nth(words, i);

		if (source_word_is(text, word, "add"))
			break;
		name = psprintf("%s%s", name,
						word->full ? quote_identifier(word->cut)
								   : pnstrdup(text + word->offset, word->length));
	}
	if (name[0] == '\0')
		return InvalidOid;
	type = LookupTypeNameOid(NULL, makeTypeNameFromNameList(names_of_identity(name)), true);
	return OidIsValid(type) && get_typtype(type) == TYPTYPE_ENUM ? type : InvalidOid;
}

/* The label that sorts last, which ADD VALUE without a word puts the new one behind */
static char *
last_label(Oid type)
{
	CatCList *labels = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(type));
	char *last = NULL;
	float4 order = 0;

	for (int i = 0; i < labels->n_members; i++)
	{
		Form_pg_enum form = (Form_pg_enum) GETSTRUCT(&labels->members[i]->tuple);

		if (last == NULL || form->enumsortorder > order)
		{
			order = form->enumsortorder;
			last = pstrdup(NameStr(form->enumlabel));
		}
	}
	ReleaseSysCacheList(labels);
	return last;
}

static void
look_at_enum_value(LintRun *run, const Change *change)
{
	Oid type;
	char *last;

	if (change->has_position)
		return;
	type = enum_of(change->statement);
	if (change->if_exists && OidIsValid(type) &&
		SearchSysCacheExists2(ENUMTYPOIDNAME, ObjectIdGetDatum(type),
							  CStringGetDatum(change->new_name)))
		return;
	last = OidIsValid(type) ? last_label(type) : NULL;
	if (last == NULL)
		return;
	find_at(
		run, RULE_REQUIRE_ENUM_VALUE_ORDERING, change, format_type_be_qualified(type),
		psprintf("the new value sorts behind %s, also where ORDER BY and < ask for its place",
				 quote_literal_cstr(last)),
		statements_of(psprintf("%s AFTER %s", change->statement, quote_literal_cstr(last)), NULL));
}

/* ---------- names without a schema ---------- */

/* The first word that can be the relation's, with the schema before it */
static char *
statement_with_schema(const Change *change)
{
	List *words = source_words(change->statement);

	for (int i = 1; i < list_length(words); i++)
	{
		SourceWord *word = list_nth(words, i);

		if (word->cut != NULL && strcmp(word->cut, change->relation->name) == 0)
			return statements_of(source_with(change->statement, word->offset, word->length,
											 draft_identity(change->relation)),
								 NULL);
	}
	return NULL;
}

/* The parts of an ALTER TABLE do not know; those of a CREATE TABLE were told with it. */
static bool
is_unqualified(const Change *change)
{
	List *words;

	if (change->unqualified || change->within || change->relation == NULL ||
		change->kind > CHANGE_ADD_EXCLUDE)
		return change->unqualified;
	words = source_words(change->statement);
	for (int i = 1; i < list_length(words); i++)
	{
		SourceWord *word = list_nth(words, i);

		if (word->cut != NULL && strcmp(word->cut, change->relation->name) == 0)
			return !source_word_is(change->statement, list_nth(words, i - 1), ".");
	}
	return false;
}

/* Once for a statement and a name */
static bool
is_told(LintRun *run, RuleId rule, const char *name)
{
	char *key = psprintf("%d %s", run->statement, name);
	ListCell *lc;

	foreach(lc, run->notes[rule])
		if (strcmp(lfirst(lc), key) == 0)
			return true;
	run->notes[rule] = lappend(run->notes[rule], key);
	return false;
}

static void
look_at_schema(LintRun *run, const Change *change)
{
	const char *name = change->relation ? change->relation->name : change->written;

	if (!is_unqualified(change) || name == NULL || !rule_is_on(run, RULE_REQUIRE_TABLE_SCHEMA) ||
		is_told(run, RULE_REQUIRE_TABLE_SCHEMA, name))
		return;
	find_at(
		run, RULE_REQUIRE_TABLE_SCHEMA, change, NULL,
		psprintf("which relation \"%s\" means depends on the search_path of whoever runs it", name),
		change->relation ? statement_with_schema(change) : NULL);
}

/* ---------- tables without a key ---------- */

static bool
has_primary_key(DraftRelation *relation)
{
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->constraints)
		if (((DraftConstraint *) lfirst(lc))->type == CONSTRAINT_PRIMARY)
			return true;
	foreach(lc, relation->indexes)
		if (((DraftIndex *) lfirst(lc))->primary)
			return true;
	return false;
}

static char *
column_list(List *names)
{
	char *list = pstrdup("");
	ListCell *lc;

	foreach(lc, names)
		list = psprintf("%s%s%s", list, list[0] ? ", " : "", quote_identifier(lfirst(lc)));
	return list;
}

/* Columns that are a key already, but for the name; NULL: none */
static char *
columns_for_key(DraftRelation *relation)
{
	ListCell *lc;

	foreach(lc, relation->indexes)
	{
		DraftIndex *index = lfirst(lc);

		if (index->unique && index->valid && index->immediate && !index->partial &&
			!list_member_ptr(index->columns, NULL))
			return column_list(index->columns);
	}
	return draft_column(relation, "id") ? pstrdup("id") : NULL;
}

static char *
suggest_key(DraftRelation *relation)
{
	char *columns = columns_for_key(relation);

	if (columns == NULL && relation->opaque)
		return NULL;
	return statements_of(
		alter_table_with(relation,
						 columns ? psprintf("ADD PRIMARY KEY (%s)", columns)
								 : "ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
		NULL);
}

/* A partition has the key of its parent, which is found itself if it has none. */
static bool
ought_to_have_key(DraftRelation *relation)
{
	return draft_is_new(relation) && !relation->gone && !relation->is_partition &&
		relation->persistence != RELPERSISTENCE_TEMP &&
		(relation->kind == RELKIND_RELATION || relation->kind == RELKIND_PARTITIONED_TABLE);
}

static void
look_at_key(LintRun *run, DraftRelation *relation)
{
	char *publication = publication_of(relation);
	char *message = publication
		? psprintf("UPDATE and DELETE of %s fail, since publication %s tells of them "
				   "and no key says of which rows",
				   draft_identity(relation), quote_identifier(publication))
		: psprintf("no row of %s can be named: not by a foreign key, a subscriber, or "
				   "what is kept to undo a change of it",
				   draft_identity(relation));

	find_in_statement_by(run, RULE_REQUIRE_PRIMARY_KEY, publication ? 1 : 0, relation->statement,
						 relation, draft_identity(relation), message, suggest_key(relation));
}

/* ---------- the room ---------- */

void
style_rules(LintRun *run, const Change *change)
{
	if (change->relation != NULL && change->relation->persistence == RELPERSISTENCE_TEMP)
		return;
	look_at_names(run, change);
	look_at_schema(run, change);
	if (change->relation != NULL)
		note_headroom(run, change);
	if (change->kind == CHANGE_ADD_COLUMN && change->relation != NULL)
		look_at_type(run, change);
	else if (change->kind == CHANGE_ADD_ENUM_VALUE)
		look_at_enum_value(run, change);
}

void
style_rules_at_end(LintRun *run)
{
	ListCell *lc;

	if (rule_is_on(run, RULE_REQUIRE_PRIMARY_KEY))
		foreach(lc, draft_relations())
			if (ought_to_have_key(lfirst(lc)) && !has_primary_key(lfirst(lc)))
				look_at_key(run, lfirst(lc));
	look_at_headroom(run);
}
