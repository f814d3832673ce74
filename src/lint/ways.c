/*
 * ways.c
 *		Safe ways that several rooms suggest, as SQL ready to run, and the words that
 *		their messages share.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "parser/scansup.h"
#include "storage/lockdefs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/tokens.h"
#include "lint/data_parts.h"
#include "lint/ways.h"

/* ---------- words ---------- */

const char *
lock_words(LOCKMODE lock)
{
	static const char *const words[] = {
		"no lock", "ACCESS SHARE",		  "ROW SHARE", "ROW EXCLUSIVE",	   "SHARE UPDATE EXCLUSIVE",
		"SHARE",   "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE",
	};

	return lock >= 0 && lock < lengthof(words) ? words[lock] : "a lock";
}

const Touch *
touch_of(const Change *change, DraftRelation *relation)
{
	ListCell *lc;

	foreach(lc, change->touches)
		if (((Touch *) lfirst(lc))->relation == relation)
			return lfirst(lc);
	return NULL;
}

char *
under_its_lock(const Change *change)
{
	const Touch *touch = touch_of(change, change->relation);
	LOCKMODE lock = touch ? touch->lock : AccessExclusiveLock;

	return psprintf("under %s, so %s", lock_words(lock), who_waits(lock));
}

char *
with_size(DraftRelation *relation)
{
	return psprintf("%s (%s)", draft_identity(relation), rows_and_size(relation));
}

char *
column_list(List *names)
{
	StringInfoData out;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, names)
		if (lfirst(lc) != NULL)
			appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", quote_identifier(lfirst(lc)));
	return out.data;
}

char *
literal_list(List *words)
{
	StringInfoData out;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, words)
		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", quote_literal_cstr(lfirst(lc)));
	return out.data;
}

static bool
has_name(List *names, const char *name)
{
	ListCell *lc;

	foreach(lc, names)
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	return false;
}

bool
equal_names(List *one, List *other)
{
	ListCell *lc;

	foreach(lc, one)
		if (!has_name(other, lfirst(lc)))
			return false;
	return list_length(one) == list_length(other) && one != NIL;
}

/* None at the end */
char *
without_blanks(char *text)
{
	for (int end = strlen(text); end > 0 && scanner_isspace(text[end - 1]); end--)
		text[end - 1] = '\0';
	return text;
}

/* ---------- names ---------- */

char *
derived_name(const char *name, const char *suffix)
{
	int room = NAMEDATALEN - 1 - strlen(suffix);

	return psprintf("%.*s%s", pg_mbcliplen(name, strlen(name), room), name, suffix);
}

char *
stored_name(DraftRelation *relation)
{
	char *name = get_rel_name(relation->oid);

	if (name == NULL)
		return draft_identity(relation);
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation->oid)), name);
}

char *
stored_column(DraftRelation *relation, const char *name)
{
	DraftColumn *column = draft_column(relation, name);
	char *stored = column != NULL && column->attnum > 0
		? get_attname(relation->oid, column->attnum, true)
		: NULL;

	return stored ? pstrdup(quote_identifier(stored)) : NULL;
}

char *
count_where(DraftRelation *relation, const char *condition)
{
	return psprintf("SELECT pg_catalog.count(*) FROM %s WHERE %s", stored_name(relation),
					condition);
}

/* A function or trigger that a way makes lives beside the table */
static char *
beside(DraftRelation *relation, const char *name)
{
	return quote_qualified_identifier(relation->schema, name);
}

/* ---------- statements ---------- */

char *
alter_column(DraftRelation *relation, const char *column, const char *command)
{
	return alter_table_with(relation,
							psprintf("ALTER COLUMN %s %s", quote_identifier(column), command));
}

char *
validate_constraint(DraftRelation *relation, const char *name)
{
	return alter_table_with(relation, psprintf("VALIDATE CONSTRAINT %s", quote_identifier(name)));
}

/* A column's own REFERENCES, as a constraint of the table */
static char *
key_of_table(const Change *change, const char *text)
{
	return psprintf("CONSTRAINT %s FOREIGN KEY (%s) %s", quote_identifier(change->name),
					column_list(change->constraint->columns), text);
}

char *
constraint_definition(const Change *change)
{
	TokenScan *scan = token_scan_begin(change->text);
	Token token = {0};
	const char *text = change->text;

	/* a subcommand begins with ADD, a column's own constraint does not */
	if (token_scan_next(scan, &token) && token_is(text, &token, "add"))
		(void) token_scan_next(scan, &token);
	if (token_is(text, &token, "constraint") && token_scan_next(scan, &token))
		(void) token_scan_next(scan, &token);
	text += token.offset;
	token_scan_end(scan);
	if (change->kind == CHANGE_ADD_FOREIGN_KEY && pg_strncasecmp(text, "references", 10) == 0)
		return key_of_table(change, text);
	return psprintf("CONSTRAINT %s %s", quote_identifier(change->name), text);
}

