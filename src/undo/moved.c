/*
 * moved.c
 *		DROP of tables and their kin: instead of being dropped they are moved into a
 *		schema of the bin, with indexes, triggers, policies, comments and rows.
 *
 * What the server would take along is its own answer (effect/trial.c).  What ties
 * the victims to tables that stay is cut and written down, since it must not
 * stand in anybody's way: foreign keys, partitions, publications, defaults.
 * Whatever is neither moved nor tied is kept as its definition; what has none
 * is refused.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_type.h"
#include "commands/alter.h"
#include "commands/event_trigger.h"
#include "commands/tablecmds.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/installation.h"
#include "base/owner.h"
#include "effect/trial.h"
#include "undo/definition.h"
#include "undo/moved.h"
#include "undo/relation_state.h"
#include "undo/restore.h"

/* ---------- who moves ---------- */

static bool
is_movable(const ObjectAddress *object)
{
	char relkind;

	if (object->classId != RelationRelationId || object->objectSubId != 0)
		return false;
	relkind = get_rel_relkind(object->objectId);
	return (relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
			relkind == RELKIND_MATVIEW || relkind == RELKIND_SEQUENCE || relkind == RELKIND_VIEW ||
			relkind == RELKIND_FOREIGN_TABLE) &&
		get_rel_persistence(object->objectId) != RELPERSISTENCE_TEMP;
}

/* Tables before sequences: an owned sequence goes with its table. */
static List *
movable_among(List *victims)
{
	List *relations = NIL;
	List *sequences = NIL;
	ListCell *lc;

	foreach(lc, victims)
	{
		ObjectAddress *object = lfirst(lc);

		if (!is_movable(object))
			continue;
		if (get_rel_relkind(object->objectId) == RELKIND_SEQUENCE)
			sequences = lappend_oid(sequences, object->objectId);
		else
			relations = lappend_oid(relations, object->objectId);
	}
	return list_concat(relations, sequences);
}

Effect *
effect_on(Keep *keep, const ObjectAddress *object)
{
	Effect *effect;
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		effect = lfirst(lc);
		if (effect->object.classId == object->classId &&
			effect->object.objectId == object->objectId &&
			effect->object.objectSubId == object->objectSubId)
			return effect;
	}
	effect = palloc(sizeof(Effect));
	if (!effect_of_drop(object, effect))
		return NULL;
	return effect;
}

/* ---------- ties ---------- */

