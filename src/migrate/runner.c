/*
 * runner.c
 *		The lock by which runners of migrations wait for each other: a lock on the
 *		extension itself with a sub-id that the server never uses, so that nobody
 *		can take it by hand, as anybody could an advisory lock.
 */
#include "postgres.h"

#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "migrate/runner.h"
#include "migrate/other_session.h"

#define RUNNER_SUBID 1
#define FIRST_PAUSE 10 /* ms */
#define LONGEST_PAUSE 50

static bool
try_lock(void)
{
	LOCKTAG tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, ExtensionRelationId, safemig_extension(), RUNNER_SUBID);
	return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

/* Of what anybody may read; 0: a prepared transaction.  false: it has just gone. */
static bool
find_holder(int *pid)
{
	Oid types[3] = {OIDOID, OIDOID, INT4OID};
	Datum values[3] = {ObjectIdGetDatum(ExtensionRelationId), ObjectIdGetDatum(safemig_extension()),
					   Int32GetDatum(RUNNER_SUBID)};
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

void
refuse_turn(void)
{
	OtherSession holder = {0};
	int pid;
	bool found = find_holder(&pid);

	if (found)
		holder = look_at_other_session(pid);
	ereport(ERROR,
			(errcode(ERRCODE_LOCK_UNAVAILABLE), errmsg("another runner of migrations is at work"),
			 found ? errdetail("It is %s", session_in_words(&holder)) : 0,
			 errhint("%s; the setting %s says how long to wait.",
					 found ? way_to_end(&holder) : "Wait until it is done",
					 setting_name(SETTING_RUNNER_WAIT))));
}

static void
pause_for(int ms)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms,
					 PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

/*
 * Asked for again and again instead of queued for: the caller may hold a snapshot
 * all the while, and a wait with a limit of its own needs no lock_timeout.
 */
static bool
wait_for_turn(bool without_snapshot)
{
	TimestampTz start = GetCurrentTimestamp();
	int64 patience = setting_amount(SETTING_RUNNER_WAIT);
	int pause = FIRST_PAUSE;

	while (!try_lock())
	{
		int64 left = patience - TimestampDifferenceMilliseconds(start, GetCurrentTimestamp());

		if (left <= 0)
			return false;
		/* looking something up in a catalog has left one */
		if (without_snapshot)
			InvalidateCatalogSnapshot();
		pause_for((int) Min(pause, left));
		pause = Min(pause + FIRST_PAUSE, LONGEST_PAUSE);
	}

	/* LockAcquire leaves it to its callers to learn what the holder has changed */
	AcceptInvalidationMessages();
	return true;
}

void
lock_runner(void)
{
	if (!wait_for_turn(false))
		refuse_turn();
}

bool
lock_runner_without_snapshot(void)
{
	return wait_for_turn(true);
}
