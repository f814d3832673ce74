/*
 * capture_keys.c
 *		Foreign keys of rows that came back: do they hold?  The server's triggers
 *		were silent, so each event is asked about here, when all are back.  One that
 *		must not have come back is skipped the next time round.
 *
 * What is asked, and as whom, is what the server's own triggers ask
 * (ri_triggers.c): the other table, as its owner.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/owner.h"
#include "undo/capture_restore.h"
#include "undo/column_state.h"
#include "undo/kept_copy.h"

/* One side of a foreign key that a captured table is on; the other is asked. */
typedef struct KeySide
{
	Oid other;
	int count;
	AttrNumber mine[INDEX_MAX_KEYS];
	AttrNumber others[INDEX_MAX_KEYS];
	Oid operators[INDEX_MAX_KEYS]; /* referenced = referencing */
	int places[INDEX_MAX_KEYS];	   /* of mine, in the log */
} KeySide;

/* ---------- which foreign keys ---------- */

static bool
find_places(const LogReturn *back, KeySide *side)
{
	for (int i = 0; i < side->count; i++)
		if ((side->places[i] = place_of_column(back, side->mine[i])) < 0)
			return false;
	return true;
}

static List *
references_of(const LogReturn *back)
{
	Relation rel = table_open(back->relid, NoLock);
	List *sides = NIL;
	ListCell *lc;

	foreach(lc, RelationGetFKeyList(rel))
	{
		ForeignKeyCacheInfo *key = lfirst(lc);
		KeySide *side = palloc0(sizeof(KeySide));

		side->other = key->confrelid;
		side->count = key->nkeys;
		memcpy(side->mine, key->conkey, sizeof(AttrNumber) * key->nkeys);
		memcpy(side->others, key->confkey, sizeof(AttrNumber) * key->nkeys);
		memcpy(side->operators, key->conpfeqop, sizeof(Oid) * key->nkeys);
		if (find_places(back, side))
			sides = lappend(sides, side);
	}
	table_close(rel, NoLock);
	return sides;
}

/* Those that refer to the table; those of partitions are in that of the whole. */
static List *
referrers_of(const LogReturn *back)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(back->relid)};
	List *sides = NIL;
	KeySide *side = NULL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"SELECT c.conrelid, k.n, c.confkey[k.n], c.conkey[k.n], c.conpfeqop[k.n]"
		" FROM pg_constraint c, generate_subscripts(c.conkey, 1) k(n)"
		" WHERE c.confrelid = $1 AND c.contype = 'f' AND NOT EXISTS (SELECT FROM pg_constraint p"
		"  WHERE p.oid = c.conparentid AND p.confrelid = c.confrelid) ORDER BY c.oid, k.n",
		1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		int place = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull)) - 1;

		if (place == 0 || side == NULL)
			side = palloc0(sizeof(KeySide));
		side->other = DatumGetObjectId(SPI_getbinval(row, desc, 1, &isnull));
		side->mine[place] = DatumGetInt16(SPI_getbinval(row, desc, 3, &isnull));
		side->others[place] = DatumGetInt16(SPI_getbinval(row, desc, 4, &isnull));
		side->operators[place] = DatumGetObjectId(SPI_getbinval(row, desc, 5, &isnull));
		side->count = place + 1;
		if (place == 0)
			sides = lappend(sides, side);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return sides;
}

/* ---------- questions ---------- */

/* x: the other side; referenced: it is what is referred to */
static SPIPlanPtr
plan_question(const LogReturn *back, Oid table, const AttrNumber *attnums, const KeySide *side,
			  bool referenced)
{
	StringInfoData sql;
	Oid types[INDEX_MAX_KEYS];

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT 1 FROM %s%s x WHERE ",
					 get_rel_relkind(table) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ",
					 present_name(table));
	for (int i = 0; i < side->count; i++)
	{
		char *column = psprintf("x.%s", quote_identifier(get_attname(table, attnums[i], false)));
		char *argument = psprintf("$%d", i + 1);

		types[i] = back->columns[side->places[i]].type;
		appendStringInfo(&sql, "%s%s %s %s", i > 0 ? " AND " : "", referenced ? column : argument,
						 operator_words(side->operators[i]), referenced ? argument : column);
	}
	appendStringInfoString(&sql, referenced ? " FOR KEY SHARE OF x" : " LIMIT 1");
	return plan_as(role_of_table(table), sql.data, side->count, types);
}

