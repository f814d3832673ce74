/*
 * definition_moved.c
 *		What something in the bin stands on - a table's columns on their types, its
 *		indexes and triggers on functions - cannot be dropped from under it: it goes
 *		into the bin too, as it is, and comes back before that does.
 *
 * Meanwhile the owner and the grants of it are a word in its item, as those of a
 * relation are (relation_state.c), so that their roles can go.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/alter.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "effect/in_bin.h"
#include "undo/definition.h"
#include "undo/relation_state.h"

static bool
ask_yes_or_no(const char *sql, const ObjectAddress *object)
{
	Oid types[2] = {OIDOID, OIDOID};
	Datum values[2] = {ObjectIdGetDatum(object->classId), ObjectIdGetDatum(object->objectId)};
	bool isnull;
	bool answer;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, 2, types, values, NULL);
	answer = SPI_processed == 1 &&
		DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)) &&
		!isnull;
	SPI_finish();
	return answer;
}

bool
stands_under_bin(const ObjectAddress *object)
{
	return ask_yes_or_no("SELECT safemig.bin_stands_on($1, $2)", object);
}

static char *
state_of_foundation(const ObjectAddress *object)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[2] = {OIDOID, OIDOID};
	Datum values[2] = {ObjectIdGetDatum(object->classId), ObjectIdGetDatum(object->objectId)};
	char *state;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT safemig.bin_foundation($1, $2)", 2, types, values, NULL);
	state = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	state = MemoryContextStrdup(caller, state);
	SPI_finish();
	return state;
}

/* The object, and what is an inner part of it in a schema of its own: a range's multirange. */
static List *
with_parts(const ObjectAddress *object)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[2] = {OIDOID, OIDOID};
	Datum values[2] = {ObjectIdGetDatum(object->classId), ObjectIdGetDatum(object->objectId)};
	List *objects = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT * FROM safemig.bin_parts($1, $2)", 2, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ObjectAddress *part = MemoryContextAlloc(caller, sizeof(ObjectAddress));
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		MemoryContext spi;
		bool isnull;

		ObjectAddressSet(*part, DatumGetObjectId(SPI_getbinval(row, desc, 1, &isnull)),
						 DatumGetObjectId(SPI_getbinval(row, desc, 2, &isnull)));
		spi = MemoryContextSwitchTo(caller);
		objects = lappend(objects, part);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return objects;
}

/* ---------- moving ---------- */

typedef struct Move
{
	List *objects; /* of ObjectAddress * */
	Oid schema;
} Move;

static void
move_objects(void *arg)
{
	Move *move = arg;
	ObjectAddresses *moved = new_object_addresses();
	ListCell *lc;

	foreach(lc, move->objects)
	{
		ObjectAddress *part = lfirst(lc);

		if (get_object_namespace(part) != move->schema)
			(void) AlterObjectNamespace_oid(part->classId, part->objectId, move->schema, moved);
		CommandCounterIncrement();
	}
	free_object_addresses(moved);
}

/* Whoever dropped it or brings it back has no rights in the bin, and needs none. */
static void
move_to_schema(const ObjectAddress *object, Oid schema)
{
	Move move = {with_parts(object), schema};

	call_as_owner(move_objects, &move);
}

/* ALTER <the object> and what follows */
static void
alter_object(const ObjectAddress *object, const char *what)
{
	Oid types[3] = {OIDOID, OIDOID, TEXTOID};
	Datum values[3] = {ObjectIdGetDatum(object->classId), ObjectIdGetDatum(object->objectId),
					   CStringGetTextDatum(what)};
	char *statement;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"SELECT concat('ALTER ', safemig.sql_name_of($1, $2), ' ', safemig.bin_text($3))", 3, types,
		values, NULL);
	statement = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	(void) execute_as_owner(with_present_names(statement), 0, NULL, NULL, NULL);
	SPI_finish();
	CommandCounterIncrement();
}

static bool
has_owner(const ObjectAddress *object)
{
	return get_object_attnum_owner(object->classId) != InvalidAttrNumber;
}

static void
give_to(const ObjectAddress *object, Oid role)
{
	if (has_owner(object))
		alter_object(object,
					 psprintf("OWNER TO %s", quote_identifier(GetUserNameFromId(role, false))));
}

/* state: with the grants that it has then, or NULL: its owner's only */
static void
give_grants(const ObjectAddress *object, Oid owner, const char *state)
{
	Oid types[4] = {OIDOID, OIDOID, OIDOID, TEXTOID};
	Datum values[4] = {ObjectIdGetDatum(object->classId), ObjectIdGetDatum(object->objectId),
					   ObjectIdGetDatum(owner), CStringGetTextDatum(state ? state : "{}")};

	if (get_object_attnum_acl(object->classId) == InvalidAttrNumber)
		return;
	(void) write_as_owner("SELECT safemig.bin_give_grants($1, $2, 0,"
						  " safemig.bin_foundation_acl($1, $3, $4::jsonb))",
						  4, types, values, NULL);
	CommandCounterIncrement();
}

