/*
 * capture_log.c
 *		The trigger of safemig.capture(): rows that were deleted or updated, written
 *		down in a table of the bin.  One top-level statement is one entry, each
 *		captured table an item of it.
 *
 * Rows of a partition are written down as rows of the captured table above it,
 * since they may come back into another partition.  A row that changes its
 * partition is deleted from one and inserted into another; the server leaves a
 * mark on the old one, and tells of the two one after the other.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/transaction_list.h"
#include "undo/bin.h"
#include "undo/capture.h"
#include "undo/column_state.h"
#include "undo/kept_copy.h"
#include "undo/purge.h"

PG_FUNCTION_INFO_V1(safemig_log_captured_row);
PGDLLEXPORT Datum safemig_log_captured_row(PG_FUNCTION_ARGS);

/* the bin is asked for room each time that so much was written */
#define ROOM_STEP (INT64CONST(8) << 20)

typedef struct LogColumn
{
	AttrNumber attnum; /* in the table */
	Oid type;
	int32 typmod;
	Oid output; /* of a value that is kept as it is printed, or InvalidOid */
} LogColumn;

/* Where the columns of a log are in one partition */
typedef struct LogSource
{
	Oid relid;
	AttrNumber *attnums;
} LogSource;

typedef struct RowLog
{
	TransactionItem item;
	uint64 statement;
	Oid unit; /* the table that it is of */
	int64 entry;
	int64 number; /* of the item */
	Oid table;	  /* of the bin */
	LogColumn *columns;
	int count;
	bool prints;   /* some values are kept as they are printed */
	List *sources; /* of LogSource */
	int64 events;
	int64 rows;
	int64 bytes;
	int64 next_step;
	bool given_up; /* there was no room */
} RowLog;

const char *(*capture_migration)(void) = NULL;

static TransactionList logs;

/* ---------- which statement ---------- */

static uint64 current_statement = 1;
static const char *statement_text = NULL;
static Portal known_portal = NULL;

void
captured_statement_ends(void)
{
	current_statement++;
}

void
captured_statement_begins(const char *text)
{
	current_statement++;
	statement_text = text;
}

static void
portal_ends(void *portal)
{
	current_statement++;
	if (known_portal == portal)
		known_portal = NULL;
}

/* A statement lasts as long as its portal, and no longer than a change of the schema. */
static uint64
statement_now(void)
{
	MemoryContextCallback *callback;

	if (known_portal == ActivePortal)
		return current_statement;
	current_statement++;
	known_portal = ActivePortal;
	if (known_portal != NULL)
	{
		callback = MemoryContextAlloc(known_portal->portalContext, sizeof(MemoryContextCallback));
		callback->func = portal_ends;
		callback->arg = known_portal;
		MemoryContextRegisterResetCallback(known_portal->portalContext, callback);
	}
	return current_statement;
}

/* Of several in one message only the one that runs. */
static const char *
text_of_statement(void)
{
	PlannedStmt *stmt;

	if (statement_text != NULL)
		return statement_text;
	if (ActivePortal == NULL || ActivePortal->sourceText == NULL)
		return debug_query_string;
	stmt = ActivePortal->stmts != NIL ? linitial(ActivePortal->stmts) : NULL;
	if (stmt == NULL || stmt->stmt_location < 0 || stmt->stmt_len <= 0 ||
		stmt->stmt_location + stmt->stmt_len > (int) strlen(ActivePortal->sourceText))
		return ActivePortal->sourceText;
	return pnstrdup(ActivePortal->sourceText + stmt->stmt_location, stmt->stmt_len);
}

static int64
entry_of_statement(uint64 statement)
{
	ListCell *lc;

	foreach(lc, logs.items)
		if (((RowLog *) lfirst(lc))->statement == statement)
			return ((RowLog *) lfirst(lc))->entry;
	return bin_add_entry(text_of_statement(), capture_migration ? capture_migration() : NULL);
}

/* ---------- a log ---------- */

static bool
is_logged(Form_pg_attribute att)
{
	return !att->attisdropped && att->attgenerated == '\0';
}

