/*
 * facts.c
 *		What messages of findings tell of this database: how many rows, how large, who
 *		waits, and rows counted on the caller's behalf.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "base/apart.h"
#include "base/words.h"
#include "lint/lint_run.h"

char *
rows_and_size(DraftRelation *relation)
{
	Stake stake;

	if (draft_is_new(relation))
		return pstrdup("as many rows as the script puts into it");
	stake = stake_of_relation(relation->oid, false);
	return psprintf("%s, %s", row_words(stake.rows), size_words(stake.bytes));
}

const char *
who_waits(LOCKMODE lock)
{
	switch (lock)
	{
		case AccessExclusiveLock:
			return "readers and writers wait";
		case ExclusiveLock:
		case ShareRowExclusiveLock:
		case ShareLock:
			return "writers wait";
		case ShareUpdateExclusiveLock:
			return "other schema changes and VACUUM wait";
		default:
			return "nobody waits";
	}
}

bool
is_in_use(DraftRelation *relation)
{
	return relation != NULL && !draft_is_new(relation) &&
		relation->persistence != RELPERSISTENCE_TEMP && !draft_is_empty(relation);
}

typedef struct RowCount
{
	const char *query;
	int64 rows;
} RowCount;

static void
count_by_query(void *arg)
{
	RowCount *count = arg;
	bool isnull;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(count->query, true, 1) == SPI_OK_SELECT && SPI_processed == 1)
		count->rows =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
}

/*
 * Runs as the caller, who may not be allowed to read the table: then nothing is
 * counted.  A table that somebody holds exclusively is not waited for.
 */
int64
count_rows(DraftRelation *relation, const char *query)
{
	RowCount count = {.query = query, .rows = -1};

	if (draft_is_new(relation) || stake_of_relation(relation->oid, false).bytes > COUNTED_BYTES ||
		!ConditionalLockRelationOid(relation->oid, AccessShareLock))
		return -1;
	if (try_apart(count_by_query, &count) != NULL)
		return -1;
	return count.rows;
}
