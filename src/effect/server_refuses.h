/*
 * server_refuses.h
 *		Statements that the server itself will refuse: its words are the better answer.
 */
#ifndef SAFEMIG_SERVER_REFUSES_H
#define SAFEMIG_SERVER_REFUSES_H

#include "effect/effect.h"

/* DROP kind of something that is of another kind, or of a system catalog? */
extern bool is_wrong_to_drop(ObjectType type, const ObjectAddress *object);

/* TRUNCATE of what holds no rows itself, or of a system catalog? */
extern bool is_wrong_to_truncate(Oid relid);

/* Is child a child or partition of parent, also while it is being detached? */
extern bool is_child_of(Oid child, Oid parent);

/* Does the expression, not analyzed yet, name a column that the relation does not have? */
extern bool names_unknown_column(Node *expr, Oid relid);

#endif /* SAFEMIG_SERVER_REFUSES_H */
