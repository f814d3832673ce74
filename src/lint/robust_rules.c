/*
 * robust_rules.c
 *		Can a script run again that failed halfway?  A matter only of scripts that run
 *		outside a transaction: of others nothing stays.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "base/tokens.h"
#include "lint/index_suggest.h"
#include "lint/noted.h"
#include "lint/transaction_modes.h"

/* What makes a statement repeatable, and the word that it stands behind */
typedef struct Robust
{
	ChangeKind kind;
	const char *after;
	const char *word;
	bool of_part; /* of a subcommand of ALTER TABLE */
} Robust;

static const Robust robust_words[] = {
	{CHANGE_CREATE_TABLE, "TABLE", "IF NOT EXISTS", false},
	{CHANGE_CREATE_TABLE_AS, "TABLE", "IF NOT EXISTS", false},
	{CHANGE_CREATE_SCHEMA, "SCHEMA", "IF NOT EXISTS", false},
	{CHANGE_CREATE_SEQUENCE, "SEQUENCE", "IF NOT EXISTS", false},
	{CHANGE_CREATE_EXTENSION, "EXTENSION", "IF NOT EXISTS", false},
	{CHANGE_CREATE_INDEX, "INDEX", "IF NOT EXISTS", false},
	{CHANGE_ADD_ENUM_VALUE, "VALUE", "IF NOT EXISTS", false},
	{CHANGE_CREATE_VIEW, "CREATE", "OR REPLACE", false},
	{CHANGE_CREATE_FUNCTION, "CREATE", "OR REPLACE", false},
	{CHANGE_CREATE_TRIGGER, "CREATE", "OR REPLACE", false},
	{CHANGE_DROP_TABLE, "TABLE", "IF EXISTS", false},
	{CHANGE_DROP_VIEW, "VIEW", "IF EXISTS", false},
	{CHANGE_DROP_MATVIEW, "VIEW", "IF EXISTS", false},
	{CHANGE_DROP_SEQUENCE, "SEQUENCE", "IF EXISTS", false},
	{CHANGE_DROP_INDEX, "INDEX", "IF EXISTS", false},
	{CHANGE_DROP_SCHEMA, "SCHEMA", "IF EXISTS", false},
	{CHANGE_DROP_TYPE, "TYPE", "IF EXISTS", false},
	{CHANGE_DROP_FUNCTION, "FUNCTION", "IF EXISTS", false},
	{CHANGE_DROP_TRIGGER, "TRIGGER", "IF EXISTS", false},
	{CHANGE_DROP_EXTENSION, "EXTENSION", "IF EXISTS", false},
	{CHANGE_ADD_COLUMN, "COLUMN", "IF NOT EXISTS", true},
	{CHANGE_DROP_COLUMN, "COLUMN", "IF EXISTS", true},
	{CHANGE_DROP_CONSTRAINT, "CONSTRAINT", "IF EXISTS", true},
};

static const Robust *
robust_word_for(ChangeKind kind)
{
	for (int i = 0; i < lengthof(robust_words); i++)
		if (robust_words[i].kind == kind)
			return &robust_words[i];
	return NULL;
}

/* Did the script drop, IF EXISTS, what this makes? */
static bool
is_dropped_before(LintRun *run, const Change *change)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_PREFER_ROBUST_STMTS])
	{
		const Change *earlier = ((Noted *) lfirst(lc))->change;

		bool drops = earlier->kind == CHANGE_DROP_INDEX || earlier->skipped == CHANGE_DROP_INDEX;

		if (drops && earlier->if_exists && change->kind == CHANGE_CREATE_INDEX &&
			earlier->name != NULL && change->name != NULL &&
			strcmp(earlier->name, change->name) == 0)
			return true;
	}
	return false;
}

/* Those dropped IF EXISTS are noted too, for what the script makes anew. */
void
robust_rules(LintRun *run, const Change *change)
{
	List *notes = run->notes[RULE_PREFER_ROBUST_STMTS];

	ChangeKind kind = change->kind == CHANGE_NOTHING ? change->skipped : change->kind;

	if (change->within || robust_word_for(kind) == NULL || is_between_begin_and_commit(run) ||
		is_dropped_before(run, change) ||
		(notes != NIL && ((Noted *) llast(notes))->statement == run->statement))
		return;
	note_change(run, RULE_PREFER_ROBUST_STMTS, change);
}

static bool
has_word(const char *text, const char *word)
{
	TokenScan *scan = token_scan_begin(text);
	Token token;
	bool has = false;

	while (!has && token_scan_next(scan, &token))
		has = token_is(text, &token, word);
	token_scan_end(scan);
	return has;
}

static bool
index_has_no_name(const Change *change)
{
	const char *text = change->statement;
	TokenScan *scan = token_scan_begin(text);
	Token token;
	bool after_index = false;
	bool nameless = false;

	while (!nameless && token_scan_next(scan, &token))
	{
		if (after_index && !token_is(text, &token, "CONCURRENTLY"))
		{
			nameless = token_is(text, &token, "ON");
			break;
		}
		after_index = after_index || token_is(text, &token, "INDEX");
	}
	token_scan_end(scan);
	return nameless;
}

/* What fails halfway leaves an invalid index, which IF NOT EXISTS would take for the real one. */
static char *
build_again(const Change *change)
{
	char *name = quote_qualified_identifier(change->relation ? change->relation->schema : NULL,
											change->name);
	const char *text = change->statement;

	if (index_has_no_name(change))
		text = with_word_after(text, "CONCURRENTLY", quote_identifier(change->name));
	return statements_of(OUTSIDE_TRANSACTION,
						 psprintf("DROP INDEX CONCURRENTLY IF EXISTS %s", name), text, NULL);
}

static char *
made_robust(const Change *change)
{
	const Robust *robust = robust_word_for(change->kind);
	const char *text = robust->of_part ? change->text : change->statement;
	const char *after = robust->after;

	if (change->kind == CHANGE_CREATE_INDEX && change->concurrently)
		return build_again(change);
	if (change->concurrently)
		after = "CONCURRENTLY";
	else if (change->kind == CHANGE_CREATE_TABLE_AS && !has_word(text, "TABLE"))
		after = "VIEW";
	else if (change->kind == CHANGE_ADD_COLUMN && !has_word(text, "COLUMN"))
		after = "ADD";
	else if (change->kind == CHANGE_DROP_COLUMN && !has_word(text, "COLUMN"))
		after = "DROP";
	else if (change->kind == CHANGE_DROP_FUNCTION && !has_word(text, "FUNCTION"))
		after = has_word(text, "PROCEDURE") ? "PROCEDURE" : "ROUTINE";
	text = with_word_after(text, after, robust->word);
	if (robust->of_part && change->relation != NULL)
		text = alter_table_with(change->relation, text);
	return statements_of(text, NULL);
}

void
robust_rules_at_end(LintRun *run)
{
	ListCell *lc;

	if (!runs_outside(run))
		return;
	foreach(lc, run->notes[RULE_PREFER_ROBUST_STMTS])
	{
		const Noted *noted = lfirst(lc);
		const Change *change = noted->change;

		if (change->if_exists)
			continue;
		find_at_noted(
			run, RULE_PREFER_ROBUST_STMTS, noted, NULL,
			change->kind == CHANGE_CREATE_INDEX && change->concurrently
				? pstrdup(
					  "when it fails it leaves an invalid index, and the script cannot run again")
				: pstrdup(
					  "outside a transaction a script that fails stays half done: run again, it fails "
					  "here, since this is done already"),
			made_robust(change));
	}
}
