/*
 * adopt.h
 *		Which migration tools are adopted.  safemig.c gives both to the guard, which
 *		hears of every statement.
 */
#ifndef SAFEMIG_ADOPT_H
#define SAFEMIG_ADOPT_H

#include "postgres.h"

/* A relation was made. */
extern void adopt_hears_of_relation(void);

/*
 * A whole statement has run.  text: NULL unless it defines something; it is
 * logged when it changed anything.
 */
extern void adopt_after_statement(const char *text);

#endif /* SAFEMIG_ADOPT_H */
