/*
 * closure.c
 *		What else does this drop or truncate take with it?  A walk over pg_depend,
 *		pg_inherits and pg_constraint that takes no lock, so that a refusal waits
 *		for nobody and can name everything at once.
 *
 * It follows findDependentObjects() of the server: what is AUTO, INTERNAL or a
 * partition's dependency goes along silently, what is NORMAL only with CASCADE.
 * The last word is OAT_DROP's: what this walk did not foresee is judged there.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "storage/lockdefs.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"

#include "effect/in_bin.h"
#include "effect/row_type.h"

typedef struct SeenObject
{
	ObjectAddress object; /* key */
	Effect *effect;		  /* NULL when its drop is nobody's business */
} SeenObject;

typedef struct Walk
{
	HTAB *seen; /* of SeenObject */
	Relation depend;
	List *effects; /* in the order of discovery */
	List *queue;   /* of QueueEntry, not yet followed */
	DropBehavior behavior;
	List *drawers; /* of Drawer */
	List *needs;   /* of BinNeed */
} Walk;

/* A default, say, that draws from a sequence */
typedef struct Drawer
{
	ObjectAddress object;
	Effect *sequence;
} Drawer;

typedef struct QueueEntry
{
	ObjectAddress object;
	Effect *effect; /* the object's own, or that of what it goes along with */
} QueueEntry;

static HTAB *
make_seen(void)
{
	HASHCTL ctl = {0};

	ctl.keysize = sizeof(ObjectAddress);
	ctl.entrysize = sizeof(SeenObject);
	ctl.hcxt = CurrentMemoryContext;
	return hash_create("safemig closure", 256, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Already in the walk, itself or the whole relation it is a column of? */
static bool
is_seen(Walk *walk, const ObjectAddress *object)
{
	ObjectAddress whole = *object;

	if (hash_search(walk->seen, object, HASH_FIND, NULL))
		return true;
	whole.objectSubId = 0;
	return object->objectSubId != 0 && hash_search(walk->seen, &whole, HASH_FIND, NULL);
}

/* whole: the effect that this one goes along with, NULL if it stands alone */
static void
visit(Walk *walk, const ObjectAddress *object, bool named, Effect *whole)
{
	Action action;
	QueueEntry *entry;
	SeenObject *seen = hash_search(walk->seen, object, HASH_FIND, NULL);

	/* met before, as a schema's sequence, and now as part of its table */
	if (seen != NULL && seen->effect != NULL && whole != NULL && !seen->effect->named &&
		seen->effect != whole)
	{
		seen->effect->part = true;
		seen->effect->whole = whole;
	}
	if (is_seen(walk, object))
		return;
	seen = hash_search(walk->seen, object, HASH_ENTER, NULL);
	seen->effect = NULL;

	if (action_of_dropped_object(object, &action))
	{
		Effect *effect = make_effect(action, object);

		effect->named = named;
		effect->part = whole != NULL;
		effect->whole = whole;
		effect->empty_is_harmless = action == ACTION_DROP_COLUMN || action == ACTION_DROP_SCHEMA;
		seen->effect = effect;
		walk->effects = lappend(walk->effects, effect);
	}
	entry = palloc(sizeof(QueueEntry));
	entry->object = *object;
	entry->effect = seen->effect ? seen->effect : whole;
	walk->queue = lappend(walk->queue, entry);
}

/*
 * Rows and what holds them need a permit of their own even as members of an
 * extension: anybody can make his table depend on one.
 */
static bool
goes_silently(char deptype, const ObjectAddress *dependent)
{
	Action action;

	switch (deptype)
	{
		case DEPENDENCY_AUTO:
		case DEPENDENCY_INTERNAL:
		case DEPENDENCY_PARTITION_PRI:
		case DEPENDENCY_PARTITION_SEC:
			return true;
		case DEPENDENCY_EXTENSION:
		case DEPENDENCY_AUTO_EXTENSION:
			return !action_of_dropped_object(dependent, &action) ||
				action_category(action) != CATEGORY_DATA;
		default:
			return false;
	}
}

/*
 * What is an internal part of something else drops only with it: a view's rule
 * stands for the view, as in findDependentObjects().
 */
static ObjectAddress
whole_of(Relation depend, ObjectAddress object)
{
	for (bool found = true; found;)
	{
		ScanKeyData keys[2];
		SysScanDesc scan;
		HeapTuple tuple;

		found = false;
		ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(object.classId));
		ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(object.objectId));
		scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, keys);
		while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

			if (form->deptype == DEPENDENCY_INTERNAL && form->objsubid == object.objectSubId)
			{
				ObjectAddressSubSet(object, form->refclassid, form->refobjid, form->refobjsubid);
				found = true;
			}
		}
		systable_endscan(scan);
	}
	return object;
}

