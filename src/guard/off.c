/*
 * off.c
 *		safemig.enforce = off, on record: the first thing in each transaction that
 *		would have been refused.  Nothing is refused here, nor warned of, and no
 *		lock is taken: off is the way out, also when a catalog is damaged.  So
 *		whatever goes wrong while looking is swallowed, in a subtransaction.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "base/transaction_list.h"
#include "guard/guard.h"
#include "guard/migration.h"
#include "guard/off.h"
#include "guard/refusal.h"

/* One item once something is recorded; a rollback to a savepoint takes it away with its cause. */
static TransactionList recorded;

bool
off_is_unrecorded(void)
{
	/* a dry run tells of every statement */
	return (recorded.items == NIL || guard_is_dry_run()) && !IsInParallelMode();
}

static bool
look_and_record(List *(*find)(void *what), void *what, List **effects)
{
	List *refused;

	*effects = find(what);
	refused = refused_if_on(*effects);
	if (refused != NIL)
		record_passed(refused);
	return refused != NIL;
}

/* A cancel or the end of the session is meant for the statement, not for the looking. */
static bool
is_for_the_statement(ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
		error->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN;
}

List *
record_off(List *(*find)(void *what), void *what)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	List *effects = NIL;
	volatile bool found = false;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		found = look_and_record(find, what, &effects);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	/* whatever was found: the looking leaves nothing, not even a command counted */
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;

	if (found)
		transaction_list_add(&recorded, new_transaction_item(sizeof(TransactionItem)));
	if (error == NULL)
		return effects;
	if (is_for_the_statement(error))
		ReThrowError(error);
	ereport(LOG,
			(errmsg("could not see what a statement under safemig.enforce = off does: %s",
					error->message)));
	return NIL;
}
