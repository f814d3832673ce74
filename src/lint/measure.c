/*
 * measure.c
 *		Measures a statement by what the server itself counts: its lock table, the
 *		files of relations it has locked for itself alone, WAL, and the effects that
 *		the guard judges.
 */
#include "postgres.h"

#include "executor/instrument.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "portability/instr_time.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "access/transam.h"
#include "base/compat.h"
#include "effect/describe.h"
#include "effect/effect.h"
#include "lint/measure.h"

/* A relation that this transaction has locked */
typedef struct HeldRelation
{
	Oid relid; /* the key */
	LOCKMASK modes;
	Oid file;		   /* when last looked at, or InvalidOid */
	int64 dead_before; /* rows that were counted as dead when it was first seen */
} HeldRelation;

struct Measurement
{
	MemoryContext context;
	HTAB *held;
	Measured *current; /* NULL between statements */
	instr_time start;
	uint64 wal_start;
};

static Measurement *at_work = NULL;

/* ---------- locks ---------- */

static int64
dead_rows_counted(Oid relid)
{
	PgStat_TableStatus *status = find_tabstat_entry(relid);

	return status ? dead_rows_of_status(status) : 0;
}

static LOCKMODE
strongest(LOCKMASK modes)
{
	LOCKMODE mode = NoLock;

	for (int i = AccessShareLock; i <= AccessExclusiveLock; i++)
		if (modes & LOCKBIT_ON(i))
			mode = i;
	return mode;
}

/* Do those that are held keep everybody out already whom this one would? */
static bool
adds_nothing(LOCKMODE mode, LOCKMASK held)
{
	for (int other = AccessShareLock; other <= AccessExclusiveLock; other++)
	{
		bool kept_out = false;

		for (int i = AccessShareLock; i <= AccessExclusiveLock; i++)
			kept_out = kept_out || ((held & LOCKBIT_ON(i)) && DoLockModesConflict(i, other));
		if (DoLockModesConflict(mode, other) && !kept_out)
			return false;
	}
	return true;
}

static HeldRelation *
held_relation(Measurement *measurement, Oid relid)
{
	bool found;
	HeldRelation *held = hash_search(measurement->held, &relid, HASH_ENTER, &found);

	if (!found)
	{
		held->modes = 0;
		held->file = InvalidOid;
		held->dead_before = dead_rows_counted(relid);
	}
	return held;
}

static bool
is_users_relation(const LockInstanceData *lock)
{
	const LOCKTAG *tag = &lock->locktag;

	return lock->pid == MyProcPid && lock->holdMask != 0 && tag->locktag_type == LOCKTAG_RELATION &&
		tag->locktag_field1 == MyDatabaseId && tag->locktag_field2 >= FirstNormalObjectId;
}

static void
note_lock(List **taken, Oid relid, LOCKMODE mode)
{
	LockTaken *lock;
	ListCell *lc;

	/* a relation is seen twice when one of its locks is a fast-path one */
	foreach(lc, *taken)
	{
		lock = lfirst(lc);
		if (lock->relid == relid)
		{
			lock->mode = Max(lock->mode, mode);
			return;
		}
	}
	lock = palloc(sizeof(LockTaken));
	lock->relid = relid;
	lock->mode = mode;
	*taken = lappend(*taken, lock);
}

/* What is held and was not when last looked. */
static List *
look_at_locks(Measurement *measurement)
{
	LockData *all = GetLockStatusData();
	List *taken = NIL;

	for (int i = 0; i < all->nelements; i++)
	{
		const LockInstanceData *lock = &all->locks[i];
		HeldRelation *held;
		LOCKMASK fresh;
		bool news;

		if (!is_users_relation(lock))
			continue;
		held = held_relation(measurement, lock->locktag.locktag_field2);
		fresh = lock->holdMask & ~held->modes;
		news = fresh != 0 && !adds_nothing(strongest(fresh), held->modes);
		held->modes |= fresh;
		if (news)
			note_lock(&taken, held->relid, strongest(fresh));
	}
	if (all->nelements > 0)
		pfree(all->locks);
	pfree(all);
	return taken;
}

/* ---------- files ---------- */

/* The file of a relation; false when there is no such relation by now. */
static bool
find_file(Oid relid, Oid *file, bool *fresh)
{
	Relation rel = RelationIdGetRelation(relid);

	if (!RelationIsValid(rel))
		return false;
	*file = RELKIND_HAS_STORAGE(rel->rd_rel->relkind) ? rel->rd_node.relNode : InvalidOid;
	*fresh = rel->rd_newRelfilenodeSubid != InvalidSubTransactionId;
	RelationClose(rel);
	return OidIsValid(*file);
}

/*
 * A new file is given under AccessExclusiveLock only.  Of a relation that was not
 * held before, the server knows whether this transaction gave it one.
 */
