/*
 * hooks.h
 *		What the guard's hooks ask first, and how they judge; between hooks.c and
 *		object_hook.c.
 */
#ifndef SAFEMIG_HOOKS_H
#define SAFEMIG_HOOKS_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* Somebody's statement, in a database that has the extension? */
extern bool is_our_business(void);

/* ... and somebody looks: also with enforce = off, until that is on record */
extern bool is_watching(void);

/* ... and it is a migration's own doing, to be written down */
extern bool is_witnessed(void);

/* what is about to run -> effects */
typedef List *(*FindEffects)(void *what);

/* Returns the effects when they may pass. */
extern List *judge_or_record(FindEffects find, void *what);

/* object_hook.c */
extern void install_object_hook(void);

#endif /* SAFEMIG_HOOKS_H */
