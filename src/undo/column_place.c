/*
 * column_place.c
 *		A dropped attribute becomes a column again, with the number it had: the
 *		rows never lost it.  What RemoveAttributeById() of the server took from
 *		pg_attribute is put back.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/partition.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "catalog/toasting.h"
#include "commands/defrem.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/carry.h"
#include "undo/column_readers.h"
#include "undo/column_restore.h"
#include "undo/relation_state.h"

/* ---------- are the bytes there? ---------- */

/* A rewrite of the table leaves NULL in every row: one value that is none proves that there was none. */
static bool
some_row_has_value(Relation rel, AttrNumber attnum, bool *is_empty)
{
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	bool found = false;

	*is_empty = true;
	while (!found && table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool isnull;

		CHECK_FOR_INTERRUPTS();
		*is_empty = false;
		(void) slot_getattr(slot, attnum, &isnull);
		found = !isnull;
	}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	return found;
}

static void
check_bytes(Restore *restore, ReturningColumn *column, Relation rel)
{
	bool fires;
	bool is_empty;

	if (!OidIsValid(carry_trigger(rel, restore->entry, &fires)) || !fires)
		report_left_out(restore,
						"Rows of %s that were updated while its trigger was off have NULL in %s.",
						RelationGetRelationName(rel), column->name);
	/* SET TABLESPACE copies the file as it is, TRUNCATE tells us of the new one */
	if (file_is_known(column->state->detail, column->relid) ||
		some_row_has_value(rel, column->attnum, &is_empty) || is_empty)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_CANNOT_UNDO),
		 errmsg("%s cannot come back: its table was rewritten, and no row has its value any more",
				column->item->identity),
		 errdetail("Something rewrote the table while this extension was not awake."),
		 errhint("SELECT %s.purge_id(" INT64_FORMAT "); forgets it.", SAFEMIG_NAME,
				 restore->entry)));
}

/* ---------- is its type there? ---------- */

static Oid
present_type(ReturningColumn *column)
{
	const ColumnState *state = column->state;
	char *again;
	Oid type;

	if (SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(state->type_oid)))
		return state->type_oid;
	/* a domain made again: the rows hold its base type's values */
	again = ask_about("SELECT to_regtype($2)::oid FROM (SELECT $1) one", InvalidOid, state->type);
	type = again ? (Oid) strtoul(again, NULL, 10) : InvalidOid;
	if (!OidIsValid(type) || getBaseType(type) != state->base || state->base == state->type_oid)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: its type %s is gone", column->item->identity,
						state->type),
				 errhint("If the type is in the bin, bring it back first.")));
	return type;
}

static bool
has_layout_of(Form_pg_attribute att, Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form = (Form_pg_type) GETSTRUCT(tuple);
	bool same = form->typlen == att->attlen && form->typalign == att->attalign &&
		form->typbyval == att->attbyval;

	ReleaseSysCache(tuple);
	return same;
}

static void
check_layout(ReturningColumn *column, Form_pg_attribute att, Oid type)
{
	if (!has_layout_of(att, type))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: type %s is stored in another way now",
						column->item->identity, column->state->type)));
}

static Oid
present_collation(ReturningColumn *column, Oid type)
{
	const ColumnState *state = column->state;

	if (state->collation == NULL)
		return get_typcollation(type);
	if (!SearchSysCacheExists1(COLLOID, ObjectIdGetDatum(state->collation_oid)))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: its collation %s is gone", column->item->identity,
						state->collation)));
	return state->collation_oid;
}

/* ---------- pg_attribute ---------- */

