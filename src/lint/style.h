/*
 * style.h
 *		Between style_rules.c and the rooms that it leaves the longer questions to.
 */
#ifndef SAFEMIG_STYLE_H
#define SAFEMIG_STYLE_H

#include "lint/lint_run.h"

/* column_types.c: of CHANGE_ADD_COLUMN */
extern void look_at_type(LintRun *run, const Change *change);

/* identifiers.c: names that the server cuts off */
extern void look_at_names(LintRun *run, const Change *change);

/* headroom.c: keys that are nearly used up */
extern void note_headroom(LintRun *run, const Change *change);
extern void look_at_headroom(LintRun *run);

#endif /* SAFEMIG_STYLE_H */
