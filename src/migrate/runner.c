/*
 * runner.c
 *		The lock by which runners of migrations wait for each other, and a second one
 *		by which a waiter knows that he must not wait.
 */
#include "postgres.h"

#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/own_lock.h"
#include "base/owner.h"
#include "base/settings.h"
#include "migrate/other_session.h"
#include "migrate/runner.h"

#define FIRST_PAUSE 10 /* ms */
#define LONGEST_PAUSE 50

static bool
try_lock(bool for_session)
{
	LOCKTAG tag = own_lock_tag(LOCK_OF_RUNNER);

	return LockAcquire(&tag, ExclusiveLock, for_session, true) != LOCKACQUIRE_NOT_AVAIL;
}

bool
runner_is_online(void)
{
	LOCKTAG tag = own_lock_tag(LOCK_OF_ONLINE_RUNNER);

	if (LockAcquire(&tag, ShareLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
		return true;
	LockRelease(&tag, ShareLock, false);
	return false;
}

/* Of what anybody may read; 0: a prepared transaction.  false: it has just gone. */
static bool
find_holder(int *pid)
{
	Oid types[3] = {OIDOID, OIDOID, INT4OID};
	Datum values[3] = {ObjectIdGetDatum(ExtensionRelationId), ObjectIdGetDatum(safemig_extension()),
					   Int32GetDatum(LOCK_OF_RUNNER)};
	char *found;

	(void) execute_as_owner("SELECT coalesce(l.pid, 0) FROM pg_catalog.pg_locks l"
							" WHERE l.locktype = 'object' AND l.granted"
							" AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d"
							"  WHERE d.datname = pg_catalog.current_database())"
							" AND l.classid = $1 AND l.objid = $2 AND l.objsubid = $3",
							3, types, values, NULL);
	if (SPI_processed == 0)
		return false;
	found = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	*pid = atoi(found);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

/* NULL, when it has just gone */
static OtherSession *
look_at_holder(void)
{
	OtherSession *holder = palloc(sizeof(OtherSession));
	int pid;

	if (!find_holder(&pid))
		return NULL;
	*holder = look_at_other_session(pid);
	return holder;
}

void
refuse_turn(void)
{
	OtherSession *holder = look_at_holder();

	ereport(ERROR,
			(errcode(ERRCODE_LOCK_UNAVAILABLE), errmsg("another runner of migrations is at work"),
			 holder ? errdetail("It is %s", session_in_words(holder)) : 0,
			 errhint("%s; the setting %s says how long to wait.",
					 holder ? way_to_end(holder) : "Wait until it is done",
					 setting_name(SETTING_RUNNER_WAIT))));
}

/* The two would wait for each other, and no deadlock check sees who waits for a snapshot. */
pg_noreturn static void
refuse_beside_online(void)
{
	OtherSession *holder = look_at_holder();

	ereport(
		ERROR,
		(errcode(ERRCODE_LOCK_UNAVAILABLE),
		 errmsg("an online migration is at work, which waits for older snapshots"),
		 holder ? errdetail("This call has one, so it cannot wait in turn. It is %s",
							session_in_words(holder))
				: errdetail("This call has one, so it cannot wait in turn."),
		 errhint(
			 "Call again when it is done; or CALL %s.migrate() outside a transaction, which waits without a snapshot.",
			 SAFEMIG_NAME)));
}

static void
pause_for(int ms)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms,
					 PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

typedef enum Outcome
{
	TURN_OURS,
	TURN_TOO_LATE,
	TURN_ONLINE, /* the holder is, and we have a snapshot */
} Outcome;

typedef struct Wait
{
	bool with_snapshot;
	bool for_session; /* what is got lasts until it is given back */
} Wait;

/*
 * Asked for again and again instead of queued for: the caller may hold a snapshot
 * all the while, and a wait with a limit of its own needs no lock_timeout.
 */
static Outcome
wait_for_turn(Wait wait)
{
	TimestampTz start = GetCurrentTimestamp();
	int64 patience = setting_amount(SETTING_RUNNER_WAIT);
	int pause = FIRST_PAUSE;

	while (!try_lock(wait.for_session))
	{
		int64 left = patience - TimestampDifferenceMilliseconds(start, GetCurrentTimestamp());

		if (wait.with_snapshot && runner_is_online())
			return TURN_ONLINE;
		if (left <= 0)
			return TURN_TOO_LATE;
		/* looking something up in a catalog has left one */
		if (!wait.with_snapshot)
			InvalidateCatalogSnapshot();
		pause_for((int) Min(pause, left));
		pause = Min(pause + FIRST_PAUSE, LONGEST_PAUSE);
	}

	/* LockAcquire leaves it to its callers to learn what the holder has changed */
	AcceptInvalidationMessages();
	return TURN_OURS;
}

void
lock_runner(void)
{
	switch (wait_for_turn((Wait){.with_snapshot = true}))
	{
		case TURN_OURS:
			return;
		case TURN_ONLINE:
			refuse_beside_online();
		case TURN_TOO_LATE:
			refuse_turn();
	}
}

bool
lock_runner_without_snapshot(void)
{
	return wait_for_turn((Wait){.with_snapshot = false}) == TURN_OURS;
}

/* Of the session, since an online migration is of many transactions; an error ends both. */
bool
lock_runner_online(void)
{
	LOCKTAG tag = own_lock_tag(LOCK_OF_ONLINE_RUNNER);

	if (wait_for_turn((Wait){.for_session = true}) != TURN_OURS)
		return false;
	/* who asks whether it is online has it for a moment */
	(void) LockAcquire(&tag, ExclusiveLock, true, false);
	return true;
}

void
unlock_runner_online(void)
{
	LOCKTAG online = own_lock_tag(LOCK_OF_ONLINE_RUNNER);
	LOCKTAG runner = own_lock_tag(LOCK_OF_RUNNER);

	LockRelease(&online, ExclusiveLock, true);
	LockRelease(&runner, ExclusiveLock, true);
}
