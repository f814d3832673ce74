/*
 * adopt.c
 *		safemig.adopt(): the version tables of migration tools, and the triggers on
 *		them.  What a row of one means is adopt_log.c's.
 *
 * A table that a tool makes for itself later gets its triggers when the statement
 * that made it has run; one that came with a dump at the first DDL after it, which
 * is when all rows are there.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "audit/history.h"
#include "audit/session.h"
#include "base/apart.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/text_list.h"
#include "base/transaction_list.h"
#include "guard/migration.h"
#include "guard/tool_tables.h"
#include "migrate/adopt.h"
#include "migrate/adopt_log.h"
#include "migrate/adopt_own.h"

#define TRIGGER_FUNCTION "log_tool_row"
#define TRIGGER_NAME "~safemig_adopt"

PG_FUNCTION_INFO_V1(safemig_adopt);
PG_FUNCTION_INFO_V1(safemig_unadopt);
PG_FUNCTION_INFO_V1(safemig_log_tool_row);
PGDLLEXPORT Datum safemig_adopt(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_unadopt(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_log_tool_row(PG_FUNCTION_ARGS);

/* ---------- which tools ---------- */

/* MikroORM, mikro-orm and mikro_orm are one. */
static bool
is_same_tool(const char *a, const char *b)
{
	for (;; a++, b++)
	{
		while (*a != '\0' && !isalnum((unsigned char) *a))
			a++;
		while (*b != '\0' && !isalnum((unsigned char) *b))
			b++;
		if (pg_tolower((unsigned char) *a) != pg_tolower((unsigned char) *b))
			return false;
		if (*a == '\0')
			return true;
	}
}

/* Of const char *, each once; wanted NULL: all. */
static List *
known_tools(const char *wanted)
{
	List *tools = NIL;
	const ToolTable *table;

	for (int i = 0; (table = tool_table_number(i)) != NULL; i++)
	{
		ListCell *lc;
		bool known = table->tool == NULL;

		foreach(lc, tools)
			known = known || strcmp(lfirst(lc), table->tool) == 0;
		if (!known && (wanted == NULL || is_same_tool(wanted, table->tool)))
			tools = lappend(tools, (char *) table->tool);
	}
	return tools;
}

static List *
tools_of_argument(const char *wanted)
{
	List *tools = known_tools(wanted);
	StringInfoData names;
	ListCell *lc;

	if (tools != NIL)
		return tools;
	initStringInfo(&names);
	foreach(lc, known_tools(NULL))
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", (char *) lfirst(lc));
	ereport(ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no tool \"%s\" to adopt", wanted),
			 errhint("Known are: %s.", names.data)));
}

static List *adopted; /* of char *; while scan_own_table() runs */

static void
take_tool(HeapTuple tuple, TupleDesc desc)
{
	bool isnull;
	Datum tool = own_column(tuple, desc, 1, &isnull);

	if (!isnull)
		adopted = lappend(adopted, TextDatumGetCString(tool));
}

/* The library may be newer than the tables. */
static List *
adopted_tools(void)
{
	Oid relid = safemig_find_relation("adopted_tool");
	List *found;

	adopted = NIL;
	if (OidIsValid(relid))
		scan_own_table(relid, take_tool);
	found = adopted;
	adopted = NIL;
	return found;
}

/* ---------- which tables ---------- */

static bool
may_be_tools(Form_pg_class form)
{
	return (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_PARTITIONED_TABLE) &&
		form->relpersistence != RELPERSISTENCE_TEMP && !safemig_is_bin_schema(form->relnamespace) &&
		form->relnamespace != safemig_schema();
}

static List *
tables_of_name(const char *name, List *tools, List *found)
{
	CatCList *list = SearchSysCacheList1(RELNAMENSP, CStringGetDatum(name));

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(&list->members[i]->tuple);
		const ToolTable *table = may_be_tools(form) ? find_tool_table(form->oid) : NULL;

		if (table != NULL && table->tool != NULL && is_in_texts(tools, table->tool))
			found = list_append_unique_oid(found, form->oid);
	}
	ReleaseSysCacheList(list);
	return found;
}

static List *
tables_of_tools(List *tools)
{
	List *found = NIL;
	const ToolTable *table;

	for (int i = 0; (table = tool_table_number(i)) != NULL; i++)
		if (table->tool != NULL && is_in_texts(tools, table->tool))
			found = tables_of_name(table->name, tools, found);
	return found;
}

/* ---------- triggers ---------- */

static Oid
trigger_function(void)
{
	oidvector *none = buildoidvector(NULL, 0);

	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(TRIGGER_FUNCTION),
						   PointerGetDatum(none), ObjectIdGetDatum(safemig_schema()));
}

