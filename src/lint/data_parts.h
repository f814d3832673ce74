/*
 * data_parts.h
 *		Between the rooms of rules of the categories data, rewrite and constraint.
 */
#ifndef SAFEMIG_DATA_PARTS_H
#define SAFEMIG_DATA_PARTS_H

#include "lint/lint_run.h"

/* value_rules.c: what a changed or exchanged column loses */
extern void value_rules(LintRun *run, const Change *change);

/* enum_rules.c: labels that are no longer there */
extern void enum_rules(LintRun *run, const Change *change);

/* cascade_rules.c: effects of the statement at work, what of them CASCADE takes */
extern void note_effects(LintRun *run, List *effects);
extern List *effects_told(LintRun *run);
extern bool is_in_dropped_schema(Effect *effect, List *effects);
extern void cascade_rules(LintRun *run, const Change *change);
/* "table public.orders (about 3 rows), view public.v" */
extern char *effects_in_words(List *effects);

/* rewrite_rules.c: a new column that gets another value in each row, by batches; NULL: not one */
extern char *way_to_new_column_filled(const Change *change);

/* type_rules.c: what a new type of a column writes, builds and checks anew */
extern void type_rules(LintRun *run, const Change *change);

/* blocked_rules.c: what stands in the way of a type change */
extern void blocked_rules(LintRun *run, const Change *change);
extern void note_dropped(LintRun *run, Effect *effect);

/* constraint_drops.c: what holds no more */
extern void constraint_drop_rules(LintRun *run, const Change *change);
extern void constraint_drops_at_end(LintRun *run);

/* key_rules.c: foreign keys */
extern void foreign_key_rules(LintRun *run, const Change *change);
extern void foreign_keys_at_end(LintRun *run);

/* duplicate_rules.c: unique indexes and keys over rows that are not */
extern void duplicate_rules(LintRun *run, const Change *change);

/* domain_rules.c */
extern void domain_rules(LintRun *run, const Change *change);

#endif /* SAFEMIG_DATA_PARTS_H */
