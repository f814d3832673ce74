/*
 * definition.c
 *		Views, functions, types, indexes, constraints and all else that statements
 *		make again: those statements are read while the object is there, and kept
 *		when it is gone.  What they say is the SQL functions' business
 *		(safemig.definition_of); bringing them back is definition_restore.c's.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "base/owner.h"
#include "effect/trial.h"
#include "undo/definition.h"
#include "undo/restore.h"

typedef struct Reading
{
	Effect *effect;
	BinItem *item;
	bool possible; /* false: no statement makes it again */
	bool needed;   /* false: it goes with something else */
} Reading;

/* ---------- reading ---------- */

static Datum
array_of(Datum *values, int count, Oid type)
{
	if (type == TEXTOID)
		return PointerGetDatum(construct_array(values, count, type, -1, false, TYPALIGN_INT));
	return PointerGetDatum(construct_array(values, count, type, sizeof(int32), true, TYPALIGN_INT));
}

/* What has no owner of its own is its table's owner's: the first relation the statements name. */
static char *
owner_of_holder(const char *detail)
{
	const char *mark = detail;

	while ((mark = strstr(mark, "%{")) != NULL)
	{
		char *end;
		Oid relid = (Oid) strtoul(mark + 2, &end, 10);
		HeapTuple tuple = OidIsValid(relid) && *end == '}'
			? SearchSysCache1(RELOID, ObjectIdGetDatum(relid))
			: NULL;

		mark += 2;
		if (HeapTupleIsValid(tuple))
		{
			char *owner = GetUserNameFromId(((Form_pg_class) GETSTRUCT(tuple))->relowner, true);

			ReleaseSysCache(tuple);
			return owner;
		}
	}
	return NULL;
}

static Reading *
reading_of_row(Effect *effect, HeapTuple row, TupleDesc desc)
{
	Reading *reading = palloc(sizeof(Reading));
	char *detail = SPI_getvalue(row, desc, 1);

	reading->effect = effect;
	reading->item = NULL;
	reading->possible = detail != NULL;
	reading->needed = detail != NULL && strcmp(detail, "{}") != 0;
	if (reading->needed)
	{
		reading->item = make_bin_item(KEPT_DEFINITION, effect);
		reading->item->detail = detail;
		if (reading->item->owner == NULL)
			reading->item->owner = owner_of_holder(detail);
	}
	return reading;
}

/* One query for all of them: a list of Reading in the order of the effects. */
static List *
read_definitions(List *effects)
{
	MemoryContext caller = CurrentMemoryContext;
	int count = list_length(effects);
	Datum *columns[4];
	Oid types[4] = {OIDARRAYOID, OIDARRAYOID, INT4ARRAYOID, TEXTARRAYOID};
	Datum values[4];
	List *readings = NIL;

	if (count == 0)
		return NIL;
	for (int i = 0; i < 4; i++)
		columns[i] = palloc(sizeof(Datum) * count);
	for (int i = 0; i < count; i++)
	{
		Effect *effect = list_nth(effects, i);

		columns[0][i] = ObjectIdGetDatum(effect->object.classId);
		columns[1][i] = ObjectIdGetDatum(effect->object.objectId);
		columns[2][i] = Int32GetDatum(effect->object.objectSubId);
		columns[3][i] = CStringGetTextDatum(action_name(effect->action));
	}
	values[0] = array_of(columns[0], count, OIDOID);
	values[1] = array_of(columns[1], count, OIDOID);
	values[2] = array_of(columns[2], count, INT4OID);
	values[3] = array_of(columns[3], count, TEXTOID);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"SELECT safemig.bin_definition(u.class, u.oid, u.sub, u.action)::text"
		" FROM unnest($1, $2, $3, $4) WITH ORDINALITY u(class, oid, sub, action, place) ORDER BY place",
		4, types, values, NULL);
	for (int i = 0; i < count; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);

		readings = lappend(
			readings,
			reading_of_row(list_nth(effects, i), SPI_tuptable->vals[i], SPI_tuptable->tupdesc));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return readings;
}

/* ---------- which ones ---------- */

