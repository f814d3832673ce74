/*
 * carry.c
 *		The value of a dropped column stays in the rows that nobody touches; UPDATE
 *		writes NULL in its place (ExecBuildUpdateProjection).  This trigger, which
 *		fires last before each updated row is stored, puts the old value back.
 *
 * It works on the stored form alone, since the type may be gone by then.  A value
 * out of line stays where it is: toast_tuple_init() compares old and new tuple
 * column by column, dropped ones too, and deletes what is not referred to any more.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tupdesc_details.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/carry.h"
#include "undo/follow_key.h"

#define TRIGGER_FUNCTION "carry_kept_columns"
#define TRIGGER_PREFIX "~safemig_kept_" /* triggers fire in the order of their names */

PG_FUNCTION_INFO_V1(safemig_carry_kept_columns);
PGDLLEXPORT Datum safemig_carry_kept_columns(PG_FUNCTION_ARGS);

/* ---------- arguments: "3", or "3:" and the stored form of its missing value in hex ---------- */

char *
carry_argument(TupleDesc desc, AttrNumber attnum)
{
	Form_pg_attribute att = TupleDescAttr(desc, attnum - 1);
	char *argument = psprintf("%d", attnum);
	AttrMissing *missing;
	const char *bytes;
	char *hex;
	Size size;

	if (!att->atthasmissing || desc->constr == NULL || desc->constr->missing == NULL ||
		!desc->constr->missing[attnum - 1].am_present)
		return argument;
	missing = &desc->constr->missing[attnum - 1];
	size =
		att->attbyval ? sizeof(Datum) : datumGetSize(missing->am_value, att->attbyval, att->attlen);
	bytes = att->attbyval ? (char *) &missing->am_value : DatumGetPointer(missing->am_value);
	hex = palloc(size * 2 + 1);
	hex[hex_encode(bytes, size, hex)] = '\0';
	return psprintf("%s:%s", argument, hex);
}

bool
carried_missing_value(const char *argument, TupleDesc desc, Datum *value)
{
	AttrNumber attnum = (AttrNumber) atoi(argument);
	const char *hex = strchr(argument, ':');
	char *bytes;
	size_t length;

	if (hex == NULL)
		return false;
	length = strlen(++hex);
	bytes = palloc(length / 2 + 1);
	(void) hex_decode(hex, length, bytes);
	if (TupleDescAttr(desc, attnum - 1)->attbyval)
		memcpy(value, bytes, sizeof(Datum));
	else
		*value = PointerGetDatum(bytes);
	return true;
}

/* ---------- what the trigger does ---------- */

typedef struct Carried
{
	int count;
	AttrNumber *attnums;
	bool *has_missing;
	Datum *missing;
} Carried;

/* The first argument is the entry.  Read once for each query. */
static Carried *
read_arguments(FmgrInfo *function, Trigger *trigger, TupleDesc desc)
{
	MemoryContext save = MemoryContextSwitchTo(function->fn_mcxt);
	Carried *carried = palloc(sizeof(Carried));
	int count = trigger->tgnargs - 1;

	carried->count = 0;
	carried->attnums = palloc(sizeof(AttrNumber) * Max(count, 1));
	carried->has_missing = palloc(sizeof(bool) * Max(count, 1));
	carried->missing = palloc(sizeof(Datum) * Max(count, 1));
	for (int i = 1; i < trigger->tgnargs; i++)
	{
		AttrNumber attnum = (AttrNumber) atoi(trigger->tgargs[i]);

		if (attnum <= 0 || attnum > desc->natts || !TupleDescAttr(desc, attnum - 1)->attisdropped)
			continue;
		carried->attnums[carried->count] = attnum;
		carried->has_missing[carried->count] =
			carried_missing_value(trigger->tgargs[i], desc, &carried->missing[carried->count]);
		carried->count++;
	}
	MemoryContextSwitchTo(save);
	function->fn_extra = carried;
	return carried;
}

static HeapTuple
carry(Carried *carried, TupleDesc desc, HeapTuple old, HeapTuple new)
{
	int *columns = palloc(sizeof(int) * Max(carried->count, 1));
	Datum *values = palloc(sizeof(Datum) * Max(carried->count, 1));
	bool *nulls = palloc0(sizeof(bool) * Max(carried->count, 1));
	int stored = HeapTupleHeaderGetNatts(old->t_data);
	int found = 0;

	for (int i = 0; i < carried->count; i++)
	{
		AttrNumber attnum = carried->attnums[i];
		bool isnull = true;

		/* a row older than the column has the column's missing value */
		if (attnum > stored)
		{
			isnull = !carried->has_missing[i];
			values[found] = carried->missing[i];
		}
		else
			values[found] = heap_getattr(old, attnum, desc, &isnull);
		if (!isnull)
			columns[found++] = attnum;
	}
	return found == 0 ? new : heap_modify_tuple_by_cols(new, desc, found, columns, values, nulls);
}

