/*
 * lint_run.h
 *		Between lint.c, which walks over a script, and the rooms of rules, each of
 *		which looks at one change after the other.
 */
#ifndef SAFEMIG_LINT_RUN_H
#define SAFEMIG_LINT_RUN_H

#include "lint/lint.h"

typedef struct LintRun
{
	int statement;			 /* at work, from 1 */
	int count;				 /* statements in the script */
	bool in_transaction;	 /* between BEGIN and COMMIT, or the script has neither */
	bool has_begin;			 /* the script says BEGIN somewhere */
	bool strict;			 /* production or staging */
	List *findings;			 /* Finding *, not sorted */
	List *notes[RULE_COUNT]; /* what a rule keeps for lint_run_end: its own business */
} LintRun;

/*
 * A finding at a change.  object: NULL for that of the change.  The rule may be
 * off, or ignored by a comment: then nothing happens.  rule_is_on() spares the
 * making of a dear message.
 */
extern void find_at(LintRun *run, RuleId rule, const Change *change, const char *object,
					char *message, char *suggestion);
extern bool rule_is_on(LintRun *run, RuleId rule);

/* A finding at a statement as a whole, also when the script has ended. */
extern void find_in_statement(LintRun *run, RuleId rule, int statement, const char *object,
							  char *message, char *suggestion);

/*
 * The same, by so many steps graver (1) or milder (-1) than the rule's row says,
 * never below info.  A rule that is off stays off, and what set_rule() says stands;
 * relation: whose rules these are, or NULL.
 */
extern void find_at_by(LintRun *run, RuleId rule, int steps, const Change *change,
					   const char *object, char *message, char *suggestion);
extern void find_in_statement_by(LintRun *run, RuleId rule, int steps, int statement,
								 const DraftRelation *relation, const char *object, char *message,
								 char *suggestion);

/* How much a relation of a change holds, in words for messages: "about 12 345 rows, 4 GB" */
extern char *rows_and_size(DraftRelation *relation);

/* "readers and writers wait", "writers wait", "other schema changes wait" under that lock */
extern const char *who_waits(LOCKMODE lock);

/* Does it matter that this relation is locked, read or written: has it rows, and was it there? */
extern bool is_in_use(DraftRelation *relation);

/*
 * Rows for which a query on the caller's behalf says so: the query counts them.
 * -1 where it is not to be known without waiting or reading more than COUNTED_BYTES.
 */
#define COUNTED_BYTES (INT64CONST(256) * 1024 * 1024)
extern int64 count_rows(DraftRelation *relation, const char *query);

/* ---- suggestions (suggest.c): SQL out of the statement's own source ---- */

/* word put behind the first token that is `after` (case does not count): CREATE INDEX CONCURRENTLY */
extern char *with_word_after(const char *text, const char *after, const char *word);
extern char *with_word_at_end(const char *text, const char *word);
extern char *without_words(const char *text, const char *words);
/* "ALTER TABLE public.users ADD ..." */
extern char *alter_table_with(DraftRelation *relation, const char *command);
/* lines joined, each with a semicolon at its end */
extern char *statements_of(const char *first, ...) __attribute__((sentinel));

/* ---- the rooms: called for each change before the draft follows it ---- */
extern void data_rules(LintRun *run, const Change *change);
extern void data_rules_of_effect(LintRun *run, const Change *at, Effect *effect, List *effects);
extern void rewrite_rules(LintRun *run, const Change *change);
extern void constraint_rules(LintRun *run, const Change *change);
extern void index_rules(LintRun *run, const Change *change);
extern void partition_rules(LintRun *run, const Change *change);
extern void contract_rules(LintRun *run, const Change *change);
extern void lock_rules(LintRun *run, const Change *change);
extern void transaction_rules(LintRun *run, const Change *change);
extern void style_rules(LintRun *run, const Change *change);
extern void security_rules(LintRun *run, const Change *change);

/* ---- and once when the script has ended, the draft still open ---- */
extern void data_rules_at_end(LintRun *run);
extern void constraint_rules_at_end(LintRun *run);
extern void index_rules_at_end(LintRun *run);
extern void contract_rules_at_end(LintRun *run);
extern void lock_rules_at_end(LintRun *run);
extern void transaction_rules_at_end(LintRun *run);
extern void style_rules_at_end(LintRun *run);
extern void security_rules_at_end(LintRun *run);

#endif /* SAFEMIG_LINT_RUN_H */
