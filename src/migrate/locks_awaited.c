/*
 * locks_awaited.c
 *		What a statement of a script waits for, noted while it waits: the error by
 *		which the server ends the wait does not say it, and by then the server has
 *		forgotten.  A timer looks at it, sooner than the wait can end.
 */
#include "postgres.h"

#include "storage/proc.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "migrate/locks.h"

#define SHORTEST_LOOK 5 /* ms between two looks */
#define LONGEST_LOOK 500

static TimeoutId timer = MAX_TIMEOUTS; /* MAX_TIMEOUTS: not registered yet */
static LockPatience *watched = NULL;

/* Written by the timer's handler */
static volatile bool seen;
static LOCKTAG seen_tag;
static LOCKMODE seen_mode;

/* In a signal handler: while this process waits, the lock that it waits for stays what it is. */
static void
look_at_wait(void)
{
	LOCK *lock = MyProc->waitLock;

	if (lock == NULL)
		return;
	seen_tag = lock->tag;
	seen_mode = MyProc->waitLockMode;
	seen = true;
}

void
watch_waits(LockPatience *patience)
{
	if (timer == MAX_TIMEOUTS)
		timer = RegisterTimeout(USER_TIMEOUT, look_at_wait);
	watched = patience;
	watch_waits_of_statement();
}

/* Anew for each, since the one before may have set another lock_timeout. */
void
watch_waits_of_statement(void)
{
	int wait = LockTimeout > 0 ? Min(LockTimeout, DeadlockTimeout) : DeadlockTimeout;
	int every = Max(SHORTEST_LOOK, Min(wait / 2, LONGEST_LOOK));

	if (watched == NULL)
		return;
	seen = false;
	enable_timeout_every(timer, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), every), every);
}

void
unwatch_waits(void)
{
	if (watched == NULL)
		return;
	disable_timeout(timer, false);
	watched->is_missing = seen;
	watched->missing = seen_tag;
	watched->missing_mode = seen_mode;
	watched->missing_name = NULL;
	watched = NULL;
}
