/*
 * own_row.c
 *		Finds and writes one row of a table of the extension's own, below SPI.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "storage/lmgr.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "base/installation.h"
#include "base/own_row.h"

bool
find_own_row(const char *table, const char *index, int nkeys, ScanKey keys, ScanDirection direction,
			 bool (*take)(HeapTuple tuple, TupleDesc desc, void *arg), void *arg)
{
	Relation rel = table_open(safemig_relation(table), AccessShareLock);
	Relation order = index_open(safemig_relation(index), AccessShareLock);
	Snapshot snapshot = RegisterSnapshot(GetCatalogSnapshot(RelationGetRelid(rel)));
	SysScanDesc scan = systable_beginscan_ordered(rel, order, snapshot, nkeys, keys);
	HeapTuple tuple;
	bool found = false;

	while (!found && (tuple = systable_getnext_ordered(scan, direction)) != NULL)
		found = take(tuple, RelationGetDescr(rel), arg);
	systable_endscan_ordered(scan);
	UnregisterSnapshot(snapshot);
	index_close(order, AccessShareLock);
	table_close(rel, AccessShareLock);
	return found;
}

void
open_own_row(OwnRow *row, const char *table, int columns)
{
	row->table = table_open(safemig_relation(table), RowExclusiveLock);
	if (RelationGetDescr(row->table)->natts < columns)
		refuse_old_table(table);
	row->estate = CreateExecutorState();
	row->target = makeNode(ResultRelInfo);
	InitResultRelInfo(row->target, row->table, 1, NULL, 0);
	ExecOpenIndices(row->target, true);
	row->found = table_slot_create(row->table, NULL);
	row->slot = MakeSingleTupleTableSlot(RelationGetDescr(row->table), &TTSOpsVirtual);
}

bool
lock_own_row(OwnRow *row)
{
	return RelationFindReplTupleByIndex(row->table, primary_key_index(row->table),
										LockTupleExclusive, row->slot, row->found);
}

void
update_own_row(OwnRow *row)
{
	if (update_and_ask_for_indexes(row->table, &row->found->tts_tid, row->slot))
		insert_index_tuples(row->target, row->slot, row->estate, NULL);
	CommandCounterIncrement();
}

/* As INSERT with ON CONFLICT has it: the row stays only when no index had its key before. */
bool
insert_own_row(OwnRow *row)
{
	TransactionId xid = GetCurrentTransactionId();
	uint32 token = SpeculativeInsertionLockAcquire(xid);
	bool conflict = false;

	table_tuple_insert_speculative(row->table, row->slot, GetCurrentCommandId(true), 0, NULL,
								   token);
	insert_index_tuples(row->target, row->slot, row->estate, &conflict);
	table_tuple_complete_speculative(row->table, row->slot, token, !conflict);
	SpeculativeInsertionLockRelease(xid);
	CommandCounterIncrement();
	return !conflict;
}

void
close_own_row(OwnRow *row)
{
	ExecDropSingleTupleTableSlot(row->slot);
	ExecDropSingleTupleTableSlot(row->found);
	ExecCloseIndices(row->target);
	FreeExecutorState(row->estate);
	table_close(row->table, RowExclusiveLock);
}