static Datum
oids_of(List *oids)
{
	Datum *values = palloc(sizeof(Datum) * Max(list_length(oids), 1));
	int count = 0;
	ListCell *lc;

	foreach(lc, oids)
		values[count++] = ObjectIdGetDatum(lfirst_oid(lc));
	return PointerGetDatum(construct_array(values, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
}

/* class, oid and sub of the victims as three arrays */
static void
arrays_of(List *victims, Datum *classes, Datum *oids, Datum *subs)
{
	int count = list_length(victims);
	Datum *class = palloc(sizeof(Datum) * Max(count, 1));
	Datum *oid = palloc(sizeof(Datum) * Max(count, 1));
	Datum *sub = palloc(sizeof(Datum) * Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		ObjectAddress *object = list_nth(victims, i);

		class[i] = ObjectIdGetDatum(object->classId);
		oid[i] = ObjectIdGetDatum(object->objectId);
		sub[i] = Int32GetDatum(object->objectSubId);
	}
	*classes =
		PointerGetDatum(construct_array(class, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
	*oids = PointerGetDatum(construct_array(oid, count, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
	*subs =
		PointerGetDatum(construct_array(sub, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* Written down first, all of them; then the cuts, which change what the next would read. */
static void
cut_ties(Keep *keep, List *moved, List *victims)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[4] = {OIDARRAYOID, OIDARRAYOID, OIDARRAYOID, INT8OID};
	Datum values[4];
	Datum subs;
	List *cuts = NIL;
	ListCell *lc;

	values[0] = oids_of(moved);
	arrays_of(victims, &values[1], &values[2], &subs);
	values[3] = Int64GetDatum(keep_entry(keep));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"WITH tie AS MATERIALIZED (SELECT row_number() OVER () AS place, * FROM safemig.bin_ties($1, $2, $3)),"
		" written AS (INSERT INTO safemig.bin_tie (entry, place, what, statements)"
		"  SELECT $4, place, what, statements FROM tie WHERE cardinality(statements) > 0)"
		" SELECT cut FROM tie ORDER BY place",
		4, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);

		cuts = lappend(cuts, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();

	foreach(lc, cuts)
	{
		char *sql = with_present_names(lfirst(lc));

		if (sql != NULL)
			(void) write_as_owner(sql, 0, NULL, NULL, NULL);
	}
}

static void
add_tie(Keep *keep, const char *what, const char *statement)
{
	Oid types[3] = {INT8OID, TEXTOID, TEXTOID};
	Datum values[3];

	values[0] = Int64GetDatum(keep_entry(keep));
	values[1] = CStringGetTextDatum(what);
	values[2] = CStringGetTextDatum(statement);
	(void) write_as_owner(
		"INSERT INTO safemig.bin_tie (entry, place, what, statements)"
		" SELECT $1, 1 + coalesce(max(place), 0), $2, ARRAY[$3] FROM safemig.bin_tie WHERE entry = $1",
		3, types, values, NULL);
}

/* ---------- moving ---------- */

/* Statistics lie in a schema of their own choice; they come along. */
static void
move_statistics(Keep *keep, Relation rel, Oid bin)
{
	ListCell *lc;

	foreach(lc, RelationGetStatExtList(rel))
	{
		HeapTuple tuple = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(lfirst_oid(lc)));
		Form_pg_statistic_ext form;
		ObjectAddresses *moved = new_object_addresses();
		char *name;
		char *source;

		if (!HeapTupleIsValid(tuple))
			continue;
		form = (Form_pg_statistic_ext) GETSTRUCT(tuple);
		name = pstrdup(NameStr(form->stxname));
		source = get_namespace_name(form->stxnamespace);
		ReleaseSysCache(tuple);
		(void) AlterObjectNamespace_oid(StatisticExtRelationId, lfirst_oid(lc), bin, moved);
		add_tie(keep, psprintf("statistics %s", name),
				psprintf("ALTER STATISTICS %s SET SCHEMA %s",
						 quote_qualified_identifier(get_namespace_name(bin), name),
						 quote_identifier(source)));
	}
}

/* Before anything moves: a table takes its sequences along, and they it for their owner. */
static void
write_down(Keep *keep, Oid relid)
{
	Relation rel = relation_open(relid, AccessExclusiveLock);
	ObjectAddress object;
	BinItem *item;

	ObjectAddressSet(object, RelationRelationId, relid);
	item = make_bin_item(KEPT_MOVED, effect_on(keep, &object));
	item->detail = state_of_relation(relid);
	item->bin_oid = relid;
	if (RELKIND_HAS_STORAGE(rel->rd_rel->relkind))
	{
		Stake stake = stake_of_relation(relid, true);

		item->bytes = stake.bytes;
		item->rows = rel->rd_rel->relkind == RELKIND_SEQUENCE ? -1 : stake.rows;
	}
	relation_close(rel, NoLock);
	keep_item(keep, item);
}

static void
move_relation(Keep *keep, Oid relid)
{
	Relation rel = relation_open(relid, NoLock);
	ObjectAddresses *moved = new_object_addresses();
	Oid source = RelationGetNamespace(rel);
	Oid bin;

	/* an owned sequence is there already, with its table */
	if (!safemig_is_bin_schema(source))
	{
		bin = bin_schema(keep_entry(keep), source);
		move_statistics(keep, rel, bin);
		AlterTableNamespaceInternal(rel, source, bin, moved);
	}
	relation_close(rel, NoLock);
	CommandCounterIncrement();
	take_relation_over(relid);
}

static List *
left_behind(List *moved, List *victims)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[4] = {OIDARRAYOID, OIDARRAYOID, OIDARRAYOID, INT4ARRAYOID};
	Datum values[4];
	List *left = NIL;

	values[0] = oids_of(moved);
	arrays_of(victims, &values[1], &values[2], &values[3]);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT * FROM safemig.bin_left_behind($1, $2, $3, $4)", 4, types,
							values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ObjectAddress *object = MemoryContextAlloc(caller, sizeof(ObjectAddress));
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		MemoryContext spi;
		bool isnull;

		object->classId = DatumGetObjectId(SPI_getbinval(row, desc, 1, &isnull));
		object->objectId = DatumGetObjectId(SPI_getbinval(row, desc, 2, &isnull));
		object->objectSubId = DatumGetInt32(SPI_getbinval(row, desc, 3, &isnull));
		spi = MemoryContextSwitchTo(caller);
		left = lappend(left, object);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return left;
}

List *
move_aside(Keep *keep, List *victims)
{
	List *moved = movable_among(victims);
	ListCell *lc;

	if (moved == NIL)
		return victims;
	foreach(lc, moved)
		write_down(keep, lfirst_oid(lc));
	cut_ties(keep, moved, victims);
	CommandCounterIncrement();
	foreach(lc, moved)
	{
		CHECK_FOR_INTERRUPTS();
		move_relation(keep, lfirst_oid(lc));
	}
	return left_behind(moved, victims);
}

/* ---------- the statement ---------- */

/* In the order of OID, so that two such statements do not wait for each other. */
static void
lock_relations(Keep *keep)
{
	List *relids = NIL;
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (effect->object.classId == RelationRelationId && effect->object.objectSubId == 0 &&
			action_kept_as(effect->action) == KEPT_MOVED)
			relids = list_append_unique_oid(relids, effect->object.objectId);
	}
	list_sort(relids, list_oid_cmp);
	foreach(lc, relids)
		LockRelationOid(lfirst_oid(lc), AccessExclusiveLock);
}

/* What does not move is written down, and, when the statement names none of it, dropped. */
static void
keep_what_stays_behind(Keep *keep, List *left, bool drop)
{
	ObjectAddresses *targets = new_object_addresses();
	ListCell *lc;

	foreach(lc, left)
	{
		ObjectAddress *object = lfirst(lc);
		Effect *effect = effect_on(keep, object);

		if (effect != NULL && !keep_definition_of(keep, effect))
			refuse_unkept(keep, effect, "there is no statement that would make it again");
		add_exact_object_address(object, targets);
	}
	if (drop)
		performMultipleDeletions(targets, DROP_CASCADE, PERFORM_DELETION_INTERNAL);
	free_object_addresses(targets);
}

static bool
move_what_is_dropped(Keep *keep)
{
	bool all = drops_relations_only(keep->stmt);
	List *left;

	lock_relations(keep);
	left = move_aside(keep, try_drop(keep->stmt));
	keep_what_stays_behind(keep, left, all);
	return all;
}

/* A statement that is not run by the server must fire the user's event triggers here. */
static bool
with_event_triggers(Keep *keep)
{
	bool fires = EventTriggerBeginCompleteQuery();

	PG_TRY();
	{
		if (fires)
			EventTriggerDDLCommandStart(keep->stmt);
		(void) move_what_is_dropped(keep);
		if (fires)
		{
			EventTriggerSQLDrop(keep->stmt);
			EventTriggerDDLCommandEnd(keep->stmt);
		}
	}
	PG_FINALLY();
	{
		if (fires)
			EventTriggerEndCompleteQuery();
	}
	PG_END_TRY();
	return true;
}

bool
keep_moved(Keep *keep)
{
	if (!keeps_kind(keep, KEPT_MOVED) || !can_try_drop(keep->stmt))
		return false;
	if (drops_relations_only(keep->stmt))
		return with_event_triggers(keep);
	return move_what_is_dropped(keep);
}
