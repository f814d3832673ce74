/*
 * policy_functions.c
 *		What the guard decides, as SQL: set, the decision column of safemig.actions,
 *		and the last refusal.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"

#include "audit/history.h"
#include "audit/session.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "guard/guard.h"
#include "guard/refusal.h"

PG_FUNCTION_INFO_V1(safemig_set);
PG_FUNCTION_INFO_V1(safemig_set_local);
PG_FUNCTION_INFO_V1(safemig_last_refusal);
PG_FUNCTION_INFO_V1(safemig_decision);
PG_FUNCTION_INFO_V1(safemig_policy_changed);
PGDLLEXPORT Datum safemig_set(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_set_local(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_last_refusal(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_decision(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_policy_changed(PG_FUNCTION_ARGS);

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
	(void) write_as_owner(
		"INSERT INTO safemig.config (name, value, bound_to) VALUES ($1, $2, $3)"
		" ON CONFLICT (name) DO UPDATE SET value = excluded.value, bound_to = excluded.bound_to",
		3, types, values, nulls);
}

/* Called before the change, whose former value it tells. */
static void
record_setting(const char *event, Setting setting, const char *value)
{
	HistoryRow row = {0};

	row.event = event;
	row.subject = setting_name(setting);
	row.detail = psprintf("%s -> %s", setting_text(setting), setting_check(setting, value));
	(void) record_history(&row);
}

/* Granting safemig.set() gives away neither what is refused here nor the server's files. */
static void
check_rank(Setting setting)
{
	if (superuser() || (setting != SETTING_ENVIRONMENT && setting != SETTING_BACKUP_DIRECTORY))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("only a superuser can set the %s", setting_name(setting)),
			 setting == SETTING_ENVIRONMENT
				 ? errdetail("It decides what is refused in this database.")
				 : errdetail("The server writes and removes files there.")));
}

Datum
safemig_set(PG_FUNCTION_ARGS)
{
	char *name = required_text(fcinfo, 0, "the setting's name");
	char *value = required_text(fcinfo, 1, "the setting's value");
	Setting setting = setting_by_name(name);

	PreventCommandIfReadOnly("safemig.set()");
	check_rank(setting);
	record_setting("setting changed", setting, value);
	store_setting(setting, value);
	PG_RETURN_VOID();
}

Datum
safemig_set_local(PG_FUNCTION_ARGS)
{
	char *name = required_text(fcinfo, 0, "the setting's name");
	char *value = required_text(fcinfo, 1, "the setting's value");
	Setting setting = setting_by_name(name);

	PreventCommandIfReadOnly("safemig.set_local()");
	if (setting == SETTING_ENVIRONMENT)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("the environment holds for the whole database, not for a transaction"),
				 errhint("SELECT %s.set('environment', '%s');", SAFEMIG_NAME,
						 setting_check(setting, value))));
	check_rank(setting);
	record_setting("setting changed for a transaction", setting, value);
	set_for_transaction(setting, value);
	if (is_single_query())
		ereport(WARNING,
				(errmsg("the setting ends with this query, since no transaction block is open"),
				 errhint("BEGIN; SELECT %s.set_local('%s', '%s'); the statement; COMMIT;",
						 SAFEMIG_NAME, name, value)));
	PG_RETURN_VOID();
}

/*
 * Fires for every statement that writes settings or rules, be it ours, a
 * restore's COPY or a superuser's hand: all sessions read them again.
 */
Datum
safemig_policy_changed(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is a trigger's")));
	if (safemig_is_installed())
		CacheInvalidateRelcacheByRelid(safemig_config());
	return PointerGetDatum(NULL);
}

Datum
safemig_last_refusal(PG_FUNCTION_ARGS)
{
	if (last_refusal_text() == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(last_refusal_text()));
}

Datum
safemig_decision(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Action action;
	const char *rest;

	if (!action_of_text(name, &action, &rest) || *rest != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no action \"%s\"", name),
				 errhint("SELECT action FROM %s.actions; lists them.", SAFEMIG_NAME)));
	PG_RETURN_TEXT_P(cstring_to_text(word_of_decision(standing_decision(action))));
}
