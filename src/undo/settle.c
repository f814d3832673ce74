/*
 * settle.c
 *		CALL settle(): the values of dropped columns leave the rows of their table
 *		for a table of the bin, so that nothing has to be carried any more.
 *
 * Three transactions.  The first makes the table for the copy, empty, and hangs
 * the trigger by which it follows the keys of its rows.  The second fills it under
 * one snapshot while everybody reads and writes: a kept value never changes, and
 * until its trigger goes every row still has it; only who changes a key waits for
 * the copy, for what he changes must be in it or come after it.  In the third the
 * values leave the rows, under a short lock.  In between the entry is as good as
 * before, and can be settled anew.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/apart.h"
#include "base/errors.h"
#include "base/installation.h"
#include "undo/bin.h"
#include "undo/carry.h"
#include "undo/column_state.h"
#include "undo/follow_key.h"
#include "undo/kept_copy.h"
#include "undo/settle.h"

PG_FUNCTION_INFO_V1(safemig_settle);
PGDLLEXPORT Datum safemig_settle(PG_FUNCTION_ARGS);

static void
claim(int64 entry)
{
	if (!bin_claim(entry))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("there is nothing kept under the id " INT64_FORMAT, entry),
				 errhint("SELECT id, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
}

/* The items of the entry whose values are in the rows of a table that is there. */
static List *
items_in_place(int64 entry, LOCKMODE lock)
{
	List *items = NIL;
	ListCell *lc;

	foreach(lc, bin_items(entry))
	{
		BinItem *item = lfirst(lc);

		if (item->kind != KEPT_COLUMN || column_state(item->detail)->mode != COLUMN_IN_PLACE)
			continue;
		LockRelationOid(item->object.objectId, lock);
		if (OidIsValid(get_rel_namespace(item->object.objectId)))
			items = lappend(items, item);
	}
	return items;
}

static List *
claimed_items(int64 entry, LOCKMODE lock)
{
	claim(entry);
	return items_in_place(entry, lock);
}

static CopyPlan
plan_of(const BinItem *item)
{
	ColumnState *state = column_state(item->detail);
	CopyPlan plan = {0};
	Relation rel = table_open(item->object.objectId, NoLock);

	plan.relid = item->object.objectId;
	plan.attnum = (AttrNumber) item->object.objectSubId;
	plan.type = state->type;
	plan.type_oid = state->type_oid;
	plan.as_text = is_kept_as_text(plan.type_oid);
	plan.only = true;
	plan.argument = argument_of_carried(rel, item->entry, plan.attnum);
	plan.key = state->key;
	table_close(rel, NoLock);
	return plan;
}

static void
make_copy(BinItem *item)
{
	CopyPlan plan = plan_of(item);

	plan.key = key_of_table(plan.relid, NIL);
	if (plan.argument == NULL || plan.key == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot be copied aside: %s", item->identity,
						plan.key == NIL ? "its table has no primary key"
										: "its values are no longer carried"),
				 errhint("SELECT %s.undrop_id(" INT64_FORMAT
						 "); brings it back, SELECT %s.purge_id(" INT64_FORMAT "); destroys it.",
						 SAFEMIG_NAME, item->entry, SAFEMIG_NAME, item->entry)));
	drop_copy(item->bin_oid); /* of a call that did not get to its end */
	item->bin_oid = make_copy_table(item->entry, &plan, "");
	item->detail = detail_with_text(item->detail, "key", text_of_key(plan.key));
	item->detail = detail_with(item->detail, "as_text", plan.as_text ? "true" : "false");
	update_bin_item(item);
}

static void
fill_copy(BinItem *item)
{
	CopyPlan plan = plan_of(item);

	(void) fill_copy_table(item->bin_oid, &plan, false);
}

/* Between two of our transactions another session may begin the same anew. */
static List *
items_still_mine(int64 entry, LOCKMODE lock, List *copies)
{
	List *items = claimed_items(entry, lock);
	ListCell *lc;

	foreach(lc, items)
		if (!list_member_oid(copies, ((BinItem *) lfirst(lc))->bin_oid))
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("entry " INT64_FORMAT " is being settled by another session", entry),
					 errhint("Run it again.")));
	return items;
}

static void
hang_follow(const BinItem *item)
{
	hang_follow_trigger(item->object.objectId, item->entry, item->bin_oid,
						column_state(item->detail)->key);
}

static void
leave_rows(BinItem *item)
{
	item->detail = detail_with_text(item->detail, "mode", column_mode_word(COLUMN_COPIED));
	update_bin_item(item);
	hang_follow(item);
}

static void
commit(void)
{
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	SPI_commit();
	SPI_finish();
}

