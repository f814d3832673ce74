/*
 * row_changes.c
 *		Which rows a script wrote, table by table: read from what the server counts
 *		for each subtransaction.  So triggers, cascades, COPY and functions are in it,
 *		and what a block with EXCEPTION took back is not.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/pgstat_internal.h"

#include "base/compat.h"
#include "base/installation.h"
#include "migrate/row_changes.h"

/* Not what goes with the session, nor is gone, nor is ours. */
static bool
is_users_table(Oid relid)
{
	char kind;

	if (relid < FirstNormalObjectId || safemig_owns(relid))
		return false;
	kind = get_rel_relkind(relid);
	return (kind == RELKIND_RELATION || kind == RELKIND_MATVIEW) &&
		get_rel_persistence(relid) != RELPERSISTENCE_TEMP &&
		!safemig_is_bin_schema(get_rel_namespace(relid));
}

static void
add_table(StringInfo out, const PgStat_TableXactStatus *counts)
{
	Oid relid = relation_of_status(counts->parent);

	if (out->len > 1)
		appendStringInfoString(out, ", ");
	escape_json(out,
				quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
										   get_rel_name(relid)));
	appendStringInfo(out,
					 ": {\"inserted\": " INT64_FORMAT ", \"updated\": " INT64_FORMAT
					 ", \"deleted\": " INT64_FORMAT "}",
					 (int64) counts->tuples_inserted, (int64) counts->tuples_updated,
					 (int64) counts->tuples_deleted);
}

/*
 * AtEOSubXact_PgStat_Relations() hands the counts of a subtransaction on to the
 * one around it, so at the end of a script all of them are in its own.
 */
char *
row_changes_as_jsonb(void)
{
	PgStat_SubXactStatus *here;
	StringInfoData out;

	if (!pgstat_track_counts)
		return NULL;
	here = pgstat_get_xact_stack_level(GetCurrentTransactionNestLevel());
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (PgStat_TableXactStatus *counts = here->first; counts != NULL; counts = counts->next)
	{
		CHECK_FOR_INTERRUPTS();
		if (counts->tuples_inserted + counts->tuples_updated + counts->tuples_deleted > 0 &&
			is_users_table(relation_of_status(counts->parent)))
			add_table(&out, counts);
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}
