/*
 * capture.c
 *		safemig.capture(): which tables, and the triggers on them.  What a trigger
 *		writes down is capture_log.c's.
 *
 * The triggers are made and taken down by the same transaction, so nobody else
 * ever sees one, and a rollback, to a savepoint too, is the server's business.
 * Why triggers: they fire for whatever changes a row (rules, views, cascades,
 * MERGE, upserts, other triggers), and know which new row an old one became.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/tablecmds.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "audit/history.h"
#include "audit/session.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "base/transaction_list.h"
#include "effect/effect.h"
#include "undo/capture.h"
#include "undo/kept_copy.h"

#define TRIGGER_FUNCTION "log_captured_row"
#define TRIGGER_NAME "~safemig_capture"

PG_FUNCTION_INFO_V1(safemig_capture);
PGDLLEXPORT Datum safemig_capture(PG_FUNCTION_ARGS);

typedef struct Captured
{
	TransactionItem item;
	Oid relid; /* as asked for */
} Captured;

typedef struct HungTrigger
{
	TransactionItem item;
	Oid relid;
	Oid trigger;
	bool arrivals; /* tells of rows from other partitions */
} HungTrigger;

static TransactionList captured;
static TransactionList triggers;

/* A table got a parent since the captured trees were looked at. */
static bool tree_grew = false;

/* ---------- which table ---------- */

static char *
identity_of(Oid relid)
{
	ObjectAddress object;

	ObjectAddressSet(object, RelationRelationId, relid);
	return getObjectIdentity(&object, false);
}

/* A table's identity, or the permit that goes with it: 'delete all public.clients'. */
static Oid
find_target(const char *target)
{
	ObjectAddress object;
	Action action;
	const char *rest;

	if (!action_of_text(target, &action, &rest))
		rest = target;
	if (*rest == '\0' || !lookup_permit_object(ACTION_CHANGE_ROWS, rest, &object) ||
		!OidIsValid(object.objectId))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no table \"%s\"", rest),
				 errhint("Write it with its schema: SELECT %s.capture('public.users');",
						 SAFEMIG_NAME)));
	return object.objectId;
}

pg_noreturn static void
refuse_capture(Oid relid, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("rows of %s cannot be captured: %s", identity_of(relid), why)));
}

/* Before any lock: who could not lock it with LOCK TABLE may not here. */
static void
check_target(Oid relid)
{
	char relkind = get_rel_relkind(relid);
	AclResult may = pg_class_aclcheck(relid, GetUserId(), ACL_UPDATE | ACL_DELETE | ACL_TRUNCATE);

	if (may != ACLCHECK_OK)
		aclcheck_error(may, get_relkind_objtype(relkind), get_rel_name(relid));
	if (relid < FirstNormalObjectId || safemig_owns(relid) ||
		safemig_is_bin_schema(get_rel_namespace(relid)))
		refuse_capture(relid, "it is none of yours");
	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE &&
		relkind != RELKIND_FOREIGN_TABLE)
		refuse_capture(relid, "it is no table; capture the tables that it stands for");
}

/* One table of the tree; those of a partition tree are known by the root's key. */
static void
check_table(Relation rel, Oid root)
{
	Oid relid = RelationGetRelid(rel);
	bool partition = rel->rd_rel->relispartition && relid != root;

	if (rel->rd_rel->relkind == RELKIND_FOREIGN_TABLE)
		refuse_capture(relid, "it is a foreign table, whose rows are elsewhere");
	if (RelationUsesLocalBuffers(rel))
		refuse_capture(relid, "it is temporary");
	if (rel->rd_rel->relkind == RELKIND_RELATION && rel->rd_rel->relam != HEAP_TABLE_AM_OID)
		refuse_capture(relid, "its access method is not heap");
	if (RelationGetNumberOfAttributes(rel) > MaxHeapAttributeNumber - LOG_OWN_COLUMNS)
		refuse_capture(relid, "it has too many columns");
	if (!partition && key_of_table(relid, NIL) == NIL)
		refuse_capture(relid,
					   "no primary key says whether a row is there again, or which one it was");
}

/* ---------- triggers ---------- */

static Oid
trigger_function(void)
{
	oidvector *none = buildoidvector(NULL, 0);

	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(TRIGGER_FUNCTION),
						   PointerGetDatum(none), ObjectIdGetDatum(safemig_schema()));
}

