/*
 * transaction_list.h
 *		A list that lives as long as the transaction: what a subtransaction added
 *		goes when it rolls back, and belongs to its parent when it commits.
 */
#ifndef SAFEMIG_TRANSACTION_LIST_H
#define SAFEMIG_TRANSACTION_LIST_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* The first member of every item */
typedef struct TransactionItem
{
	SubTransactionId subxact;
} TransactionItem;

typedef struct TransactionList
{
	List *items;					/* in TopTransactionContext */
	void (*at_commit)(List *items); /* must not fail; may be NULL */
	bool registered;
	struct TransactionList *next;
} TransactionList;

/* A zeroed item of that size, in the memory that the list lives in. */
extern void *new_transaction_item(Size size);
extern void transaction_list_add(TransactionList *list, void *item);

#endif /* SAFEMIG_TRANSACTION_LIST_H */
