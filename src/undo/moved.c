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

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_type.h"
#include "commands/alter.h"
#include "commands/event_trigger.h"
#include "commands/tablecmds.h"
#include "commands/user.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/installation.h"
#include "base/owner.h"
#include "effect/in_bin.h"
#include "effect/trial.h"
#include "undo/definition.h"
#include "undo/moved.h"
#include "undo/needed.h"
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
	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		relkind == RELKIND_MATVIEW || relkind == RELKIND_SEQUENCE || relkind == RELKIND_VIEW ||
		relkind == RELKIND_FOREIGN_TABLE;
}

/* The column's keeper has the values; the column itself goes. */
static bool
is_kept_column(Keep *keep, const Effect *effect)
{
	return action_kept_as(effect->action) == KEPT_COLUMN && list_member_ptr(keep->effects, effect);
}

static bool
is_in_let_go(Keep *keep, Oid class, Oid object)
{
	ListCell *lc;

	foreach(lc, keep->let_go)
	{
		Effect *effect = lfirst(lc);

		/* an extension is among them because it cannot be kept, which nobody need have meant */
		if (action_kept_as(effect->action) == KEPT_NOT && !effect->without_undo)
			continue;
		if (effect->object.classId == class && effect->object.objectId == object &&
			effect->object.objectSubId == 0)
			return true;
	}
	return false;
}

/*
 * Permitted without undo, of this transaction, in an exempt schema: not for the
 * bin.  Part of an extension that is let go: neither.
 */
static bool
is_let_go(Keep *keep, const ObjectAddress *object)
{
	Oid extension;

	if (is_in_let_go(keep, object->classId, object->objectId) ||
		(object->classId == RelationRelationId &&
		 get_rel_persistence(object->objectId) == RELPERSISTENCE_TEMP))
		return true;
	extension = getExtensionOfObject(object->classId, object->objectId);
	return OidIsValid(extension) && is_in_let_go(keep, ExtensionRelationId, extension);
}

static List *
relations_let_go(Keep *keep, List *victims)
{
	List *relations = NIL;
	ListCell *lc;

	foreach(lc, victims)
	{
		ObjectAddress *object = lfirst(lc);

		if (is_movable(object) && is_let_go(keep, object))
			relations = lappend_oid(relations, object->objectId);
	}
	return relations;
}

/* Tables before sequences: an owned sequence goes with its table. */
static List *
movable_among(Keep *keep, List *victims)
{
	List *relations = NIL;
	List *sequences = NIL;
	ListCell *lc;

	foreach(lc, victims)
	{
		ObjectAddress *object = lfirst(lc);

		/* part of an extension that goes: it cannot be had without that */
		if (!is_movable(object) || is_let_go(keep, object) ||
			OidIsValid(getExtensionOfObject(RelationRelationId, object->objectId)))
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
		"WITH tie AS MATERIALIZED (SELECT row_number() OVER () AS nth, * FROM safemig.bin_ties($1, $2, $3)),"
		" written AS (INSERT INTO safemig.bin_tie (entry, place, what, statements)"
		"  SELECT $4, row_number() OVER (ORDER BY place, what), what, statements"
		"  FROM tie WHERE cardinality(statements) > 0)"
		" SELECT cut FROM tie ORDER BY nth",
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

		if (sql == NULL)
			elog(ERROR, "a relation is gone in the middle of: %s", (char *) lfirst(lc));
		(void) write_as_owner(sql, 0, NULL, NULL, NULL);
	}
}

static void
add_tie(Keep *keep, const char *what, const char *first, const char *second)
{
	Oid types[4] = {INT8OID, TEXTOID, TEXTOID, TEXTOID};
	Datum values[4];

	values[0] = Int64GetDatum(keep_entry(keep));
	values[1] = CStringGetTextDatum(what);
	values[2] = CStringGetTextDatum(first);
	values[3] = CStringGetTextDatum(second);
	(void) write_as_owner(
		"INSERT INTO safemig.bin_tie (entry, place, what, statements)"
		" SELECT $1, 1 + coalesce(max(place), 0), $2, ARRAY[$3, $4] FROM safemig.bin_tie WHERE entry = $1",
		4, types, values, NULL);
}