static void
read_columns(RowLog *log, TupleDesc desc)
{
	log->columns = MemoryContextAllocZero(TopTransactionContext, sizeof(LogColumn) * desc->natts);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		LogColumn *column = &log->columns[log->count];
		bool varlena;

		if (!is_logged(att))
			continue;
		column->attnum = att->attnum;
		column->type = att->atttypid;
		column->typmod = att->atttypmod;
		if (is_kept_as_text(att->atttypid))
		{
			getTypeOutputInfo(att->atttypid, &column->output, &varlena);
			log->prints = true;
		}
		log->count++;
	}
}

/* Has nobody altered the table since its columns were read? */
static bool
has_same_columns(const RowLog *log, TupleDesc desc)
{
	int place = 0;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const LogColumn *column = &log->columns[place];

		if (!is_logged(att))
			continue;
		if (place == log->count || column->attnum != att->attnum || column->type != att->atttypid ||
			column->typmod != att->atttypmod)
			return false;
		place++;
	}
	return place == log->count;
}

static char *
detail_of(const RowLog *log)
{
	StringInfoData columns;
	StringInfoData types;

	initStringInfo(&columns);
	initStringInfo(&types);
	for (int i = 0; i < log->count; i++)
	{
		appendStringInfo(&columns, "%s%d", i > 0 ? "," : "", log->columns[i].attnum);
		appendStringInfo(&types, "%s%u", i > 0 ? "," : "", log->columns[i].type);
	}
	return psprintf("{\"columns\": \"%s\", \"types\": \"%s\"}", columns.data, types.data);
}

typedef struct LogPlace
{
	const RowLog *log;
	Oid schema;
} LogPlace;

static void
make_schema(void *arg)
{
	LogPlace *place = arg;

	place->schema = bin_schema(place->log->entry, get_rel_namespace(place->log->unit));
}

/* No doing of the statement's, which a migration would write down and drop. */
static Oid
schema_of_log(const RowLog *log)
{
	LogPlace place = {log, InvalidOid};

	call_as_owner(make_schema, &place);
	return place.schema;
}

