/*
 * facts.c
 *		What messages of findings tell of this database: how many rows, how large, who
 *		waits, and rows counted on the caller's behalf.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "base/apart.h"
#include "base/compat.h"
#include "base/owner.h"
#include "base/words.h"
#include "foresee/query_effects.h"
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

/* ---------- rows that are counted ---------- */

typedef struct RowCount
{
	const char *query;
	Oid owner;
	int64 rows;
} RowCount;

static void
count_by_query(void *arg)
{
	RowCount *count = arg;

	count->rows = bigint_as_role(count->owner, count->query);
}

/* All of it, so that nothing is told of what a policy or a right keeps from him */
static bool
caller_may_read(const FormData_pg_class *table, Oid owner)
{
	Oid user = GetUserId();

	return pg_namespace_aclcheck(table->relnamespace, user, ACL_USAGE) == ACLCHECK_OK &&
		(pg_class_aclcheck(table->oid, user, ACL_SELECT) == ACLCHECK_OK ||
		 pg_attribute_aclcheck_all(table->oid, user, ACL_SELECT, ACLMASK_ALL) == ACLCHECK_OK) &&
		check_enable_rls(table->oid, user, true) != RLS_ENABLED &&
		check_enable_rls(table->oid, owner, true) != RLS_ENABLED;
}

/* Is it stored here, and nobody else's table, and may the caller read it? */
static bool
may_be_counted(Oid relid, Oid *owner)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	const FormData_pg_class *table;
	bool may;

	if (!HeapTupleIsValid(tuple))
		return false;
	table = (const FormData_pg_class *) GETSTRUCT(tuple);
	*owner = table->relowner;
	may = table->relkind != RELKIND_FOREIGN_TABLE && caller_may_read(table, *owner);
	ReleaseSysCache(tuple);
	return may;
}

/*
 * Only where the caller may read the table, and then as the table's owner: what the
 * query meets of functions, in domains and casts, is the owner's code, and the
 * caller has been asked to look at a script, not to run it.  A table that somebody
 * holds exclusively is not waited for, and its partitions and indexes hardly.
 */
int64
count_rows(DraftRelation *relation, const char *query)
{
	RowCount count = {.query = query, .rows = -1};
	int wait = LockTimeout;

	if (draft_is_new(relation) || stake_of_relation(relation->oid, false).bytes > COUNTED_BYTES ||
		!may_be_counted(relation->oid, &count.owner) ||
		!ConditionalLockRelationOid(relation->oid, AccessShareLock))
		return -1;
	LockTimeout = LOOK_LOCK_MS;
	PG_TRY();
	{
		if (try_apart(count_by_query, &count) != NULL)
			count.rows = -1;
	}
	PG_FINALLY();
	{
		LockTimeout = wait;
	}
	PG_END_TRY();
	return count.rows;
}
