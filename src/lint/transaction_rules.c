/*
 * transaction_rules.c
 *		The script itself: its transactions, what cannot be seen in it, and what fails
 *		whatever the data.  Whether it can be run again is asked in robust_rules.c.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/installation.h"
#include "base/tokens.h"
#include "foresee/change_facts.h"
#include "effect/dependents.h"
#include "lint/noted.h"
#include "lint/transaction_modes.h"

/* ---------- BEGIN and COMMIT ---------- */

/* The notes of transaction-nesting hold the BEGIN that is open. */
bool
is_between_begin_and_commit(LintRun *run)
{
	return run->notes[RULE_TRANSACTION_NESTING] != NIL;
}

static void
begin_rules(LintRun *run, const Change *change)
{
	if (is_between_begin_and_commit(run))
	{
		const Noted *open = linitial(run->notes[RULE_TRANSACTION_NESTING]);

		find_at(
			run, RULE_TRANSACTION_NESTING, change, NULL,
			psprintf(
				"the transaction of statement %d is still open: the server only warns, and the first COMMIT ends both",
				open->statement),
			NULL);
		return;
	}
	note_change(run, RULE_TRANSACTION_NESTING, change);
	run->has_begin = true;
	/* psql and others need it, so it is told as what to leave out for those that do not */
	find_at_by(
		run, RULE_TRANSACTION_NESTING, -1, change, NULL,
		psprintf(
			"%s.apply(), like most runners of migrations, puts the script into a transaction of its own",
			SAFEMIG_NAME),
		NULL);
}

static void
commit_rules(LintRun *run, const Change *change)
{
	if (!is_between_begin_and_commit(run))
		find_at(
			run, RULE_TRANSACTION_NESTING, change, NULL,
			pstrdup(
				"no BEGIN of the script is open, so it ends the transaction of whoever runs the script"),
			NULL);
	run->notes[RULE_TRANSACTION_NESTING] = NIL;
}

static void
left_open(LintRun *run)
{
	if (!is_between_begin_and_commit(run))
		return;
	find_at_noted(
		run, RULE_BAN_UNCOMMITTED_TRANSACTION, linitial(run->notes[RULE_TRANSACTION_NESTING]), NULL,
		pstrdup("no COMMIT follows: all that comes after it is lost when the session ends, "
				"and its locks are held until then"),
		pstrdup("COMMIT;"));
}

/* ---------- what cannot be seen, and what fails ---------- */

static void
hidden_from_lint(LintRun *run, const Change *change)
{
	find_at(
		run, RULE_DYNAMIC_SQL, change, NULL,
		pstrdup("what it runs is made at run time: which tables it locks, reads or changes is not "
				"to be seen here"),
		psprintf("SELECT * FROM %s.dry_run(%s);", SAFEMIG_NAME,
				 quote_literal_cstr(change->statement)));
}

static void
named_twice(LintRun *run, const Change *change)
{
	const char *column = change->within ? NULL : duplicate_column(change);

	if (column != NULL)
		find_at(run, RULE_BAN_DUPLICATE_COLUMN_ASSIGNMENTS, change, NULL,
				psprintf("the column %s is named twice, so the server will refuse the statement",
						 quote_identifier(column)),
				NULL);
}

/* ---------- labels of enums ---------- */

static void
note_label(LintRun *run, const Change *change)
{
	Oid type = type_of_name(change->written);

	if (OidIsValid(type) && !enum_has_label(type, change->name))
		note_change(run, RULE_ENUM_VALUE_USED_AT_ONCE, change);
}

/* Columns of the relation that hold such values: names */
static List *
columns_with(DraftRelation *relation, Oid type)
{
	List *names = NIL;
	ListCell *lc;

	if (relation == NULL)
		return NIL;
	draft_load(relation);
	foreach(lc, relation->columns)
	{
		const DraftColumn *column = lfirst(lc);

		if (OidIsValid(column->type) && getBaseType(column->type) == type)
			names = lappend(names, column->name);
	}
	return names;
}

static bool
token_is_name(const char *text, const Token *token, const char *name)
{
	return token_is(text, token, name) || token_is(text, token, quote_identifier(name));
}

static bool
token_is_listed(const char *text, const Token *token, List *names)
{
	ListCell *lc;

	foreach(lc, names)
		if (token_is_name(text, token, lfirst(lc)))
			return true;
	return false;
}

/* INSERT INTO name VALUES ...: every column gets a value, none is named */
static bool
lists_no_columns(const Change *change)
{
	const char *text = change->statement;
	TokenScan *scan = token_scan_begin(text);
	bool in_name = false;
	bool after_dot = true;
	bool lists = false;
	Token token;

	if (change->kind != CHANGE_INSERT)
		return false;
	while (token_scan_next(scan, &token))
	{
		bool dot = token_is(text, &token, ".");

		if (!in_name)
			in_name = token_is(text, &token, "INTO");
		else if (dot || after_dot)
			after_dot = dot;
		else
		{
			lists = token_is(text, &token, "(");
			break;
		}
	}
	token_scan_end(scan);
	return !lists;
}

/*
 * As a literal of its own, in a statement that names the type, or a column of it, or
 * writes all columns.
 */
static bool
uses_label(const Change *change, const Change *added)
{
	Oid type = type_of_name(added->written);
	const char *name = last_name_of_type(type);
	const char *literal = quote_literal_cstr(added->name);
	const char *text = change->statement;
	List *columns = columns_with(change->relation, type);
	bool has_literal = false;
	bool about_type = columns != NIL && lists_no_columns(change);
	TokenScan *scan = token_scan_begin(text);
	Token token;

	while (token_scan_next(scan, &token))
	{
		has_literal = has_literal || token_is(text, &token, literal);
		about_type = about_type || token_is_name(text, &token, name) ||
			token_is_listed(text, &token, columns);
	}
	token_scan_end(scan);
	return has_literal && about_type;
}

static void
label_rules(LintRun *run, const Change *change)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_ENUM_VALUE_USED_AT_ONCE])
	{
		const Noted *added = lfirst(lc);

		if (added->statement == run->statement || change->within ||
			!uses_label(change, added->change))
			continue;
		find_at(
			run, RULE_ENUM_VALUE_USED_AT_ONCE, change, NULL,
			psprintf(
				"%s is a new label of %s since statement %d, and the server refuses it until that transaction is committed",
				quote_literal_cstr(added->change->name),
				format_type_be_qualified(type_of_name(added->change->written)), added->statement),
			statements_of("-- in the next migration:", change->statement, NULL));
		return;
	}
}

/* ---------- the room ---------- */

void
transaction_rules(LintRun *run, const Change *change)
{
	if (change->kind == CHANGE_BEGIN)
		begin_rules(run, change);
	run->in_transaction = is_between_begin_and_commit(run) || !run->has_begin;
	mode_rules(run, change);
	robust_rules(run, change);
	if (change->kind == CHANGE_DO)
		hidden_from_lint(run, change);
	named_twice(run, change);
	label_rules(run, change);
	if (change->kind == CHANGE_ADD_ENUM_VALUE)
		note_label(run, change);
	if (change->kind == CHANGE_COMMIT)
	{
		commit_rules(run, change);
		run->notes[RULE_ENUM_VALUE_USED_AT_ONCE] = NIL;
	}
}

void
transaction_rules_at_end(LintRun *run)
{
	left_open(run);
	mode_rules_at_end(run);
	robust_rules_at_end(run);
}