static char *
plain_column(const Change *add)
{
	return psprintf(
		"%s;",
		alter_table_with(add->relation,
						 psprintf("ADD COLUMN %s %s%s%s", quote_identifier(add->name),
								  add->new_column->type_name, add->default_text ? " DEFAULT " : "",
								  add->default_text ? add->default_text : "")));
}

/* The new column that a constraint came with, before the constraint */
char *
column_first(LintRun *run, const Change *change)
{
	ListCell *lc;

	if (!change->within || change->constraint == NULL || change->constraint->columns == NIL)
		return pstrdup("");
	foreach(lc, noted_changes(run, RULE_ADDING_REQUIRED_FIELD))
	{
		const Change *add = lfirst(lc);
		char *filled;

		if (add->relation != change->relation ||
			strcmp(add->name, linitial(change->constraint->columns)) != 0)
			continue;
		filled = way_to_new_column_filled(add);
		return filled ? psprintf("%s\n" THEN "\n", filled) : psprintf("%s\n", plain_column(add));
	}
	return pstrdup("");
}

char *
way_by_not_valid(DraftRelation *relation, const char *name, const char *definition)
{
	return statements_of(
		alter_table_with(relation, psprintf("ADD %s", with_word_at_end(definition, "NOT VALID"))),
		THEN, validate_constraint(relation, name), NULL);
}

char *
fill_batch(DraftRelation *relation, const char *column, const char *expression,
		   const char *condition)
{
	const char *table = draft_identity(relation);
	const char *target = quote_identifier(column);
	const char *which = condition ? psprintf("%s IS NULL AND %s", target, condition)
								  : psprintf("%s IS NULL", target);

	/* the condition is said twice: in partitions the same ctid is there many times */
	return psprintf(
		"UPDATE %s SET %s = %s WHERE %s AND ctid = ANY (ARRAY(SELECT ctid FROM %s WHERE %s LIMIT " ROWS_IN_BATCH
		"))",
		table, target, expression, which, table, which);
}

char *
way_to_not_null(DraftRelation *relation, const char *column)
{
	char *name = derived_name(psprintf("%s_%s", relation->name, column), "_not_null");
	char *check = psprintf("CONSTRAINT %s CHECK (%s IS NOT NULL)", quote_identifier(name),
						   quote_identifier(column));
	char *drop = psprintf("DROP CONSTRAINT %s", quote_identifier(name));

	return statements_of(alter_table_with(relation, psprintf("ADD %s NOT VALID", check)), THEN,
						 validate_constraint(relation, name), THEN,
						 alter_column(relation, column, "SET NOT NULL"),
						 alter_table_with(relation, drop), NULL);
}

char *
start_writing(DraftRelation *relation, const char *column, const char *expression)
{
	char *name = derived_name(psprintf("%s_%s", relation->name, column), "_write");
	char *function = beside(relation, name);

	/* its columns are those of the row, also where the expression names the table */
	return statements_of(
		psprintf("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS "
				 "$$BEGIN NEW.%s := (SELECT %s FROM (SELECT NEW.*) AS %s); RETURN NEW; END$$",
				 function, quote_identifier(column), expression, quote_identifier(relation->name)),
		psprintf(
			"CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s()",
			quote_identifier(name), draft_identity(relation), function),
		NULL);
}

char *
stop_writing(DraftRelation *relation, const char *column)
{
	char *name = derived_name(psprintf("%s_%s", relation->name, column), "_write");

	return statements_of(
		psprintf("DROP TRIGGER %s ON %s", quote_identifier(name), draft_identity(relation)),
		psprintf("DROP FUNCTION %s()", beside(relation, name)), NULL);
}

/* ---------- what the script itself has written ---------- */

void
note_written_rows(LintRun *run, const Change *change)
{
	if (change->relation != NULL)
		run->notes[RULE_UPDATE_WITHOUT_WHERE] =
			list_append_unique_ptr(run->notes[RULE_UPDATE_WITHOUT_WHERE], change->relation);
}

bool
is_written_by_script(LintRun *run, DraftRelation *relation)
{
	return relation->filled || list_member_ptr(run->notes[RULE_UPDATE_WITHOUT_WHERE], relation);
}

/* ---------- words ---------- */

char *
column_identity(const Change *change)
{
	return draft_part_identity(change->relation, change->name);
}

char *
writes_anew(const Change *change)
{
	return psprintf("writes every row of %s anew %s", with_size(change->relation),
					under_its_lock(change));
}