/* ---------- moving ---------- */

static void
run_on_statistics(Form_pg_statistic_ext form, const char *what, const char *name)
{
	char *statement =
		psprintf("ALTER STATISTICS %%{s:%u} %s %s", form->oid, what, quote_identifier(name));

	(void) write_as_owner(with_present_names(statement), 0, NULL, NULL, NULL);
	CommandCounterIncrement();
}

/* Statistics lie in a schema of their own choice, with an owner of their own. */
static void
move_statistics(Keep *keep, Relation rel)
{
	ListCell *lc;

	foreach(lc, RelationGetStatExtList(rel))
	{
		HeapTuple tuple = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(lfirst_oid(lc)));
		Form_pg_statistic_ext form;
		Oid bin;

		if (!HeapTupleIsValid(tuple))
			continue;
		form = (Form_pg_statistic_ext) GETSTRUCT(tuple);
		add_tie(keep, psprintf("statistics %s", NameStr(form->stxname)),
				psprintf("ALTER STATISTICS %%{s:%u} SET SCHEMA %%{n:%u}", form->oid,
						 form->stxnamespace),
				psprintf("ALTER STATISTICS %%{s:%u} OWNER TO %%{r:%u}", form->oid, form->stxowner));
		bin = bin_schema(keep_entry(keep), form->stxnamespace);
		run_on_statistics(form, "SET SCHEMA", get_namespace_name(bin));
		run_on_statistics(form, "OWNER TO", GetUserNameFromId(bin_owner(), false));
		ReleaseSysCache(tuple);
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
		move_statistics(keep, rel);
		bin = bin_schema(keep_entry(keep), source);
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
	List *moved = movable_among(keep, victims);
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
	return left_behind(list_concat_copy(moved, relations_let_go(keep, victims)), victims);
}

/* ---------- the statement ---------- */

/* Parents first, as every query and every DROP locks them. */
static void
lock_with_parents(Oid relid, List *wanted, List **locked)
{
	Relation inherits;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	List *parents = NIL;
	ListCell *lc;

	if (list_member_oid(*locked, relid))
		return;
	inherits = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Oid parent = ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent;

		/* a partitioned table is changed by the loss of a partition */
		if (get_rel_relkind(parent) == RELKIND_PARTITIONED_TABLE || list_member_oid(wanted, parent))
			parents = lappend_oid(parents, parent);
	}
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	foreach(lc, parents)
		lock_with_parents(lfirst_oid(lc), wanted, locked);
	LockRelationOid(relid, AccessExclusiveLock);
	*locked = lappend_oid(*locked, relid);
}

/* Else in the order of OID, so that two such statements do not wait for each other. */
static void
lock_relations(List *relids, List **locked)
{
	ListCell *lc;

	list_sort(relids, list_oid_cmp);
	foreach(lc, relids)
	{
		CHECK_FOR_INTERRUPTS();
		lock_with_parents(lfirst_oid(lc), relids, locked);
	}
}

static List *
relations_to_lock(Keep *keep)
{
	List *relids = NIL;
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (effect->object.classId == RelationRelationId && effect->object.objectSubId == 0 &&
			is_movable(&effect->object))
			relids = list_append_unique_oid(relids, effect->object.objectId);
	}
	return relids;
}

/*
 * The trial's own locks are given back, so what it names beyond those foreseen
 * (a view, a name that means another table meanwhile) is locked and it is asked again.
 */
