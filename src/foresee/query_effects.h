/*
 * query_effects.h
 *		What a statement of a script will do, asked before it runs and of its text
 *		alone: utility statements as the guard asks it, queries by their plan.
 */
#ifndef SAFEMIG_QUERY_EFFECTS_H
#define SAFEMIG_QUERY_EFFECTS_H

#include "effect/effect.h"

/* How long a look waits for somebody's strong lock, ms, before it does without. */
#define LOOK_LOCK_MS 50

/* A draft must be open.  Takes the locks of parse analysis: call it where they are let go. */
extern List *effects_of_raw_statement(Node *stmt, const char *text);

/* Relations that a raw statement names, CTEs aside: RangeVar *. */
extern List *relations_named(Node *stmt);

#endif /* SAFEMIG_QUERY_EFFECTS_H */
