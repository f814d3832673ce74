/*
 * needed.c
 *		What stands on what in the bin: a DROP of what something there needs is
 *		done around it, and an entry that others stand on neither goes nor comes
 *		back without them.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "effect/in_bin.h"
#include "effect/trial.h"
#include "undo/needed.h"

PG_FUNCTION_INFO_V1(safemig_bin_place);
PGDLLEXPORT Datum safemig_bin_place(PG_FUNCTION_ARGS);

Datum
safemig_bin_place(PG_FUNCTION_ARGS)
{
	ObjectAddress object;
	Oid schema;

	ObjectAddressSet(object, PG_GETARG_OID(0), PG_GETARG_OID(1));
	schema = bin_schema_of(&object);
	if (!OidIsValid(schema))
		PG_RETURN_NULL();
	PG_RETURN_OID(schema);
}

/* ---------- while it is dropped ---------- */

static List *
named_objects(List *effects)
{
	List *objects = NIL;
	ListCell *lc;

	foreach(lc, effects)
		if (((Effect *) lfirst(lc))->named)
			objects = lappend(objects, &((Effect *) lfirst(lc))->object);
	return objects;
}

List *
needs_of_bin(Keep *keep)
{
	if (!keeps_for_bin(keep))
		return NIL;
	return bin_needs_of_drop(list_concat(named_objects(keep->effects), named_objects(keep->let_go)),
							 behavior_of_drop(keep->stmt));
}

static Datum
needing_entries(List *needs)
{
	Datum *entries = palloc(sizeof(Datum) * Max(list_length(needs), 1));
	int count = 0;
	ListCell *lc;

	foreach(lc, needs)
		entries[count++] =
			Int64GetDatum(bin_entry_of_schema(bin_schema_of(&((BinNeed *) lfirst(lc))->dependent)));
	return PointerGetDatum(
		construct_array(entries, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static int
by_oid_of_object(const ListCell *a, const ListCell *b)
{
	Oid first = ((Effect *) lfirst(a))->object.objectId;
	Oid second = ((Effect *) lfirst(b))->object.objectId;

	return first < second ? -1 : first > second;
}

/* First the entries, then the objects, each in the order of their numbers. */
void
lock_what_bin_needs(Keep *keep)
{
	List *needs = needs_of_bin(keep);
	List *objects = NIL;
	Oid types[1] = {INT8ARRAYOID};
	Datum values[1];
	ListCell *lc;

	if (needs == NIL)
		return;
	values[0] = needing_entries(needs);
	(void) write_as_owner("SELECT FROM safemig.bin_entry WHERE id = ANY ($1) ORDER BY id FOR SHARE",
						  1, types, values, NULL);
	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (effect->into_bin && effect->object.classId != RelationRelationId)
			objects = lappend(objects, effect);
	}
	list_sort(objects, by_oid_of_object);
	foreach(lc, objects)
	{
		Effect *effect = lfirst(lc);

		LockDatabaseObject(effect->object.classId, effect->object.objectId, 0, AccessExclusiveLock);
	}
}

/* ---------- while it is kept ---------- */

static List *
entries_from(const char *sql, int64 entry)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {INT8OID};
	Datum values[1] = {Int64GetDatum(entry)};
	List *entries = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, 1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int64 *found = MemoryContextAlloc(caller, sizeof(int64));
		MemoryContext spi = MemoryContextSwitchTo(caller);
		bool isnull;

		*found =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
		entries = lappend(entries, found);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return entries;
}

List *
entries_needed_by(int64 entry)
{
	return entries_from("SELECT * FROM safemig.bin_needs($1) n(id) ORDER BY id DESC", entry);
}

bool
is_needed(int64 entry, bool refuse)
{
	List *needing =
		entries_from("SELECT * FROM safemig.bin_needed_by($1) n(id) ORDER BY id", entry);
	int64 first;

	if (needing == NIL)
		return false;
	if (!refuse)
		return true;
	first = *(int64 *) linitial(needing);
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("entry " INT64_FORMAT " is needed by what is kept under the id " INT64_FORMAT,
					entry, first),
			 errdetail("That would not come back without it."),
			 errhint("SELECT %s.purge_id(" INT64_FORMAT
					 "); first, or SELECT %s.undrop_id(" INT64_FORMAT "); which brings both back.",
					 SAFEMIG_NAME, first, SAFEMIG_NAME, first)));
}
