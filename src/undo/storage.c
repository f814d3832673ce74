/*
 * storage.c
 *		TRUNCATE, and REFRESH ... WITH NO DATA: which relations lose their rows,
 *		and what must be known of each to give them back.  archive.c hangs the
 *		files under a table of the bin, at a cost that does not grow with them.
 *
 * Order: the guard's verdict without locks; here the statement's own locks, in
 * its own order and after its own checks of rights; then what there is to keep
 * is asked again, since others wrote until now; then the statement; then its
 * lost files are taken before commit would unlink them.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/heap.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/sequence.h"
#include "commands/tablecmds.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "base/settings.h"
#include "undo/archive.h"
#include "undo/keep.h"
#include "undo/restore.h"
#include "undo/storage.h"

/* A relation that is to lose its rows. */
typedef struct Victim
{
	BinItem *item;
	Oid schema;
	TableFiles *files; /* NULL: it has no rows of its own (partitioned) */
	KeptDetail detail;
} Victim;

/* ---------- the statement's locks ---------- */

/* As truncate_check_rel() and truncate_check_perms(), before the lock is waited for. */
static void
may_truncate(const RangeVar *name, Oid relid, Oid former, void *arg)
{
	HeapTuple tuple;
	Form_pg_class row;
	AclResult acl;

	if (!OidIsValid(relid))
		return;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		return;
	row = (Form_pg_class) GETSTRUCT(tuple);
	if (row->relkind != RELKIND_RELATION && row->relkind != RELKIND_PARTITIONED_TABLE &&
		row->relkind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", NameStr(row->relname))));
	if (!allowSystemTableMods && IsSystemClass(relid, row))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied: \"%s\" is a system catalog", NameStr(row->relname))));
	acl = pg_class_aclcheck(relid, GetUserId(), ACL_TRUNCATE);
	if (acl != ACLCHECK_OK)
		aclcheck_error(acl, get_relkind_objtype(row->relkind), NameStr(row->relname));
	ReleaseSysCache(tuple);
}

/* What CASCADE adds, round by round, as ExecuteTruncateGuts() does. */
static List *
lock_referencing(List *relids)
{
	List *more;
	ListCell *lc;

	while ((more = heap_truncate_find_FKs(relids)) != NIL)
	{
		foreach(lc, more)
		{
			Oid relid = lfirst_oid(lc);
			AclResult acl;

			LockRelationOid(relid, AccessExclusiveLock);
			acl = pg_class_aclcheck(relid, GetUserId(), ACL_TRUNCATE);
			if (acl != ACLCHECK_OK)
				aclcheck_error(acl, get_relkind_objtype(get_rel_relkind(relid)),
							   get_rel_name(relid));
			relids = lappend_oid(relids, relid);
		}
	}
	return relids;
}

/* Another session's temporary tables are left alone, as ExecuteTruncate() does. */
static List *
lock_children(Oid relid)
{
	List *relids = NIL;
	ListCell *lc;

	foreach(lc, find_all_inheritors(relid, AccessExclusiveLock, NULL))
		if (isOtherTempNamespace(get_rel_namespace(lfirst_oid(lc))))
			UnlockRelationOid(lfirst_oid(lc), AccessExclusiveLock);
		else
			relids = lappend_oid(relids, lfirst_oid(lc));
	return relids;
}

static List *
lock_truncated(TruncateStmt *stmt)
{
	List *relids = NIL;
	ListCell *lc;

	foreach(lc, stmt->relations)
	{
		RangeVar *name = lfirst_node(RangeVar, lc);
		Oid relid = RangeVarGetRelidExtended(name, AccessExclusiveLock, 0, may_truncate, NULL);

		if (list_member_oid(relids, relid))
			continue;
		relids = lappend_oid(relids, relid);
		if (name->inh)
			relids = list_concat_unique_oid(relids, lock_children(relid));
	}
	return stmt->behavior == DROP_CASCADE ? lock_referencing(relids) : relids;
}

/* ---------- what is kept ---------- */

static Effect *
effect_on(Keep *keep, Oid relid)
{
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (action_kept_as(effect->action) == KEPT_STORAGE && effect->relation == relid)
			return effect;
	}
	return NULL;
}

/*
 * A partition shares its root's fate, also one that was empty, or not there,
 * when the guard looked.
 */
static Effect *
effect_to_keep(Keep *keep, Oid relid)
{
	Effect *effect = effect_on(keep, relid);
	ListCell *lc;

	if (effect != NULL || !get_rel_relispartition(relid))
		return effect;
	foreach(lc, get_partition_ancestors(relid))
		if (effect_on(keep, lfirst_oid(lc)) != NULL)
			return make_truncate_effect(relid);
	return NULL;
}