static void
make_table(RowLog *log)
{
	Oid schema = schema_of_log(log);
	char *name = psprintf("rows_%u_%d", log->unit, list_length(logs.items) + 1);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(
		&sql,
		"CREATE %sTABLE %s (\"safemig command\" bigint, \"safemig event\" bigint, \"safemig image\" \"char\"",
		get_rel_persistence(log->unit) == RELPERSISTENCE_UNLOGGED ? "UNLOGGED " : "",
		quote_qualified_identifier(get_namespace_name(schema), name));
	for (int i = 0; i < log->count; i++)
	{
		LogColumn *column = &log->columns[i];

		appendStringInfo(
			&sql, ", %s %s", quote_identifier(get_attname(log->unit, column->attnum, false)),
			OidIsValid(column->output)
				? "text"
				: format_type_extended(column->type, column->typmod,
									   FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
	}
	appendStringInfoString(&sql, ") USING heap");
	(void) write_as_owner(sql.data, 0, NULL, NULL, NULL);
	log->table = get_relname_relid(name, schema);
	make_copy_member(log->table);
}

static RowLog *
open_log(uint64 statement, Oid unit, TupleDesc desc)
{
	RowLog *log = new_transaction_item(sizeof(RowLog));
	Effect *effect = make_relation_effect(ACTION_CHANGE_ROWS, unit);
	BinItem *item;

	effect->named = true;
	log->statement = statement;
	log->unit = unit;
	read_columns(log, desc);
	log->entry = entry_of_statement(statement);
	make_table(log);
	item = make_bin_item(KEPT_ROWS, effect);
	item->bin_oid = log->table;
	item->detail = detail_of(log);
	bin_add_item(log->entry, item);
	log->number = item->item;
	log->next_step = ROOM_STEP;
	transaction_list_add(&logs, log);
	return log;
}

static RowLog *
log_for(Oid unit)
{
	uint64 statement = statement_now();
	Relation rel = table_open(unit, NoLock);
	RowLog *log = NULL;
	ListCell *lc;

	foreach(lc, logs.items)
	{
		RowLog *candidate = lfirst(lc);

		if (candidate->statement == statement && candidate->unit == unit &&
			has_same_columns(candidate, RelationGetDescr(rel)))
			log = candidate;
	}
	if (log == NULL)
		log = open_log(statement, unit, RelationGetDescr(rel));
	table_close(rel, NoLock);
	return log;
}

/* ---------- a row ---------- */

static const LogSource *
source_of(RowLog *log, Oid relid)
{
	MemoryContext save;
	LogSource *source;
	ListCell *lc;

	foreach(lc, log->sources)
		if (((LogSource *) lfirst(lc))->relid == relid)
			return lfirst(lc);
	save = MemoryContextSwitchTo(TopTransactionContext);
	source = palloc(sizeof(LogSource));
	source->relid = relid;
	source->attnums = palloc(sizeof(AttrNumber) * Max(log->count, 1));
	for (int i = 0; i < log->count; i++)
		source->attnums[i] = relid == log->unit
			? log->columns[i].attnum
			: get_attnum(relid, get_attname(log->unit, log->columns[i].attnum, false));
	log->sources = lappend(log->sources, source);
	MemoryContextSwitchTo(save);
	return source;
}

static void
fill_slot(RowLog *log, TupleTableSlot *slot, const LogSource *source, HeapTuple tuple,
		  TupleDesc desc)
{
	int nest_level = log->prints ? print_exactly() : 0;

	for (int i = 0; i < log->count; i++)
	{
		Datum *value = &slot->tts_values[LOG_OWN_COLUMNS + i];
		bool *isnull = &slot->tts_isnull[LOG_OWN_COLUMNS + i];

		*value = heap_getattr(tuple, source->attnums[i], desc, isnull);
		if (!*isnull && OidIsValid(log->columns[i].output))
			*value = CStringGetTextDatum(OidOutputFunctionCall(log->columns[i].output, *value));
	}
	if (log->prints)
		AtEOXact_GUC(true, nest_level);
}

static void
log_row(RowLog *log, Relation rel, CommandId command, int64 event, char image, HeapTuple tuple)
{
	Relation table = table_open(log->table, RowExclusiveLock);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(table), &TTSOpsVirtual);

	slot->tts_values[LOG_COMMAND - 1] = Int64GetDatum((int64) command);
	slot->tts_values[LOG_EVENT - 1] = Int64GetDatum(event);
	slot->tts_values[LOG_IMAGE - 1] = CharGetDatum(image);
	for (int i = 0; i < LOG_OWN_COLUMNS; i++)
		slot->tts_isnull[i] = false;
	fill_slot(log, slot, source_of(log, RelationGetRelid(rel)), tuple, RelationGetDescr(rel));
	ExecStoreVirtualTuple(slot);
	table_tuple_insert(table, slot, GetCurrentCommandId(true), 0, NULL);
	log->bytes += tuple->t_len;
	ExecDropSingleTupleTableSlot(slot);
	table_close(table, NoLock);
}

/* Half of the rows would be worse than none. */
static void
give_up(RowLog *log)
{
	Oid types[2] = {INT8OID, INT8OID};
	Datum values[2] = {Int64GetDatum(log->entry), Int64GetDatum(log->number)};

	log->given_up = true;
	(void) write_as_owner("DELETE FROM safemig.bin_item WHERE entry = $1 AND item = $2", 2, types,
						  values, NULL);
	ereport(WARNING,
			(errmsg("rows of \"%s\" are not kept: there is no room for them in the bin",
					get_rel_name(log->unit)),
			 errhint("SELECT %s.set('keep_max_bytes', '...'); gives it more.", SAFEMIG_NAME)));
}

bool
some_log_was_given_up(void)
{
	ListCell *lc;

	foreach(lc, logs.items)
		if (((RowLog *) lfirst(lc))->given_up)
			return true;
	return false;
}

static bool
finds_room(RowLog *log)
{
	int64 wanted = 0;
	ListCell *lc;

	if (log->bytes < log->next_step)
		return true;
	log->next_step = log->bytes + ROOM_STEP;
	foreach(lc, logs.items)
		if (!((RowLog *) lfirst(lc))->given_up)
			wanted += ((RowLog *) lfirst(lc))->bytes;
	return make_room_in_bin(wanted);
}

/* ---------- rows that change their partition ---------- */

typedef struct Moved
{
	TransactionId transaction;
	CommandId command;
	RowLog *log;
	int64 event;
} Moved;

/* The last event at each depth of triggers within triggers, if it was such a row's leaving */
#define DEEPEST 32
static Moved moved[DEEPEST];

static Moved *
last_moved(void)
{
	int depth = DatumGetInt32(OidFunctionCall0(F_PG_TRIGGER_DEPTH));

	return depth >= 0 && depth < DEEPEST ? &moved[depth] : NULL;
}

/* Its arrival is told right after; what else is inserted is nobody's loss. */
static void
log_arrival(Relation rel, HeapTuple tuple, const Moved *from)
{
	if (from->transaction != GetTopTransactionIdIfAny() ||
		from->command != HeapTupleHeaderGetCmin(tuple->t_data) || from->log->given_up ||
		from->log->unit != captured_as(rel))
		return;
	log_row(from->log, rel, from->command, from->event, IMAGE_NEW, tuple);
}

/* ---------- the trigger ---------- */

static void
log_change(const TriggerData *data, Moved *place)
{
	Relation rel = data->tg_relation;
	HeapTuple old = data->tg_trigtuple;
	CommandId command = HeapTupleHeaderGetCmax(old->t_data);
	bool updated = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
	bool leaves = !updated && HeapTupleHeaderIndicatesMovedPartitions(old->t_data);
	RowLog *log = log_for(captured_as(rel));
	int64 event;

	/* purged or brought back already, by a trigger of the same statement */
	if (log->given_up || !OidIsValid(get_rel_namespace(log->table)))
		return;
	event = ++log->events;
	log->rows++;
	log_row(log, rel, command, event, updated || leaves ? IMAGE_OLD : IMAGE_DELETED, old);
	if (updated)
		log_row(log, rel, command, event, IMAGE_NEW, data->tg_newtuple);
	if (leaves && place != NULL)
	{
		place->transaction = GetTopTransactionIdIfAny();
		place->command = command;
		place->log = log;
		place->event = event;
	}
	if (!finds_room(log))
		give_up(log);
}

Datum
safemig_log_captured_row(PG_FUNCTION_ARGS)
{
	TriggerData *data;
	Moved *place = NULL;
	Moved last = {0};

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is a trigger's")));
	data = (TriggerData *) fcinfo->context;
	if (!TRIGGER_FIRED_AFTER(data->tg_event) || !TRIGGER_FIRED_FOR_ROW(data->tg_event))
		return PointerGetDatum(NULL);
	if (data->tg_relation->rd_rel->relispartition && (place = last_moved()) != NULL)
	{
		last = *place;
		place->transaction = InvalidTransactionId;
	}
	if (!TRIGGER_FIRED_BY_INSERT(data->tg_event))
		log_change(data, place);
	else if (TransactionIdIsValid(last.transaction))
		log_arrival(data->tg_relation, data->tg_trigtuple, &last);
	return PointerGetDatum(NULL);
}

/* ---------- the end of the transaction ---------- */

static void
drop_given_up(const RowLog *log)
{
	Oid types[2] = {INT8OID, INT8OID};
	Datum values[2] = {Int64GetDatum(log->entry), Int64GetDatum(log->number)};

	drop_copy(log->table);
	/* a rollback to a savepoint may have brought the item back */
	(void) write_as_owner("DELETE FROM safemig.bin_item WHERE entry = $1 AND item = $2", 2, types,
						  values, NULL);
	if (write_as_owner("DELETE FROM safemig.bin_entry e WHERE id = $1"
					   " AND NOT EXISTS (SELECT FROM safemig.bin_item i WHERE i.entry = e.id)",
					   1, types, values, NULL) > 0)
		bin_drop_schemas(log->entry);
}

static void
write_figures(const RowLog *log)
{
	Oid types[4] = {INT8OID, INT8OID, FLOAT8OID, OIDOID};
	Datum values[4] = {Int64GetDatum(log->entry), Int64GetDatum(log->number),
					   Float8GetDatum((double) log->rows), ObjectIdGetDatum(log->table)};

	(void) write_as_owner("UPDATE safemig.bin_item SET rows = $3,"
						  " bytes = pg_total_relation_size($4) WHERE entry = $1 AND item = $2",
						  4, types, values, NULL);
}

void
close_row_logs(void)
{
	ListCell *lc;

	if (logs.items == NIL)
		return;
	PushActiveSnapshot(GetTransactionSnapshot());
	foreach(lc, logs.items)
	{
		const RowLog *log = lfirst(lc);

		if (log->given_up)
			drop_given_up(log);
		else if (OidIsValid(get_rel_namespace(log->table)))
			write_figures(log);
	}
	PopActiveSnapshot();
	CommandCounterIncrement();
}
