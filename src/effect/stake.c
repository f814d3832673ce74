/*
 * stake.c
 *		How much is at stake: rows by size and density, bytes with TOAST and
 *		indexes, and whether there is any row at all.
 *
 * No lock is waited for.  Sizes are read from the storage manager without one;
 * pages only under a lock that is to be had at once, else the width of the
 * columns stands in.  Bytes are those of the main forks: the maps of free space
 * and visibility beside them are no data.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/smgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

#include "effect/effect.h"

#define PAGES_SAMPLED 32
#define PAGES_SEARCHED 100 /* how far we look for a row before we believe there is one */

/*
 * Without a lock the file may be gone.  mdexists() closes and opens it each time,
 * so it is asked only when the server has not got the file open.
 */
static BlockNumber
blocks_of(Relation rel)
{
	SMgrRelation smgr = RelationGetSmgr(rel);

	return smgr->md_num_open_segs[MAIN_FORKNUM] > 0 || smgrexists(smgr, MAIN_FORKNUM)
		? smgrnblocks(smgr, MAIN_FORKNUM)
		: 0;
}

static int64
bytes_of_one(Oid relid)
{
	Relation rel = RelationIdGetRelation(relid);
	int64 bytes = 0;

	if (!RelationIsValid(rel))
		return 0;
	if (RELKIND_HAS_STORAGE(rel->rd_rel->relkind))
		bytes = (int64) blocks_of(rel) * BLCKSZ;
	RelationClose(rel);
	return bytes;
}

static int64
bytes_with_indexes(Relation rel)
{
	int64 bytes = bytes_of_one(RelationGetRelid(rel));
	ListCell *lc;

	if (!rel->rd_rel->relhasindex)
		return bytes;
	foreach(lc, RelationGetIndexList(rel))
		bytes += bytes_of_one(lfirst_oid(lc));
	return bytes;
}

static int64
bytes_with_toast(Relation rel)
{
	int64 bytes = bytes_with_indexes(rel);
	Relation toast;

	if (!OidIsValid(rel->rd_rel->reltoastrelid))
		return bytes;
	toast = RelationIdGetRelation(rel->rd_rel->reltoastrelid);
	if (RelationIsValid(toast))
	{
		bytes += bytes_with_indexes(toast);
		RelationClose(toast);
	}
	return bytes;
}

/*
 * Neither taken back nor deleted or replaced.  Hint bits alone would count the
 * rows of a DELETE that was rolled back as gone until somebody reads them.
 */
static bool
looks_alive(Page page, OffsetNumber offset)
{
	ItemId item = PageGetItemId(page, offset);
	HeapTupleHeader tuple;
	TransactionId deleter;

	if (!ItemIdIsNormal(item))
		return false;
	tuple = (HeapTupleHeader) PageGetItem(page, item);
	if (HeapTupleHeaderXminInvalid(tuple) ||
		(!HeapTupleHeaderXminCommitted(tuple) &&
		 TransactionIdDidAbort(HeapTupleHeaderGetRawXmin(tuple))))
		return false;
	if ((tuple->t_infomask & HEAP_XMAX_INVALID) != 0 || HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask))
		return true;
	if (tuple->t_infomask & HEAP_XMAX_COMMITTED)
		return false;
	deleter = HeapTupleHeaderGetUpdateXid(tuple);
	return !TransactionIdIsCurrentTransactionId(deleter) && !TransactionIdDidCommit(deleter);
}

static int
rows_on_page(Relation rel, BlockNumber block)
{
	Buffer buffer = ReadBuffer(rel, block);
	Page page;
	int rows = 0;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	for (OffsetNumber i = FirstOffsetNumber; i <= PageGetMaxOffsetNumber(page); i++)
		if (looks_alive(page, i))
			rows++;
	UnlockReleaseBuffer(buffer);
	return rows;
}

static double
rows_by_sample(Relation rel, BlockNumber blocks)
{
	BlockNumber pages = Min(blocks, PAGES_SAMPLED);
	double rows = 0;

	for (BlockNumber i = 0; i < pages; i++)
		rows += rows_on_page(rel, (BlockNumber) ((uint64) i * blocks / pages));
	return rows / pages * blocks;
}

/* By the types' average widths; opens nothing. */
static double
rows_by_width(Relation rel, BlockNumber blocks)
{
	TupleDesc desc = RelationGetDescr(rel);
	int32 width = MAXALIGN(SizeofHeapTupleHeader) + sizeof(ItemIdData);

	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped)
			width += get_typavgwidth(TupleDescAttr(desc, i)->atttypid,
									 TupleDescAttr(desc, i)->atttypmod);
	return (double) blocks * ((BLCKSZ - SizeOfPageHeaderData) / width);
}