static List *
lock_and_try(Keep *keep)
{
	List *locked = NIL;
	List *more = relations_to_lock(keep);
	List *victims;

	lock_what_bin_needs(keep);
	do
	{
		lock_relations(more, &locked);
		victims = try_drop(keep->stmt, needs_of_bin(keep));
		more = list_difference_oid(movable_among(keep, victims), locked);
	} while (more != NIL);
	return victims;
}

static const char *
why_not_kept(const Effect *effect)
{
	if (effect->object.objectSubId != 0)
		return "it is a part of what stays, and what goes with it is moved";
	return "there is no statement that would make it again";
}

/* Written down, or, when the bin stands on it, moved there. */
static void
keep_left_behind(Keep *keep, const ObjectAddress *object, Effect *effect)
{
	if (effect == NULL || OidIsValid(bin_schema_of(object)))
		return;
	if (stands_under_bin(object))
	{
		if (!move_foundation(keep, effect))
			refuse_unkept(keep, effect, "what is in the bin stands on it");
		return;
	}
	if (!is_let_go(keep, object) && !is_kept_column(keep, effect) &&
		!keep_definition_of(keep, effect))
		refuse_unkept(keep, effect, why_not_kept(effect));
}

/* What neither moved nor went with it goes as the statement says. */
static void
drop_the_rest(Keep *keep, List *left, List *let_go)
{
	ObjectAddresses *targets;
	ListCell *lc;

	/* it takes grants away, too */
	if (IsA(keep->stmt, DropOwnedStmt))
	{
		DropOwnedObjects((DropOwnedStmt *) keep->stmt);
		return;
	}
	targets = new_object_addresses();
	foreach(lc, left)
		if (!OidIsValid(bin_schema_of(lfirst(lc))) && getObjectIdentity(lfirst(lc), true) != NULL)
			add_exact_object_address(lfirst(lc), targets);
	foreach(lc, let_go)
	{
		ObjectAddress object;

		ObjectAddressSet(object, RelationRelationId, lfirst_oid(lc));
		add_exact_object_address(&object, targets);
	}
	/* the trial has told what it takes along */
	if (drops_relations_only(keep->stmt))
		performMultipleDeletions(targets, DROP_CASCADE, PERFORM_DELETION_INTERNAL);
	else
		performMultipleDeletions(targets, ((DropStmt *) keep->stmt)->behavior,
								 PERFORM_DELETION_QUIETLY);
	free_object_addresses(targets);
}

/* What does not move is written down, and dropped. */
static void
keep_what_stays_behind(Keep *keep, List *left, List *let_go)
{
	ListCell *lc;

	foreach(lc, let_go)
	{
		ObjectAddress object;

		ObjectAddressSet(object, RelationRelationId, lfirst_oid(lc));
		if (stands_under_bin(&object))
			refuse_unkept(keep, effect_on(keep, &object), "what is in the bin stands on it");
	}
	foreach(lc, left)
		keep_left_behind(keep, lfirst(lc), effect_on(keep, lfirst(lc)));
	drop_the_rest(keep, left, let_go);
}

/* Event triggers see what the trial reported, and nothing of how it is put aside. */
static void
put_aside(Keep *keep, List *victims)
{
	bool hides = EventTriggerBeginCompleteQuery();

	PG_TRY();
	{
		List *let_go = relations_let_go(keep, victims);

		keep_what_stays_behind(keep, move_aside(keep, victims), let_go);
	}
	PG_FINALLY();
	{
		if (hides)
			EventTriggerEndCompleteQuery();
	}
	PG_END_TRY();
}

/* The server does not come to run it, so the user's event triggers must fire here. */
static void
move_instead(Keep *keep)
{
	bool fires = EventTriggerBeginCompleteQuery();

	PG_TRY();
	{
		if (fires)
			EventTriggerDDLCommandStart(keep->stmt);
		put_aside(keep, lock_and_try(keep));
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
}

bool
keep_moved(Keep *keep)
{
	if (!is_for_movers(keep))
		return false;
	move_instead(keep);
	return true;
}