/* ALTER DOMAIN ... DROP CONSTRAINT: the effect is the domain's; which one is seen afterwards. */
static List *
constraints_of_domain(Effect *effect)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(effect->object.objectId)};
	List *effects = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT oid FROM pg_constraint WHERE contypid = $1 ORDER BY conname", 1,
							types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		ObjectAddress object;
		Effect *constraint;
		bool isnull;

		ObjectAddressSet(object, ConstraintRelationId,
						 DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i],
														SPI_tuptable->tupdesc, 1, &isnull)));
		constraint = make_effect(ACTION_DROP_CONSTRAINT, &object);
		constraint->named = effect->named;
		effects = lappend(effects, constraint);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return effects;
}

/* With a moved relation or a column goes what hangs on it; a domain's statements make its constraints. */
static bool
goes_with_whole(const Effect *effect)
{
	for (const Effect *whole = effect; whole->part && whole->whole != NULL; whole = whole->whole)
	{
		if (whole->whole->object.classId == RelationRelationId &&
			whole->whole->object.objectSubId == 0 &&
			action_kept_as(whole->whole->action) == KEPT_MOVED)
			return true;
		if (effect->object.classId == ConstraintRelationId &&
			whole->whole->action == ACTION_DROP_DOMAIN)
			return true;
		/* the column's keeper has its default */
		if (effect->object.classId == AttrDefaultRelationId &&
			whole->whole->action == ACTION_DROP_COLUMN)
			return true;
	}
	return false;
}

/* A schema, and the sequence of an identity that ALTER TABLE drops, come back by statements too. */
static bool
is_read(Keep *keep, const Effect *effect)
{
	return action_kept_as(effect->action) == KEPT_DEFINITION ||
		effect->action == ACTION_DROP_SCHEMA ||
		(effect->action == ACTION_DROP_SEQUENCE && effect->named && !can_try_drop(keep->stmt));
}

/* Two columns of one statement may both take a view along. */
static bool
is_among(List *effects, const Effect *effect)
{
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *other = lfirst(lc);

		if (other->action == effect->action &&
			memcmp(&other->object, &effect->object, sizeof(ObjectAddress)) == 0)
			return true;
	}
	return false;
}

static List *
effects_to_read(Keep *keep)
{
	List *effects = NIL;
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (!is_read(keep, effect) || goes_with_whole(effect) || is_among(effects, effect))
			continue;
		if (effect->action == ACTION_DROP_CONSTRAINT && effect->object.classId == TypeRelationId)
			effects = list_concat(effects, constraints_of_domain(effect));
		else
			effects = lappend(effects, effect);
	}
	return effects;
}

/* ---------- keeping ---------- */

void *
keep_definitions_before(Keep *keep)
{
	ListCell *lc;

	keep->definitions = read_definitions(effects_to_read(keep));
	/* moved.c asks for each thing that it does not move */
	if (is_for_movers(keep))
		return keep->definitions;
	foreach(lc, keep->definitions)
	{
		Reading *reading = lfirst(lc);

		/* GENERATED ALWAYS AS dropped: every value stays, and nobody's work stops for it */
		if (!reading->possible && action_category(reading->effect->action) != CATEGORY_UPKEEP)
			refuse_unkept(keep, reading->effect, "there is no statement that would make it again");
	}
	return keep->definitions;
}

static bool
is_there(const ObjectAddress *object)
{
	return getObjectIdentity(object, true) != NULL;
}

static bool
is_replaced(const Effect *effect)
{
	return effect->action == ACTION_REPLACE_VIEW || effect->action == ACTION_REPLACE_FUNCTION ||
		effect->action == ACTION_REPLACE_TRIGGER || effect->action == ACTION_REPLACE_RULE;
}

/* DROP DEFAULT and DROP NOT NULL name the column or domain, which stays. */
static bool
names_its_holder(const Effect *effect)
{
	return (effect->action == ACTION_DROP_DEFAULT || effect->action == ACTION_DROP_NOT_NULL) &&
		(effect->object.classId == RelationRelationId || effect->object.classId == TypeRelationId);
}

/* CREATE OR REPLACE by the same text changes nothing, and is what deployments do every day. */
static bool
has_changed(const Reading *reading)
{
	Reading *now;

	if (!is_there(&reading->effect->object))
		return true;
	if (!is_replaced(reading->effect) && !names_its_holder(reading->effect))
		return false;
	now = linitial(read_definitions(list_make1(reading->effect)));
	return !now->needed || strcmp(now->item->detail, reading->item->detail) != 0;
}

