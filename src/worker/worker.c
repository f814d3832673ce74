/*
 * worker.c
 *		Housekeeping that nobody should have to think of, at level 2 of loading.
 *
 * A launcher, which is connected to no database, sends a scout into one every
 * few minutes and after a reload.  The scout sees in the shared catalogs which
 * databases are guarded, and runs a worker in one after the other: trouble in one
 * does not concern the next.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "audit/incident.h"
#include "audit/spool.h"
#include "base/installation.h"
#include "guard/guard.h"
#include "undo/purge.h"
#include "worker/worker.h"

#define ROUND_EVERY_MS (5 * 60 * 1000L)
#define IDLE_SECONDS 60

PGDLLEXPORT void safemig_launcher_main(Datum argument);
PGDLLEXPORT void safemig_scout_main(Datum argument);
PGDLLEXPORT void safemig_worker_main(Datum argument);

/* ---------- one database ---------- */

static void
begin(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

static void
finish(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
}

/* An entry that cannot go now is tried again in the next round. */
static void
purge_one(int64 entry)
{
	MemoryContext context = CurrentMemoryContext;

	begin();
	PG_TRY();
	{
		purge_expired_entry(entry);
		finish();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		FlushErrorState();
		AbortCurrentTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
}

void
safemig_worker_main(Datum argument)
{
	MemoryContext context;
	List *expired = NIL;
	ListCell *lc;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(argument), InvalidOid, 0);
	pgstat_report_appname("safemig worker");
	SetConfigOption("lock_timeout", "1s", PGC_SUSET, PGC_S_OVERRIDE);
	context = AllocSetContextCreate(TopMemoryContext, "safemig worker", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);

	begin();
	if (safemig_is_installed())
	{
		/* where they still come in, whoever reads them folds the repeats of one file */
		if (spool_is_idle(IDLE_SECONDS))
			drain_incidents();
		MemoryContextSwitchTo(context);
		expired = expired_entries();
	}
	finish();
	MemoryContextSwitchTo(context);
	foreach(lc, expired)
	{
		CHECK_FOR_INTERRUPTS();
		purge_one(*(int64 *) lfirst(lc));
	}
}

/* ---------- starting workers ---------- */

static void
describe_worker(BackgroundWorker *worker, const char *name, const char *function)
{
	memset(worker, 0, sizeof(BackgroundWorker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	strlcpy(worker->bgw_library_name, SAFEMIG_NAME, BGW_MAXLEN);
	strlcpy(worker->bgw_function_name, function, BGW_MAXLEN);
	strlcpy(worker->bgw_name, name, BGW_MAXLEN);
	strlcpy(worker->bgw_type, name, BGW_MAXLEN);
}

/* No free slot: the next round will find one, or a DBA the message. */
static void
run_in_database(Oid database, const char *function)
{
	BackgroundWorker worker;
	BackgroundWorkerHandle *handle;

	describe_worker(&worker, "safemig worker", function);
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_main_arg = ObjectIdGetDatum(database);
	worker.bgw_notify_pid = MyProcPid;
	if (!RegisterDynamicBackgroundWorker(&worker, &handle))
	{
		ereport(LOG,
				(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
				 errmsg("no slot is free for a worker of extension \"%s\"", SAFEMIG_NAME),
				 errhint("Raise max_worker_processes.")));
		return;
	}
	(void) WaitForBackgroundWorkerShutdown(handle);
	pfree(handle);
}

/* Databases one can connect to, those that wanted says. */
static List *
databases(MemoryContext context, bool (*wanted)(Oid database))
{
	List *found = NIL;
	Relation rel;
	TableScanDesc scan;
	HeapTuple tuple;

	begin();
	rel = table_open(DatabaseRelationId, AccessShareLock);
	scan = table_beginscan_catalog(rel, 0, NULL);
	while (HeapTupleIsValid(tuple = heap_getnext(scan, ForwardScanDirection)))
	{
		Form_pg_database form = (Form_pg_database) GETSTRUCT(tuple);
		MemoryContext save;

		if (!form->datallowconn || (wanted != NULL && !wanted(form->oid)))
			continue;
		save = MemoryContextSwitchTo(context);
		found = lappend_oid(found, form->oid);
		MemoryContextSwitchTo(save);
	}
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	finish();
	return found;
}

/* ---------- the scout ---------- */

void
safemig_scout_main(Datum argument)
{
	MemoryContext context;
	ListCell *lc;

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(argument), InvalidOid, 0);
	context = AllocSetContextCreate(TopMemoryContext, "safemig scout", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	foreach(lc, databases(context, database_is_armed))
	{
		CHECK_FOR_INTERRUPTS();
		run_in_database(lfirst_oid(lc), "safemig_worker_main");
	}
}

/* ---------- the launcher ---------- */

/* Into any of them: what it reads is shared. */
static void
send_scout(MemoryContext context)
{
	List *all;

	MemoryContextReset(context);
	MemoryContextSwitchTo(context);
	all = databases(context, NULL);
	if (all != NIL)
		run_in_database(linitial_oid(all), "safemig_scout_main");
}

void
safemig_launcher_main(Datum argument)
{
	MemoryContext context;

	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	context = AllocSetContextCreate(TopMemoryContext, "safemig launcher", ALLOCSET_DEFAULT_SIZES);

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}
		send_scout(context);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ROUND_EVERY_MS,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}

void
register_launcher(void)
{
	BackgroundWorker worker;

	describe_worker(&worker, "safemig launcher", "safemig_launcher_main");
	worker.bgw_restart_time = 60;
	RegisterBackgroundWorker(&worker);
}
