/*
 * follow_key.h
 *		The key of a copied value goes with the key of its row.
 */
#ifndef SAFEMIG_FOLLOW_KEY_H
#define SAFEMIG_FOLLOW_KEY_H

#include "postgres.h"
#include "commands/trigger.h"
#include "nodes/pg_list.h"

/* What a trigger needs to know of a copy: the argument after the entry */
extern char *follow_argument(Oid copy, List *key);

/* Is that what this trigger of ours is for? */
extern bool follows_key(const Trigger *trigger);

/* An updated row: when its key changes, the copy's does too. */
extern void follow_key(const TriggerData *data);

#endif /* SAFEMIG_FOLLOW_KEY_H */
