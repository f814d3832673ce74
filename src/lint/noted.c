/*
 * noted.c
 *		Changes that a rule keeps until it has seen more of the script.
 */
#include "postgres.h"

#include "lint/noted.h"

void
note_change(LintRun *run, RuleId rule, const Change *change)
{
	Noted *noted = palloc(sizeof(Noted));

	noted->change = change;
	noted->statement = run->statement;
	run->notes[rule] = lappend(run->notes[rule], noted);
}

void
find_at_noted(LintRun *run, RuleId rule, const Noted *noted, const char *object, char *message,
			  char *suggestion)
{
	int at_work = run->statement;

	run->statement = noted->statement;
	find_at(run, rule, noted->change, object, message, suggestion);
	run->statement = at_work;
}

List *
noted_changes(LintRun *run, RuleId rule)
{
	List *changes = NIL;
	ListCell *lc;

	foreach(lc, run->notes[rule])
		changes = lappend(changes, unconstify(Change *, ((Noted *) lfirst(lc))->change));
	return changes;
}
