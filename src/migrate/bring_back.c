/*
 * bring_back.c
 *		Brings back what the opposite script destroyed.  Where the running script
 *		made something itself and put rows into it, it has the last word, and what
 *		is kept stays in the bin.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/apart.h"
#include "base/compat.h"
#include "base/installation.h"
#include "base/owner.h"
#include "effect/effect.h"
#include "effect/inverse.h"
#include "effect/stored.h"
#include "migrate/bring_back.h"
#include "migrate/journal.h"
#include "undo/column_state.h"
#include "undo/restore.h"

typedef struct KeptEntry
{
	int64 id;
	List *items; /* of BinItem */
	bool back;
	bool stays; /* and was told of */
} KeptEntry;

/* newest first; in the memory of the function's call */
static List *kept = NIL;

/* ---------- what there is ---------- */

void
bring_back_begin(const char *key)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(key)};
	ListCell *lc;

	kept = NIL;
	(void) execute_as_owner(
		"SELECT e.id FROM safemig.migration m JOIN safemig.bin_entry e ON e.xid = m.xid"
		" WHERE m.version_key = $1 AND e.state = 'kept' AND e.migration IS NOT NULL"
		" AND CASE WHEN safemig.is_version(e.migration) THEN safemig.version_key(e.migration) END = $1"
		" ORDER BY e.id DESC",
		1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		KeptEntry *entry = palloc0(sizeof(KeptEntry));
		bool isnull;

		entry->id =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		kept = lappend(kept, entry);
		MemoryContextSwitchTo(spi);
	}
	SPI_freetuptable(SPI_tuptable);
	foreach(lc, kept)
	{
		KeptEntry *entry = lfirst(lc);

		entry->items = bin_items(entry->id);
		entry->back = restore_functions_early(entry->id, NULL);
	}
}

void
bring_back_nothing(void)
{
	kept = NIL;
}

/* ---------- coming back ---------- */

static bool
same_thing(const BinItem *item, const char *type, const char *identity)
{
	return strcmp(item->type, type) == 0 && strcmp(item->identity, identity) == 0;
}

/* What the script would have made counts as made by it. */
static void
count_as_made(const KeptEntry *entry)
{
	ListCell *lc;

	foreach(lc, entry->items)
	{
		BinItem *item = lfirst(lc);

		if (item->named && (item->kind == KEPT_MOVED || item->kind == KEPT_COLUMN) &&
			object_exists(&item->object))
			journal_made(&item->object);
	}
}

static void
restore_now(KeptEntry *entry)
{
	tell_what_came_back(entry->id);
	entry->back = true;
	CommandCounterIncrement();
	count_as_made(entry);
}

/* The column, or former type, of that name, which is not back yet. */
static KeptEntry *
find_column(const Making *making, BinItem **found)
{
	ListCell *lc;
	ListCell *other;

	foreach(lc, kept)
	{
		KeptEntry *entry = lfirst(lc);

		foreach(other, entry->items)
		{
			BinItem *item = lfirst(other);

			if (item->kind == (making->retypes ? KEPT_COPY : KEPT_COLUMN) &&
				item->object.objectId == making->object.objectId &&
				strcmp(column_state(item->detail)->name, making->column) == 0)
			{
				*found = item;
				return entry;
			}
		}
	}
	return NULL;
}

/* Another type than it had is the script's will. */
static bool
is_same_type(const Making *making, const BinItem *item)
{
	const ColumnState *state = column_state(item->detail);

	return !OidIsValid(making->type) ||
		strcmp(name_of_type(making->type, making->typmod), state->type) == 0;
}

static bool
came_back_with_column(const Making *making)
{
	BinItem *item;
	KeptEntry *entry;

	if (making->column == NULL || (entry = find_column(making, &item)) == NULL)
		return false;
	if (!entry->back && !is_same_type(making, item))
	{
		entry->stays = true;
		ereport(NOTICE,
				(errmsg("%s stays in the bin, since the script gives it another type than it had",
						item->identity),
				 errhint("SELECT %s.undrop_id(" INT64_FORMAT ", as_name => %s); brings it back.",
						 SAFEMIG_NAME, entry->id,
						 quote_literal_cstr(psprintf("%s_kept", making->column)))));
		return false;
	}
	if (!entry->back)
		restore_now(entry);
	return making->retypes ||
		get_attnum(making->object.objectId, making->column) != InvalidAttrNumber;
}