/* TRUNCATE gives the table a new file, and loses no kept value that it had not in rows. */
static void
note_new_file(Oid relid)
{
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(relid)};

	(void) write_as_owner(
		"UPDATE safemig.bin_item SET detail = jsonb_set(detail, '{files}',"
		" detail -> 'files' || to_jsonb(pg_relation_filenode($1::regclass)::bigint))"
		" WHERE kind = 'column' AND object_oid = $1 AND jsonb_typeof(detail -> 'files') = 'array'",
		1, types, values, NULL);
}

Datum
safemig_carry_kept_columns(PG_FUNCTION_ARGS)
{
	TriggerData *data;
	Carried *carried;
	TupleDesc desc;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is a trigger's")));
	data = (TriggerData *) fcinfo->context;
	if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
	{
		note_new_file(RelationGetRelid(data->tg_relation));
		return PointerGetDatum(NULL);
	}
	if (!TRIGGER_FIRED_BY_UPDATE(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event))
		return PointerGetDatum(data->tg_trigtuple);
	if (follows_key(data->tg_trigger))
	{
		follow_key(data);
		return PointerGetDatum(data->tg_newtuple);
	}
	desc = RelationGetDescr(data->tg_relation);
	carried = fcinfo->flinfo->fn_extra;
	if (carried == NULL)
		carried = read_arguments(fcinfo->flinfo, data->tg_trigger, desc);
	return PointerGetDatum(carry(carried, desc, data->tg_trigtuple, data->tg_newtuple));
}

/* ---------- hanging it on tables ---------- */

static Oid
trigger_function(void)
{
	oidvector *none = buildoidvector(NULL, 0);
	Oid function =
		GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(TRIGGER_FUNCTION),
						PointerGetDatum(none), ObjectIdGetDatum(safemig_schema()));

	if (!OidIsValid(function))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("function %s.%s is missing", SAFEMIG_NAME, TRIGGER_FUNCTION),
				 errhint("ALTER EXTENSION %s UPDATE;", SAFEMIG_NAME)));
	return function;
}

/* Gone with the extension, as ALTER TRIGGER ... DEPENDS ON EXTENSION would have it. */
static Oid
add_trigger(Oid relid, int64 entry, List *arguments, List *columns, bool for_rows)
{
	CreateTrigStmt *stmt = makeNode(CreateTrigStmt);
	ObjectAddress trigger;
	ObjectAddress extension;
	ListCell *lc;

	stmt->trigname = psprintf(TRIGGER_PREFIX INT64_FORMAT, entry);
	stmt->row = for_rows;
	stmt->timing = for_rows ? TRIGGER_TYPE_BEFORE : TRIGGER_TYPE_AFTER;
	stmt->events = for_rows ? TRIGGER_TYPE_UPDATE : TRIGGER_TYPE_TRUNCATE;
	stmt->columns = columns;
	stmt->args = list_make1(makeString(psprintf(INT64_FORMAT, entry)));
	foreach(lc, arguments)
		stmt->args = lappend(stmt->args, makeString(lfirst(lc)));
	trigger = CreateTriggerFiringOn(stmt, NULL, relid, InvalidOid, InvalidOid, InvalidOid,
									trigger_function(), InvalidOid, NULL, true, false,
									TRIGGER_FIRES_ALWAYS);
	ObjectAddressSet(extension, ExtensionRelationId, safemig_extension());
	recordDependencyOn(&trigger, &extension, DEPENDENCY_AUTO_EXTENSION);
	CommandCounterIncrement();
	return trigger.objectId;
}

Oid
hang_carry_trigger(Oid relid, int64 entry, List *arguments)
{
	(void) add_trigger(relid, entry, NIL, NIL, false);
	return add_trigger(relid, entry, arguments, NIL, true);
}

void
hang_follow_trigger(Oid relid, int64 entry, Oid copy, List *key)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, key)
		columns = lappend(columns, makeString(get_attname(relid, lfirst_int(lc), false)));
	(void) add_trigger(relid, entry, list_make1(follow_argument(copy, key)), columns, true);
}

static bool
is_ours(Trigger *trigger, Oid function, int64 entry)
{
	return trigger->tgfoid == function && trigger->tgnargs > 0 &&
		(entry == 0 || strtoll(trigger->tgargs[0], NULL, 10) == entry);
}

