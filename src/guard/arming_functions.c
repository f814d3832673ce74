/*
 * arming_functions.c
 *		Loading as SQL: arm(), which says what level holds, and the event trigger
 *		that loads the library in sessions older than it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"

#include "base/installation.h"
#include "guard/guard.h"

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

/* While an extension's script runs, the server keeps notices back. */
static bool tell_at_commit = false;

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_PRE_COMMIT && tell_at_commit)
		tell_level();
	tell_at_commit = false;
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

	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser can arm a database")));
	arm_database();
	enable_event_trigger("safemig_ddl_start");
	enable_event_trigger("safemig_ddl_end");
	if (!registered)
		RegisterXactCallback(at_transaction_end, NULL);
	registered = true;
	if (creating_extension)
		tell_at_commit = true;
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
		arm_database();
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
	PG_RETURN_NULL();
}
