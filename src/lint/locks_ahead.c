/*
 * locks_ahead.c
 *		Which relations a script will lock against others, said before it runs.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "lib/stringinfo.h"

#include "base/words.h"
#include "effect/effect.h"
#include "lint/dry_run.h"
#include "migrate/locks.h"
#include "migrate/walk.h"

#define NAMED_LOCKS 10 /* relations; of the rest only the number is told */

static int
by_strength(const ListCell *a, const ListCell *b)
{
	const LockAhead *one = lfirst(a);
	const LockAhead *other = lfirst(b);

	return one->mode != other->mode ? (int) other->mode - (int) one->mode
									: strcmp(one->identity, other->identity);
}

/* An index is told with its table. */
static List *
without_indexes(List *locks)
{
	ListCell *lc;

	foreach(lc, locks)
		if (((LockAhead *) lfirst(lc))->kind == RELKIND_INDEX)
			locks = foreach_delete_current(locks, lc);
	return locks;
}

void
tell_locks_ahead(const Script *script)
{
	List *locks = without_indexes(foresee_locks(list_make1(unconstify(Script *, script))));
	StringInfoData words;
	ListCell *lc;

	if (locks == NIL)
		return;
	list_sort(locks, by_strength);
	initStringInfo(&words);
	foreach(lc, locks)
	{
		const LockAhead *lock = lfirst(lc);

		if (foreach_current_index(lc) == NAMED_LOCKS)
			break;
		appendStringInfo(&words, "%s%s in %s", words.len > 0 ? ", " : "", lock->identity,
						 lock_name(lock->mode));
		if (RELKIND_HAS_TABLE_AM(lock->kind))
			appendStringInfo(&words, " (%s)", row_words(stake_of_relation(lock->oid, true).rows));
	}
	if (list_length(locks) > NAMED_LOCKS)
		appendStringInfo(&words, " and %d more", list_length(locks) - NAMED_LOCKS);
	ereport(NOTICE,
			(errmsg("the dry run will lock %s", words.data),
			 errdetail("The locks are held until it is taken back.")));
}
