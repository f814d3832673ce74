/*
 * ticket.c
 *		Finds a ticket for an effect and spends one use of it.
 *
 * A use is spent by an UPDATE of the ticket's row in the transaction that acts:
 * a rollback gives it back, and two transactions never spend the same one, since
 * the second waits for the row and looks again.  Done below SPI, as hooks must.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/installation.h"
#include "base/settings.h"
#include "effect/describe.h"
#include "guard/ticket.h"

/* columns of safemig.ticket */
enum
{
	TICKET_ID = 1,
	TICKET_PERMIT,
	TICKET_ROLE,
	TICKET_VALID_UNTIL,
	TICKET_USES,
	TICKET_USED,
	TICKET_REVOKED_AT,
	TICKET_BOUND_TO,
	TICKET_REASON
};

static Datum
column(TupleTableSlot *slot, int number, bool *isnull)
{
	return slot_getattr(slot, number, isnull);
}

static char *
text_of(TupleTableSlot *slot, int number)
{
	bool isnull;
	Datum value = column(slot, number, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* For everybody, or for a role that the current or the session's user is made a member of. */
static bool
is_for_us(const char *role)
{
	Oid oid;

	if (role == NULL)
		return true;
	oid = get_role_oid(role, true);
	return OidIsValid(oid) &&
		(is_member_of_role_nosuper(GetUserId(), oid) ||
		 is_member_of_role_nosuper(GetSessionUserId(), oid));
}

static bool
is_open(TupleTableSlot *slot)
{
	bool isnull;
	int64 uses = DatumGetInt64(column(slot, TICKET_USES, &isnull));
	int64 used = DatumGetInt64(column(slot, TICKET_USED, &isnull));
	TimestampTz until = DatumGetTimestampTz(column(slot, TICKET_VALID_UNTIL, &isnull));

	(void) column(slot, TICKET_REVOKED_AT, &isnull);
	return isnull && used < uses && until > GetCurrentTimestamp();
}

/* A copy of the database elsewhere honours no ticket. */
static bool
fits(TupleTableSlot *slot, const char *permit)
{
	return strcmp(text_of(slot, TICKET_PERMIT), permit) == 0 &&
		strcmp(text_of(slot, TICKET_BOUND_TO), database_mark()) == 0 && is_open(slot) &&
		is_for_us(text_of(slot, TICKET_ROLE));
}

/* Ids of the tickets that fit as things stand; others may spend them meanwhile. */
static List *
candidates(Relation rel, const char *permit)
{
	Snapshot snapshot = RegisterSnapshot(GetCatalogSnapshot(RelationGetRelid(rel)));
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	List *found = NIL;

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		if (fits(slot, permit))
			found = lappend(found, ExecCopySlotHeapTuple(slot));
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	return found;
}

/* Lock the row, look again, and count one use. */
static bool
spend(Relation rel, HeapTuple candidate, const char *permit)
{
	EState *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TupleTableSlot *search = table_slot_create(rel, NULL);
	TupleTableSlot *current = table_slot_create(rel, NULL);
	TupleTableSlot *updated = table_slot_create(rel, NULL);
	EPQState epq;
	bool isnull;
	bool spent = false;

	ExecForceStoreHeapTuple(candidate, search, false);
	slot_getallattrs(search); /* the search looks at its values */
	InitResultRelInfo(target, rel, 1, NULL, 0);
	ExecOpenIndices(target, false);
	init_recheck(&epq, estate);
	if (RelationFindReplTupleByIndex(rel, primary_key_index(rel), LockTupleExclusive, search,
									 current) &&
		fits(current, permit))
	{
		slot_getallattrs(current);
		ExecClearTuple(updated);
		memcpy(updated->tts_values, current->tts_values,
			   sizeof(Datum) * RelationGetNumberOfAttributes(rel));
		memcpy(updated->tts_isnull, current->tts_isnull,
			   sizeof(bool) * RelationGetNumberOfAttributes(rel));
		updated->tts_values[TICKET_USED - 1] =
			Int64GetDatum(DatumGetInt64(column(current, TICKET_USED, &isnull)) + 1);
		ExecStoreVirtualTuple(updated);
		ExecSimpleRelationUpdate(target, estate, &epq, current, updated);
		spent = true;
	}
	EvalPlanQualEnd(&epq);
	ExecCloseIndices(target);
	ExecDropSingleTupleTableSlot(search);
	ExecDropSingleTupleTableSlot(current);
	ExecDropSingleTupleTableSlot(updated);
	FreeExecutorState(estate);
	return spent;
}

bool
use_ticket(Effect *effect, char **reason)
{
	Oid table = safemig_find_relation("ticket");
	Relation rel;
	char *permit;
	bool spent = false;
	bool pushed = !ActiveSnapshotSet();
	ListCell *lc;

	/* nothing can be spent, and nothing done, in a transaction that cannot write */
	if (XactReadOnly || !OidIsValid(table))
		return false;
	permit = effect_text(effect);
	if (pushed)
		PushActiveSnapshot(GetTransactionSnapshot());
	rel = table_open(table, RowExclusiveLock);
	foreach(lc, candidates(rel, permit))
		if (!spent && spend(rel, lfirst(lc), permit))
		{
			TupleTableSlot *slot =
				MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);

			ExecStoreHeapTuple(lfirst(lc), slot, false);
			*reason = text_of(slot, TICKET_REASON);
			ExecDropSingleTupleTableSlot(slot);
			spent = true;
		}
	table_close(rel, RowExclusiveLock);
	if (pushed)
		PopActiveSnapshot();
	if (spent)
		CommandCounterIncrement();
	return spent;
}
