/*
 * session_state.c
 *		Prepared statements and session-level advisory locks outlive a rollback.
 *		What a dry run made of them is taken away again, and what it let go of is
 *		taken again where it can be.
 */
#include "postgres.h"

#include "commands/prepare.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lock.h"

#include "base/owner.h"
#include "base/text_list.h"
#include "lint/left_behind.h"

typedef struct AdvisoryLock
{
	LOCKTAG tag;
	LOCKMODE mode;
} AdvisoryLock;

struct SessionState
{
	List *prepared; /* of char * */
	List *advisory; /* of AdvisoryLock * */
};

/* ---------- looking ---------- */

static List *
prepared_statements(void)
{
	List *names = NIL;

	(void) execute_as_owner("SELECT name FROM pg_catalog.pg_prepared_statements", 0, NULL, NULL,
							NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
		names = lappend(names, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_freetuptable(SPI_tuptable);
	return names;
}

static List *
advisory_locks(void)
{
	LockData *all = GetLockStatusData();
	List *locks = NIL;

	for (int i = 0; i < all->nelements; i++)
	{
		const LockInstanceData *held = &all->locks[i];

		if (held->pid != MyProcPid || held->locktag.locktag_type != LOCKTAG_ADVISORY)
			continue;
		for (int mode = AccessShareLock; mode <= AccessExclusiveLock; mode++)
			if (held->holdMask & LOCKBIT_ON(mode))
			{
				AdvisoryLock *lock = palloc(sizeof(AdvisoryLock));

				lock->tag = held->locktag;
				lock->mode = mode;
				locks = lappend(locks, lock);
			}
	}
	if (all->nelements > 0)
		pfree(all->locks);
	pfree(all);
	return locks;
}

SessionState *
look_at_session(void)
{
	SessionState *state = palloc(sizeof(SessionState));

	state->prepared = prepared_statements();
	state->advisory = advisory_locks();
	return state;
}

/* ---------- putting back ---------- */

static bool
is_held(const AdvisoryLock *lock, List *locks)
{
	ListCell *lc;

	foreach(lc, locks)
	{
		AdvisoryLock *other = lfirst(lc);

		if (other->mode == lock->mode && memcmp(&other->tag, &lock->tag, sizeof(LOCKTAG)) == 0)
			return true;
	}
	return false;
}

static void
forget_prepared(List *before)
{
	List *now = prepared_statements();
	ListCell *lc;

	foreach(lc, now)
		if (!is_in_texts(before, lfirst(lc)))
			DropPreparedStatement(lfirst(lc), false);
	foreach(lc, before)
		if (!is_in_texts(now, lfirst(lc)))
			ereport(WARNING,
					(errmsg("the script took away the prepared statement \"%s\", which cannot be "
							"put back",
							(char *) lfirst(lc))));
}

/* It counts how often it was taken, and only the last release lets it go. */
static void
release_advisory(const AdvisoryLock *lock)
{
	do
	{
		CHECK_FOR_INTERRUPTS();
		(void) LockRelease(&lock->tag, lock->mode, true);
	} while (is_held(lock, advisory_locks()));
}

static void
put_advisory_back(List *before)
{
	List *now = advisory_locks();
	ListCell *lc;

	foreach(lc, now)
		if (!is_held(lfirst(lc), before))
			release_advisory(lfirst(lc));
	foreach(lc, before)
	{
		AdvisoryLock *lock = lfirst(lc);

		if (!is_held(lock, now) &&
			LockAcquire(&lock->tag, lock->mode, true, true) == LOCKACQUIRE_NOT_AVAIL)
			ereport(WARNING,
					(errmsg("the script released an advisory lock, which another session has "
							"taken since")));
	}
}

void
put_session_back(const SessionState *before)
{
	forget_prepared(before->prepared);
	put_advisory_back(before->advisory);
}