/* An index, constraint, trigger that came back together with something. */
static bool
came_back_along(const Making *making)
{
	char *type;
	char *identity;
	ListCell *lc;
	ListCell *other;

	if (making->column != NULL || !object_exists(&making->object))
		return false;
	type = getObjectTypeDescription(&making->object, false);
	identity = getObjectIdentity(&making->object, false);
	foreach(lc, kept)
	{
		KeptEntry *entry = lfirst(lc);

		foreach(other, entry->back ? entry->items : NIL)
		{
			BinItem *item = lfirst(other);

			if (same_thing(item, type, identity))
				return true;
		}
	}
	return false;
}

Node *
bring_back_for_statement(Node *stmt)
{
	List *commands = NIL;
	ListCell *lc;

	if (kept == NIL)
		return stmt;
	foreach(lc, makings_of_statement(stmt))
		if (came_back_with_column(lfirst(lc)))
			commands = lappend(commands, ((Making *) lfirst(lc))->command);
	/* asked again: constraints have come with the columns */
	foreach(lc, makings_of_statement(stmt))
	{
		Making *making = lfirst(lc);

		if (!came_back_along(making))
			continue;
		if (making->command == NULL)
			return NULL;
		commands = lappend(commands, making->command);
	}
	return commands == NIL ? stmt : without_commands(stmt, commands);
}

/* ---------- in the place of what the script made ---------- */

static bool
is_created(const ObjectAddress *object, List *created)
{
	ListCell *lc;

	foreach(lc, created)
	{
		ObjectAddress *other = lfirst(lc);

		if (other->classId == object->classId && other->objectId == object->objectId &&
			other->objectSubId == 0)
			return true;
	}
	return false;
}

static bool
is_item(const KeptEntry *entry, const ObjectAddress *object)
{
	char *type = getObjectTypeDescription(object, false);
	char *identity = getObjectIdentity(object, false);
	ListCell *lc;

	foreach(lc, entry->items)
	{
		BinItem *item = lfirst(lc);

		/* rows are no table, and come back into the one that is there */
		if (item->kind != KEPT_ROWS && same_thing(item, type, identity))
			return true;
	}
	return false;
}

/* Relations the script made under the names of the entry's. */
static List *
stand_ins(const KeptEntry *entry, List *created)
{
	List *found = NIL;
	ListCell *lc;

	foreach(lc, created)
	{
		ObjectAddress *object = lfirst(lc);

		if (object->classId == RelationRelationId && object->objectSubId == 0 &&
			is_item(entry, object) && !goes_along(object, created))
			found = lappend(found, object);
	}
	return found;
}

/* The first of them that holds rows, or InvalidOid. */
static Oid
filled(List *relations)
{
	ListCell *lc;

	foreach(lc, relations)
	{
		Oid relid = ((ObjectAddress *) lfirst(lc))->objectId;
		char kind = get_rel_relkind(relid);

		if ((kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE) &&
			!relation_is_empty(relid, false))
			return relid;
	}
	return InvalidOid;
}

/* Will this or another entry bring such a thing back? */
static bool
comes_back(const ObjectAddress *object)
{
	ListCell *lc;

	foreach(lc, kept)
	{
		KeptEntry *entry = lfirst(lc);

		if (!entry->back && !entry->stays && is_item(entry, object))
			return true;
	}
	return false;
}

/*
 * Something that would go with the stand-ins and that does not come back.  A
 * foreign key comes with the table it points to.
 */
