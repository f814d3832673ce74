/*
 * capture_return.c
 *		The log of captured rows, read on their way back: the table as it is now,
 *		which column each value goes to, and the events, newest first.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_coerce.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "effect/effect.h"
#include "undo/capture.h"
#include "undo/capture_restore.h"
#include "undo/column_state.h"
#include "undo/kept_copy.h"
#include "undo/relation_state.h"

void
refuse_rows(const BinItem *item, const char *why)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_CANNOT_UNDO),
		 errmsg("the rows of %s %s cannot come back: %s", item->type, item->identity, why),
		 errdetail("Nothing came back of entry " INT64_FORMAT "; it is still kept.", item->entry),
		 errhint("SELECT %s.expose(" INT64_FORMAT "); lets you read them where they are.",
				 SAFEMIG_NAME, item->entry)));
}

/* ---------- the table and its columns ---------- */

static void
lock_table(LogReturn *back)
{
	Oid relid = back->relid;

	LockRelationOid(relid, RowExclusiveLock);
	if (!OidIsValid(get_rel_namespace(relid)))
		refuse_rows(back->item, "it was dropped");
	if (safemig_is_bin_schema(get_rel_namespace(relid)))
		refuse_rows(back->item, "it is in the bin itself; bring it back first");
	if (!pg_class_ownercheck(relid, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(get_rel_relkind(relid)),
					   get_rel_name(relid));
	back->role = role_of_table(relid);
}

/* By its number, also when it was renamed; one that came back from the bin by its name. */
static Form_pg_attribute
present_column(TupleDesc table, AttrNumber attnum, const char *name)
{
	if (attnum <= table->natts && !TupleDescAttr(table, attnum - 1)->attisdropped)
		return TupleDescAttr(table, attnum - 1);
	for (int i = 0; i < table->natts; i++)
		if (!TupleDescAttr(table, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(table, i)->attname), name) == 0)
			return TupleDescAttr(table, i);
	return NULL;
}

static bool
holds_every_value(Form_pg_attribute logged, Form_pg_attribute present, Oid former)
{
	ColumnDef *def = makeNode(ColumnDef);

	if (is_kept_as_text(former))
		return present->atttypid == former ||
			(is_kept_as_text(present->atttypid) && !get_typisdefined(former));
	/* which that function leaves to the server to say */
	if (!can_coerce_type(1, &logged->atttypid, &present->atttypid, COERCION_ASSIGNMENT))
		return false;
	def->typeName = makeTypeNameFromOid(present->atttypid, present->atttypmod);
	return type_change_is_lossless(logged->attrelid, logged->attnum, def);
}

static void
describe_column(LogReturn *back, BackColumn *column, Form_pg_attribute logged,
				Form_pg_attribute present, Oid former)
{
	bool varlena;

	if (present == NULL || present->attgenerated != '\0')
		refuse_rows(back->item,
					psprintf("its column %s is %s", NameStr(logged->attname),
							 present ? "computed now" : "gone"));
	if (!holds_every_value(logged, present, former))
		refuse_rows(back->item,
					psprintf("its column %s has another type now", NameStr(present->attname)));
	column->attnum = present->attnum;
	column->name = pstrdup(NameStr(present->attname));
	column->as_text = is_kept_as_text(former);
	column->type = column->as_text ? present->atttypid : logged->atttypid;
	column->typmod = present->atttypmod;
	column->identity_always = present->attidentity == ATTRIBUTE_IDENTITY_ALWAYS;
	get_typlenbyval(column->type, &column->length, &column->byval);
	getTypeInputInfo(column->type, &column->input, &column->input_param);
	getTypeOutputInfo(column->type, &column->output, &varlena);
}

static void
read_columns(LogReturn *back, TupleDesc log)
{
	Relation rel = table_open(back->relid, NoLock);
	const char *attnums = word_of_state(back->item->detail, "columns");
	const char *types = word_of_state(back->item->detail, "types");

	back->count = log->natts - LOG_OWN_COLUMNS;
	back->columns = palloc0(sizeof(BackColumn) * Max(back->count, 1));
	for (int i = 0; i < back->count && attnums != NULL && types != NULL; i++)
	{
		Form_pg_attribute logged = TupleDescAttr(log, LOG_OWN_COLUMNS + i);

		describe_column(back, &back->columns[i], logged,
						present_column(RelationGetDescr(rel), (AttrNumber) atoi(attnums),
									   NameStr(logged->attname)),
						(Oid) strtoul(types, NULL, 10));
		attnums = strchr(attnums, ',') ? strchr(attnums, ',') + 1 : attnums;
		types = strchr(types, ',') ? strchr(types, ',') + 1 : types;
	}
	table_close(rel, NoLock);
}

int
place_of_column(const LogReturn *back, AttrNumber attnum)
{
	for (int i = 0; i < back->count; i++)
		if (back->columns[i].attnum == attnum)
			return i;
	return -1;
}

static void
read_key(LogReturn *back)
{
	List *key = key_of_table(back->relid, NIL);
	ListCell *lc;

	foreach(lc, key)
	{
		int place = place_of_column(back, (AttrNumber) lfirst_int(lc));

		if (place < 0)
			refuse_rows(back->item, "its primary key is of other columns now");
		back->key = lappend_int(back->key, place);
	}
	if (key == NIL)
		refuse_rows(back->item, "it has no primary key any more that says which row is which");
}

/* ---------- the log ---------- */

