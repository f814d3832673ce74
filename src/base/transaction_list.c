/*
 * transaction_list.c
 *		Keeps lists of private state in step with transactions and subtransactions.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "base/transaction_list.h"

static TransactionList *lists = NULL;
static bool callbacks_registered = false;

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	for (TransactionList *list = lists; list != NULL; list = list->next)
	{
		if (event == XACT_EVENT_COMMIT && list->at_commit != NULL)
			list->at_commit(list->items);
		list->items = NIL;
	}
}

static List *
without_subtransaction(List *items, SubTransactionId mine)
{
	ListCell *lc;

	foreach(lc, items)
		if (((TransactionItem *) lfirst(lc))->subxact == mine)
			items = foreach_delete_current(items, lc);
	return items;
}

static void
give_to_parent(List *items, SubTransactionId mine, SubTransactionId parent)
{
	ListCell *lc;

	foreach(lc, items)
		if (((TransactionItem *) lfirst(lc))->subxact == mine)
			((TransactionItem *) lfirst(lc))->subxact = parent;
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	for (TransactionList *list = lists; list != NULL; list = list->next)
	{
		if (event == SUBXACT_EVENT_ABORT_SUB)
			list->items = without_subtransaction(list->items, mine);
		else if (event == SUBXACT_EVENT_COMMIT_SUB)
			give_to_parent(list->items, mine, parent);
	}
}

void *
new_transaction_item(Size size)
{
	TransactionItem *item = MemoryContextAllocZero(TopTransactionContext, size);

	item->subxact = GetCurrentSubTransactionId();
	return item;
}

void
transaction_list_add(TransactionList *list, void *item)
{
	MemoryContext save = MemoryContextSwitchTo(TopTransactionContext);

	if (!callbacks_registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		callbacks_registered = true;
	}
	if (!list->registered)
	{
		list->next = lists;
		lists = list;
		list->registered = true;
	}
	list->items = lappend(list->items, item);
	MemoryContextSwitchTo(save);
}