bool
move_foundation(Keep *keep, const Effect *effect)
{
	const ObjectAddress *object = &effect->object;
	BinItem *item;
	Oid home;

	if (!may_go_into_bin(object) || object->classId == RelationRelationId)
		return false;
	item = make_bin_item(KEPT_DEFINITION, effect);
	item->detail = state_of_foundation(object);
	home = get_object_namespace(object);
	move_to_schema(object, bin_schema(keep_entry(keep), home));
	give_to(object, bin_owner());
	give_grants(object, bin_owner(), NULL);
	keep_item(keep, item);
	return true;
}

/* ---------- and back ---------- */

bool
is_moved_foundation(const BinItem *item)
{
	return word_of_state(item->detail, "home") != NULL;
}

char *
name_of_foundation(const BinItem *item)
{
	return word_of_state(item->detail, "name");
}

char *
other_name_of_foundation(const BinItem *item, int nth)
{
	return makeObjectName(name_of_foundation(item), NULL,
						  nth < 2 ? "kept" : psprintf("kept%d", nth));
}

char *
schema_of_foundation(const BinItem *item)
{
	return word_of_state(item->detail, "home");
}

static Oid
home_of(const BinItem *item)
{
	char *schema = schema_of_foundation(item);
	Oid home = oid_of_state(item->detail, "home_oid");

	/* it may have another name by now, or be another one of its name */
	if (get_namespace_name(home) == NULL)
		home = get_namespace_oid(schema, true);
	if (!OidIsValid(home))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_SCHEMA), errmsg("schema \"%s\" does not exist", schema)));
	return home;
}

static char *
present_name_of(const ObjectAddress *object)
{
	int cache = get_object_catcache_oid(object->classId);
	HeapTuple tuple = SearchSysCache1(cache, ObjectIdGetDatum(object->objectId));
	bool isnull;
	char *name;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for object %u of catalog %u", object->objectId,
			 object->classId);
	name = pstrdup(NameStr(*DatumGetName(
		SysCacheGetAttr(cache, tuple, get_object_attnum_name(object->classId), &isnull))));
	ReleaseSysCache(tuple);
	return name;
}

/* The constructors of a range are called as it is; its multirange is not. */
static void
rename_with_parts(const ObjectAddress *object, const char *new_name)
{
	char *old = present_name_of(object);
	ListCell *lc;

	foreach(lc, with_parts(object))
	{
		ObjectAddress *part = lfirst(lc);
		char *name = present_name_of(part);
		const char *other =
			strcmp(name, old) == 0 ? new_name : makeObjectName(new_name, name, NULL);

		if (strcmp(name, other) != 0)
			alter_object(part, psprintf("RENAME TO %s", quote_identifier(other)));
	}
}

static void
give_foundation_back(Restore *restore, const BinItem *item)
{
	Oid owner = oid_of_state(item->detail, "owner_oid");

	if (!has_owner(&item->object))
		return;
	if (GetUserNameFromId(owner, true) != NULL)
	{
		give_to(&item->object, owner);
		give_grants(&item->object, owner, item->detail);
		report_lost_grants(restore, item->identity, item->detail);
		return;
	}
	/* a SECURITY DEFINER function acts with its owner's rights: nobody else may use it then */
	give_to(&item->object, safemig_owner());
	give_grants(&item->object, safemig_owner(), NULL);
	report_left_out(restore, "%s %s belongs to %s now, since its owner %s is gone.", item->type,
					item->identity, GetUserNameFromId(safemig_owner(), false),
					word_of_state(item->detail, "owner"));
}

void
bring_foundation_back(Restore *restore, const BinItem *item, const char *new_name)
{
	ObjectAddress object = item->object;
	Oid home = home_of(item);

	if (getObjectIdentity(&object, true) == NULL || !OidIsValid(bin_schema_of(&object)))
		ereport(ERROR, (errcode(ERRCODE_CANNOT_UNDO), errmsg("it is gone from the bin")));
	if (new_name != NULL)
		rename_with_parts(&object, new_name);
	move_to_schema(&object, home);
	give_foundation_back(restore, item);
}

void
purge_definitions(List *items)
{
	ObjectAddresses *targets = new_object_addresses();
	ListCell *lc;

	foreach(lc, items)
	{
		BinItem *item = lfirst(lc);
		ObjectAddress object = item->object;

		if (item->kind == KEPT_DEFINITION && is_moved_foundation(item) &&
			getObjectIdentity(&object, true) != NULL && OidIsValid(bin_schema_of(&object)))
			add_exact_object_address(&object, targets);
	}
	performMultipleDeletions(targets, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	free_object_addresses(targets);
}