/* What draws from a sequence that goes as a part of something. */
static void
note_drawer(Walk *walk, const QueueEntry *entry, const ObjectAddress *dependent)
{
	Drawer *drawer;

	if (entry->effect == NULL || entry->effect->action != ACTION_DROP_SEQUENCE ||
		entry->effect->object.objectId != entry->object.objectId)
		return;
	drawer = palloc(sizeof(Drawer));
	drawer->object = *dependent;
	drawer->sequence = entry->effect;
	walk->drawers = lappend(walk->drawers, drawer);
}

/*
 * A sequence from which another table draws is no mere part of the column that
 * owns it: where it stands matters though that column be empty.  A partition
 * that goes along does not count.
 */
static void
sequences_used_elsewhere(Walk *walk)
{
	ListCell *lc;

	foreach(lc, walk->drawers)
	{
		Drawer *drawer = lfirst(lc);
		ObjectAddress object = drawer->object;

		if (object.classId == AttrDefaultRelationId)
			object = GetAttrDefaultColumnAddress(object.objectId);
		if (OidIsValid(object.objectId) && !is_seen(walk, &object))
			drawer->sequence->part = false;
	}
}

/*
 * What stands on it in the bin stays there, and so must the object: it is moved
 * there too.  A part - a table's key, say - goes there with its whole.
 */
static void
note_need(Walk *walk, const QueueEntry *entry, const ObjectAddress *dependent, char deptype)
{
	BinNeed *need = palloc(sizeof(BinNeed));

	need->dependent = *dependent;
	need->deptype = deptype;
	need->referenced = entry->object;
	walk->needs = lappend(walk->needs, need);
	for (Effect *effect = entry->effect; effect != NULL;
		 effect = effect->part ? effect->whole : NULL)
	{
		effect->needed_by = *dependent;
		if (may_go_into_bin(&effect->object))
			break;
	}
}

static bool
is_need_of_bin(const QueueEntry *entry, const ObjectAddress *dependent, char deptype)
{
	return (deptype == DEPENDENCY_NORMAL || deptype == DEPENDENCY_AUTO) &&
		OidIsValid(bin_schema_of(dependent)) && !OidIsValid(bin_schema_of(&entry->object));
}

static void
follow_dependents(Walk *walk, const QueueEntry *entry)
{
	const ObjectAddress *object = &entry->object;
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple tuple;
	int nkeys = 2;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->classId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->objectId));
	if (object->objectSubId != 0)
	{
		ScanKeyInit(&keys[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber, F_INT4EQ,
					Int32GetDatum(object->objectSubId));
		nkeys = 3;
	}
	scan = systable_beginscan(walk->depend, DependReferenceIndexId, true, NULL, nkeys, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		ObjectAddress dependent;
		bool silent;

		ObjectAddressSubSet(dependent, form->classid, form->objid, form->objsubid);
		if (is_need_of_bin(entry, &dependent, form->deptype))
		{
			note_need(walk, entry, &dependent, form->deptype);
			continue;
		}
		silent = goes_silently(form->deptype, &dependent);

		/* without CASCADE the server itself refuses when something else is left */
		if (!silent && form->deptype == DEPENDENCY_NORMAL && walk->behavior != DROP_CASCADE)
			continue;
		if (!silent)
		{
			dependent = whole_of(walk->depend, dependent);
			note_drawer(walk, entry, &dependent);
		}
		visit(walk, &dependent, false, silent ? entry->effect : NULL);
	}
	systable_endscan(scan);
}

/*
 * ALTER TABLE ... DROP COLUMN recurses to children in ATExecDropColumn(), which
 * pg_depend does not show.
 */
static void
follow_children_of_column(Walk *walk, const QueueEntry *entry)
{
	const ObjectAddress *column = &entry->object;
	char *name;
	List *children;
	ListCell *lc;

	if (column->classId != RelationRelationId || column->objectSubId <= 0)
		return;
	name = get_attname(column->objectId, column->objectSubId, true);
	if (name == NULL)
		return;
	children = find_inheritance_children(column->objectId, NoLock);
	foreach(lc, children)
	{
		ObjectAddress child;
		AttrNumber attnum = get_attnum(lfirst_oid(lc), name);

		if (attnum <= 0)
			continue;
		ObjectAddressSubSet(child, RelationRelationId, lfirst_oid(lc), attnum);
		visit(walk, &child, false, entry->effect);
	}
}

/* A column met before its table (by way of its identity sequence) is part of it. */
static void
columns_go_with_their_table(Walk *walk)
{
	ListCell *lc;

	foreach(lc, walk->effects)
	{
		Effect *effect = lfirst(lc);
		ObjectAddress table = effect->object;
		SeenObject *seen;

		if (table.classId != RelationRelationId || table.objectSubId == 0)
			continue;
		table.objectSubId = 0;
		seen = hash_search(walk->seen, &table, HASH_FIND, NULL);
		if (seen != NULL && seen->effect != NULL)
		{
			effect->part = true;
			effect->whole = seen->effect;
		}
	}
}

