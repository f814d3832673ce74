/*
 * mode_rules.c
 *		Statements that cannot run in a transaction: between BEGIN and COMMIT, or in a
 *		script whose other statements should run in one.
 */
#include "postgres.h"

#include "lint/noted.h"
#include "lint/transaction_modes.h"

/* Of neither kind: they may stand beside both. */
static bool
is_neutral(const Change *change)
{
	if (change->outside)
		return false;
	switch (change->kind)
	{
		case CHANGE_NOTHING:
		case CHANGE_SELECT:
		case CHANGE_SET_VARIABLE:
		case CHANGE_BEGIN:
		case CHANGE_COMMIT:
		case CHANGE_SAVEPOINT:
		case CHANGE_NEEDS_CLIENT:
		case CHANGE_VACUUM: /* ANALYZE */
			return true;
		default:
			return false;
	}
}

static const char *
why_not_inside(const Change *change)
{
	return change->concurrently ? "CONCURRENTLY has transactions of its own"
								: "it has transactions of its own";
}

static void
inside_by_begin(LintRun *run, const Change *change)
{
	const Noted *begin = linitial(run->notes[RULE_TRANSACTION_NESTING]);
	char *message = psprintf("%s, so the server refuses it in the one that statement %d began",
							 why_not_inside(change), begin->statement);
	char *suggestion = statements_of(OUTSIDE_TRANSACTION, change->statement, NULL);

	find_at(run,
			change->concurrently ? RULE_BAN_CONCURRENT_INDEX_CREATION_IN_TRANSACTION
								 : RULE_MIXED_TRANSACTION_MODES,
			change, NULL, message, suggestion);
}

/* Each statement once, in the order of the script; what stands between BEGIN and COMMIT is settled. */
void
mode_rules(LintRun *run, const Change *change)
{
	List *notes = run->notes[RULE_MIXED_TRANSACTION_MODES];

	if (is_neutral(change) ||
		(notes != NIL && ((Noted *) llast(notes))->statement == run->statement))
		return;
	if (!is_between_begin_and_commit(run))
		note_change(run, RULE_MIXED_TRANSACTION_MODES, change);
	else if (change->outside)
		inside_by_begin(run, change);
}

static const Noted *
first_of_mode(LintRun *run, bool outside)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_MIXED_TRANSACTION_MODES])
		if (((Noted *) lfirst(lc))->change->outside == outside)
			return lfirst(lc);
	return NULL;
}

bool
runs_outside(LintRun *run)
{
	return first_of_mode(run, true) != NULL;
}

/* The same statements in the same order, each in a script of its kind */
static char *
split_by_mode(LintRun *run)
{
	StringInfoData out;
	const Noted *before = NULL;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, run->notes[RULE_MIXED_TRANSACTION_MODES])
	{
		const Noted *noted = lfirst(lc);
		bool outside = noted->change->outside;

		if (before == NULL || before->change->outside != outside)
			appendStringInfo(&out, "%s%s\n", before ? "\n" : "",
							 outside ? OUTSIDE_TRANSACTION : "-- in a migration of its own:");
		else
			appendStringInfoChar(&out, '\n');
		appendStringInfo(&out, "%s;", noted->change->statement);
		before = noted;
	}
	return out.data;
}

void
mode_rules_at_end(LintRun *run)
{
	const Noted *outside = first_of_mode(run, true);
	const Noted *inside = first_of_mode(run, false);
	ListCell *lc;

	if (outside == NULL || inside == NULL)
		return;
	find_at_noted(
		run, RULE_MIXED_TRANSACTION_MODES, outside, NULL,
		psprintf(
			"it cannot run in a transaction, and statement %d should: together, either fails or stays half done",
			inside->statement),
		split_by_mode(run));
	foreach(lc, run->notes[RULE_MIXED_TRANSACTION_MODES])
	{
		const Noted *noted = lfirst(lc);

		if (noted->change->concurrently && noted->change->outside)
			find_at_noted(
				run, RULE_BAN_CONCURRENT_INDEX_CREATION_IN_TRANSACTION, noted, NULL,
				psprintf("%s, so the server refuses it in the one that statement %d needs",
						 why_not_inside(noted->change), inside->statement),
				statements_of(OUTSIDE_TRANSACTION, noted->change->statement, NULL));
	}
}
