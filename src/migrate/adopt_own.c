/*
 * adopt_own.c
 *		Which statements made an adopted tool's own tables, and so belong to no
 *		version?  Those that make one, and all of a transaction that makes some and
 *		writes no version: sqitch's registry comes with seventy comments, grants and
 *		tables that nobody else has.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/snapmgr.h"

#include "base/text_list.h"
#include "base/transaction_list.h"
#include "guard/tool_tables.h"
#include "migrate/adopt_log.h"
#include "migrate/adopt_own.h"

typedef struct MadeRelation
{
	TransactionItem item;
	Oid relid;
} MadeRelation;

typedef enum DoingKind
{
	MADE_TOOL_TABLE,
	WROTE_ROW,
	RAN_STATEMENT
} DoingKind;

typedef struct Doing
{
	TransactionItem item;
	DoingKind kind;
	int64 statement;
} Doing;

static TransactionList made;   /* by the statement that runs */
static TransactionList doings; /* of the transaction */

void
own_hears_of_relation(Oid relid)
{
	MadeRelation *item = new_transaction_item(sizeof(MadeRelation));

	item->relid = relid;
	transaction_list_add(&made, item);
}

static bool
has_done(DoingKind kind)
{
	ListCell *lc;

	foreach(lc, doings.items)
		if (((Doing *) lfirst(lc))->kind == kind)
			return true;
	return false;
}

/* Tools make their tables before they write to them, some in the same transaction. */
static void
before_transaction_ends(XactEvent event, void *arg)
{
	ListCell *lc;

	if ((event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE) ||
		!has_done(MADE_TOOL_TABLE) || has_done(WROTE_ROW))
		return;
	PushActiveSnapshot(GetTransactionSnapshot());
	foreach(lc, doings.items)
		if (((Doing *) lfirst(lc))->kind == RAN_STATEMENT)
			forget_tool_statement(((Doing *) lfirst(lc))->statement);
	PopActiveSnapshot();
}

static void
note(DoingKind kind, int64 statement)
{
	static bool registered = false;
	Doing *doing;

	/* a load of a million rows says so once */
	if (kind != RAN_STATEMENT && has_done(kind))
		return;
	if (!registered)
		RegisterXactCallback(before_transaction_ends, NULL);
	registered = true;
	doing = new_transaction_item(sizeof(Doing));
	doing->kind = kind;
	doing->statement = statement;
	transaction_list_add(&doings, doing);
}

bool
made_tool_table(List *tools)
{
	List *relations = made.items;
	bool found = false;
	ListCell *lc;

	made.items = NIL;
	foreach(lc, relations)
	{
		const ToolTable *table = find_tool_table(((MadeRelation *) lfirst(lc))->relid);

		found =
			found || (table != NULL && (table->tool == NULL || is_in_texts(tools, table->tool)));
	}
	if (found)
		note(MADE_TOOL_TABLE, 0);
	return found;
}

void
own_hears_of_row(void)
{
	note(WROTE_ROW, 0);
}

void
own_hears_of_statement(int64 id)
{
	note(RAN_STATEMENT, id);
}
