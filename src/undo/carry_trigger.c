/*
 * carry_trigger.c
 *		Hangs the triggers of carry.c and follow_key.c on tables, finds them and
 *		takes them down; and refuses what would rewrite a table that has one.
 *
 * They are internal, so that no dump carries them to a database without us, and
 * always enabled: a replica's rows lose their values no less.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
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
add_trigger(Oid relid, int64 entry, List *arguments, bool for_rows)
{
	CreateTrigStmt *stmt = makeNode(CreateTrigStmt);
	ObjectAddress trigger;
	ObjectAddress extension;
	ListCell *lc;

	stmt->trigname = psprintf(TRIGGER_PREFIX INT64_FORMAT, entry);
	stmt->row = for_rows;
	stmt->timing = for_rows ? TRIGGER_TYPE_BEFORE : TRIGGER_TYPE_AFTER;
	stmt->events = for_rows ? TRIGGER_TYPE_UPDATE : TRIGGER_TYPE_TRUNCATE;
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
	(void) add_trigger(relid, entry, NIL, false);
	return add_trigger(relid, entry, arguments, true);
}

void
hang_follow_trigger(Oid relid, int64 entry, Oid copy, List *key)
{
	Oid trigger = add_trigger(relid, entry, list_make1(follow_argument(copy, key)), true);
	ListCell *lc;

	/* another type would make another key of it, and nothing the copy's own could be told by */
	foreach(lc, key)
	{
		ObjectAddress object;
		ObjectAddress column;

		ObjectAddressSet(object, TriggerRelationId, trigger);
		ObjectAddressSubSet(column, RelationRelationId, relid, lfirst_int(lc));
		recordDependencyOn(&object, &column, DEPENDENCY_NORMAL);
	}
	CommandCounterIncrement();
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
drop_triggers_of(Oid relid, int64 entry, bool all)
{
	Relation rel = table_open(relid, AccessExclusiveLock);
	Oid function = trigger_function();
	List *triggers = NIL;
	ListCell *lc;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		if (is_ours(&rel->trigdesc->triggers[i], function, entry) &&
			(all || follows_key(&rel->trigdesc->triggers[i])))
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
static void
drop_triggers(int64 entry, bool all)
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
		drop_triggers_of(lfirst_oid(lc), entry, all);
}

void
drop_kept_triggers(int64 entry)
{
	drop_triggers(entry, true);
}

void
drop_follow_triggers(int64 entry)
{
	drop_triggers(entry, false);
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

static bool
has_trigger_of_ours(Oid relid, Oid function)
{
	Relation rel = table_open(relid, NoLock);
	bool found = false;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		found = found ||
			(is_ours(&rel->trigdesc->triggers[i], function, 0) &&
			 TRIGGER_FOR_ROW(rel->trigdesc->triggers[i].tgtype));
	table_close(rel, NoLock);
	return found;
}

static void
check_order(Form_pg_trigger form)
{
	Oid function = trigger_function();
	char *name = pstrdup(NameStr(form->tgname));

	if (form->tgfoid == function
			? strncmp(name, TRIGGER_PREFIX, strlen(TRIGGER_PREFIX)) == 0
			: !(TRIGGER_FOR_ROW(form->tgtype) && TRIGGER_FOR_BEFORE(form->tgtype) &&
				TRIGGER_FOR_UPDATE(form->tgtype) && strcmp(name, TRIGGER_PREFIX) > 0 &&
				has_trigger_of_ours(form->tgrelid, function)))
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_CANNOT_UNDO),
		 form->tgfoid == function
			 ? errmsg("the trigger that keeps a dropped column of table \"%s\" keeps its name",
					  get_rel_name(form->tgrelid))
			 : errmsg(
				   "trigger \"%s\" would fire after the one that keeps a dropped column of table \"%s\"",
				   name, get_rel_name(form->tgrelid)),
		 errdetail("Triggers fire in the order of their names, and the last has the last word."),
		 errhint("Give it a name that sorts before \"~\".")));
}

void
refuse_trigger_after_carry(Oid trigger)
{
	Relation rel = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(trigger));
	scan = systable_beginscan(rel, TriggerOidIndexId, true, SnapshotSelf, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		check_order((Form_pg_trigger) GETSTRUCT(tuple));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

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

static int64 entry_in_the_way = 0;

int64
entry_in_the_way_of_rewrite(void)
{
	int64 entry = entry_in_the_way;

	entry_in_the_way = 0;
	return entry;
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
	entry_in_the_way = entry;
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
