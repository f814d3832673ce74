/*
 * arming_functions.c
 *		Loading as SQL: arm(), which says what level holds, and the event trigger
 *		that loads the library in sessions older than it.
 */
#include "postgres.h"

#include <signal.h>

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "tcop/cmdtag.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/installation.h"
#include "base/owner.h"
#include "guard/guard.h"
#include "guard/rule.h"

PG_FUNCTION_INFO_V1(safemig_arm);
PG_FUNCTION_INFO_V1(safemig_on_ddl_start);
PGDLLEXPORT Datum safemig_arm(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_on_ddl_start(PG_FUNCTION_ARGS);

static void
tell_level(void)
{
	const char *database = quote_identifier(get_database_name(MyDatabaseId));

	if (guard_loaded_at_start)
		ereport(NOTICE,
				(errmsg("database %s is guarded at level 2 (shared_preload_libraries)", database),
				 errdetail("Every session is guarded, whatever it sets.")));
	else
		ereport(
			NOTICE,
			(errmsg("database %s is guarded at level 1 (session_preload_libraries)", database),
			 errdetail(
				 "New sessions are guarded from their start, open ones from their first DDL on. "
				 "If the library is ever missing, also on a standby that takes over, logins to this database fail."),
			 errhint(
				 "Rescue, as superuser: PGOPTIONS='-c session_preload_libraries=' psql -d %s"
				 " -c 'ALTER DATABASE %s RESET session_preload_libraries'"
				 " -c 'ALTER EVENT TRIGGER safemig_ddl_start DISABLE' -c 'ALTER EVENT TRIGGER safemig_ddl_end DISABLE'. "
				 "For level 2 add %s to shared_preload_libraries and restart.",
				 database, database, SAFEMIG_NAME)));
}

/* What arm() leaves for the transaction's end. */
static struct
{
	bool tell;				/* while an extension's script runs, the server keeps notices back */
	TimestampTz end_before; /* sessions older than this are to go; 0: none */
} at_commit;

/*
 * Ends the sessions that were open before the preload setting held.  Only when
 * it is committed: a client that reconnects at once must come under it.
 */
static void
end_older_sessions(void)
{
	int count = pgstat_fetch_stat_numbackends();

	for (int i = 1; i <= count; i++)
	{
		LocalPgBackendStatus *local = pgstat_fetch_stat_local_beentry(i);
		PgBackendStatus *backend = &local->backendStatus;

		if (backend->st_backendType == B_BACKEND && backend->st_databaseid == MyDatabaseId &&
			backend->st_procpid != MyProcPid &&
			backend->st_proc_start_timestamp < at_commit.end_before)
			(void) kill(backend->st_procpid, SIGTERM);
	}
}

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT && at_commit.tell)
		tell_level();
	if (event == XACT_EVENT_COMMIT && at_commit.end_before != 0)
		end_older_sessions();
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		memset(&at_commit, 0, sizeof(at_commit));
}

/* Since when new sessions of this database are guarded: health() asks. */
static void
arm_and_record(void)
{
	arm_database();
	(void) write_as_owner("INSERT INTO safemig.armed (at, armed_by)"
						  " VALUES (clock_timestamp(), session_user)",
						  0, NULL, NULL, NULL);
}

static TimestampTz
armed_since(void)
{
	TimestampTz since = GetCurrentTimestamp();

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (execute_as_owner("SELECT max(at) FROM safemig.armed", 0, NULL, NULL, NULL) ==
			SPI_OK_SELECT &&
		SPI_processed == 1)
	{
		bool isnull;
		Datum at = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);

		since = isnull ? since : DatumGetTimestampTz(at);
	}
	SPI_finish();
	return since;
}

static void
enable_event_trigger(const char *name)
{
	AlterEventTrigStmt *stmt = makeNode(AlterEventTrigStmt);

	if (!OidIsValid(get_event_trigger_oid(name, true)))
		return;
	stmt->trigname = pstrdup(name);
	stmt->tgenabled = TRIGGER_FIRES_ALWAYS;
	(void) AlterEventTrigger(stmt);
}

Datum
safemig_arm(PG_FUNCTION_ARGS)
{
	static bool registered = false;
	bool terminate = !PG_ARGISNULL(0) && PG_GETARG_BOOL(0);
	bool already;
	TimestampTz end_before;

	PreventCommandIfReadOnly("safemig.arm()");
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser can arm a database")));
	/* armed before: only sessions older than that are without the library */
	already = database_is_armed(MyDatabaseId);
	end_before = already ? armed_since() : DT_NOEND;
	if (!already)
		arm_and_record();
	enable_event_trigger("safemig_ddl_start");
	enable_event_trigger("safemig_ddl_end");
	safemig_has_changed();
	if (!registered)
		RegisterXactCallback(at_transaction_end, NULL);
	registered = true;
	at_commit.end_before = terminate && !guard_loaded_at_start ? end_before : 0;
	if (creating_extension)
		at_commit.tell = true;
	else
		tell_level();
	PG_RETURN_VOID();
}

/*
 * CREATE DATABASE ... TEMPLATE copies the extension but not the database's
 * settings: the first DDL in such a database arms it.  Looked at once a session.
 */
static void
arm_a_clone(void)
{
	static bool looked = false;

	if (looked || !guard_is_awake())
		return;
	looked = true;
	if (!database_is_armed(MyDatabaseId))
		arm_and_record();
}

/* As the tags of the event trigger that makes the names follow; safemig_ddl_end. */
static bool
may_rename(CommandTag tag)
{
	return tag == CMDTAG_ALTER_TABLE || tag == CMDTAG_ALTER_VIEW ||
		tag == CMDTAG_ALTER_MATERIALIZED_VIEW || tag == CMDTAG_ALTER_FOREIGN_TABLE ||
		tag == CMDTAG_ALTER_SCHEMA;
}

static void
bind_rules_before_rename(CommandTag tag)
{
	if (may_rename(tag) && !IsBinaryUpgrade && safemig_is_installed() &&
		!safemig_script_is_running() && rules_are_foreign())
		bind_foreign_rules();
}

/*
 * Fires for every DDL statement, also in sessions that were open before the
 * library was preloaded: being called has just loaded it, and the statement
 * itself has passed no hook yet.
 */
Datum
safemig_on_ddl_start(PG_FUNCTION_ARGS)
{
	EventTriggerData *data;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is an event trigger's")));
	data = (EventTriggerData *) fcinfo->context;
	guard_judge_late(data->parsetree);
	arm_a_clone();
	bind_rules_before_rename(data->tag);
	PG_RETURN_NULL();
}
