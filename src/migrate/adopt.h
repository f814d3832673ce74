/*
 * adopt.h
 *		Which migration tools are adopted.  safemig.c gives both to the guard, which
 *		hears of every statement.
 */
#ifndef SAFEMIG_ADOPT_H
#define SAFEMIG_ADOPT_H

#include "postgres.h"

/* A relation was made. */
extern void adopt_hears_of_relation(Oid relid);

/* A whole statement of DDL has run; text: NULL when it wrote nothing. */
extern void adopt_after_statement(const char *text);

#endif /* SAFEMIG_ADOPT_H */
