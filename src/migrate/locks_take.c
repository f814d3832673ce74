/*
 * locks_take.c
 *		One round of asking for the locks of a migration.  Without waiting, where
 *		that will do; behind short writers in the queue, for a moment, since among many
 *		of them no moment comes at which nobody holds one; and autovacuum is told to
 *		go, as the server does when somebody has waited for it.
 *
 *		Queueing is what stalls others: who comes later waits behind it.  So it lasts
 *		LONGEST_QUEUE in all of a round, and is not done behind those who have been at
 *		work for long, or outlived it once.
 */
#include "postgres.h"

#include <signal.h>

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
#include "utils/syscache.h"

#include "migrate/locks.h"

#define LONG_AGO 500 /* ms; who began before will hardly end within a queue */

bool
is_lock_error(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE ||
		error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED;
}

/* ---------- whether it may be locked ---------- */

/*
 * Nobody gets a lock here that he could not take by himself: what LOCK TABLE, and
 * where readers pass, what CREATE TRIGGER and a foreign key ask for.  Of the rest
 * the statement itself will say that it must not.
 */
static bool
may_lock(const LockAhead *lock)
{
	AclMode rights = ACL_UPDATE | ACL_DELETE | ACL_TRUNCATE;

	if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lock->oid)))
		return false;
	if (pg_class_ownercheck(lock->oid, GetUserId()))
		return true;
	if (lock->kind == RELKIND_INDEX)
		return false;
	if (lock->mode <= ShareRowExclusiveLock)
		rights |= ACL_REFERENCES | ACL_TRIGGER;
	return pg_class_aclmask(lock->oid, GetUserId(), rights, ACLMASK_ANY) != 0;
}

/* ---------- who is in the way ---------- */

static void
note_missing(LockPatience *patience, const LockAhead *lock)
{
	SET_LOCKTAG_RELATION(patience->missing, MyDatabaseId, lock->oid);
	patience->missing_mode = lock->mode;
	patience->is_missing = true;
	patience->missing_name = MemoryContextStrdup(patience->context, lock->identity);
}

/* Until it is got; the last one is the newest. */
static void
note_failed(LockPatience *patience, Oid relid)
{
	MemoryContext save = MemoryContextSwitchTo(patience->context);

	patience->failed = lappend_oid(list_delete_oid(patience->failed, relid), relid);
	MemoryContextSwitchTo(save);
}

static bool
outlived_a_queue(const LockPatience *patience, const VirtualTransactionId *holder)
{
	ListCell *lc;

	foreach(lc, patience->queued_behind)
	{
		const VirtualTransactionId *known = lfirst(lc);

		if (VirtualTransactionIdEquals(*known, *holder))
			return true;
	}
	return false;
}

static void
note_queued_behind(LockPatience *patience, const VirtualTransactionId *holder)
{
	MemoryContext save = MemoryContextSwitchTo(patience->context);
	VirtualTransactionId *known = palloc(sizeof(VirtualTransactionId));

	*known = *holder;
	patience->queued_behind = lappend(patience->queued_behind, known);
	MemoryContextSwitchTo(save);
}

/* Not where it keeps the counter of transactions from running out. */
static bool
is_autovacuum_to_cancel(const PGPROC *proc)
{
	uint8 flags;

	if (proc == NULL || proc->pid == 0)
		return false;
	/* as ProcSleep() looks at it */
	LWLockAcquire(ProcArrayLock, LW_SHARED);
	flags = ProcGlobal->statusFlags[proc->pgxactoff];
	LWLockRelease(ProcArrayLock);
	return (flags & PROC_IS_AUTOVACUUM) && !(flags & PROC_VACUUM_FOR_WRAPAROUND);
}