#define SET_COLUMN(column, datum)                                                                  \
	do                                                                                             \
	{                                                                                              \
		values[Anum_pg_attribute_##column - 1] = (datum);                                          \
		replaces[Anum_pg_attribute_##column - 1] = true;                                           \
	} while (0)

/* Read as its base type's: a domain's check is somebody's code, and was passed before. */
static Datum
missing_value(const char *text, Oid type, int32 typmod)
{
	Oid base = getBaseTypeAndTypmod(type, &typmod);
	int nest_level = print_exactly();
	Datum array = OidFunctionCall3(F_ARRAY_IN, CStringGetDatum(text), ObjectIdGetDatum(base),
								   Int32GetDatum(typmod));

	AtEOXact_GUC(true, nest_level);
	ARR_ELEMTYPE(DatumGetArrayTypeP(array)) = type;
	return array;
}

/* parents: 0 for a table of its own, 1 for a partition */
static void
write_attribute(Relation catalog, HeapTuple tuple, ReturningColumn *column, Oid type, Oid collation,
				const char *missing, int parents)
{
	Datum values[Natts_pg_attribute] = {0};
	bool nulls[Natts_pg_attribute] = {0};
	bool replaces[Natts_pg_attribute] = {0};
	int32 typmod = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypmod;
	NameData name;

	namestrcpy(&name, column->name);
	SET_COLUMN(attname, NameGetDatum(&name));
	SET_COLUMN(atttypid, ObjectIdGetDatum(type));
	SET_COLUMN(attcollation, ObjectIdGetDatum(collation));
	SET_COLUMN(attisdropped, BoolGetDatum(false));
	SET_COLUMN(attidentity, CharGetDatum('\0'));
	SET_COLUMN(attislocal, BoolGetDatum(parents == 0));
	SET_COLUMN(attinhcount, Int32GetDatum(parents));
	/* its roles may be gone, and its dependencies are: written anew */
	SET_COLUMN(attacl, (Datum) 0);
	nulls[Anum_pg_attribute_attacl - 1] = true;
	if (missing != NULL)
	{
		SET_COLUMN(atthasmissing, BoolGetDatum(true));
		SET_COLUMN(attmissingval, missing_value(missing, type, typmod));
	}
	tuple = heap_modify_tuple(tuple, RelationGetDescr(catalog), values, nulls, replaces);
	CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
}

static void
depend_on(Oid relid, AttrNumber attnum, Oid class, Oid oid)
{
	ObjectAddress object;
	ObjectAddress referenced;

	ObjectAddressSubSet(object, RelationRelationId, relid, attnum);
	ObjectAddressSet(referenced, class, oid);
	recordDependencyOn(&object, &referenced, DEPENDENCY_NORMAL);
}

/* What every column has in pg_depend */
static void
write_dependencies(Oid relid, AttrNumber attnum, Oid type, Oid collation)
{
	depend_on(relid, attnum, TypeRelationId, type);
	if (OidIsValid(collation) && collation != DEFAULT_COLLATION_OID)
		depend_on(relid, attnum, CollationRelationId, collation);
}

/* A rewrite without the column may have found that no other needs one. */
static void
give_toast_table(Oid relid)
{
	if (get_rel_relkind(relid) == RELKIND_RELATION)
		AlterTableCreateToastTable(relid, (Datum) 0, AccessExclusiveLock);
	CommandCounterIncrement();
}

void
refuse_odd_tables(ReturningColumn *column, Relation rel)
{
	if (rel->rd_rel->relispartition)
		ereport(
			ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("%s cannot come back: its table is a partition now", column->item->identity),
			 errhint("ALTER TABLE %s DETACH PARTITION %s; and bring it back then.",
					 present_name(get_partition_parent(column->relid, true)),
					 present_name(column->relid))));
	if (OidIsValid(rel->rd_rel->reloftype))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: its table is of a type that lacks it",
						column->item->identity),
				 errhint("ALTER TABLE %s NOT OF; and bring it back then.",
						 present_name(column->relid))));
}

void
undrop_in_place(Restore *restore, ReturningColumn *column)
{
	Relation rel = table_open(column->relid, NoLock);
	Relation catalog = table_open(AttributeRelationId, RowExclusiveLock);
	HeapTuple tuple =
		SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(column->relid), Int16GetDatum(column->attnum));
	Form_pg_attribute att;
	Oid type = present_type(column);
	Oid collation = present_collation(column, type);
	List *readers;

	refuse_odd_tables(column, rel);
	check_bytes(restore, column, rel);
	att = HeapTupleIsValid(tuple) ? (Form_pg_attribute) GETSTRUCT(tuple) : NULL;
	if (att == NULL || !att->attisdropped)
		elog(ERROR, "attribute %d of relation %u is not dropped", column->attnum, column->relid);
	check_layout(column, att, type);
	readers = readers_unaware_of(column->relid, column->attnum);
	write_attribute(catalog, tuple, column, type, collation, column->state->missing, 0);
	write_dependencies(column->relid, column->attnum, type, collation);
	table_close(catalog, RowExclusiveLock);
	CacheInvalidateRelcache(rel);
	table_close(rel, NoLock);
	CommandCounterIncrement();
	define_anew(column->relid, readers);
	give_toast_table(column->relid);
}

/* ---------- where it was, with the values of a copy ---------- */

/* The number that the column had in a table, or in a partition of it */
static AttrNumber
former_number(ReturningColumn *column, Oid relid)
{
	char *partitions = word_of_state(column->state->detail, "partitions");
	char *number;

	if (relid == column->relid)
		return (AttrNumber) column->item->object.objectSubId;
	number = partitions ? ask_about("SELECT $2::jsonb ->> $1::text", relid, partitions) : NULL;
	return number ? (AttrNumber) atoi(number) : InvalidAttrNumber;
}

static AttrNumber
number_of(HeapTuple attribute)
{
	return ((Form_pg_attribute) GETSTRUCT(attribute))->attnum;
}

static HeapTuple
dropped_attribute(ReturningColumn *column, Oid relid, Oid type)
{
	HeapTuple tuple = SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(relid),
										  Int16GetDatum(former_number(column, relid)));
	Form_pg_attribute att;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	att = (Form_pg_attribute) GETSTRUCT(tuple);
	return att->attisdropped && has_layout_of(att, type) ? tuple : NULL;
}

