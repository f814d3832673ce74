/*
 * beyond_rollback.h
 *		What does a statement do that a rollback does not take back?  Asked before
 *		a script is run only to be rolled back.
 */
#ifndef SAFEMIG_BEYOND_ROLLBACK_H
#define SAFEMIG_BEYOND_ROLLBACK_H

#include "postgres.h"
#include "nodes/nodes.h"

/*
 * In words that follow "it": "runs a program on the server", or NULL.  Seen in
 * the statement itself; what functions do inside is not.
 */
extern const char *done_beyond_rollback(Node *stmt);

#endif /* SAFEMIG_BEYOND_ROLLBACK_H */