static double
rows_of_one(Oid relid)
{
	Relation rel = RelationIdGetRelation(relid);
	BlockNumber blocks;
	double rows;

	if (!RelationIsValid(rel))
		return 0;
	blocks = RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind) ? blocks_of(rel) : 0;
	if (blocks == 0)
		rows = 0;
	else if (rel->rd_rel->reltuples > 0 && rel->rd_rel->relpages > 0)
		rows = rel->rd_rel->reltuples / rel->rd_rel->relpages * blocks;
	else if (rel->rd_tableam == GetHeapamTableAmRoutine() &&
			 ConditionalLockRelationOid(relid, AccessShareLock))
	{
		/* a TRUNCATE may have come between */
		blocks = blocks_of(rel);
		rows = blocks > 0 ? rows_by_sample(rel, blocks) : 0;
		UnlockRelationOid(relid, AccessShareLock);
	}
	else
		rows = rows_by_width(rel, blocks);
	RelationClose(rel);
	return rows;
}

/*
 * A temporary table of another session: its pages are in that session's memory
 * and cannot be read here, and TRUNCATE and DELETE of its parent leave it alone.
 */
bool
is_temporary_elsewhere(Oid relid)
{
	return get_rel_persistence(relid) == RELPERSISTENCE_TEMP &&
		isOtherTempNamespace(get_rel_namespace(relid));
}

/* The relation, and unless only, its partitions and its children. */
static List *
tree_of(Oid relid, bool only)
{
	List *tree = NIL;
	ListCell *lc;

	/* no lock has brought us up to date: a TRUNCATE may have changed the files */
	AcceptInvalidationMessages();
	if (only)
		return list_make1_oid(relid);
	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
		if (!is_temporary_elsewhere(lfirst_oid(lc)))
			tree = lappend_oid(tree, lfirst_oid(lc));
	return tree;
}

Stake
stake_of_relation(Oid relid, bool only)
{
	Stake stake = {0};
	ListCell *lc;

	foreach(lc, tree_of(relid, only))
	{
		Relation rel = RelationIdGetRelation(lfirst_oid(lc));

		CHECK_FOR_INTERRUPTS();
		if (!RelationIsValid(rel))
			continue;
		stake.bytes += bytes_with_toast(rel);
		RelationClose(rel);
		stake.rows += rows_of_one(lfirst_oid(lc));
	}
	return stake;
}

/*
 * Look for a row that anybody could still miss: committed, or written by a
 * transaction that may yet commit (SnapshotDirty).  With attnum, for a row in
 * which that column holds a value.
 */
static bool
finds_row(Relation rel, AttrNumber attnum)
{
	SnapshotData dirty;
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan;
	bool found = false;

	InitDirtySnapshot(dirty);
	scan = table_beginscan(rel, &dirty, 0, NULL);
	while (!found && table_scan_getnextslot(scan, ForwardScanDirection, slot))
		found = attnum == 0 || !slot_attisnull(slot, attnum);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

/* The table's statistics tell what its users do, so our look is not counted. */
static bool
finds_row_uncounted(Relation rel, AttrNumber attnum)
{
	bool enabled = rel->pgstat_enabled;
	struct PgStat_TableStatus *counters = rel->pgstat_info;
	bool found;

	rel->pgstat_enabled = false;
	rel->pgstat_info = NULL;
	PG_TRY();
	{
		found = finds_row(rel, attnum);
	}
	PG_FINALLY();
	{
		rel->pgstat_enabled = enabled;
		rel->pgstat_info = counters;
	}
	PG_END_TRY();
	return found;
}

/* No row, or with attnum, none that holds a value there; and that for certain. */
static bool
holds_nothing(Oid relid, AttrNumber attnum)
{
	Relation rel;
	bool found = false;

	/* somebody holds it exclusively: we do not wait, and do not call it empty */
	if (!ConditionalLockRelationOid(relid, AccessShareLock))
		return false;
	rel = try_relation_open(relid, NoLock);
	if (rel == NULL)
	{
		UnlockRelationOid(relid, AccessShareLock);
		return false;
	}
	if (RELKIND_HAS_TABLE_AM(rel->rd_rel->relkind))
	{
		BlockNumber blocks = blocks_of(rel);

		found = blocks > PAGES_SEARCHED || (blocks > 0 && finds_row_uncounted(rel, attnum));
	}
	else if (rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		found = true; /* foreign tables: nobody knows */
	relation_close(rel, AccessShareLock);
	return !found;
}

static bool
tree_holds_nothing(Oid relid, bool only, const char *column)
{
	ListCell *lc;

	foreach(lc, tree_of(relid, only))
	{
		AttrNumber attnum = column ? get_attnum(lfirst_oid(lc), column) : 0;

		CHECK_FOR_INTERRUPTS();
		/* a foreign table's column is only spoken of here: its values stay where they are */
		if (column && get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			continue;
		if (!holds_nothing(lfirst_oid(lc), attnum))
			return false;
	}
	return true;
}

bool
relation_is_empty(Oid relid, bool only)
{
	return tree_holds_nothing(relid, only, NULL);
}

bool
column_is_empty(Oid relid, AttrNumber attnum)
{
	char *name = get_attname(relid, attnum, true);

	return name != NULL && tree_holds_nothing(relid, false, name);
}