/* Internal, for no dump and nobody's ALTER TABLE; gone with the extension. */
static void
hang_trigger(Oid relid, bool for_rows)
{
	CreateTrigStmt *stmt = makeNode(CreateTrigStmt);
	ObjectAddress trigger;
	ObjectAddress extension;

	stmt->trigname = TRIGGER_NAME;
	stmt->row = for_rows;
	stmt->timing = TRIGGER_TYPE_AFTER;
	stmt->events = for_rows ? TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE
							: TRIGGER_TYPE_TRUNCATE;
	trigger = CreateTriggerFiringOn(stmt, NULL, relid, InvalidOid, InvalidOid, InvalidOid,
									trigger_function(), InvalidOid, NULL, true, false,
									TRIGGER_FIRES_ALWAYS);
	ObjectAddressSet(extension, ExtensionRelationId, safemig_extension());
	recordDependencyOn(&trigger, &extension, DEPENDENCY_AUTO_EXTENSION);
	CommandCounterIncrement();
}

/* Ours on the table: OIDs */
static List *
our_triggers(Oid relid)
{
	Relation rel = table_open(relid, NoLock);
	Oid function = trigger_function();
	List *found = NIL;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		if (rel->trigdesc->triggers[i].tgfoid == function)
			found = lappend_oid(found, rel->trigdesc->triggers[i].tgoid);
	table_close(rel, NoLock);
	return found;
}

/* Returns how many of its rows the log did not have.  The caller holds the lock. */
static int64
adopt_table(Oid relid)
{
	const ToolTable *table = find_tool_table(relid);
	ToolLog log;

	if (table == NULL || our_triggers(relid) != NIL)
		return 0;
	hang_trigger(relid, true);
	hang_trigger(relid, false);
	log = tool_log(table, relid);
	return reconcile_tool_log(&log, relid, true);
}

typedef struct Adoption
{
	Oid relid;
	int64 versions;
} Adoption;

static void
adopt_this(void *arg)
{
	Adoption *adoption = arg;

	adoption->versions = adopt_table(adoption->relid);
}

/* Anybody may have made it: what is wrong with it must end neither others' DDL nor adopt(). */
static bool
adopt_if_possible(Oid relid, int64 *versions)
{
	Adoption adoption = {relid, 0};
	ErrorData *error = run_apart(adopt_this, &adoption);

	*versions += adoption.versions;
	if (error == NULL)
		return true;
	ereport(WARNING,
			(errmsg("table %s of a migration tool cannot be followed: %s",
					quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
											   get_rel_name(relid)),
					error->message)));
	return false;
}