/*
 * A column that goes, and its table stays: other tables may keep rows of that
 * table's type.  What goes itself loses nothing more.
 */
static List *
where_columns_are_stored(Walk *walk)
{
	List *effects = NIL;
	ListCell *lc;
	ListCell *stored;

	foreach(lc, walk->effects)
	{
		Effect *effect = lfirst(lc);
		ObjectAddress table = effect->object;

		table.objectSubId = 0;
		if ((effect->action != ACTION_DROP_COLUMN && effect->action != ACTION_DROP_ATTRIBUTE) ||
			is_seen(walk, &table))
			continue;
		foreach(stored, same_where_stored(effect))
			if (!is_seen(walk, &((Effect *) lfirst(stored))->object))
				effects = lappend(effects, lfirst(stored));
	}
	return effects;
}

static void
walk_drop(Walk *walk, List *objects, DropBehavior behavior)
{
	ListCell *lc;

	walk->seen = make_seen();
	walk->depend = table_open(DependRelationId, AccessShareLock);
	walk->behavior = behavior;
	foreach(lc, objects)
		visit(walk, (ObjectAddress *) lfirst(lc), true, NULL);

	/* the list grows while we go */
	for (int i = 0; i < list_length(walk->queue); i++)
	{
		QueueEntry *entry = list_nth(walk->queue, i);

		CHECK_FOR_INTERRUPTS();
		follow_dependents(walk, entry);
		follow_children_of_column(walk, entry);
	}
	table_close(walk->depend, AccessShareLock);
}

List *
bin_needs_of_drop(List *objects, DropBehavior behavior)
{
	Walk walk = {0};

	walk_drop(&walk, objects, behavior);
	hash_destroy(walk.seen);
	return walk.needs;
}

List *
closure_of_drop(List *objects, DropBehavior behavior)
{
	Walk walk = {0};
	List *effects;

	walk_drop(&walk, objects, behavior);
	columns_go_with_their_table(&walk);
	sequences_used_elsewhere(&walk);
	effects = list_concat_copy(walk.effects, where_columns_are_stored(&walk));
	hash_destroy(walk.seen);
	return effects;
}

/* Nothing in it: what is granted or published there by default is no content. */
bool
schema_is_empty(Oid schema)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	bool empty = true;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(NamespaceRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(schema));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (empty && HeapTupleIsValid(tuple = systable_getnext(scan)))
		empty = ((Form_pg_depend) GETSTRUCT(tuple))->deptype == DEPENDENCY_AUTO;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return empty;
}

/* Tables whose foreign keys reference relid: TRUNCATE CASCADE takes them along. */
static List *
referencing_tables(Oid relid)
{
	List *result = NIL;
	Relation rel = table_open(ConstraintRelationId, AccessShareLock);
	SysScanDesc scan;
	HeapTuple tuple;

	/* pg_constraint has no index on confrelid, as in heap_truncate_find_FKs() */
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		if (form->contype == CONSTRAINT_FOREIGN && form->confrelid == relid)
			result = list_append_unique_oid(result, form->conrelid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return result;
}

static List *
add_truncated(List *effects, List **relids, Oid relid, bool only, bool named, Effect *whole)
{
	Effect *effect;

	if (list_member_oid(*relids, relid))
		return effects;
	*relids = lappend_oid(*relids, relid);
	effect = make_truncate_effect(relid);
	effect->only = only;
	effect->named = named;
	effect->part = whole != NULL;
	effect->whole = whole;
	return lappend(effects, effect);
}

/*
 * Named relations, their partitions and children (part of them) unless ONLY, and
 * with CASCADE whatever references any of these.  A child that is no partition
 * is an effect of its own, so its rows do not count as its parent's.
 */
List *
closure_of_truncate(List *relids, List *only, DropBehavior behavior)
{
	List *effects = NIL;
	List *seen = NIL;
	ListCell *lc;

	foreach(lc, relids)
		effects =
			add_truncated(effects, &seen, lfirst_oid(lc),
						  get_rel_relkind(lfirst_oid(lc)) != RELKIND_PARTITIONED_TABLE, true, NULL);

	for (int i = 0; i < list_length(seen); i++)
	{
		Oid relid = list_nth_oid(seen, i);

		CHECK_FOR_INTERRUPTS();
		if (!list_member_oid(only, relid))
			foreach(lc, find_inheritance_children(relid, NoLock))
			{
				if (is_temporary_elsewhere(lfirst_oid(lc)))
					continue;
				effects = add_truncated(
					effects, &seen, lfirst_oid(lc),
					get_rel_relkind(lfirst_oid(lc)) != RELKIND_PARTITIONED_TABLE, false,
					get_rel_relispartition(lfirst_oid(lc)) ? list_nth(effects, i) : NULL);
			}
		if (behavior == DROP_CASCADE)
			foreach(lc, referencing_tables(relid))
				effects = add_truncated(effects, &seen, lfirst_oid(lc), false, false, NULL);
	}
	return effects;
}
