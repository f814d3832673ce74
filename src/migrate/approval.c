/*
 * approval.c
 *		safemig.approve() and safemig.attest(): who has looked at a script, and where
 *		it was tried.  Both are about its words: another script needs both anew.  An
 *		approval is about its permits, down script and check as well.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/history.h"
#include "audit/session.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/owner.h"
#include "migrate/by_hand.h"
#include "migrate/given.h"

typedef struct WitnessCall
{
	char *title;
	char *environment; /* attest only */
	char *note;
} WitnessCall;

static void
record_witness(const WitnessCall *call, const RegisteredMigration *known, const char *event,
			   char *detail)
{
	HistoryRow row = {0};

	row.event = event;
	row.version = known->title;
	row.subject = known->name;
	row.reason = call->note;
	row.detail = detail;
	(void) record_history(&row);
}

/* Session users: a SET ROLE gives nobody a second pair of eyes. */
static void
check_four_eyes(const RegisteredMigration *known)
{
	if (known->registered_by == NULL || strcmp(known->registered_by, session_role_name()) != 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_GATE_CLOSED),
			 errmsg("%s cannot be approved by %s, who registered it", known->label,
					known->registered_by),
			 errhint("Somebody else has to log in and approve it.")));
}

static void
approve(void *arg)
{
	WitnessCall *call = arg;
	RegisteredMigration *known = require_known(call->title);
	Oid types[4] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum values[4];

	if (!is_pending(known))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("%s does not wait for an approval", known->label),
				 errdetail("Its state is %s.", known->state),
				 errhint("Register what is to be approved.")));
	check_four_eyes(known);
	values[0] = CStringGetTextDatum(known->key);
	values[1] = CStringGetTextDatum(known->token_checksum);
	values[2] = CStringGetTextDatum(session_role_name());
	values[3] = call->note == NULL ? (Datum) 0 : CStringGetTextDatum(call->note);
	(void) execute_as_owner("INSERT INTO safemig.approval AS a"
							" (version_key, token_checksum, approved_by, at, note, terms)"
							" SELECT $1, $2, $3, clock_timestamp(), $4,"
							" safemig.terms(m.permits, m.down, m.check_sql)"
							" FROM safemig.migration m WHERE m.version_key = $1"
							" ON CONFLICT (version_key, token_checksum, approved_by)"
							" DO UPDATE SET at = excluded.at, note = excluded.note,"
							" terms = excluded.terms",
							4, types, values, call->note == NULL ? "   n" : NULL);
	record_witness(call, known, "approval", known->checksum);
}

static void
attest(void *arg)
{
	WitnessCall *call = arg;
	RegisteredMigration *known = require_known(call->title);
	Oid types[5] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum values[5];

	values[0] = CStringGetTextDatum(known->key);
	values[1] = CStringGetTextDatum(known->token_checksum);
	values[2] = CStringGetTextDatum(call->environment);
	values[3] = CStringGetTextDatum(session_role_name());
	values[4] = call->note == NULL ? (Datum) 0 : CStringGetTextDatum(call->note);
	(void) execute_as_owner("INSERT INTO safemig.attestation AS a"
							" (version_key, token_checksum, environment, attested_by, at, note)"
							" VALUES ($1, $2, $3, $4, clock_timestamp(), $5)"
							" ON CONFLICT (version_key, token_checksum, environment, attested_by)"
							" DO UPDATE SET at = excluded.at, note = excluded.note",
							5, types, values, call->note == NULL ? "    n" : NULL);
	record_witness(call, known, "attestation",
				   psprintf("%s in %s", known->checksum, call->environment));
}

static WitnessCall *
read_call(FunctionCallInfo fcinfo, const char *function, int note)
{
	WitnessCall *call = palloc0(sizeof(WitnessCall));

	PreventCommandIfReadOnly(function);
	call->title = required_text(fcinfo, 0, "the version");
	call->note = optional_text(fcinfo, note);
	return call;
}

PG_FUNCTION_INFO_V1(safemig_approve);
PGDLLEXPORT Datum safemig_approve(PG_FUNCTION_ARGS);

Datum
safemig_approve(PG_FUNCTION_ARGS)
{
	WitnessCall *call = read_call(fcinfo, "safemig.approve()", 1);

	work_by_hand(approve, call);
	PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(safemig_attest);
PGDLLEXPORT Datum safemig_attest(PG_FUNCTION_ARGS);

Datum
safemig_attest(PG_FUNCTION_ARGS)
{
	WitnessCall *call = read_call(fcinfo, "safemig.attest()", 2);

	call->environment = required_text(fcinfo, 1, "the environment");
	check_environment(call->environment);
	work_by_hand(attest, call);
	PG_RETURN_VOID();
}
