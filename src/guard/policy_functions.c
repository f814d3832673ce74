/*
 * policy_functions.c
 *		The guard as SQL: permit, set, last_refusal, arm, and the decision column
 *		of safemig.actions; and the event trigger that loads the library.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "tcop/pquery.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/portal.h"

#include "audit/history.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "guard/guard.h"
#include "guard/permit.h"
#include "guard/refusal.h"

PG_FUNCTION_INFO_V1(safemig_permit);
PG_FUNCTION_INFO_V1(safemig_revoke_permit);
PG_FUNCTION_INFO_V1(safemig_set);
PG_FUNCTION_INFO_V1(safemig_last_refusal);
PG_FUNCTION_INFO_V1(safemig_arm);
PG_FUNCTION_INFO_V1(safemig_decision);
PG_FUNCTION_INFO_V1(safemig_on_ddl_start);
PGDLLEXPORT Datum safemig_permit(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_revoke_permit(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_set(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_last_refusal(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_arm(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_decision(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_on_ddl_start(PG_FUNCTION_ARGS);

/* Called by a SELECT outside a transaction block (and not by a DO block)? */
static bool
is_single_statement(void)
{
	return !IsTransactionBlock() && ActivePortal != NULL &&
		ActivePortal->commandTag == CMDTAG_SELECT;
}

/* A permit for later: a row of safemig.ticket. */
static int64
give_ticket(FunctionCallInfo fcinfo, const char *permit, const char *reason)
{
	Oid types[6] = {TEXTOID, TEXTOID, INTERVALOID, INT8OID, TEXTOID, TEXTOID};
	Datum values[6];
	char nulls[7] = "      ";
	int64 uses = PG_ARGISNULL(3) ? 1 : PG_GETARG_INT64(3);
	char *role = optional_text(fcinfo, 4);
	HistoryRow row = {0};
	bool isnull;
	int64 id;

	if (uses < 1)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a permit needs at least one use")));
	if (role != NULL && !OidIsValid(get_role_oid(role, true)))
		ereport(ERROR, (errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no role \"%s\"", role)));
	row.subject = check_permit(permit);
	values[0] = CStringGetTextDatum(row.subject);
	values[1] = role ? CStringGetTextDatum(role) : (Datum) 0;
	nulls[1] = role ? ' ' : 'n';
	values[2] = PG_GETARG_DATUM(2);
	values[3] = Int64GetDatum(uses);
	values[4] = reason ? CStringGetTextDatum(reason) : (Datum) 0;
	nulls[4] = reason ? ' ' : 'n';
	values[5] = CStringGetTextDatum(database_mark());
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"INSERT INTO safemig.ticket (permit, role, valid_until, uses, reason,"
		" bound_to, given_by, given_at)"
		" SELECT $1, $2, clock_timestamp() + $3, $4, $5, $6, session_user, now()"
		" WHERE $3 > interval '0' RETURNING id",
		6, types, values, nulls);
	if (SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a permit must be valid for some time")));
	id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	row.event = "ticket given";
	row.reason = reason;
	row.detail = psprintf("%ld %s%s%s", (long) uses, uses == 1 ? "use" : "uses",
						  role ? " for " : "", role ? role : "");
	(void) record_history(&row);
	return id;
}

Datum
safemig_permit(PG_FUNCTION_ARGS)
{
	char *permit = required_text(fcinfo, 0, "the permit");
	char *reason = optional_text(fcinfo, 1);
	int64 id;

	PreventCommandIfReadOnly("safemig.permit()");
	if (!PG_ARGISNULL(2))
		PG_RETURN_INT64(give_ticket(fcinfo, permit, reason));
	if (!PG_ARGISNULL(3) || !PG_ARGISNULL(4))
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("uses and role are for permits with valid_for"),
			 errhint("SELECT %s.permit('...', valid_for => '1 hour', uses => 1, role => '...');",
					 SAFEMIG_NAME)));
	id = give_permit(permit, reason);
	if (is_single_statement())
		ereport(WARNING,
				(errmsg("the permit '%s' ends with this query, since no transaction block is open",
						permit),
				 errhint("BEGIN; SELECT %s.permit(...); the statement; COMMIT;", SAFEMIG_NAME)));
	PG_RETURN_INT64(id);
}

Datum
safemig_revoke_permit(PG_FUNCTION_ARGS)
{
	Oid types[1] = {INT8OID};
	Datum values[1];
	HistoryRow row = {0};

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the id must not be null")));
	PreventCommandIfReadOnly("safemig.revoke_permit()");
	values[0] = PG_GETARG_DATUM(0);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("UPDATE safemig.ticket SET revoked_at = now() WHERE id = $1"
							" AND revoked_at IS NULL RETURNING permit",
							1, types, values, NULL);
	if (SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("there is no permit %ld to revoke", (long) PG_GETARG_INT64(0)),
				 errhint("SELECT * FROM %s.permits; lists them.", SAFEMIG_NAME)));
	row.subject = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	row.event = "ticket revoked";
	(void) record_history(&row);
	SPI_finish();
	PG_RETURN_VOID();
}

static void
store_setting(Setting setting, const char *value)
{
	Oid types[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum values[3];
	char nulls[4] = "   ";

	values[0] = CStringGetTextDatum(setting_name(setting));
	values[1] = CStringGetTextDatum(value);
	values[2] = CStringGetTextDatum(database_mark());
	if (setting != SETTING_ENVIRONMENT)
		nulls[2] = 'n';
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"INSERT INTO safemig.config (name, value, bound_to) VALUES ($1, $2, $3)"
		" ON CONFLICT (name) DO UPDATE SET value = excluded.value, bound_to = excluded.bound_to",
		3, types, values, nulls);
	SPI_finish();
	CacheInvalidateRelcacheByRelid(safemig_config());
}

Datum
safemig_set(PG_FUNCTION_ARGS)
{
	char *name = required_text(fcinfo, 0, "the setting's name");
	char *value = required_text(fcinfo, 1, "the setting's value");
	Setting setting = setting_by_name(name);
	HistoryRow row = {0};

	PreventCommandIfReadOnly("safemig.set()");
	if (setting == SETTING_ENVIRONMENT && !superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser can set the environment"),
				 errdetail("It decides what is refused in this database.")));
	row.event = "setting changed";
	row.subject = name;
	row.detail = psprintf("%s -> %s", setting_text(setting), setting_check(setting, value));
	store_setting(setting, value);
	(void) record_history(&row);
	PG_RETURN_VOID();
}

Datum
safemig_last_refusal(PG_FUNCTION_ARGS)
{
	if (last_refusal_text() == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(last_refusal_text()));
}

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

Datum
safemig_decision(PG_FUNCTION_ARGS)
{
	static const char *const words[] = {"allow", "log", "warn", "refuse"};
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Action action;
	const char *rest;

	if (!action_of_text(name, &action, &rest) || *rest != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no action \"%s\"", name),
				 errhint("SELECT action FROM %s.actions; lists them.", SAFEMIG_NAME)));
	PG_RETURN_TEXT_P(cstring_to_text(words[standing_decision(action)]));
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