/*
 * Dropped and made again at each start of an application: what an older entry
 * holds of the same things in the same words is the same, and this one is enough.
 */
static void
fold_older_entries(int64 entry)
{
	Oid types[1] = {INT8OID};
	Datum values[1] = {Int64GetDatum(entry)};

	(void) write_as_owner(
		"WITH older AS MATERIALIZED (SELECT e.id FROM safemig.bin_entry e"
		"  WHERE e.state = 'kept' AND e.id < $1"
		"  AND e.id IN (SELECT o.entry FROM safemig.bin_item n JOIN safemig.bin_item o USING (identity)"
		"   WHERE n.entry = $1 AND o.kind = 'definition')"
		"  AND NOT EXISTS (SELECT FROM safemig.bin_item o WHERE o.entry = e.id AND NOT EXISTS ("
		"   SELECT FROM safemig.bin_item n WHERE n.entry = $1 AND n.kind = 'definition' AND o.kind = 'definition'"
		"   AND (n.action, n.identity, n.detail) = (o.action, o.identity, o.detail)))"
		"  FOR UPDATE OF e SKIP LOCKED),"
		" items AS (DELETE FROM safemig.bin_item i USING older WHERE i.entry = older.id)"
		" DELETE FROM safemig.bin_entry e USING older WHERE e.id = older.id",
		1, types, values, NULL);
}

/*
 * What went along only because it stands on a type that is in the bin now is
 * still there: nobody dropped the type.
 */
static void
drop_what_is_left(Keep *keep)
{
	ObjectAddresses *targets = new_object_addresses();
	ListCell *lc;

	foreach(lc, keep->left_behind)
	{
		Effect *effect = lfirst(lc);

		if (is_there(&effect->object))
			add_exact_object_address(&effect->object, targets);
	}
	performMultipleDeletions(targets, DROP_CASCADE,
							 PERFORM_DELETION_INTERNAL | PERFORM_DELETION_QUIETLY);
	free_object_addresses(targets);
}

void
keep_definitions_after(Keep *keep, void *state)
{
	List *readings = state;
	bool kept = false;
	bool alone = keep->entry == 0;
	ListCell *lc;

	if (is_for_movers(keep))
	{
		drop_what_is_left(keep);
		return;
	}
	foreach(lc, readings)
	{
		Reading *reading = lfirst(lc);

		if (!reading->needed || !has_changed(reading))
			continue;
		keep_item(keep, reading->item);
		kept = true;
	}
	if (kept && alone)
		fold_older_entries(keep_entry(keep));
}

static Reading *
reading_of(Keep *keep, const Effect *effect)
{
	ListCell *lc;

	foreach(lc, keep->definitions)
	{
		Reading *reading = lfirst(lc);

		if (memcmp(&reading->effect->object, &effect->object, sizeof(ObjectAddress)) == 0)
			return reading;
	}
	return linitial(read_definitions(list_make1((Effect *) effect)));
}

/* Rows are kept by others; and to read a column's default is not to keep the column. */
static bool
is_no_definition(const Effect *effect)
{
	return action_category(effect->action) == CATEGORY_DATA && effect->action != ACTION_DROP_SCHEMA;
}

bool
keep_definition_of(Keep *keep, const Effect *effect)
{
	Reading *found;

	if (is_no_definition(effect))
		return false;
	if (goes_with_whole(effect))
		return true;
	found = reading_of(keep, effect);
	if (!found->possible)
		return false;
	if (!found->needed)
		return true;
	keep_item(keep, found->item);
	keep->left_behind = lappend(keep->left_behind, found->effect);
	return true;
}

bool
definitions_standing_on(const ObjectAddress *object, List **items)
{
	ObjectAddress *copy = palloc(sizeof(ObjectAddress));
	List *effects;
	ListCell *lc;

	*items = NIL;
	if (!is_there(object))
		return false;
	*copy = *object;
	effects = list_delete_first(closure_of_drop(list_make1(copy), DROP_CASCADE));
	foreach(lc, effects)
		if (action_kept_as(((Effect *) lfirst(lc))->action) != KEPT_DEFINITION)
			return false;
	foreach(lc, read_definitions(effects))
	{
		Reading *reading = lfirst(lc);

		if (!reading->possible)
			return false;
		if (reading->needed)
			*items = lappend(*items, reading->item);
	}
	return true;
}
