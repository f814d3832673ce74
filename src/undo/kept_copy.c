/*
 * kept_copy.c
 *		Copies the values of a column aside, with the key of their row: for what
 *		cannot be kept in place.  Read below SQL, since the column may be dropped
 *		and since in REPEATABLE READ a query would miss what was committed since.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/bin.h"
#include "undo/carry.h"
#include "undo/kept_copy.h"

/* ---------- values as text ---------- */

bool
is_kept_as_text(Oid type)
{
	return type >= FirstNormalObjectId;
}

/* ---------- the table ---------- */

void
make_copy_member(Oid relid)
{
	ObjectAddress object;
	ObjectAddress extension;

	ObjectAddressSet(object, RelationRelationId, relid);
	ObjectAddressSet(extension, ExtensionRelationId, safemig_extension());
	recordDependencyOn(&object, &extension, DEPENDENCY_EXTENSION);
	CommandCounterIncrement();
}

void
drop_copy(Oid copy)
{
	ObjectAddress object;

	if (!OidIsValid(copy) || !OidIsValid(get_rel_namespace(copy)) ||
		!safemig_is_bin_schema(get_rel_namespace(copy)))
		return;
	LockRelationOid(copy, AccessExclusiveLock);
	ObjectAddressSet(object, RelationRelationId, copy);
	(void) deleteDependencyRecordsForClass(RelationRelationId, copy, ExtensionRelationId,
										   DEPENDENCY_EXTENSION);
	CommandCounterIncrement();
	performDeletion(&object, DROP_CASCADE, PERFORM_DELETION_INTERNAL);
}

static char *
collate_clause(Oid collation)
{
	HeapTuple tuple;
	Form_pg_collation form;
	char *clause;

	if (!OidIsValid(collation) || collation == DEFAULT_COLLATION_OID)
		return "";
	tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(collation));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for collation %u", collation);
	form = (Form_pg_collation) GETSTRUCT(tuple);
	clause = psprintf(" COLLATE %s",
					  quote_qualified_identifier(get_namespace_name(form->collnamespace),
												 NameStr(form->collname)));
	ReleaseSysCache(tuple);
	return clause;
}

Oid
make_copy_table(int64 entry, const CopyPlan *plan, const char *suffix)
{
	Oid schema = bin_schema(entry, get_rel_namespace(plan->relid));
	char *name = psprintf("column_%u_%d%s", plan->relid, plan->attnum, suffix);
	StringInfoData sql;
	int place = 0;
	ListCell *lc;
	Oid copy;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE %sTABLE %s (",
					 get_rel_persistence(plan->relid) == RELPERSISTENCE_UNLOGGED ? "UNLOGGED " : "",
					 quote_qualified_identifier(get_namespace_name(schema), name));
	foreach(lc, plan->key)
	{
		Oid type;
		int32 typmod;
		Oid collation;

		get_atttypetypmodcoll(plan->relid, lfirst_int(lc), &type, &typmod, &collation);
		appendStringInfo(&sql, "k%d %s%s, ", ++place,
						 format_type_extended(
							 type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY),
						 collate_clause(collation));
	}
	appendStringInfo(&sql, "former %s)", plan->as_text ? "text" : plan->type);
	(void) write_as_owner(sql.data, 0, NULL, NULL, NULL);
	copy = get_relname_relid(name, schema);
	make_copy_member(copy);
	return copy;
}

/* Found by it when the values come back, and no row twice. */
static void
make_copy_index(Oid copy, List *key)
{
	StringInfoData sql;

	if (key == NIL)
		return;
	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s ADD PRIMARY KEY (",
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(copy)),
												get_rel_name(copy)));
	for (int i = 1; i <= list_length(key); i++)
		appendStringInfo(&sql, "%sk%d", i > 1 ? ", " : "", i);
	appendStringInfoChar(&sql, ')');
	(void) write_as_owner(sql.data, 0, NULL, NULL, NULL);
}

/* ---------- the rows ---------- */

/* Where the columns of the plan are in one partition or child. */
static void
places_in(Oid root, Oid relid, const CopyPlan *plan, AttrNumber *keys, AttrNumber *column)
{
	int place = 0;
	ListCell *lc;

	foreach(lc, plan->key)
		keys[place++] = root == relid ? lfirst_int(lc)
									  : get_attnum(relid, get_attname(root, lfirst_int(lc), false));
	*column =
		root == relid ? plan->attnum : get_attnum(relid, get_attname(root, plan->attnum, false));
}

