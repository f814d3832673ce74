/*
 * combine_rules.c
 *		ALTER TABLEs that follow one another and could be one: it would look for its
 *		lock once, and write or read the rows once.
 */
#include "postgres.h"

#include "base/tokens.h"
#include "lint/lock_parts.h"
#include "lint/ways.h"

static bool
begins_with_alter_table(const char *text)
{
	TokenScan *scan = token_scan_begin(text);
	Token token;
	bool alters = token_scan_next(scan, &token) && token_is(text, &token, "ALTER") &&
		token_scan_next(scan, &token) && token_is(text, &token, "TABLE");

	token_scan_end(scan);
	return alters;
}

/* ALTERs of one table with nothing of it between them */
typedef struct Row
{
	DraftRelation *table;
	List *changes; /* Noted * */
	int barred;	   /* a statement with a part that cannot be combined */
} Row;

/* Those that stand alone in the grammar, or must not share a transaction with others */
static bool
can_be_combined(const Change *change)
{
	if (change->outside || change->only || !begins_with_alter_table(change->statement))
		return false;
	switch (change->kind)
	{
		case CHANGE_RENAME_RELATION:
		case CHANGE_RENAME_COLUMN:
		case CHANGE_RENAME_CONSTRAINT:
		case CHANGE_RENAME_OTHER:
		case CHANGE_SET_SCHEMA:
		case CHANGE_ATTACH_PARTITION:
		case CHANGE_DETACH_PARTITION:
		case CHANGE_VALIDATE_CONSTRAINT:
			return false;
		case CHANGE_DROP_COLUMN:
		case CHANGE_COLUMN_TYPE:
			/* the server does these before it adds a column */
			return change->column == NULL || change->column->statement == 0;
		default:
			return true;
	}
}

static Row *
row_at_work(LintRun *run)
{
	if (run->notes[RULE_COMBINE_ALTER_TABLE] == NIL)
		run->notes[RULE_COMBINE_ALTER_TABLE] = list_make1(palloc0(sizeof(Row)));
	return linitial(run->notes[RULE_COMBINE_ALTER_TABLE]);
}

static void
end_row(LintRun *run, Row *row)
{
	List *changes = row->changes;
	const Noted *second = NULL;
	StringInfoData commands;
	ListCell *lc;
	int statements = 0;
	int last = 0;

	row->changes = NIL;
	initStringInfo(&commands);
	foreach(lc, changes)
	{
		const Noted *noted = lfirst(lc);

		if (noted->statement != last)
			statements++;
		last = noted->statement;
		if (second == NULL && statements == 2)
			second = noted;
		appendStringInfo(&commands, "%s\n    %s", commands.len > 0 ? "," : "", noted->change->text);
	}
	if (second == NULL)
		return;
	find_at_noted(run, RULE_COMBINE_ALTER_TABLE, second, NULL,
				  psprintf("%s is altered by %d statements, each of which looks for its lock anew",
						   draft_identity(row->table), statements),
				  psprintf("ALTER TABLE %s%s;", draft_identity(row->table), commands.data));
}

/* Parts of one statement are combined all or none. */
static void
bar_statement(Row *row, int statement)
{
	while (row->changes != NIL && ((Noted *) llast(row->changes))->statement == statement)
		row->changes = list_delete_last(row->changes);
	row->barred = statement;
}

static bool
touches(const Change *change, DraftRelation *relation)
{
	return change->relation == relation || change->other == relation ||
		touch_of(change, relation) != NULL;
}

void
combine_rules(LintRun *run, const Change *change)
{
	Row *row = row_at_work(run);
	bool of_table = change->relation != NULL && change->relation == row->table;
	bool fits = change->relation != NULL && !change->within && is_in_use(change->relation) &&
		can_be_combined(change);

	if (fits && row->barred != run->statement)
	{
		Noted *noted = palloc(sizeof(Noted));

		if (!of_table)
			end_row(run, row);
		row->table = change->relation;
		noted->change = change;
		noted->statement = run->statement;
		row->changes = lappend(row->changes, noted);
	}
	else if (change->relation != NULL && !change->within)
	{
		bool of_row = row->changes != NIL && touches(change, row->table);

		bar_statement(row, run->statement);
		if (of_row)
			end_row(run, row);
	}
	if (change->kind == CHANGE_COMMIT)
		end_row(run, row);
}

void
combine_rules_at_end(LintRun *run)
{
	end_row(run, row_at_work(run));
}
