/*
 * settle.h
 *		Statements that rewrite a table in whose rows a dropped column is kept.
 */
#ifndef SAFEMIG_SETTLE_H
#define SAFEMIG_SETTLE_H

#include "postgres.h"

/* Runs the statement; what would be lost by it is copied aside first. */
extern void settle_and_execute(Oid relid, void (*execute)(void *arg), void *arg);

#endif /* SAFEMIG_SETTLE_H */
