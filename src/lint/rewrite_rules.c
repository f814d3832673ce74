/*
 * rewrite_rules.c
 *		Which statement writes every row of a table anew, or builds its indexes anew,
 *		while everybody waits?  src/foresee has foretold it; here are the words, and the
 *		way round.
 */
#include "postgres.h"

#include "commands/dbcommands.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "lint/data_parts.h"
#include "lint/source.h"
#include "lint/ways.h"

/* ---------- a new column ---------- */

/* The column without what has to be worked out for each row, which comes later in batches */
static char *
way_to_default(const Change *change, const char *default_text)
{
	DraftRelation *relation = change->relation;
	DraftColumn *column = change->new_column;
	char *way = statements_of(
		alter_table_with(
			relation,
			psprintf("ADD COLUMN %s %s", quote_identifier(column->name), column->type_name)),
		alter_column(relation, column->name, psprintf("SET DEFAULT %s", default_text)), UNTIL_NONE,
		fill_batch(relation, column->name, "DEFAULT", NULL), NULL);

	return column->not_null
		? psprintf("%s\n" THEN "\n%s", way, way_to_not_null(relation, column->name))
		: way;
}

static void
find_default(LintRun *run, RuleId rule, const Change *change)
{
	find_at(run, rule, change, column_identity(change),
			psprintf("%s, since %s gives each row a value of its own", writes_anew(change),
					 change->default_text ? change->default_text : "its default"),
			change->default_text ? way_to_default(change, change->default_text) : NULL);
}

/* What stands in the parentheses behind GENERATED ALWAYS AS; NULL: it is not written so */
static char *
generation_expression(const char *text)
{
	bool as = false;
	int depth = 0;
	int start = 0;
	ListCell *lc;

	foreach(lc, source_words(text))
	{
		SourceWord *word = lfirst(lc);

		as = as || source_word_is(text, word, "as");
		if (as && source_word_is(text, word, "(") && depth++ == 0)
			start = word->offset + 1;
		else if (depth > 0 && source_word_is(text, word, ")") && --depth == 0)
			return pnstrdup(text + start, word->offset - start);
	}
	return NULL;
}

static void
find_generated(LintRun *run, RuleId rule, const Change *change)
{
	DraftRelation *relation = change->relation;
	DraftColumn *column = change->new_column;
	char *expression = column != NULL ? generation_expression(change->text) : NULL;
	char *way = NULL;

	if (expression != NULL)
		way = psprintf("%s;\n%s\n%s\n%s;",
					   alter_table_with(relation,
										psprintf("ADD COLUMN %s %s", quote_identifier(column->name),
												 column->type_name)),
					   start_writing(relation, column->name, expression), UNTIL_NONE,
					   fill_batch(relation, column->name, expression,
								  psprintf("(%s) IS NOT NULL", expression)));
	find_at(run, rule, change, column_identity(change),
			psprintf("%s, to store what is generated", writes_anew(change)), way);
}

static char *
way_to_numbers(const Change *change)
{
	DraftRelation *relation = change->relation;
	DraftColumn *column = change->new_column;
	char *sequence = quote_qualified_identifier(
		relation->schema, derived_name(psprintf("%s_%s", relation->name, column->name), "_seq"));
	char *next = psprintf("SET DEFAULT nextval(%s)", quote_literal_cstr(sequence));

	return psprintf(
		"%s\n%s",
		statements_of(alter_table_with(relation,
									   psprintf("ADD COLUMN %s %s", quote_identifier(column->name),
												column->type_name)),
					  psprintf("CREATE SEQUENCE %s AS %s OWNED BY %s.%s", sequence,
							   column->type_name, draft_identity(relation),
							   quote_identifier(column->name)),
					  alter_column(relation, column->name, next), UNTIL_NONE,
					  fill_batch(relation, column->name, "DEFAULT", NULL), THEN, NULL),
		way_to_not_null(relation, column->name));
}

static void
find_serial(LintRun *run, RuleId rule, const Change *change)
{
	find_at(run, rule, change, column_identity(change),
			psprintf("%s, to give each row its number", writes_anew(change)),
			way_to_numbers(change));
}

/* Of one that would have each row written: by batches; NULL: no such column */
char *
way_to_new_column_filled(const Change *change)
{
	if (change->is_serial || change->new_column->identity != '\0')
		return way_to_numbers(change);
	if (change->default_kind == DEFAULT_VOLATILE && change->default_text != NULL)
		return way_to_default(change, change->default_text);
	return NULL;
}

static void
find_domain(LintRun *run, RuleId rule, const Change *change)
{
	DraftRelation *relation = change->relation;
	DraftColumn *column = change->new_column;
	const char *name = quote_identifier(column->name);
	char *check = derived_name(psprintf("%s_%s", relation->name, column->name), "_check");
	char *base = OidIsValid(column->type)
		? format_type_extended(getBaseType(column->type), -1, FORMAT_TYPE_FORCE_QUALIFY)
		: NULL;
	char *add = base == NULL
		? NULL
		: psprintf("ADD COLUMN %s %s%s%s", name, base, change->default_text ? " DEFAULT " : "",
				   change->default_text ? change->default_text : "");
	char *definition = psprintf("CONSTRAINT %s CHECK (%s::%s IS NOT DISTINCT FROM %s)",
								quote_identifier(check), name, column->type_name, name);

	find_at(
		run, rule, change, column_identity(change),
		psprintf("%s, to hold each row against the constraints of %s", writes_anew(change),
				 column->type_name),
		add ? statements_of(alter_table_with(relation, add),
							alter_table_with(relation, psprintf("ADD %s NOT VALID", definition)),
							THEN, validate_constraint(relation, check), NULL)
			: NULL);
}

