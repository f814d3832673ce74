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

#include "access/htup_details.h"
#include "access/tupdesc_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"

#include "base/errors.h"
#include "base/owner.h"
#include "undo/carry.h"
#include "undo/follow_key.h"

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

void
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