bool
undrop_empty(ReturningColumn *column, Oid type)
{
	Oid collation = present_collation(column, type);
	Relation catalog = table_open(AttributeRelationId, RowExclusiveLock);
	List *relids = column->only[0] == '\0' ? find_all_inheritors(column->relid, NoLock, NULL)
										   : list_make1_oid(column->relid);
	List *tuples = NIL;
	List *readers = NIL; /* of List, for each table */
	ListCell *relid;
	ListCell *tuple;

	foreach(relid, relids)
	{
		HeapTuple found = dropped_attribute(column, lfirst_oid(relid), type);

		if (found == NULL)
		{
			table_close(catalog, RowExclusiveLock);
			return false;
		}
		tuples = lappend(tuples, found);
	}
	forboth(relid, relids, tuple, tuples)
		readers = lappend(readers, readers_unaware_of(lfirst_oid(relid), number_of(lfirst(tuple))));
	forboth(relid, relids, tuple, tuples)
	{
		AttrNumber attnum = number_of(lfirst(tuple));

		write_attribute(catalog, lfirst(tuple), column, type, collation, NULL,
						lfirst_oid(relid) == column->relid ? 0 : 1);
		write_dependencies(lfirst_oid(relid), attnum, type, collation);
		CacheInvalidateRelcacheByRelid(lfirst_oid(relid));
	}
	table_close(catalog, RowExclusiveLock);
	CommandCounterIncrement();
	forboth(relid, relids, tuple, readers)
	{
		define_anew(lfirst_oid(relid), lfirst(tuple));
		give_toast_table(lfirst_oid(relid));
	}
	return true;
}

/* ---------- archives ---------- */

/* Its values are there, carried with the rows, when the archive takes them. */
#define CARRIED_COLUMNS                                                                            \
	"SELECT i.sub_id, i.detail FROM safemig.bin_item i JOIN safemig.bin_entry e ON e.id = i.entry" \
	" WHERE e.state = 'kept' AND i.kind = 'column' AND i.object_oid = $1"                          \
	" AND i.detail ->> 'mode' = 'in place' AND i.entry < $2 ORDER BY i.entry, i.item"

static List *
carried_columns(Oid table, Oid relid, int64 before)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[2] = {OIDOID, INT8OID};
	Datum values[2] = {ObjectIdGetDatum(table), Int64GetDatum(before)};
	List *columns = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(CARRIED_COLUMNS, 2, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		ReturningColumn *column = palloc0(sizeof(ReturningColumn));
		HeapTuple row = SPI_tuptable->vals[i];
		bool isnull;

		column->relid = relid;
		column->attnum =
			(AttrNumber) DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
		column->state = column_state(SPI_getvalue(row, SPI_tuptable->tupdesc, 2));
		columns = lappend(columns, column);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return columns;
}

static bool
undrop_attribute(Relation catalog, ReturningColumn *column)
{
	Oid type = column->state->type_oid;
	Oid collation = column->state->collation_oid;
	HeapTuple tuple =
		SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(column->relid), Int16GetDatum(column->attnum));

	if (!HeapTupleIsValid(tuple) || !((Form_pg_attribute) GETSTRUCT(tuple))->attisdropped ||
		!SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(type)))
		return false;
	/* another column may have its name by now */
	column->name = column->state->name;
	while (get_attnum(column->relid, column->name) != InvalidAttrNumber)
		column->name = makeObjectName(column->name, psprintf("%d", column->attnum), NULL);
	write_attribute(catalog, tuple, column, type, collation, column->state->missing, 0);
	write_dependencies(column->relid, column->attnum, type, collation);
	CommandCounterIncrement();
	return true;
}

List *
undrop_carried(Oid table, Oid relid, int64 before)
{
	Relation catalog = table_open(AttributeRelationId, RowExclusiveLock);
	List *attnums = NIL;
	ListCell *lc;

	foreach(lc, carried_columns(table, relid, before))
		if (undrop_attribute(catalog, lfirst(lc)))
			attnums = lappend_int(attnums, ((ReturningColumn *) lfirst(lc))->attnum);
	table_close(catalog, RowExclusiveLock);
	CacheInvalidateRelcacheByRelid(relid);
	CommandCounterIncrement();
	return attnums;
}

void
drop_again(Oid relid, List *attnums)
{
	ListCell *lc;

	foreach(lc, attnums)
	{
		ObjectAddress column;

		ObjectAddressSubSet(column, RelationRelationId, relid, lfirst_int(lc));
		performDeletion(&column, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	}
}

void
drop_from_archives(const BinItem *item)
{
	for (;;)
	{
		char *archive = ask_about(
			psprintf(
				"SELECT format('%%I.%%I DROP COLUMN %%I', n.nspname, c.relname, a.attname)"
				" FROM safemig.bin_item i JOIN safemig.bin_entry e ON e.id = i.entry"
				" JOIN pg_class c ON c.oid = i.bin_oid JOIN pg_namespace n ON n.oid = c.relnamespace"
				" JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = %d AND NOT a.attisdropped"
				" WHERE e.state = 'kept' AND i.kind = 'storage' AND i.object_oid = $1"
				" AND i.entry > %s AND $2 IS NOT NULL LIMIT 1",
				item->object.objectSubId, psprintf(INT64_FORMAT, item->entry)),
			item->object.objectId, "");

		if (archive == NULL)
			return;
		(void) write_as_owner(psprintf("ALTER TABLE %s", archive), 0, NULL, NULL, NULL);
	}
}