static Victim *
make_victim(Effect *effect)
{
	Oid relid = effect->relation;
	Victim *victim = palloc0(sizeof(Victim));
	Stake stake;

	victim->schema = get_rel_namespace(relid);
	victim->item = make_bin_item(KEPT_STORAGE, effect);
	if (get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
	{
		stake = stake_of_relation(relid, true);
		victim->item->rows = stake.rows;
		victim->item->bytes = stake.bytes;
	}
	note_restrictions(relid, &victim->detail);
	return victim;
}

/* NULL: nothing of it is worth keeping. */
static Victim *
take_note(Keep *keep, Oid relid, bool restart_identity)
{
	Effect *effect = effect_to_keep(keep, relid);
	char relkind = get_rel_relkind(relid);
	Victim *victim;
	Relation rel;

	if (effect == NULL || get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
		return NULL;
	/* the root is an item so that it is found by its name */
	if (relkind == RELKIND_PARTITIONED_TABLE)
		return effect->named || restart_identity ? make_victim(effect) : NULL;
	if (relkind == RELKIND_FOREIGN_TABLE)
		refuse_unkept(keep, effect, "its rows are on another server");
	if (!RELKIND_HAS_TABLE_AM(relkind) || relation_is_empty(relid, true))
		return NULL;
	victim = make_victim(effect);
	rel = table_open(relid, NoLock);
	if (rel->rd_rel->relam != HEAP_TABLE_AM_OID)
		refuse_unkept(keep, effect, "its table access method may keep rows in files of its own");
	victim->files = files_of_table(rel);
	table_close(rel, NoLock);
	return victim;
}

/* RESTART IDENTITY is for the sequences' owner; anybody else meets the server's refusal. */
static void
note_sequences(Victim *victim)
{
	ListCell *lc;

	foreach(lc, getOwnedSequences(victim->item->object.objectId))
	{
		if (!pg_class_ownercheck(lfirst_oid(lc), GetUserId()))
			continue;
		LockRelationOid(lfirst_oid(lc), AccessExclusiveLock);
		victim->detail.sequences =
			lappend(victim->detail.sequences, sequence_state(lfirst_oid(lc)));
	}
}

/* Somebody must have the right to bring it back, and hear of it. */
static void
name_somebody(List *victims)
{
	ListCell *lc;

	foreach(lc, victims)
		if (((Victim *) lfirst(lc))->item->named)
			return;
	foreach(lc, victims)
		((Victim *) lfirst(lc))->item->named = true;
}

static List *
victims_of_truncate(Keep *keep, TruncateStmt *stmt)
{
	List *victims = NIL;
	ListCell *lc;

	foreach(lc, lock_truncated(stmt))
	{
		Victim *victim = take_note(keep, lfirst_oid(lc), stmt->restart_seqs);

		CHECK_FOR_INTERRUPTS();
		if (victim == NULL)
			continue;
		if (stmt->restart_seqs)
			note_sequences(victim);
		victims = lappend(victims, victim);
	}
	name_somebody(victims);
	return victims;
}

/* ---------- REFRESH ... WITH NO DATA ---------- */

/*
 * The server would drop the old TOAST table with the old rows, and they name it
 * by its OID.  So the view is emptied here, by exchange, and the statement
 * finds it empty.
 */
static List *
victims_of_refresh(Keep *keep, RefreshMatViewStmt *stmt)
{
	Oid relid = RangeVarGetRelidExtended(stmt->relation, AccessExclusiveLock, 0,
										 RangeVarCallbackMayRefresh, NULL);
	Victim *victim = take_note(keep, relid, false);
	Relation rel;

	if (victim == NULL)
		return NIL;
	rel = table_open(relid, NoLock);
	CheckTableNotInUse(rel, "REFRESH MATERIALIZED VIEW");
	victim->item->bin_oid =
		archive_files(rel, bin_schema(keep_entry(keep), victim->schema), &victim->detail.indexes);
	table_close(rel, NoLock);
	return list_make1(victim);
}

/* ---------- the keeper ---------- */

/* Tests truncate all day long: only where somebody asked for it. */
static bool
truncate_is_kept(void)
{
	return current_environment() != ENVIRONMENT_TEST || setting_is_set(SETTING_KEEP);
}

void *
keep_storage_before(Keep *keep)
{
	/* read only: the server says so, and better */
	if (!keeps_kind(keep, KEPT_STORAGE) || !truncate_is_kept() || XactReadOnly)
		return NULL;
	if (IsA(keep->stmt, TruncateStmt))
		return victims_of_truncate(keep, (TruncateStmt *) keep->stmt);
	if (IsA(keep->stmt, RefreshMatViewStmt))
		return victims_of_refresh(keep, (RefreshMatViewStmt *) keep->stmt);
	return NULL;
}

/*
 * TRUNCATE empties in place what got its files in this same subtransaction
 * (BEGIN; CLUSTER t; TRUNCATE t): then it must run in one of its own.
 */
bool
must_run_apart(void *state)
{
	SubTransactionId mine = GetCurrentSubTransactionId();
	ListCell *lc;

	foreach(lc, (List *) state)
	{
		Victim *victim = lfirst(lc);

		if (victim->files != NULL &&
			(victim->files->heap.created == mine || victim->files->heap.replaced == mine))
			return true;
	}
	return false;
}

static void
keep_victim(Keep *keep, Victim *victim)
{
	BinItem *item = victim->item;

	if (victim->files != NULL && !OidIsValid(item->bin_oid))
	{
		/* a name that meanwhile leads elsewhere: this one was not truncated */
		if (still_has_files(&victim->files->heap))
			return;
		item->bin_oid = archive_lost_files(
			victim->files, bin_schema(keep_entry(keep), victim->schema), &victim->detail.indexes);
	}
	item->detail = detail_as_text(&victim->detail);
	keep_item(keep, item);
}

void
keep_storage_after(Keep *keep, void *state)
{
	ListCell *lc;

	foreach(lc, (List *) state)
		keep_victim(keep, lfirst(lc));
}