/* ---------- a table as a whole ---------- */

/* Readers go on until the very end; writers wait. */
static char *
way_to_new_table(const Change *change, const char *create, const char *options)
{
	DraftRelation *relation = change->relation;
	char *table = draft_identity(relation);
	char *successor = derived_name(relation->name, "_new");
	char *former = derived_name(relation->name, "_old");
	char *new_table = quote_qualified_identifier(relation->schema, successor);
	List *columns = NIL;
	char *list;
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->columns)
		if (((DraftColumn *) lfirst(lc))->generated == '\0')
			columns = lappend(columns, ((DraftColumn *) lfirst(lc))->name);
	list = column_list(columns);
	return statements_of(
		psprintf(
			"-- readers go on, writers wait; foreign keys, triggers, views and grants of %s do not come along",
			table),
		"BEGIN", psprintf("%s %s (LIKE %s INCLUDING ALL)%s", create, new_table, table, options),
		psprintf("LOCK TABLE %s IN EXCLUSIVE MODE", table),
		psprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s", new_table, list,
				 list, table),
		psprintf("ALTER TABLE %s RENAME TO %s", table, quote_identifier(former)),
		psprintf("ALTER TABLE %s RENAME TO %s", new_table, quote_identifier(relation->name)),
		"COMMIT", NULL);
}

static void
find_persistence(LintRun *run, RuleId rule, const Change *change)
{
	bool unlogged = change->rewrite == REWRITE_UNLOGGED;

	find_at(run, rule, change, NULL,
			psprintf("%s%s", writes_anew(change),
					 unlogged ? ", and a crash empties it from then on" : ", and into the WAL"),
			way_to_new_table(change, unlogged ? "CREATE UNLOGGED TABLE" : "CREATE TABLE", ""));
}

static void
find_access_method(LintRun *run, RuleId rule, const Change *change)
{
	find_at(run, rule, change, NULL, writes_anew(change),
			change->new_name == NULL
				? NULL
				: way_to_new_table(change, "CREATE TABLE",
								   psprintf(" USING %s", quote_identifier(change->new_name))));
}

/* A comment is SQL too: what does it online is no statement of the server. */
static char *
repack(const Change *change, const char *options)
{
	return psprintf("-- from a shell, with the extension pg_repack: pg_repack --table=%s%s %s",
					draft_identity(change->relation), options, get_database_name(MyDatabaseId));
}

static void
find_tablespace(LintRun *run, RuleId rule, const Change *change)
{
	find_at(run, rule, change, NULL,
			psprintf("copies %s to another tablespace %s", with_size(change->relation),
					 under_its_lock(change)),
			repack(change,
				   change->new_name
					   ? psprintf(" --tablespace=%s", quote_identifier(change->new_name))
					   : ""));
}

static void
find_repack(LintRun *run, RuleId rule, const Change *change)
{
	find_at(run, rule, change, NULL, writes_anew(change),
			statements_of("-- makes the room reusable, and nobody waits:",
						  psprintf("VACUUM (ANALYZE) %s", draft_identity(change->relation)),
						  repack(change, ""), NULL));
}

/* ---------- which cause is which rule ---------- */

static const struct
{
	RewriteCause cause;
	RuleId rule;
	void (*find)(LintRun *run, RuleId rule, const Change *change);
} rules_of_causes[] = {
	{REWRITE_VOLATILE_DEFAULT, RULE_ADDING_FIELD_WITH_DEFAULT, find_default},
	{REWRITE_GENERATED, RULE_ADDING_FIELD_WITH_DEFAULT, find_generated},
	{REWRITE_SERIAL, RULE_ADDING_SERIAL_FIELD, find_serial},
	{REWRITE_IDENTITY, RULE_ADDING_SERIAL_FIELD, find_serial},
	{REWRITE_DOMAIN, RULE_ADDING_FIELD_WITH_DOMAIN, find_domain},
	{REWRITE_LOGGED, RULE_CHANGING_PERSISTENCE, find_persistence},
	{REWRITE_UNLOGGED, RULE_CHANGING_PERSISTENCE, find_persistence},
	{REWRITE_ACCESS_METHOD, RULE_CHANGING_ACCESS_METHOD, find_access_method},
	{REWRITE_TABLESPACE, RULE_CHANGING_TABLESPACE, find_tablespace},
	{REWRITE_VACUUM_FULL, RULE_PREFER_REPACK, find_repack},
	{REWRITE_CLUSTER, RULE_PREFER_REPACK, find_repack},
};

void
rewrite_rules(LintRun *run, const Change *change)
{
	blocked_rules(run, change);
	if (!is_in_use(change->relation))
		return;
	for (int i = 0; i < lengthof(rules_of_causes); i++)
		if (rules_of_causes[i].cause == change->rewrite)
			rules_of_causes[i].find(run, rules_of_causes[i].rule, change);
	type_rules(run, change);
}
