/*
 * history.c
 *		Writes rows of safemig.history_entry.  Done below SPI, so that a hook may do
 *		it too, and without any user's rights, since nobody has them.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "audit/history.h"
#include "audit/session.h"
#include "base/compat.h"
#include "base/installation.h"

static void
set_text(TupleTableSlot *slot, int column, const char *value)
{
	/* the table of an older version may end before it */
	if (column >= slot->tts_tupleDescriptor->natts)
		return;
	slot->tts_isnull[column] = value == NULL;
	if (value != NULL)
		slot->tts_values[column] = CStringGetTextDatum(value);
}

static void
fill_slot(TupleTableSlot *slot, int64 id, const HistoryRow *row)
{
	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, sizeof(bool) * slot->tts_tupleDescriptor->natts);
	slot->tts_values[0] = Int64GetDatum(id);
	slot->tts_isnull[0] = false;
	slot->tts_values[1] = TimestampTzGetDatum(GetCurrentTimestamp());
	slot->tts_isnull[1] = false;
	set_text(slot, 2, row->event);
	set_text(slot, 3, row->version);
	set_text(slot, 4, row->subject);
	set_text(slot, 5, row->reason);
	set_text(slot, 6, row->detail);
	set_text(slot, 7, session_role_name());
	set_text(slot, 8, current_role_name());
	set_text(slot, 9, session_application());
	set_text(slot, 10, session_client());
	ExecStoreVirtualTuple(slot);
}

static bool
id_is_taken(Relation rel, int64 id)
{
	Oid key = primary_key_index(rel);
	ScanKeyData scan_key;
	SysScanDesc scan;
	bool taken;

	if (!OidIsValid(key))
		return false;
	ScanKeyInit(&scan_key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(id));
	/* whatever was ever written: a number left out does no harm */
	scan = systable_beginscan(rel, key, true, SnapshotAny, 1, &scan_key);
	taken = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	return taken;
}

/*
 * setval() is a function like any other, and no hook refuses it: after one of
 * ours was set back, the history goes on behind what is there.
 */
static int64
next_id(Relation rel)
{
	Oid sequence = safemig_relation("history_entry_id_seq");
	int64 id;

	while (id_is_taken(rel, id = nextval_internal(sequence, false)))
		CHECK_FOR_INTERRUPTS();
	return id;
}

int64
record_history(const HistoryRow *row)
{
	Relation rel = table_open(safemig_relation("history_entry"), RowExclusiveLock);
	EState *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	int64 id = next_id(rel);
	bool pushed = !ActiveSnapshotSet();

	/* a deduplicating index on the spool's id is checked against live rows */
	if (pushed)
		PushActiveSnapshot(GetTransactionSnapshot());
	InitResultRelInfo(target, rel, 1, NULL, 0);
	ExecOpenIndices(target, false);
	fill_slot(slot, id, row);
	ExecSimpleRelationInsert(target, estate, slot);
	ExecCloseIndices(target);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
	table_close(rel, RowExclusiveLock);
	if (pushed)
		PopActiveSnapshot();
	CommandCounterIncrement();
	return id;
}
