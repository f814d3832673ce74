/*
 * gate_seen.c
 *		The gates that ask what people have said of this script: that it was tried
 *		elsewhere, and that others have approved it.  Both are about its words, so
 *		another script of the same version needs them anew.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "base/installation.h"
#include "base/owner.h"
#include "base/text_list.h"
#include "migrate/gate_closed.h"

/* What a query about the version and its words counts; 0 while the SQL is older than its table. */
static int64
count_of(const char *table, const char *query, const NewMigration *migration)
{
	Oid types[2] = {TEXTOID, TEXTOID};
	Datum values[2] = {CStringGetTextDatum(migration->key),
					   CStringGetTextDatum(migration->token_checksum)};

	if (!OidIsValid(safemig_find_relation(table)))
		return 0;
	return bigint_as_owner(query, 2, types, values, NULL);
}

bool
needs_test(const NewMigration *migration, ClosedGate *gate)
{
	if (!setting_is_on(SETTING_REQUIRE_TESTED) ||
		count_of("attestation",
				 "SELECT count(*) FROM safemig.attestation a WHERE a.version_key = $1"
				 " AND a.token_checksum = $2 AND a.environment IN ('staging', 'test')",
				 migration) > 0)
		return false;
	gate->setting = SETTING_REQUIRE_TESTED;
	gate->why = pstrdup("Nobody has attested that this script was tried in staging or test.");
	gate->next = psprintf("SELECT %s.attest(%s, 'staging');", SAFEMIG_NAME,
						  quote_literal_cstr(migration->title));
	return true;
}

/*
 * Nobody's own approval counts: who registered it may be another by now.  Nor does
 * one of the same words with other permits, which would be a blank cheque.
 */
static int64
count_approvals(const NewMigration *migration)
{
	Oid types[5] = {TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID, TEXTOID};
	Datum values[5];
	char nulls[6] = "     ";

	if (!OidIsValid(safemig_find_relation("approval")))
		return 0;
	values[0] = CStringGetTextDatum(migration->key);
	values[1] = CStringGetTextDatum(migration->token_checksum);
	values[2] = text_array(migration->permits);
	values[3] = migration->down ? CStringGetTextDatum(migration->down) : (Datum) 0;
	nulls[3] = migration->down ? ' ' : 'n';
	values[4] = migration->check_sql ? CStringGetTextDatum(migration->check_sql) : (Datum) 0;
	nulls[4] = migration->check_sql ? ' ' : 'n';
	return bigint_as_owner(
		"SELECT count(*) FROM safemig.approval a WHERE a.version_key = $1"
		" AND a.token_checksum = $2 AND a.terms = safemig.terms($3, $4, $5)"
		" AND a.approved_by IS DISTINCT FROM"
		" (SELECT m.registered_by FROM safemig.migration m WHERE m.version_key = $1)",
		5, types, values, nulls);
}

bool
needs_approvals(const NewMigration *migration, ClosedGate *gate)
{
	int64 wanted = setting_amount(SETTING_APPROVALS);
	int64 given;

	if (wanted == 0)
		return false;
	given = count_approvals(migration);
	if (given >= wanted)
		return false;
	gate->setting = SETTING_APPROVALS;
	gate->why =
		psprintf("This script has " INT64_FORMAT " of " INT64_FORMAT " approvals.", given, wanted);
	gate->next = psprintf("SELECT %s.approve(%s); by somebody who did not register it.",
						  SAFEMIG_NAME, quote_literal_cstr(migration->title));
	return true;
}
