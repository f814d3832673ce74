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

/*
 * Items come in the order of time, and a subtransaction's number is higher than
 * those of all that began before it: its items are the last ones.  So what one
 * of many migrations in a transaction costs does not grow with their number.
 */
static List *
without_subtransaction(List *items, SubTransactionId mine)
{
	while (items != NIL && ((TransactionItem *) llast(items))->subxact >= mine)
		items = list_delete_last(items);
	return items;
}

static void
give_to_parent(List *items, SubTransactionId mine, SubTransactionId parent)
{
	for (int i = list_length(items) - 1; i >= 0; i--)
	{
		TransactionItem *item = list_nth(items, i);

		if (item->subxact < mine)
			return;
		item->subxact = parent;
	}
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
