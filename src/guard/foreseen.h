/*
 * foreseen.h
 *		What the statements that run now were judged for, innermost first.
 */
#ifndef SAFEMIG_FORESEEN_H
#define SAFEMIG_FORESEEN_H

#include "postgres.h"
#include "catalog/objectaddress.h"
#include "nodes/pg_list.h"

typedef struct Foreseen Foreseen;

/* Around a statement; enter returns what leave is to be given, also after an error. */
extern Foreseen *enter_foreseen(Node *stmt, List *effects);
extern void leave_foreseen(Foreseen *outer);

/* Likewise for the statement that loaded the library: until the transaction ends. */
extern void foresee_late(Node *stmt, List *effects);

extern bool was_foreseen(const ObjectAddress *object);

/* The statement that runs, once for each; NULL when there is none to look at again. */
extern Node *look_again_at_statement(void);
extern void add_to_foreseen(List *effects);

#endif /* SAFEMIG_FORESEEN_H */
