/*
 * trial.h
 *		What does the server itself say that a dropping statement takes along?
 *		Found out by running it in a subtransaction that is rolled back.
 */
#ifndef SAFEMIG_TRIAL_H
#define SAFEMIG_TRIAL_H

#include "postgres.h"
#include "catalog/objectaddress.h"
#include "nodes/parsenodes.h"

/* Can this statement be tried?  DROP of anything but what has a transaction of its own. */
extern bool can_try_drop(Node *stmt);

/* Does it name relations only, so that nothing is left to do when they are gone? */
extern bool drops_relations_only(Node *stmt);

/* The last word of such a statement */
extern DropBehavior behavior_of_drop(Node *stmt);

/*
 * List of ObjectAddress *, in the order in which the server would drop them.
 * Raises the server's own errors (rights, RESTRICT) and shows its notices.  The
 * locks it takes are given back: whoever acts on the answer has taken them before.
 * What the needs (of BinNeed) name stands in nobody's way.
 */
extern List *try_drop(Node *stmt, List *needs);

/* For the object access hook: tells of each drop while a trial runs. */
extern void note_tried_drop(const ObjectAddress *object);

#endif /* SAFEMIG_TRIAL_H */