static bool
finds_row(const LogReturn *back, const KeySide *side, Oid role, SPIPlanPtr plan,
		  const RowImage *image)
{
	Datum values[INDEX_MAX_KEYS];
	Became before = become(role);
	bool found;

	for (int i = 0; i < side->count; i++)
		values[i] = value_for_table(&back->columns[side->places[i]], image, side->places[i]);
	found = run_plan(plan, values, NULL) > 0;
	SPI_freetuptable(SPI_tuptable);
	be_again(&before);
	return found;
}

static bool
has_null(const KeySide *side, const RowImage *image)
{
	for (int i = 0; i < side->count; i++)
		if (image->isnull[side->places[i]])
			return true;
	return false;
}

static bool
key_was_changed(const LogReturn *back, const KeySide *side, const RowEvent *event)
{
	for (int i = 0; i < side->count; i++)
		if (!same_in_both(&back->columns[side->places[i]], event, side->places[i]))
			return true;
	return false;
}

/* ---------- every event ---------- */

typedef struct Question
{
	const KeySide *side;
	bool mine;		  /* the captured table refers to the other one */
	SPIPlanPtr other; /* is there a row on the other side? */
	SPIPlanPtr self;  /* is there another row in the captured table that has this key? */
} Question;

static bool
breaks(const LogReturn *back, const Question *question, const RowEvent *event)
{
	const KeySide *side = question->side;
	const RowImage *image = question->mine ? &event->old : &event->new;

	if (event->updated && !key_was_changed(back, side, event))
		return false;
	if (!question->mine && !event->updated)
		return false;
	if (has_null(side, image))
		return false;
	if (question->mine)
		return !finds_row(back, side, role_of_table(side->other), question->other, image);
	return finds_row(back, side, role_of_table(side->other), question->other, image) &&
		!finds_row(back, side, back->role, question->self, image);
}

static uint64
ask_of_events(LogReturn *back, const Question *question)
{
	MemoryContext memory =
		AllocSetContextCreate(CurrentMemoryContext, "safemig keys", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(memory);
	uint64 broken = 0;
	RowEvent event;

	rewind_log(back);
	while (next_event(back, &event))
	{
		if (!event.went_elsewhere && !hash_search(back->left, &event.event, HASH_FIND, NULL) &&
			breaks(back, question, &event))
		{
			(void) hash_search(back->skipped, &event.event, HASH_ENTER, NULL);
			(void) hash_search(back->left, &event.event, HASH_ENTER, NULL);
			broken++;
		}
		MemoryContextReset(memory);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(memory);
	return broken;
}

bool
find_broken_keys(LogReturn *back)
{
	uint64 orphans = 0;
	uint64 needed = 0;
	ListCell *lc;

	foreach(lc, references_of(back))
	{
		KeySide *side = lfirst(lc);
		Question question = {side, true};

		question.other = plan_question(back, side->other, side->others, side, true);
		orphans += ask_of_events(back, &question);
		SPI_freeplan(question.other);
	}
	foreach(lc, referrers_of(back))
	{
		KeySide *side = lfirst(lc);
		Question question = {side, false};

		if (!find_places(back, side))
			continue;
		question.other = plan_question(back, side->other, side->others, side, false);
		question.self = plan_question(back, back->relid, side->mine, side, true);
		needed += ask_of_events(back, &question);
		SPI_freeplan(question.other);
		SPI_freeplan(question.self);
	}
	back->fates.orphans += orphans;
	back->fates.needed += needed;
	return orphans + needed > 0;
}
