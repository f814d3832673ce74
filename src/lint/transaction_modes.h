/*
 * transaction_modes.h
 *		Between the rooms on the script itself: transaction_rules.c, mode_rules.c and
 *		robust_rules.c.
 */
#ifndef SAFEMIG_TRANSACTION_MODES_H
#define SAFEMIG_TRANSACTION_MODES_H

#include "lint/lint_run.h"

extern bool is_between_begin_and_commit(LintRun *run);

/* mode_rules.c: what cannot run in a transaction, beside what should */
extern void mode_rules(LintRun *run, const Change *change);
extern void mode_rules_at_end(LintRun *run);

/* Does part of the script run outside of any transaction?  To be asked at its end. */
extern bool runs_outside(LintRun *run);

/* robust_rules.c: can a script that failed halfway run again? */
extern void robust_rules(LintRun *run, const Change *change);
extern void robust_rules_at_end(LintRun *run);

#endif /* SAFEMIG_TRANSACTION_MODES_H */
