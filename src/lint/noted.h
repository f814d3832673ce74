/*
 * noted.h
 *		Changes that a rule keeps until it has seen more of the script.
 */
#ifndef SAFEMIG_NOTED_H
#define SAFEMIG_NOTED_H

#include "lint/lint_run.h"

typedef struct Noted
{
	const Change *change;
	int statement;
} Noted;

/* Kept in run->notes[rule], in the order of the script. */
extern void note_change(LintRun *run, RuleId rule, const Change *change);

/* A finding at such a change, as find_at() would have made it there. */
extern void find_at_noted(LintRun *run, RuleId rule, const Noted *noted, const char *object,
						  char *message, char *suggestion);

/* The changes of the notes: Change * */
extern List *noted_changes(LintRun *run, RuleId rule);

/* Above a suggestion that cannot run inside a transaction, and between two that must not share one */
#define OUTSIDE_TRANSACTION "-- outside a transaction:"
#define NEXT_MIGRATION "-- then, in a migration of its own:"

#endif /* SAFEMIG_NOTED_H */