static void
value_of(const CopyPlan *plan, TupleTableSlot *slot, AttrNumber column, Datum missing,
		 bool has_missing, Datum *value, bool *isnull)
{
	*value = slot_getattr(slot, column, isnull);
	/* a dropped column's missing value is no longer in the catalog */
	if (has_missing && *isnull)
	{
		bool free;
		HeapTuple tuple = ExecFetchSlotHeapTuple(slot, false, &free);

		if (column > HeapTupleHeaderGetNatts(tuple->t_data))
		{
			*value = missing;
			*isnull = false;
		}
		if (free)
			heap_freetuple(tuple);
	}
	if (plan->as_text && !*isnull)
	{
		Oid output;
		bool varlena;

		getTypeOutputInfo(plan->type_oid, &output, &varlena);
		*value = CStringGetTextDatum(OidOutputFunctionCall(output, *value));
	}
}

static double
copy_rows(const CopyPlan *plan, Oid relid, Relation copy, bool with_nulls)
{
	Relation rel = table_open(relid, NoLock);
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	TupleTableSlot *from = table_slot_create(rel, NULL);
	TupleTableSlot *to = MakeSingleTupleTableSlot(RelationGetDescr(copy), &TTSOpsVirtual);
	BulkInsertState bulk = GetBulkInsertState();
	MemoryContext row_context =
		AllocSetContextCreate(CurrentMemoryContext, "safemig copied row", ALLOCSET_DEFAULT_SIZES);
	AttrNumber keys[INDEX_MAX_KEYS];
	AttrNumber column;
	Datum missing = 0;
	bool has_missing = plan->argument != NULL &&
		carried_missing_value(plan->argument, RelationGetDescr(rel), &missing);
	int nkeys = list_length(plan->key);
	double rows = 0;

	places_in(plan->relid, relid, plan, keys, &column);
	while (table_scan_getnextslot(scan, ForwardScanDirection, from))
	{
		MemoryContext save = MemoryContextSwitchTo(row_context);

		CHECK_FOR_INTERRUPTS();
		ExecClearTuple(to);
		value_of(plan, from, column, missing, has_missing, &to->tts_values[nkeys],
				 &to->tts_isnull[nkeys]);
		if (with_nulls || !to->tts_isnull[nkeys])
		{
			for (int i = 0; i < nkeys; i++)
				to->tts_values[i] = slot_getattr(from, keys[i], &to->tts_isnull[i]);
			ExecStoreVirtualTuple(to);
			/* a subscriber to all tables has no such table, and would stop at the row */
			table_tuple_insert(copy, to, GetCurrentCommandId(true), TABLE_INSERT_NO_LOGICAL, bulk);
			rows++;
		}
		MemoryContextSwitchTo(save);
		MemoryContextReset(row_context);
	}
	FreeBulkInsertState(bulk);
	ExecDropSingleTupleTableSlot(to);
	ExecDropSingleTupleTableSlot(from);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	MemoryContextDelete(row_context);
	table_close(rel, NoLock);
	return rows;
}

double
fill_copy_table(Oid copyid, const CopyPlan *plan, bool with_nulls)
{
	Relation copy = table_open(copyid, AccessExclusiveLock);
	List *tables =
		plan->only ? list_make1_oid(plan->relid) : find_all_inheritors(plan->relid, NoLock, NULL);
	int nest_level = print_exactly();
	double rows = 0;
	ListCell *lc;

	foreach(lc, tables)
	{
		char relkind = get_rel_relkind(lfirst_oid(lc));

		if (relkind == RELKIND_RELATION)
			rows += copy_rows(plan, lfirst_oid(lc), copy, with_nulls);
	}
	AtEOXact_GUC(true, nest_level);
	table_close(copy, NoLock);
	CommandCounterIncrement();
	make_copy_index(copyid, plan->key);
	return rows;
}

Oid
copy_column(int64 entry, const CopyPlan *plan, const char *suffix, bool with_nulls, double *rows)
{
	Oid copyid = make_copy_table(entry, plan, suffix);

	*rows = fill_copy_table(copyid, plan, with_nulls);
	return copyid;
}
