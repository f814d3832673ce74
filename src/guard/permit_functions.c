/*
 * permit_functions.c
 *		Permits as SQL: for this transaction, or as a ticket for later, and back.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "audit/history.h"
#include "audit/session.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "guard/permit.h"

PG_FUNCTION_INFO_V1(safemig_permit);
PG_FUNCTION_INFO_V1(safemig_revoke_permit);
PGDLLEXPORT Datum safemig_permit(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_revoke_permit(PG_FUNCTION_ARGS);

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
	if (is_single_query())
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