Datum
safemig_settle(PG_FUNCTION_ARGS)
{
	int64 entry;
	MemoryContext memory = AllocSetContextCreate(PortalContext ? PortalContext : TopMemoryContext,
												 "safemig settle", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(memory);
	List *items;
	List *copies = NIL;
	ListCell *lc;

	PreventCommandIfReadOnly("safemig.settle()");
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the id must not be null")));
	entry = PG_GETARG_INT64(0);
	if (castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_PLACE),
				 errmsg("settle() commits, so it cannot run inside a transaction"),
				 errhint("CALL %s.settle(" INT64_FORMAT "); on its own.", SAFEMIG_NAME, entry)));
	items = claimed_items(entry, AccessExclusiveLock);
	if (items == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("entry " INT64_FORMAT " keeps no column in the rows of its table", entry)));
	drop_follow_triggers(entry);
	foreach(lc, items)
	{
		make_copy(lfirst(lc));
		hang_follow(lfirst(lc));
		copies = lappend_oid(copies, ((BinItem *) lfirst(lc))->bin_oid);
	}
	commit();

	foreach(lc, items_still_mine(entry, ShareUpdateExclusiveLock, copies))
		fill_copy(lfirst(lc));
	commit();

	items = items_still_mine(entry, AccessExclusiveLock, copies);
	drop_kept_triggers(entry);
	foreach(lc, items)
		leave_rows(lfirst(lc));
	MemoryContextSwitchTo(caller);
	PG_RETURN_VOID();
}

/* ---------- what rewrites the table ---------- */

/* In the caller's transaction, which is about to have the table for itself anyway. */
static void
settle_now(int64 entry)
{
	List *items;
	ListCell *lc;

	items = claimed_items(entry, AccessExclusiveLock);
	foreach(lc, items)
	{
		make_copy(lfirst(lc));
		fill_copy(lfirst(lc));
	}
	drop_kept_triggers(entry);
	foreach(lc, items)
		leave_rows(lfirst(lc));
	CommandCounterIncrement();
}

/* Those of a table and its children that keep a column */
static List *
tables_with_columns(Oid relid)
{
	List *tables = NIL;
	ListCell *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		Relation rel = try_relation_open(lfirst_oid(lc), AccessShareLock);

		if (rel == NULL)
			continue;
		if (OidIsValid(carry_trigger(rel, 0, NULL)))
			tables = lappend_oid(tables, lfirst_oid(lc));
		relation_close(rel, AccessShareLock);
	}
	return tables;
}

/* The entry whose column the statement would have lost; 0: it ran.  Every other error is raised. */
static int64
try_to_execute(void (*execute)(void *arg), void *arg)
{
	int64 in_the_way;
	ErrorData *error;

	(void) entry_in_the_way_of_rewrite();
	error = run_apart(execute, arg);
	if (error == NULL)
		return 0;
	in_the_way = error->sqlerrcode == ERRCODE_CANNOT_UNDO ? entry_in_the_way_of_rewrite() : 0;
	if (in_the_way == 0)
		ReThrowError(error);
	return in_the_way;
}

static Oid
file_of(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid file = InvalidOid;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	file = ((Form_pg_class) GETSTRUCT(tuple))->relfilenode;
	ReleaseSysCache(tuple);
	return file;
}

typedef struct Follower
{
	char *trigger;
	char *entry;
} Follower;

/* What goes with the keys of a table and its children */
static List *
followers_of(Oid relid)
{
	List *followers = NIL;
	ListCell *lc;

	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		Relation rel = try_relation_open(lfirst_oid(lc), AccessShareLock);

		if (rel == NULL)
			continue;
		for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		{
			Trigger *trigger = &rel->trigdesc->triggers[i];
			Follower *follower;

			if (!follows_key(trigger))
				continue;
			follower = palloc(sizeof(Follower));
			follower->trigger = pstrdup(trigger->tgname);
			follower->entry = pstrdup(trigger->tgargs[0]);
			followers = lappend(followers, follower);
		}
		relation_close(rel, AccessShareLock);
	}
	return followers;
}

/* The server says that a trigger is in the way, of which its owner knows nothing. */
static void
execute_before_followers(List *followers, void (*execute)(void *arg), void *arg)
{
	ErrorData *error = run_apart(execute, arg);
	ListCell *lc;

	if (error == NULL)
		return;
	foreach(lc,
			error->sqlerrcode == ERRCODE_FEATURE_NOT_SUPPORTED && error->detail ? followers : NIL)
	{
		Follower *follower = lfirst(lc);

		if (strstr(error->detail, follower->trigger) != NULL)
			ereport(
				ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("the key cannot be altered: what is kept under the id %s is found by it",
						follower->entry),
				 errhint(
					 "SELECT %s.undrop_id(%s); brings it back, SELECT %s.purge_id(%s); destroys it.",
					 SAFEMIG_NAME, follower->entry, SAFEMIG_NAME, follower->entry)));
	}
	ReThrowError(error);
}

/* Which statements rewrite a table is the server's to know: it is tried. */
void
settle_and_execute(Oid relid, void (*execute)(void *arg), void *arg)
{
	List *followers = followers_of(relid);
	List *tables = tables_with_columns(relid);
	List *files = NIL;
	int64 entry;
	ListCell *lc;
	ListCell *file;

	if (tables == NIL)
	{
		if (followers != NIL)
			execute_before_followers(followers, execute, arg);
		else
			execute(arg);
		return;
	}
	foreach(lc, tables)
		files = lappend_oid(files, file_of(lfirst_oid(lc)));
	while ((entry = try_to_execute(execute, arg)) != 0)
		settle_now(entry);
	/* no rewrite, or what it would have lost is settled: SET TABLESPACE */
	forboth(lc, tables, file, files)
		if (file_of(lfirst_oid(lc)) != lfirst_oid(file))
			note_new_file(lfirst_oid(lc));
}