/* Internal, for no dump and nobody's ALTER TABLE; a row of a partition may come from another one. */
static void
hang_trigger(Relation rel, int16 events)
{
	CreateTrigStmt *stmt = makeNode(CreateTrigStmt);
	HungTrigger *hung = new_transaction_item(sizeof(HungTrigger));
	ObjectAddress trigger;
	ObjectAddress extension;

	stmt->trigname = TRIGGER_NAME;
	stmt->row = true;
	stmt->timing = TRIGGER_TYPE_AFTER;
	stmt->events = events;
	trigger = CreateTriggerFiringOn(stmt, NULL, RelationGetRelid(rel), InvalidOid, InvalidOid,
									InvalidOid, trigger_function(), InvalidOid, NULL, true, false,
									TRIGGER_FIRES_ALWAYS);
	ObjectAddressSet(extension, ExtensionRelationId, safemig_extension());
	recordDependencyOn(&trigger, &extension, DEPENDENCY_AUTO_EXTENSION);
	hung->relid = RelationGetRelid(rel);
	hung->trigger = trigger.objectId;
	hung->arrivals = (events & TRIGGER_TYPE_INSERT) != 0;
	transaction_list_add(&triggers, hung);
}

static bool
has_trigger(Oid relid, bool arrivals)
{
	ListCell *lc;

	foreach(lc, triggers.items)
	{
		HungTrigger *hung = lfirst(lc);

		if (hung->relid == relid && (hung->arrivals || !arrivals))
			return true;
	}
	return false;
}

/* What it has no trigger for yet; one captured alone may have become a partition. */
static bool
watch_rows(Relation rel)
{
	int16 events = 0;

	if (!has_trigger(RelationGetRelid(rel), false))
		events |= TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE;
	if (rel->rd_rel->relispartition && !has_trigger(RelationGetRelid(rel), true))
		events |= TRIGGER_TYPE_INSERT;
	if (events == 0)
		return false;
	CheckTableNotInUse(rel, "capture");
	hang_trigger(rel, events);
	return true;
}

static bool
is_captured(Oid relid)
{
	ListCell *lc;

	foreach(lc, captured.items)
		if (((Captured *) lfirst(lc))->relid == relid)
			return true;
	return false;
}

bool
captures_rows_of(Oid relid)
{
	ListCell *lc;

	if (triggers.items == NIL || some_log_was_given_up())
		return false;
	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		char kind = get_rel_relkind(lfirst_oid(lc));

		if (kind != RELKIND_PARTITIONED_TABLE && !has_trigger(lfirst_oid(lc), false))
			return false;
	}
	return true;
}

Oid
captured_as(Relation rel)
{
	Oid found = RelationGetRelid(rel);
	ListCell *lc;

	if (rel->rd_rel->relispartition)
		foreach(lc, get_partition_ancestors(RelationGetRelid(rel)))
			if (is_captured(lfirst_oid(lc)))
				found = lfirst_oid(lc);
	return found;
}

/* ---------- the end of the transaction ---------- */

/* Somebody took the trigger away or silenced it: what went meanwhile is lost, so it must not go. */
pg_noreturn static void
refuse_silenced(Oid relid)
{
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("the trigger that captures rows of %s was disabled or dropped meanwhile",
					identity_of(relid)),
			 errdetail("What was deleted or updated then would not be kept."),
			 errhint("ALTER TABLE ... DISABLE TRIGGER USER leaves it alone, ALL does not.")));
}

/*
 * As RemoveTriggerById(), but for its AccessExclusiveLock, for which a commit
 * would wait for every reader: nobody else has seen this trigger, and the lock
 * under which it was made keeps others from changing rows until we are gone.
 */
static void
take_down(const HungTrigger *hung)
{
	Relation rel = table_open(TriggerRelationId, RowExclusiveLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(hung->trigger));
	scan = systable_beginscan(rel, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		if (((Form_pg_trigger) GETSTRUCT(tuple))->tgenabled != TRIGGER_FIRES_ALWAYS)
			refuse_silenced(hung->relid);
		CatalogTupleDelete(rel, &tuple->t_self);
		(void) deleteDependencyRecordsFor(TriggerRelationId, hung->trigger, false);
		CacheInvalidateRelcacheByRelid(hung->relid);
	}
	else if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(hung->relid)))
		refuse_silenced(hung->relid);
	systable_endscan(scan);
	table_close(rel, RowExclusiveLock);
}

