/*
 * left_behind.c
 *		What stays when a dry run is taken back.  Sequences are the part of it that
 *		somebody may see: numbers that were drawn are not given back.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "commands/sequence.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/words.h"
#include "lint/left_behind.h"
#include "lint/measure.h"

#define NAMED 10 /* of each kind, in the message */

typedef struct SequenceState
{
	Oid relid;
	int64 last_value;
	bool is_called;
} SequenceState;

/* ---------- sequences ---------- */

/* Its one row, in its first block, as the server's read_seq_tuple() finds it. */
static void
read_position(Relation sequence, SequenceState *state)
{
	Buffer buffer = ReadBuffer(sequence, 0);
	Page page;
	HeapTupleHeader tuple;
	Form_pg_sequence_data data;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	tuple = (HeapTupleHeader) PageGetItem(page, PageGetItemId(page, FirstOffsetNumber));
	data = (Form_pg_sequence_data) ((char *) tuple + tuple->t_hoff);
	state->last_value = data->last_value;
	state->is_called = data->is_called;
	UnlockReleaseBuffer(buffer);
}

/* Nobody is waited for: what somebody alters or drops at this moment is left out. */
static bool
find_position(Oid relid, SequenceState *state)
{
	Relation sequence;
	bool found;

	if (!ConditionalLockRelationOid(relid, AccessShareLock))
		return false;
	sequence = try_relation_open(relid, NoLock);
	if (sequence == NULL)
	{
		UnlockRelationOid(relid, AccessShareLock);
		return false;
	}
	found = sequence->rd_rel->relkind == RELKIND_SEQUENCE;
	if (found)
		read_position(sequence, state);
	state->relid = relid;
	relation_close(sequence, AccessShareLock);
	return found;
}

List *
look_at_sequences(void)
{
	Relation rel = table_open(RelationRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	List *found = NIL;
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);
		SequenceState state;

		CHECK_FOR_INTERRUPTS();
		if (form->relkind != RELKIND_SEQUENCE || form->relpersistence == RELPERSISTENCE_TEMP ||
			!find_position(form->oid, &state))
			continue;
		found = lappend(found, memcpy(palloc(sizeof(SequenceState)), &state, sizeof(state)));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Drawn from in this transaction?  nextval() and setval() keep their lock until the
 * transaction ends, also when their subtransaction is rolled back.
 */
static bool
was_drawn_from(Oid relid)
{
	Relation sequence;
	bool drawn;

	sequence = RelationIdGetRelation(relid);
	if (!RelationIsValid(sequence))
		return false;
	drawn = CheckRelationLockedByMe(sequence, RowExclusiveLock, false);
	RelationClose(sequence);
	return drawn;
}

static char *
position_in_words(const SequenceState *state)
{
	return psprintf("%s" INT64_FORMAT, state->is_called ? "" : "before ", state->last_value);
}

static List *
moved_sequences(List *sequences)
{
	List *moved = NIL;
	ListCell *lc;

	foreach(lc, sequences)
	{
		SequenceState *before = lfirst(lc);
		SequenceState now;
		char *name;

		if (!was_drawn_from(before->relid) || !find_position(before->relid, &now) ||
			(now.last_value == before->last_value && now.is_called == before->is_called))
			continue;
		name = name_of_measured(before->relid);
		if (name != NULL)
			moved = lappend(moved,
							psprintf("sequence %s moved from %s to %s", name,
									 position_in_words(before), position_in_words(&now)));
	}
	return moved;
}

/* ---------- the words ---------- */

static List *
dead_rows_in_words(List *dead_rows)
{
	List *words = NIL;
	ListCell *lc;

	foreach(lc, dead_rows)
	{
		DeadRows *dead = lfirst(lc);
		char *name = name_of_measured(dead->relid);

		if (name != NULL)
			words = lappend(words,
							psprintf(INT64_FORMAT " dead %s in %s", dead->rows,
									 dead->rows == 1 ? "row" : "rows", name));
	}
	return words;
}

static void
append_words(StringInfo out, List *words)
{
	int shown = 0;
	ListCell *lc;

	list_sort(words, by_text);
	foreach(lc, words)
	{
		if (shown++ == NAMED)
		{
			appendStringInfo(out, " and %d more", list_length(words) - NAMED);
			break;
		}
		appendStringInfo(out, "%s%s", out->len > 0 ? ", " : "", (char *) lfirst(lc));
	}
}

void
tell_what_is_left(List *sequences, List *dead_rows, uint64 wal_bytes)
{
	StringInfoData left;

	initStringInfo(&left);
	append_words(&left, moved_sequences(sequences));
	append_words(&left, dead_rows_in_words(dead_rows));
	ereport(NOTICE,
			(left.len > 0
				 ? errmsg("the dry run is taken back, and leaves behind: %s", left.data)
				 : errmsg("the dry run is taken back, and leaves nothing in tables and sequences"),
			 errdetail("It has written %s of WAL and used transaction ids; what it wrote in "
					   "catalogs and indexes stays until they are vacuumed.",
					   size_words((int64) wal_bytes))));
}