static char *
also_goes(List *relations, List *created)
{
	ListCell *lc;

	foreach(lc, closure_of_drop(relations, DROP_CASCADE))
	{
		Effect *effect = lfirst(lc);

		if (effect->part || is_created(&effect->object, relations) ||
			(effect->object.classId == ConstraintRelationId &&
			 is_created(&effect->object, created)) ||
			(is_created(&effect->object, created) && comes_back(&effect->object)))
			continue;
		return object_in_words(&effect->object);
	}
	return NULL;
}

/* The script has just made them, and holds their locks. */
static void
drop_stand_ins(List *relations)
{
	ObjectAddresses *objects = new_object_addresses();
	ListCell *lc;

	foreach(lc, relations)
		add_exact_object_address(lfirst(lc), objects);
	performMultipleDeletions(objects, DROP_CASCADE, PERFORM_DELETION_QUIETLY);
	free_object_addresses(objects);
	CommandCounterIncrement();
}

static void
tell_it_stays(const KeptEntry *entry, const char *why)
{
	const BinItem *item = linitial(entry->items);

	ereport(NOTICE,
			(errmsg("%s %s stays in the bin: %s", item->type, item->identity, why),
			 errhint("SELECT %s.undrop_id(" INT64_FORMAT
					 "); brings it back, under another name with as_name.",
					 SAFEMIG_NAME, entry->id)));
}

/* Created by the script, or written over by it, of which the bin has an entry too. */
static bool
script_made(const BinItem *item, List *created)
{
	ListCell *lc;
	ListCell *other;

	/* also under another OID than it was made with */
	if (item->object.classId == RelationRelationId && item->action == ACTION_DROP_INDEX)
		return OidIsValid(RangeVarGetRelid(
			makeRangeVarFromNameList(names_of_identity(item->identity)), NoLock, true));
	foreach(lc, created)
		if (same_thing(item, getObjectTypeDescription(lfirst(lc), false),
					   getObjectIdentity(lfirst(lc), false)))
			return true;
	foreach(lc, journal_entries())
		foreach(other, bin_items(*(int64 *) lfirst(lc)))
		{
			BinItem *written = lfirst(other);

			if (same_thing(item, written->type, written->identity))
				return true;
		}
	return false;
}

/* Of what was kept as definitions: is all of it there by the script's own doing? */
static bool
script_made_all(const KeptEntry *entry, List *created)
{
	ListCell *lc;

	foreach(lc, entry->items)
	{
		BinItem *item = lfirst(lc);

		if (item->named && (item->kind != KEPT_DEFINITION || !script_made(item, created)))
			return false;
	}
	return true;
}

typedef struct Rest
{
	KeptEntry *entry;
	List *relations;
} Rest;

static void
replace_and_restore(void *arg)
{
	Rest *rest = arg;

	if (rest->relations != NIL)
		drop_stand_ins(rest->relations);
	restore_now(rest->entry);
}

/* All of it or nothing, and then it stays in the bin: the script has run. */
static void
try_to_restore(Rest *rest)
{
	ErrorData *error = run_apart(replace_and_restore, rest);

	if (error == NULL)
		return;
	rest->entry->back = false;
	rest->entry->stays = true;
	tell_it_stays(rest->entry, error->message);
}

static void
bring_back_entry(KeptEntry *entry, bool mentioned_only)
{
	List *created = journal_creations();
	Rest rest = {entry, stand_ins(entry, created)};
	Oid full = filled(rest.relations);
	char *other;

	if (OidIsValid(full))
		tell_it_stays(entry,
					  psprintf("the script has put rows into the new %s", get_rel_name(full)));
	else if (rest.relations != NIL && (other = also_goes(rest.relations, created)) != NULL)
		tell_it_stays(entry, psprintf("%s depends on what the script made in its place", other));
	else if (rest.relations != NIL || (!mentioned_only && !script_made_all(entry, created)))
		try_to_restore(&rest);
}

void
bring_back_rest(bool mentioned_only)
{
	ListCell *lc;

	foreach(lc, kept)
		if (!((KeptEntry *) lfirst(lc))->back && !((KeptEntry *) lfirst(lc))->stays)
			bring_back_entry(lfirst(lc), mentioned_only);
	kept = NIL;
}