/* Of the processes that hold a lock: is a transaction among them that began long ago? */
static bool
some_began_long_ago(List *pids)
{
	TimestampTz then = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), -LONG_AGO);
	int count;

	/* kept for the transaction otherwise */
	pgstat_clear_backend_activity_snapshot();
	count = pgstat_fetch_stat_numbackends();
	for (int i = 1; i <= count; i++)
	{
		const PgBackendStatus *status = &pgstat_fetch_stat_local_beentry(i)->backendStatus;

		if (status->st_xact_start_timestamp != 0 && status->st_xact_start_timestamp < then &&
			list_member_int(pids, status->st_procpid))
			return true;
	}
	return false;
}

/*
 * Is it worth while to queue?  Behind nobody who has been there too long; and then
 * autovacuum is cancelled.
 */
static bool
may_queue(LockPatience *patience)
{
	VirtualTransactionId *holders =
		GetLockConflicts(&patience->missing, patience->missing_mode, NULL);
	List *autovacuums = NIL;
	List *others = NIL;
	ListCell *lc;

	for (VirtualTransactionId *at = holders; VirtualTransactionIdIsValid(*at); at++)
	{
		PGPROC *proc = proc_of_transaction(at);

		if (outlived_a_queue(patience, at))
			return false;
		if (is_autovacuum_to_cancel(proc))
			autovacuums = lappend_int(autovacuums, proc->pid);
		else
		{
			note_queued_behind(patience, at);
			if (proc != NULL)
				others = lappend_int(others, proc->pid);
		}
	}
	if (others != NIL && some_began_long_ago(others))
		return false;
	foreach(lc, autovacuums)
		(void) kill(lfirst_int(lc), SIGINT);
	return true;
}

/* ---------- one round ---------- */

static void
queue_for(const LockAhead *lock, long ms)
{
	int level = NewGUCNestLevel();

	(void) set_config_option("lock_timeout", psprintf("%ld", ms), PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	LockRelationOid(lock->oid, lock->mode);
	AtEOXact_GUC(false, level);
}

static bool
take_lock(LockPatience *patience, const LockAhead *lock, TimestampTz queue_until)
{
	long left;

	if (!may_lock(lock) || ConditionalLockRelationOid(lock->oid, lock->mode))
		return true;
	note_missing(patience, lock);
	note_failed(patience, lock->oid);
	left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), queue_until);
	if (left <= 0 || !may_queue(patience))
		return false;
	queue_for(lock, left);
	patience->failed = list_delete_last(patience->failed);
	return true;
}

static int
by_urgency(const ListCell *a, const ListCell *b)
{
	const LockAhead *one = lfirst(a);
	const LockAhead *other = lfirst(b);
	bool one_is_index = one->kind == RELKIND_INDEX;
	bool other_is_index = other->kind == RELKIND_INDEX;

	if (one->failed_in != other->failed_in)
		return one->failed_in > other->failed_in ? -1 : 1;
	if (one_is_index != other_is_index)
		return one_is_index ? 1 : -1;
	return one->oid < other->oid ? -1 : one->oid > other->oid;
}

/*
 * What failed goes first the next time: whoever locks the same tables in another
 * order would be kept from ending by what is held already.
 */
static void
order_locks(const LockPatience *patience, List *locks)
{
	ListCell *lc;

	foreach(lc, locks)
	{
		LockAhead *lock = lfirst(lc);
		ListCell *failed;

		lock->failed_in = 0;
		foreach(failed, patience->failed)
			if (lfirst_oid(failed) == lock->oid)
				lock->failed_in = foreach_current_index(failed) + 1;
	}
	list_sort(locks, by_urgency);
}

bool
take_locks(LockPatience *patience, List *locks)
{
	TimestampTz queue_until = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), LONGEST_QUEUE);
	ListCell *lc;

	order_locks(patience, locks);
	foreach(lc, locks)
	{
		CHECK_FOR_INTERRUPTS();
		if (!take_lock(patience, lfirst(lc), queue_until))
			return false;
	}
	patience->is_missing = false;
	return true;
}