static List *
look_at_files(Measurement *measurement)
{
	List *rewritten = NIL;
	HASH_SEQ_STATUS scan;
	HeldRelation *held;

	hash_seq_init(&scan, measurement->held);
	while ((held = hash_seq_search(&scan)) != NULL)
	{
		Oid file;
		bool fresh;

		if ((held->modes & LOCKBIT_ON(AccessExclusiveLock)) == 0 ||
			!find_file(held->relid, &file, &fresh))
			continue;
		if (OidIsValid(held->file) ? file != held->file : fresh)
			rewritten = lappend_oid(rewritten, held->relid);
		held->file = file;
	}
	return rewritten;
}

/* ---------- a statement ---------- */

Measurement *
begin_measuring(void)
{
	Measurement *measurement = palloc0(sizeof(Measurement));
	HASHCTL control = {0};

	measurement->context = CurrentMemoryContext;
	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(HeldRelation);
	control.hcxt = CurrentMemoryContext;
	measurement->held =
		hash_create("relations of a dry run", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	/* what the transaction around has locked and rewritten is not the script's doing */
	(void) look_at_locks(measurement);
	(void) look_at_files(measurement);
	at_work = measurement;
	return measurement;
}

void
end_measuring(Measurement *measurement)
{
	at_work = NULL;
	measurement->current = NULL;
}

void
measure_from_here(Measurement *measurement, Measured *measured)
{
	measured->begun = true;
	measurement->current = measured;
	measurement->wal_start = pgWalUsage.wal_bytes;
	INSTR_TIME_SET_CURRENT(measurement->start);
}

/* First of all, so that the measuring itself is not measured. */
static void
stop_clocks(Measurement *measurement)
{
	instr_time end;

	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, measurement->start);
	measurement->current->seconds = INSTR_TIME_GET_DOUBLE(end);
	measurement->current->wal_bytes = pgWalUsage.wal_bytes - measurement->wal_start;
}

void
measured_to_here(Measurement *measurement)
{
	Measured *measured = measurement->current;
	MemoryContext save;

	stop_clocks(measurement);
	save = MemoryContextSwitchTo(measurement->context);
	measured->locks = look_at_locks(measurement);
	measured->rewritten = look_at_files(measurement);
	MemoryContextSwitchTo(save);
	measurement->current = NULL;
}

/* The lock table can be read in a broken transaction, catalogs cannot. */
Measured *
measured_to_error(Measurement *measurement)
{
	Measured *measured = measurement->current;
	MemoryContext save;

	if (measured == NULL)
		return NULL;
	stop_clocks(measurement);
	save = MemoryContextSwitchTo(measurement->context);
	measured->locks = look_at_locks(measurement);
	MemoryContextSwitchTo(save);
	measurement->current = NULL;
	return measured;
}

/* ---------- effects ---------- */

static bool
is_of_the_script(const Effect *effect)
{
	ObjectAddress relation;

	if (born_in_this_transaction(&effect->object))
		return true;
	ObjectAddressSet(relation, RelationRelationId, effect->relation);
	return OidIsValid(effect->relation) && born_in_this_transaction(&relation);
}

static bool
is_known(const char *text, List *texts)
{
	ListCell *lc;

	foreach(lc, texts)
		if (strcmp(lfirst(lc), text) == 0)
			return true;
	return false;
}

/*
 * What goes along as a part of something is not named, as in a refusal; nor what
 * only this script has made, nor what adds and takes nothing away.
 */
void
measure_effects(List *effects)
{
	MemoryContext save;
	ListCell *lc;

	if (at_work == NULL || at_work->current == NULL)
		return;
	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);
		char *text;

		CHECK_FOR_INTERRUPTS();
		if (effect->part || action_category(effect->action) == CATEGORY_CHANGE ||
			is_of_the_script(effect))
			continue;
		text = effect_text(effect);
		if (is_known(text, at_work->current->effects))
			continue;
		save = MemoryContextSwitchTo(at_work->context);
		at_work->current->effects = lappend(at_work->current->effects, pstrdup(text));
		MemoryContextSwitchTo(save);
	}
}

/* ---------- when all is taken back ---------- */

List *
dead_rows_left(const Measurement *measurement)
{
	List *found = NIL;
	HASH_SEQ_STATUS scan;
	HeldRelation *held;

	hash_seq_init(&scan, measurement->held);
	while ((held = hash_seq_search(&scan)) != NULL)
	{
		int64 rows = dead_rows_counted(held->relid) - held->dead_before;
		DeadRows *dead;

		if (rows <= 0)
			continue;
		dead = palloc(sizeof(DeadRows));
		dead->relid = held->relid;
		dead->rows = rows;
		found = lappend(found, dead);
	}
	return found;
}
