/*
 * place.h
 *		Where may this statement run?  Asked of each statement of a migration
 *		script before the first one runs.
 */
#ifndef SAFEMIG_PLACE_H
#define SAFEMIG_PLACE_H

#include "postgres.h"
#include "nodes/nodes.h"

typedef enum StatementPlace
{
	PLACE_ANYWHERE,
	PLACE_TRANSACTION_CONTROL, /* BEGIN, COMMIT, SAVEPOINT ...: the migration is the transaction */
	PLACE_OUTSIDE_TRANSACTION, /* CREATE INDEX CONCURRENTLY, VACUUM ... */
	PLACE_NEEDS_CLIENT		   /* COPY FROM STDIN, COPY TO STDOUT */
} StatementPlace;

extern StatementPlace statement_place(Node *stmt);

#endif /* SAFEMIG_PLACE_H */
