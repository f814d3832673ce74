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
#include "migrate/walk.h"

#define NAMED_LOCKS 10 /* relations; of the rest only the number is told */

static void
ignore_effects(int number, const char *command, List *effects, void *arg)
{
}

static void
note_touch(List **locks, const Touch *touch)
{
	Touch *known;
	ListCell *lc;

	/* nobody waits for readers and writers of rows, or for what is the script's own */
	if (touch->lock < ShareUpdateExclusiveLock || draft_is_new(touch->relation))
		return;
	foreach(lc, *locks)
	{
		known = lfirst(lc);
		if (known->relation != touch->relation)
			continue;
		known->lock = Max(known->lock, touch->lock);
		return;
	}
	known = palloc(sizeof(Touch));
	*known = *touch;
	*locks = lappend(*locks, known);
}

static void
note_locks(Change *change, void *arg)
{
	ListCell *lc;

	foreach(lc, change->touches)
		note_touch(arg, lfirst(lc));
}

static int
by_strength(const ListCell *a, const ListCell *b)
{
	const Touch *one = lfirst(a);
	const Touch *other = lfirst(b);

	return one->lock != other->lock
		? (int) other->lock - (int) one->lock
		: strcmp(draft_identity(one->relation), draft_identity(other->relation));
}

void
tell_locks_ahead(const Script *script)
{
	List *locks = NIL;
	Walk walk = {.begin = ignore_effects, .visit = note_locks, .arg = &locks};
	StringInfoData words;
	ListCell *lc;

	walk_script(script, &walk);
	if (locks == NIL)
		return;
	list_sort(locks, by_strength);
	initStringInfo(&words);
	foreach(lc, locks)
	{
		const Touch *touch = lfirst(lc);

		if (foreach_current_index(lc) == NAMED_LOCKS)
			break;
		appendStringInfo(&words, "%s%s in %s", words.len > 0 ? ", " : "",
						 draft_identity(touch->relation), lock_name(touch->lock));
		if (RELKIND_HAS_TABLE_AM(touch->relation->kind))
			appendStringInfo(&words, " (%s)",
							 row_words(stake_of_relation(touch->relation->oid, true).rows));
	}
	if (list_length(locks) > NAMED_LOCKS)
		appendStringInfo(&words, " and %d more", list_length(locks) - NAMED_LOCKS);
	ereport(NOTICE,
			(errmsg("the dry run will lock %s", words.data),
			 errdetail("The locks are held until it is taken back.")));
}