static void
let_go(Oid relid)
{
	ListCell *lc;

	foreach(lc, our_triggers(relid))
	{
		ObjectAddress trigger;

		ObjectAddressSet(trigger, TriggerRelationId, lfirst_oid(lc));
		performDeletion(&trigger, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	}
}

/* ---------- tables that come later ---------- */

static bool look_for_tables = true; /* once in a session, for what a dump brought */

void
adopt_hears_of_relation(Oid relid)
{
	look_for_tables = true;
	own_hears_of_relation(relid);
}

/*
 * Nobody's DDL waits for a tool that is at work on its table: it is looked for
 * again after the next.  Returns whether there was a new one.
 */
static bool
adopt_new_tables(List *tools)
{
	bool found = false;
	ListCell *lc;

	look_for_tables = false;
	foreach(lc, tables_of_tools(tools))
	{
		Oid relid = lfirst_oid(lc);

		if (!ConditionalLockRelationOid(relid, AccessShareLock))
			look_for_tables = true;
		else if (our_triggers(relid) == NIL)
		{
			if (ConditionalLockRelationOid(relid, ShareRowExclusiveLock))
			{
				int64 versions = 0;

				found = adopt_if_possible(relid, &versions) || found;
			}
			else
				look_for_tables = true;
		}
	}
	return found;
}

void
adopt_after_statement(const char *text)
{
	List *tools;
	bool is_own;

	if (text == NULL && !look_for_tables)
		return;
	tools = adopted_tools();
	is_own = made_tool_table(tools);
	if (tools == NIL)
		return;
	/* made long ago, by a dump, and by this statement a tool's */
	if (look_for_tables && adopt_new_tables(tools))
		is_own = true;
	/* the tool's own table is not what its next version did */
	if (text != NULL && !is_own && guard_current_migration() == NULL && !creating_extension)
		own_hears_of_statement(log_tool_statement(text));
}

/* ---------- rows ---------- */

typedef struct Emptied
{
	TransactionItem item;
	Oid relid;
} Emptied;

static TransactionList emptied;

/*
 * golang-migrate empties its table before each row that it writes: only the
 * transaction's end tells what is gone.
 */
static void
before_transaction_ends(XactEvent event, void *arg)
{
	ListCell *lc;

	if (event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE)
		return;
	foreach(lc, emptied.items)
	{
		Oid relid = ((Emptied *) lfirst(lc))->relid;
		const ToolTable *table = find_tool_table(relid);
		ToolLog log;

		if (table == NULL || table->tool == NULL)
			continue;
		PushActiveSnapshot(GetTransactionSnapshot());
		log = tool_log(table, relid);
		(void) reconcile_tool_log(&log, relid, false);
		PopActiveSnapshot();
	}
}

static void
note_emptied(Oid relid)
{
	static bool registered = false;
	Emptied *item = new_transaction_item(sizeof(Emptied));

	if (!registered)
		RegisterXactCallback(before_transaction_ends, NULL);
	registered = true;
	item->relid = relid;
	transaction_list_add(&emptied, item);
}

static bool
is_same_version(const ToolVersion *a, const ToolVersion *b)
{
	return a != NULL && b != NULL && strcmp(a->identity, b->identity) == 0;
}

static void
log_row(const ToolTable *table, TriggerData *data)
{
	TupleDesc desc = RelationGetDescr(data->tg_relation);
	bool updated = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
	ToolVersion *first = read_tool_version(table, data->tg_trigtuple, desc);
	ToolVersion *old = TRIGGER_FIRED_BY_INSERT(data->tg_event) ? NULL : first;
	ToolVersion *new = updated ? read_tool_version(table, data->tg_newtuple, desc)
		: old == NULL		   ? first
							   : NULL;
	ToolLog log = tool_log(table, RelationGetRelid(data->tg_relation));

	own_hears_of_row();
	if (table->only_head && new != NULL)
		log_tool_head(&log, old, new);
	else if (table->only_head && old != NULL)
		log_tool_head_gone(&log, old);
	else
	{
		if (old != NULL && !is_same_version(old, new))
			log_tool_end(&log, old);
		if (new != NULL)
			log_tool_version(&log, new);
	}
}

Datum
safemig_log_tool_row(PG_FUNCTION_ARGS)
{
	TriggerData *data;
	const ToolTable *table;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is a trigger's")));
	data = (TriggerData *) fcinfo->context;
	/* a table may have become another tool's, or nobody's */
	table = find_tool_table(RelationGetRelid(data->tg_relation));
	if (table == NULL || table->tool == NULL || !is_in_texts(adopted_tools(), table->tool))
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		note_emptied(RelationGetRelid(data->tg_relation));
	else
		log_row(table, data);
	return PointerGetDatum(NULL);
}

/* ---------- the functions ---------- */

static void
record_tool(const char *event, const char *tool)
{
	HistoryRow row = {0};

	row.event = event;
	row.subject = tool;
	(void) record_history(&row);
}

static bool
change_tools(const char *sql, const char *tool)
{
	Oid types[2] = {TEXTOID, TEXTOID};
	Datum values[2] = {CStringGetTextDatum(tool), CStringGetTextDatum(session_role_name())};

	return write_as_owner(sql, 2, types, values, NULL) > 0;
}

Datum
safemig_adopt(PG_FUNCTION_ARGS)
{
	List *tools = tools_of_argument(optional_text(fcinfo, 0));
	int64 versions = 0;
	ListCell *lc;

	PreventCommandIfReadOnly("safemig.adopt()");
	foreach(lc, tools)
		if (change_tools("INSERT INTO safemig.adopted_tool (tool, adopted_at, adopted_by)"
						 " VALUES ($1, clock_timestamp(), $2) ON CONFLICT DO NOTHING",
						 lfirst(lc)))
			record_tool("adopt", lfirst(lc));
	foreach(lc, tables_of_tools(tools))
	{
		LockRelationOid(lfirst_oid(lc), ShareRowExclusiveLock);
		(void) adopt_if_possible(lfirst_oid(lc), &versions);
	}
	PG_RETURN_INT64(versions);
}

Datum
safemig_unadopt(PG_FUNCTION_ARGS)
{
	List *tools = tools_of_argument(optional_text(fcinfo, 0));
	int64 gone = 0;
	ListCell *lc;

	PreventCommandIfReadOnly("safemig.unadopt()");
	foreach(lc, tools)
		if (change_tools("DELETE FROM safemig.adopted_tool a WHERE a.tool = $1 AND $2 IS NOT NULL",
						 lfirst(lc)))
		{
			record_tool("unadopt", lfirst(lc));
			gone++;
		}
	foreach(lc, tables_of_tools(tools))
	{
		LockRelationOid(lfirst_oid(lc), AccessExclusiveLock);
		let_go(lfirst_oid(lc));
	}
	PG_RETURN_INT64(gone);
}