/* ---------- the trees ---------- */

/* Was any of it not captured yet? */
static bool
capture_tree(Oid root)
{
	bool grew = false;
	List *relids;
	ListCell *lc;

	LockRelationOid(root, ShareRowExclusiveLock);
	relids = find_all_inheritors(root, ShareRowExclusiveLock, NULL);
	foreach(lc, relids)
	{
		Relation rel = try_table_open(lfirst_oid(lc), NoLock);

		if (rel == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNKNOWN_NAME), errmsg("the table was dropped meanwhile")));
		check_table(rel, root);
		if (rel->rd_rel->relkind == RELKIND_RELATION)
			grew = watch_rows(rel) || grew;
		table_close(rel, NoLock);
	}
	CommandCounterIncrement();
	return grew;
}

/* What was attached to a captured tree, or made there, belongs to it. */
static bool
capture_what_grew(void)
{
	bool grew = false;
	List *roots = NIL;
	ListCell *lc;

	tree_grew = false;
	CommandCounterIncrement();
	foreach(lc, captured.items)
		roots = list_append_unique_oid(roots, ((Captured *) lfirst(lc))->relid);
	foreach(lc, roots)
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(lfirst_oid(lc))))
			grew = capture_tree(lfirst_oid(lc)) || grew;
	return grew;
}

void
capture_hears_of_parent(void)
{
	if (captured.items != NIL)
		tree_grew = true;
}

void
capture_after_statement(void)
{
	if (unlikely(tree_grew) && IsTransactionState())
		(void) capture_what_grew();
}

/* By no statement, so that rows may have changed in it before anybody looked. */
static void
refuse_unseen_growth(void)
{
	if (tree_grew && capture_what_grew())
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("a table was added below one that is captured, by no statement"),
				 errdetail("What was deleted or updated in it would not be kept.")));
}

static void
before_transaction_ends(XactEvent event, void *arg)
{
	ListCell *lc;

	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		tree_grew = false;
	if (event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE)
		return;
	if (triggers.items == NIL)
		return;
	refuse_unseen_growth();
	CommandCounterIncrement();
	foreach(lc, triggers.items)
		take_down(lfirst(lc));
	CommandCounterIncrement();
	close_row_logs();
}

/* ---------- the function ---------- */

static void
note_captured(Oid relid)
{
	static bool registered = false;
	Captured *item = new_transaction_item(sizeof(Captured));

	if (!registered)
		RegisterXactCallback(before_transaction_ends, NULL);
	registered = true;
	item->relid = relid;
	transaction_list_add(&captured, item);
}

static int64
record_capture(const char *identity, const char *reason)
{
	HistoryRow row = {0};

	row.event = "rows captured";
	row.subject = identity;
	row.reason = reason;
	return record_history(&row);
}

Datum
safemig_capture(PG_FUNCTION_ARGS)
{
	char *target = required_text(fcinfo, 0, "the table");
	char *reason = optional_text(fcinfo, 1);
	Oid relid = find_target(target);
	char *identity = identity_of(relid);

	PreventCommandIfReadOnly("safemig.capture()");
	check_target(relid);
	if (!setting_is_on(SETTING_KEEP))
	{
		ereport(NOTICE,
				(errmsg("rows of %s are not kept: the setting keep is off", identity),
				 errhint("SELECT %s.set_local('keep', 'on'); before it.", SAFEMIG_NAME)));
		PG_RETURN_NULL();
	}
	(void) capture_tree(relid);
	note_captured(relid);
	if (is_single_query() && capture_migration() == NULL)
		ereport(
			WARNING,
			(errmsg("the capture of %s ends with this query, since no transaction block is open",
					identity),
			 errhint("BEGIN; SELECT %s.capture(...); the statement; COMMIT;", SAFEMIG_NAME)));
	else
		ereport(NOTICE,
				(errmsg("rows of %s that this transaction deletes or updates are kept for %s",
						identity, setting_text(SETTING_KEEP_FOR)),
				 errhint("SELECT %s.undrop(%s); brings them back.", SAFEMIG_NAME,
						 quote_literal_cstr(identity))));
	PG_RETURN_INT64(record_capture(identity, reason));
}
