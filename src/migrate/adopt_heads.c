/*
 * adopt_heads.c
 *		Which versions did a tool run or take back, that keeps only where it stands
 *		(Alembic, golang-migrate, Sequel)?
 *
 * Numbers tell which way it went.  Names do not: to one that is applied and came
 * before is back, to any other forward.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/transaction_list.h"
#include "migrate/adopt_log.h"

/*
 * A head that is gone.  A merge deletes the heads that it joins before it writes
 * itself over the last one, so only the transaction's end tells what that meant.
 */
typedef struct Gone
{
	TransactionItem item;
	ToolLog log;
	ToolVersion version;
} Gone;

typedef struct StillApplied
{
	TransactionItem item;
	Gone *gone;
} StillApplied;

static TransactionList gone_heads;
static TransactionList still_applied;

static bool
is_still_applied(Gone *gone)
{
	ListCell *lc;

	foreach(lc, still_applied.items)
		if (((StillApplied *) lfirst(lc))->gone == gone)
			return true;
	return false;
}

static void
before_transaction_ends(XactEvent event, void *arg)
{
	ListCell *lc;

	if (event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE)
		return;
	foreach(lc, gone_heads.items)
	{
		Gone *gone = lfirst(lc);

		if (is_still_applied(gone))
			continue;
		PushActiveSnapshot(GetTransactionSnapshot());
		end_tool_version_with_claimed(&gone->log, &gone->version);
		PopActiveSnapshot();
	}
}

/* The statements until now are those of its end, if it comes to that. */
void
log_tool_head_gone(const ToolLog *log, const ToolVersion *version)
{
	static bool registered = false;
	Gone *gone = new_transaction_item(sizeof(Gone));
	MemoryContext save = MemoryContextSwitchTo(TopTransactionContext);

	if (!registered)
		RegisterXactCallback(before_transaction_ends, NULL);
	registered = true;
	gone->log.table = log->table;
	gone->log.relation = pstrdup(log->relation);
	gone->version.version = pstrdup(version->version);
	gone->version.identity = pstrdup(version->identity);
	MemoryContextSwitchTo(save);
	transaction_list_add(&gone_heads, gone);
	claim_statements_for_end(log, version);
}

/* identity NULL: all heads of that table */
static void
are_not_gone(const ToolLog *log, const char *identity)
{
	ListCell *lc;

	foreach(lc, gone_heads.items)
	{
		Gone *gone = lfirst(lc);
		StillApplied *item;

		if (strcmp(gone->log.relation, log->relation) != 0 || is_still_applied(gone) ||
			(identity != NULL && strcmp(gone->version.identity, identity) != 0))
			continue;
		release_statements_of_end(log, &gone->version);
		item = new_transaction_item(sizeof(StillApplied));
		item->gone = gone;
		transaction_list_add(&still_applied, item);
	}
}

static bool
is_numbered(const ToolLog *log)
{
	return log->table->columns[0].kind == KIND_NUMBER;
}

static void
end_numbers_above(const ToolLog *log, const ToolVersion *head)
{
	ListCell *lc;

	foreach(lc, applied_tool_versions(log))
	{
		ToolVersion *applied = lfirst(lc);

		if (strtoll(applied->version, NULL, 10) > strtoll(head->version, NULL, 10))
			log_tool_end(log, applied);
	}
}

/* How many are newer; -1: it is not applied. */
static int
place_in_log(List *applied, const ToolVersion *version)
{
	ListCell *lc;

	foreach(lc, applied)
		if (strcmp(((ToolVersion *) lfirst(lc))->identity, version->identity) == 0)
			return foreach_current_index(lc);
	return -1;
}

void
log_tool_head(const ToolLog *log, const ToolVersion *old, const ToolVersion *new)
{
	if (new->state != TOOL_APPLIED)
		return;
	if (is_numbered(log))
		end_numbers_above(log, new);
	else if (old == NULL)
		are_not_gone(log, new->identity);
	else
	{
		List *applied = applied_tool_versions(log);

		/* alembic stamp goes forward to one that is applied, too */
		if (place_in_log(applied, new) > place_in_log(applied, old))
			log_tool_end(log, old);
		else
			are_not_gone(log, NULL);
	}
	log_tool_version(log, new);
}
