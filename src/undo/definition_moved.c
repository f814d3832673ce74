/*
 * definition_moved.c
 *		What a relation in the bin stands on - its columns' types, the functions of
 *		its indexes and triggers - cannot be dropped from under it: it goes into the
 *		bin too, as it is, and comes back before the relation does.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/alter.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "effect/trial.h"
#include "undo/definition.h"
#include "undo/restore.h"

static bool
ask_yes_or_no(const char *sql, Oid first, Oid second)
{
	Oid types[2] = {OIDOID, OIDOID};
	Datum values[2] = {ObjectIdGetDatum(first), ObjectIdGetDatum(second)};
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
	return ask_yes_or_no("SELECT safemig.bin_stands_on($1, $2)", object->classId, object->objectId);
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

static void
move_to_schema(const ObjectAddress *object, Oid schema)
{
	ObjectAddresses *moved = new_object_addresses();
	ListCell *lc;

	foreach(lc, with_parts(object))
	{
		ObjectAddress *part = lfirst(lc);

		if (get_object_namespace(part) != schema)
			(void) AlterObjectNamespace_oid(part->classId, part->objectId, schema, moved);
		CommandCounterIncrement();
	}
	free_object_addresses(moved);
}

/* Of the extension's owner meanwhile, so that its role can go. */
static void
take_over(const ObjectAddress *object)
{
	Oid types[3] = {OIDOID, OIDOID, TEXTOID};
	Datum values[3] = {ObjectIdGetDatum(object->classId), ObjectIdGetDatum(object->objectId)};
	char *statement;

	values[2] = CStringGetTextDatum(GetUserNameFromId(safemig_owner(), false));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"SELECT format('ALTER %s OWNER TO %I', safemig.sql_name_of($1, $2), safemig.bin_text($3))",
		3, types, values, NULL);
	statement = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	(void) execute_as_owner(with_present_names(statement), 0, NULL, NULL, NULL);
	SPI_finish();
	CommandCounterIncrement();
}

bool
move_foundation(Keep *keep, const Effect *effect, BinItem *item)
{
	Oid home;

	if (drops_relations_only(keep->stmt) || item == NULL ||
		!is_objectclass_supported(effect->object.classId) ||
		get_object_attnum_namespace(effect->object.classId) == InvalidAttrNumber)
		return false;
	home = get_object_namespace(&effect->object);
	move_to_schema(&effect->object, bin_schema(keep_entry(keep), home));
	take_over(&effect->object);
	item->detail = moved_foundation_detail(item->detail, get_namespace_name(home));
	keep_item(keep, item);
	return true;
}

/* NULL, or the error: its schema is gone, or its name is taken. */
void
bring_foundation_back(const BinItem *item, const char *schema)
{
	ObjectAddress object = item->object;
	Oid home = get_namespace_oid(schema, true);

	if (!OidIsValid(home))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_SCHEMA), errmsg("schema \"%s\" does not exist", schema)));
	if (getObjectIdentity(&object, true) == NULL)
		ereport(ERROR, (errcode(ERRCODE_CANNOT_UNDO), errmsg("it is gone from the bin")));
	move_to_schema(&object, home);
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

		if (item->kind == KEPT_DEFINITION && home_of_foundation(item) != NULL &&
			getObjectIdentity(&object, true) != NULL &&
			safemig_is_bin_schema(get_object_namespace(&object)))
			add_exact_object_address(&object, targets);
	}
	performMultipleDeletions(targets, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	free_object_addresses(targets);
}
