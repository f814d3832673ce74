/*
 * security.h
 *		Between security_rules.c and the rooms that it leaves the longer questions to.
 */
#ifndef SAFEMIG_SECURITY_H
#define SAFEMIG_SECURITY_H

#include "lint/lint_run.h"

/* row_security.c: policies, and whether they are asked */
extern void note_row_security(LintRun *run, const Change *change);
extern void look_at_row_security(LintRun *run);

/* triggers.c: triggers and rules that do not fire for a while, or any more */
extern void note_trigger(LintRun *run, const Change *change);
extern void note_replication_role(LintRun *run, const Change *change);
extern void look_at_triggers(LintRun *run);

/* extensions.c */
extern void look_at_extension(LintRun *run, const Change *change);

#endif /* SAFEMIG_SECURITY_H */
