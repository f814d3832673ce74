/*
 * lock_parts.h
 *		Between lock_rules.c and combine_rules.c.
 */
#ifndef SAFEMIG_LOCK_PARTS_H
#define SAFEMIG_LOCK_PARTS_H

#include "lint/lint_run.h"

extern void combine_rules(LintRun *run, const Change *change);
extern void combine_rules_at_end(LintRun *run);

#endif /* SAFEMIG_LOCK_PARTS_H */
