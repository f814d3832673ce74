/*
 * subscriber.c
 *		Tables that logical replication writes: the apply worker deletes and
 *		truncates below every hook, but it fires triggers.
 *
 * guard_subscriber() hangs two internal triggers on a table and its partitions,
 * ENABLE REPLICA: they cost ordinary sessions nothing, and no dump carries them
 * to a database without us.  A refusal stops the subscription with the row's
 * transaction undone; a ticket, or the end of the protection, lets it go on.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "replication/logicalworker.h"
#include "utils/builtins.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "audit/history.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "base/transaction_list.h"
#include "guard/guard.h"
#include "guard/rule.h"

#define TRIGGER_FUNCTION "guard_replicated_change"

PG_FUNCTION_INFO_V1(safemig_guard_subscriber);
PG_FUNCTION_INFO_V1(safemig_unguard_subscriber);
PG_FUNCTION_INFO_V1(safemig_guard_replicated_change);
PGDLLEXPORT Datum safemig_guard_subscriber(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_unguard_subscriber(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_guard_replicated_change(PG_FUNCTION_ARGS);

/* ---------- what the triggers do ---------- */

/* Rows of one table that this transaction's replicated changes have touched */
typedef struct ChangedTable
{
	TransactionItem item;
	Oid relid;
	int64 rows;
} ChangedTable;

static TransactionList changed_tables;

static ChangedTable *
changed_table(Oid relid)
{
	ChangedTable *table;
	ListCell *lc;

	foreach(lc, changed_tables.items)
		if (((ChangedTable *) lfirst(lc))->relid == relid)
			return lfirst(lc);
	table = new_transaction_item(sizeof(ChangedTable));
	table->relid = relid;
	transaction_list_add(&changed_tables, table);
	return table;
}

/* Judged at the first row, for what is protected, and at the first one over max_rows. */
static void
judge_replicated_row(Oid relid)
{
	ChangedTable *table = changed_table(relid);
	int64 max_rows = setting_amount(SETTING_MAX_ROWS);
	Effect *effect;

	table->rows++;
	if (table->rows != 1 && (max_rows == 0 || table->rows != max_rows + 1))
		return;
	effect = make_relation_effect(ACTION_CHANGE_ROWS, relid);
	effect->named = true;
	effect->excess = max_rows > 0 && table->rows > max_rows ? (double) table->rows : 0;
	judge(list_make1(effect));
}

Datum
safemig_guard_replicated_change(PG_FUNCTION_ARGS)
{
	TriggerData *data;
	Oid relid;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is a trigger's")));
	data = (TriggerData *) fcinfo->context;
	relid = RelationGetRelid(data->tg_relation);

	/* in other sessions the hooks have judged the statement */
	if (IsLogicalWorker() && guard_is_awake())
	{
		if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		{
			Effect *effect = make_truncate_effect(relid);

			effect->named = true;
			judge(list_make1(effect));
		}
		else
			judge_replicated_row(relid);
	}
	if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		return PointerGetDatum(data->tg_newtuple);
	return PointerGetDatum(TRIGGER_FIRED_BY_TRUNCATE(data->tg_event) ? NULL : data->tg_trigtuple);
}

/* ---------- hanging them on tables ---------- */

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

static List *
own_triggers(Relation rel)
{
	List *triggers = NIL;
	Oid function = trigger_function();

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		if (rel->trigdesc->triggers[i].tgfoid == function)
			triggers = lappend_oid(triggers, rel->trigdesc->triggers[i].tgoid);
	return triggers;
}

/* Gone with the extension, as ALTER TRIGGER ... DEPENDS ON EXTENSION would have it. */
static void
add_trigger(Oid relid, int16 events, bool for_rows)
{
	CreateTrigStmt *stmt = makeNode(CreateTrigStmt);
	ObjectAddress trigger;
	ObjectAddress extension;

	stmt->trigname = "safemig_replicated";
	stmt->row = for_rows;
	stmt->timing = TRIGGER_TYPE_BEFORE;
	stmt->events = events;
	trigger = CreateTriggerFiringOn(stmt, NULL, relid, InvalidOid, InvalidOid, InvalidOid,
									trigger_function(), InvalidOid, NULL, true, false,
									TRIGGER_FIRES_ON_REPLICA);
	ObjectAddressSet(extension, ExtensionRelationId, safemig_extension());
	recordDependencyOn(&trigger, &extension, DEPENDENCY_AUTO_EXTENSION);
}

static void
guard_one_table(Relation rel)
{
	if (own_triggers(rel) != NIL)
		return;
	add_trigger(RelationGetRelid(rel), TRIGGER_TYPE_TRUNCATE, false);
	if (rel->rd_rel->relkind == RELKIND_RELATION)
		add_trigger(RelationGetRelid(rel), TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE, true);
}

static void
unguard_one_table(Relation rel)
{
	ListCell *lc;

	foreach(lc, own_triggers(rel))
	{
		ObjectAddress trigger;

		ObjectAddressSet(trigger, TriggerRelationId, lfirst_oid(lc));
		performDeletion(&trigger, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	}
}

static void
for_table_and_children(const char *name, const char *event, void (*work)(Relation rel))
{
	ObjectAddress object;
	HistoryRow row = {0};
	ListCell *lc;

	if (!lookup_permit_object(ACTION_TRUNCATE, name, &object) ||
		(get_rel_relkind(object.objectId) != RELKIND_RELATION &&
		 get_rel_relkind(object.objectId) != RELKIND_PARTITIONED_TABLE))
		ereport(ERROR, (errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no table \"%s\"", name)));
	if (!pg_class_ownercheck(object.objectId, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(object.objectId));
	foreach(lc, find_all_inheritors(object.objectId, ShareRowExclusiveLock, NULL))
	{
		Relation rel = table_open(lfirst_oid(lc), NoLock);

		work(rel);
		table_close(rel, NoLock);
	}
	row.event = event;
	row.subject = getObjectIdentity(&object, false);
	(void) record_history(&row);
}

Datum
safemig_guard_subscriber(PG_FUNCTION_ARGS)
{
	char *name = required_text(fcinfo, 0, "the table");

	PreventCommandIfReadOnly("safemig.guard_subscriber()");
	for_table_and_children(name, "subscriber guarded", guard_one_table);
	PG_RETURN_VOID();
}

Datum
safemig_unguard_subscriber(PG_FUNCTION_ARGS)
{
	char *name = required_text(fcinfo, 0, "the table");

	PreventCommandIfReadOnly("safemig.unguard_subscriber()");
	for_table_and_children(name, "subscriber no longer guarded", unguard_one_table);
	PG_RETURN_VOID();
}
