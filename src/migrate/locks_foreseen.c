/*
 * locks_foreseen.c
 *		Which relations that are there now a script will lock against others, each
 *		with the strongest mode it will need; said before it runs.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "guard/guard.h"
#include "migrate/locks.h"
#include "migrate/walk.h"

typedef struct Foresight
{
	List *locks; /* LockAhead * */
	bool refused;
} Foresight;

static LockAhead *
lock_of(Foresight *foresight, Oid oid)
{
	LockAhead *lock;
	ListCell *lc;

	foreach(lc, foresight->locks)
	{
		lock = lfirst(lc);
		if (lock->oid == oid)
			return lock;
	}
	lock = palloc0(sizeof(LockAhead));
	lock->oid = oid;
	foresight->locks = lappend(foresight->locks, lock);
	return lock;
}

/* The draft goes when the walk ends, so what it says of a relation is copied. */
static void
note_touch(Foresight *foresight, const Touch *touch)
{
	LockAhead *lock;

	/* nobody waits for readers and writers of rows, or for what is the script's own */
	if (touch->lock < ShareUpdateExclusiveLock || draft_is_new(touch->relation))
		return;
	lock = lock_of(foresight, touch->relation->oid);
	lock->mode = Max(lock->mode, touch->lock);
	if (lock->identity != NULL)
		return;
	lock->kind = touch->relation->kind;
	lock->identity = pstrdup(draft_identity(touch->relation));
}

static void
note_index_touch(Foresight *foresight, const IndexTouch *touch)
{
	LockAhead *lock;

	if (touch->lock < ShareUpdateExclusiveLock || !OidIsValid(touch->index->oid))
		return;
	lock = lock_of(foresight, touch->index->oid);
	lock->mode = Max(lock->mode, touch->lock);
	if (lock->identity != NULL)
		return;
	lock->kind = RELKIND_INDEX;
	lock->identity = quote_qualified_identifier(touch->index->table->schema, touch->index->name);
}

static void
note_locks(Change *change, void *arg)
{
	ListCell *lc;

	foreach(lc, change->touches)
		note_touch(arg, lfirst(lc));
	foreach(lc, change->index_touches)
		note_index_touch(arg, lfirst(lc));
}

static void
ask_guard(int number, const char *command, List *effects, void *arg)
{
	Foresight *foresight = arg;

	foresight->refused = foresight->refused || refused_if_on(effects) != NIL;
}

/* Of the many that plainly lock nothing ahead nobody asks more. */
static bool
some_may_keep_out(const List *scripts)
{
	ListCell *lc;

	foreach(lc, scripts)
	{
		const Script *script = lfirst(lc);

		for (int i = 0; i < script->count; i++)
			if (!script->statements[i].keeps_nobody_out)
				return true;
	}
	return false;
}

List *
foresee_locks(const List *scripts)
{
	Foresight foresight = {0};
	Walk walk = {.visit = note_locks, .arg = &foresight};

	walk_scripts(scripts, &walk);
	return foresight.locks;
}

/* A statement that is looked at may meet a lock, too: what is not foreseen then is locked later. */
List *
foresee_locks_of_permitted(const List *scripts)
{
	Foresight foresight = {0};
	Walk walk = {.visit = note_locks, .arg = &foresight};
	int level;

	if (!some_may_keep_out(scripts))
		return NIL;
	level = begin_quiet();

	if (guard_enforce == ENFORCE_ON)
		walk.begin = ask_guard;
	(void) set_config_option("lock_timeout", psprintf("%d", LONGEST_QUEUE), PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	walk_scripts(scripts, &walk);
	AtEOXact_GUC(false, level);
	return foresight.refused ? NIL : foresight.locks;
}