/* Below SQL: in REPEATABLE READ a query would miss what was committed since. */
static void
sort_log(LogReturn *back, Relation log)
{
	AttrNumber columns[] = {LOG_COMMAND, LOG_EVENT, LOG_IMAGE};
	Oid operators[] = {lookup_type_cache(INT8OID, TYPECACHE_GT_OPR)->gt_opr,
					   lookup_type_cache(INT8OID, TYPECACHE_GT_OPR)->gt_opr,
					   lookup_type_cache(CHAROID, TYPECACHE_GT_OPR)->gt_opr};
	Oid collations[] = {InvalidOid, InvalidOid, InvalidOid};
	bool nulls_first[] = {false, false, false};
	Snapshot snapshot;
	TableScanDesc scan;
	TupleTableSlot *slot = table_slot_create(log, NULL);

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = table_beginscan(log, snapshot, 0, NULL);
	back->sorted = tuplesort_begin_heap(RelationGetDescr(log), 3, columns, operators, collations,
										nulls_first, work_mem, NULL, TUPLESORT_RANDOMACCESS);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		tuplesort_puttupleslot(back->sorted, slot);
	}
	tuplesort_performsort(back->sorted);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	ExecDropSingleTupleTableSlot(slot);
}

void
rewind_log(LogReturn *back)
{
	tuplesort_rescan(back->sorted);
}

typedef struct LogRow
{
	int64 command;
	int64 event;
	char image;
	RowImage row;
} LogRow;

static bool
next_log_row(LogReturn *back, LogRow *row)
{
	TupleDesc desc = back->slot->tts_tupleDescriptor;
	HeapTuple tuple;
	Datum *values;
	bool *isnull;

	CHECK_FOR_INTERRUPTS();
	if (!tuplesort_gettupleslot(back->sorted, true, false, back->slot, NULL))
		return false;
	tuple = ExecCopySlotHeapTuple(back->slot);
	values = palloc(sizeof(Datum) * desc->natts);
	isnull = palloc(sizeof(bool) * desc->natts);
	heap_deform_tuple(tuple, desc, values, isnull);
	row->command = DatumGetInt64(values[LOG_COMMAND - 1]);
	row->event = DatumGetInt64(values[LOG_EVENT - 1]);
	row->image = DatumGetChar(values[LOG_IMAGE - 1]);
	row->row.values = values + LOG_OWN_COLUMNS;
	row->row.isnull = isnull + LOG_OWN_COLUMNS;
	return true;
}

bool
next_event(LogReturn *back, RowEvent *event)
{
	LogRow first;
	LogRow second;

	memset(event, 0, sizeof(RowEvent));
	if (!next_log_row(back, &first))
		return false;
	event->command = first.command;
	event->event = first.event;
	event->old = first.row;
	event->went_elsewhere = first.image == IMAGE_OLD;
	event->updated = first.image == IMAGE_NEW;
	if (!event->updated)
		return true;
	if (!next_log_row(back, &second) || second.event != first.event || second.image != IMAGE_OLD)
		elog(ERROR, "the log of entry " INT64_FORMAT " lacks the old row of event " INT64_FORMAT,
			 back->item->entry, first.event);
	event->new = first.row;
	event->old = second.row;
	return true;
}

/* ---------- values ---------- */

Datum
value_for_table(const BackColumn *column, const RowImage *image, int place)
{
	if (!column->as_text || image->isnull[place])
		return image->values[place];
	return OidInputFunctionCall(column->input, TextDatumGetCString(image->values[place]),
								column->input_param, column->typmod);
}

bool
same_in_both(const BackColumn *column, const RowEvent *event, int place)
{
	bool isnull = event->old.isnull[place];

	if (isnull || event->new.isnull[place])
		return isnull == event->new.isnull[place];
	return datum_image_eq(event->old.values[place], event->new.values[place],
						  !column->as_text && column->byval, column->as_text ? -1 : column->length);
}

bool
is_as_left(const LogReturn *back, const RowImage *image, HeapTuple row, TupleDesc desc)
{
	for (int i = 0; i < back->count; i++)
	{
		const BackColumn *column = &back->columns[i];
		bool isnull;
		Datum value = SPI_getbinval(row, desc, i + 1, &isnull);

		if (isnull || image->isnull[i])
		{
			if (isnull != image->isnull[i])
				return false;
		}
		else if (column->as_text)
		{
			if (strcmp(OidOutputFunctionCall(column->output, value),
					   TextDatumGetCString(image->values[i])) != 0)
				return false;
		}
		else if (!datum_image_eq(value, image->values[i], column->byval, column->length))
			return false;
	}
	return true;
}

/* ---------- all of it ---------- */

LogReturn *
open_log_return(Restore *restore, const BinItem *item)
{
	LogReturn *back = palloc0(sizeof(LogReturn));
	HASHCTL ctl = {0};
	Relation log;

	back->restore = restore;
	back->memory = CurrentMemoryContext;
	back->item = item;
	back->relid = item->object.objectId;
	ctl.keysize = sizeof(int64);
	ctl.entrysize = sizeof(int64);
	ctl.hcxt = CurrentMemoryContext;
	back->left = hash_create("safemig rows left", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	back->skipped =
		hash_create("safemig rows skipped", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	lock_table(back);
	log = try_table_open(item->bin_oid, AccessShareLock);
	if (log == NULL)
		refuse_rows(item, "they are no longer in the bin");
	read_columns(back, RelationGetDescr(log));
	read_key(back);
	sort_log(back, log);
	back->slot =
		MakeSingleTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(log)), &TTSOpsMinimalTuple);
	table_close(log, NoLock);
	return back;
}

void
close_log_return(LogReturn *back)
{
	ExecDropSingleTupleTableSlot(back->slot);
	tuplesort_end(back->sorted);
}