static Trigger *
row_trigger(Relation rel, int64 entry)
{
	Oid function = trigger_function();

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		Trigger *trigger = &rel->trigdesc->triggers[i];

		if (is_ours(trigger, function, entry) && TRIGGER_FOR_ROW(trigger->tgtype) &&
			!follows_key(trigger))
			return trigger;
	}
	return NULL;
}

Oid
carry_trigger(Relation rel, int64 entry, bool *fires)
{
	Trigger *trigger = row_trigger(rel, entry);

	if (fires != NULL)
		*fires = trigger != NULL && trigger->tgenabled == TRIGGER_FIRES_ALWAYS;
	return trigger ? trigger->tgoid : InvalidOid;
}

const char *
argument_of_carried(Relation rel, int64 entry, AttrNumber attnum)
{
	Trigger *trigger = row_trigger(rel, entry);

	for (int i = 1; trigger != NULL && i < trigger->tgnargs; i++)
		if (atoi(trigger->tgargs[i]) == attnum)
			return pstrdup(trigger->tgargs[i]);
	return NULL;
}

static void
drop_triggers_of(Oid relid, int64 entry)
{
	Relation rel = table_open(relid, AccessExclusiveLock);
	Oid function = trigger_function();
	List *triggers = NIL;
	ListCell *lc;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		if (is_ours(&rel->trigdesc->triggers[i], function, entry))
			triggers = lappend_oid(triggers, rel->trigdesc->triggers[i].tgoid);
	table_close(rel, NoLock);
	foreach(lc, triggers)
	{
		ObjectAddress trigger;

		ObjectAddressSet(trigger, TriggerRelationId, lfirst_oid(lc));
		performDeletion(&trigger, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	}
	CommandCounterIncrement();
}

/* Also from what was a partition when it was hung. */
void
drop_kept_triggers(int64 entry)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[2] = {OIDOID, TEXTOID};
	Datum values[2] = {ObjectIdGetDatum(trigger_function()),
					   CStringGetTextDatum(psprintf(TRIGGER_PREFIX INT64_FORMAT "_", entry))};
	List *relids = NIL;
	ListCell *lc;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT DISTINCT tgrelid FROM pg_trigger WHERE tgfoid = $1"
							" AND starts_with(tgname::text, $2) ORDER BY 1",
							2, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		bool isnull;

		relids = lappend_oid(relids,
							 DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i],
															SPI_tuptable->tupdesc, 1, &isnull)));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	foreach(lc, relids)
		drop_triggers_of(lfirst_oid(lc), entry);
}

const char *
trigger_after_carry(Relation rel)
{
	Oid function = trigger_function();

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		Trigger *trigger = &rel->trigdesc->triggers[i];

		if (TRIGGER_FOR_ROW(trigger->tgtype) && TRIGGER_FOR_BEFORE(trigger->tgtype) &&
			TRIGGER_FOR_UPDATE(trigger->tgtype) && trigger->tgfoid != function &&
			strcmp(trigger->tgname, TRIGGER_PREFIX) > 0)
			return pstrdup(trigger->tgname);
	}
	return NULL;
}

/* ---------- what would lose it ---------- */

/* make_new_heap() says which table its relation is for; the row is not visible to others yet. */
static Oid
rewritten_table(Oid relid)
{
	Relation rel = table_open(RelationRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Oid table = InvalidOid;

	ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, ClassOidIndexId, true, SnapshotSelf, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		if (form->relkind == RELKIND_RELATION)
			table = form->relrewrite;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return table;
}

void
refuse_rewrite_of_kept(Oid relid)
{
	Oid table = rewritten_table(relid);
	Relation rel;
	Trigger *trigger;
	int64 entry;

	if (!OidIsValid(table))
		return;
	rel = table_open(table, NoLock);
	trigger =
		rel->trigdesc != NULL && rel->trigdesc->trig_update_before_row ? row_trigger(rel, 0) : NULL;
	entry = trigger ? strtoll(trigger->tgargs[0], NULL, 10) : 0;
	if (trigger != NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg(
				 "this statement rewrites table \"%s\", in whose rows a dropped column is still kept",
				 RelationGetRelationName(rel)),
			 errdetail("The column would be gone for good (entry " INT64_FORMAT " of %s.bin).",
					   entry, SAFEMIG_NAME),
			 errhint("CALL %s.settle(" INT64_FORMAT
					 "); copies it aside, or SELECT %s.purge_id(" INT64_FORMAT
					 "); destroys it. Then the statement can run.",
					 SAFEMIG_NAME, entry, SAFEMIG_NAME, entry)));
	table_close(rel, NoLock);
}
