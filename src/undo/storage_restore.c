/*
 * storage_restore.c
 *		The rows of a truncated table come back: by exchange of files when the
 *		table is empty and still the same, else as an INSERT; or into a new table.
 *		Either every row of every table of the entry comes back, or none.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xlog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_type.h"
#include "commands/matview.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/predicate.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/regproc.h"
#include "utils/relcache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "effect/effect.h"
#include "undo/archive.h"
#include "undo/carry.h"
#include "undo/storage.h"

/* A name that is likely to be free, as the next statement to type. */
static char *
name_beside(const BinItem *item)
{
	List *names = names_of_identity(item->identity);

	return quote_qualified_identifier(list_length(names) > 1 ? strVal(linitial(names)) : NULL,
									  psprintf("%s_kept", strVal(llast(names))));
}

void
refuse_return(Restore *restore, const BinItem *item, const char *why)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_CANNOT_UNDO),
		 errmsg("the rows of %s %s cannot come back into it: %s", item->type, item->identity, why),
		 errdetail("Nothing came back of entry " INT64_FORMAT "; it is still kept.",
				   restore->entry),
		 errhint("Bring them back beside it: SELECT %s.undrop_id(" INT64_FORMAT ", as_name => %s);",
				 SAFEMIG_NAME, restore->entry, quote_literal_cstr(name_beside(item)))));
}

/* ---------- the tables ---------- */

static bool
holds_rows(Oid relid)
{
	char relkind = get_rel_relkind(relid);

	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		relkind == RELKIND_MATVIEW;
}

/* The entry in which the table itself is kept, or 0. */
static int64
entry_that_keeps(Oid relid)
{
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(relid)};

	return bigint_as_owner(
		"SELECT e.id FROM safemig.bin_entry e JOIN safemig.bin_item i ON i.entry = e.id"
		" WHERE e.state = 'kept' AND i.kind = 'moved' AND i.object_oid = $1"
		" AND i.class_id = 'pg_class'::regclass AND i.sub_id = 0 ORDER BY e.id DESC LIMIT 1",
		1, types, values, NULL);
}

static void
require_target(Restore *restore, const BinItem *item)
{
	Oid relid = item->object.objectId;
	int64 entry;

	if (!holds_rows(relid))
		refuse_return(restore, item, "it was dropped");
	if (!safemig_is_bin_schema(get_rel_namespace(relid)))
		return;
	entry = entry_that_keeps(relid);
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("the rows of %s %s cannot come back into it: it is in the bin itself",
					item->type, item->identity),
			 entry != 0 ? errhint("Bring it back first: SELECT %s.undrop_id(" INT64_FORMAT ");",
								  SAFEMIG_NAME, entry)
						: errhint("Bring it back first: SELECT %s.undrop(%s);", SAFEMIG_NAME,
								  quote_literal_cstr(item->identity))));
}

/* Who had it then, as restore.c asked, and has it now. */
static void
check_present_owner(const BinItem *item)
{
	if (item->named && !pg_class_ownercheck(item->object.objectId, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER,
					   get_relkind_objtype(get_rel_relkind(item->object.objectId)),
					   get_rel_name(item->object.objectId));
}

/* In the order in which the statement locked them. */
static void
lock_target(Restore *restore, Return *back)
{
	Relation rel;

	require_target(restore, back->item);
	LockRelationOid(back->target, AccessExclusiveLock);
	require_target(restore, back->item);
	check_present_owner(back->item);
	rel = table_open(back->target, NoLock);
	CheckTableNotInUse(rel, "undrop()");
	table_close(rel, NoLock);
}

static List *
returns_of(Restore *restore, List *items)
{
	List *returns = NIL;
	ListCell *lc;

	foreach(lc, items)
	{
		Return *back = palloc0(sizeof(Return));

		back->item = lfirst(lc);
		back->detail = detail_from_text(back->item->detail);
		back->target = back->item->object.objectId;
		back->archive = back->item->bin_oid;
		if (OidIsValid(back->archive) && get_rel_relkind(back->archive) != RELKIND_RELATION)
			ereport(ERROR,
					(errcode(ERRCODE_CANNOT_UNDO),
					 errmsg("the rows of %s %s are no longer in the bin", back->item->type,
							back->item->identity)));
		if (OidIsValid(back->archive))
			LockRelationOid(back->archive, AccessExclusiveLock);
		returns = lappend(returns, back);
	}
	return returns;
}

/* ---------- exchange or insert ---------- */

/*
 * Would somebody follow the table's rows in the WAL?  An exchange of files
 * leaves no trace of them there.
 */
static bool
is_decoded(Relation rel)
{
	PublicationDesc publications;
	bool other_plugins;

	if (!XLogLogicalInfoActive())
		return false;
	RelationBuildPublicationDesc(rel, &publications);
	if (publications.pubactions.pubinsert)
		return true;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT 1 FROM pg_replication_slots"
							" WHERE database = current_database() AND plugin <> 'pgoutput'",
							0, NULL, NULL, NULL);
	other_plugins = SPI_processed > 0;
	SPI_finish();
	return other_plugins;
}

static bool
is_old(const Files *files)
{
	return files == NULL ||
		(files->created == InvalidSubTransactionId &&
		 files->replaced_at == InvalidSubTransactionId);
}

static bool
all_are_old(Oid relid)
{
	Relation rel = table_open(relid, NoLock);
	TableFiles *files = files_of_table(rel);
	bool old = is_old(&files->heap) && is_old(files->toast) && is_old(files->toast_index);
	ListCell *lc;

	table_close(rel, NoLock);
	foreach(lc, files->indexes)
		old = old && is_old(lfirst(lc));
	return old;
}

static bool
same_place(Relation table, Oid archive)
{
	Relation rel = table_open(archive, NoLock);
	bool same = table->rd_rel->relam == rel->rd_rel->relam &&
		table->rd_rel->relpersistence == rel->rd_rel->relpersistence &&
		table->rd_rel->reltablespace == rel->rd_rel->reltablespace;

	table_close(rel, NoLock);
	return same;
}

/*
 * Under wal_level = minimal what this transaction made is not in the WAL, and
 * which files that are is known by relation: those stay where they are.
 */
static bool
files_can_be_exchanged(Relation table, const Return *back)
{
	return same_place(table, back->archive) && same_columns(back->target, back->archive, true) &&
		restrictions_still_hold(back->target, &back->detail) && !is_decoded(table) &&
		(XLogIsNeeded() || (all_are_old(back->target) && all_are_old(back->archive)));
}

static void
exchange_files(Relation table, const Return *back)
{
	CheckTableForSerializableConflictIn(table);
	bring_files_back(back->target, back->archive, back->detail.indexes);
	note_new_file(back->target);
}

static void
bring_rows_back(Restore *restore, Return *back)
{
	Relation table = table_open(back->target, NoLock);
	bool matview = table->rd_rel->relkind == RELKIND_MATVIEW;
	bool empty = matview ? !RelationIsPopulated(table) : relation_is_empty(back->target, true);
	bool exchange = empty && files_can_be_exchanged(table, back);

	if (matview && !exchange)
		refuse_return(restore, back->item,
					  empty ? "it was altered since" : "it was refreshed since");
	if (matview)
		SetMatViewPopulatedState(table, true);
	if (exchange)
		exchange_files(table, back);
	table_close(table, NoLock);
	CommandCounterIncrement();
	if (exchange)
		return;
	back->copied = true;
	copy_rows_back(restore, back->target, back, true);
	if (!empty)
		report_left_out(restore, "%s held rows again: they are there too.", back->item->identity);
}

/* ---------- the keeper's turn ---------- */

/* A constraint, a value that does not fit, a policy that holds for the owner too */
static bool
rows_are_to_blame(int sqlerrcode)
{
	int category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		category == ERRCODE_DATA_EXCEPTION || sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE;
}

/* A row that the table does not take any more: all of the entry stays where it is. */
static void
do_or_say_why(Restore *restore, Return *back, void (*step)(Restore *restore, Return *back))
{
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		step(restore, back);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (!rows_are_to_blame(error->sqlerrcode))
			PG_RE_THROW();
		FlushErrorState();
		refuse_return(restore, back->item,
					  error->detail ? psprintf("%s (%s)", error->message, error->detail)
									: error->message);
	}
	PG_END_TRY();
}

static void
restore_into_old_tables(Restore *restore, List *returns)
{
	ListCell *lc;

	foreach(lc, returns)
		lock_target(restore, lfirst(lc));
	foreach(lc, returns)
		if (OidIsValid(((Return *) lfirst(lc))->archive))
			do_or_say_why(restore, lfirst(lc), bring_rows_back);
	foreach(lc, returns)
	{
		Return *back = lfirst(lc);

		do_or_say_why(restore, back, check_foreign_keys);
		put_sequences_forward(restore, back);
		report_back(restore, back->item);
	}
}

void
restore_storage(Restore *restore, List *items)
{
	List *returns = returns_of(restore, items);
	ListCell *lc;

	if (restore->as_name != NULL)
		restore_into_new_tables(restore, returns);
	else
		restore_into_old_tables(restore, returns);
	foreach(lc, returns)
		if (OidIsValid(((Return *) lfirst(lc))->archive))
			drop_archive(((Return *) lfirst(lc))->archive);
}

void
purge_storage(const BinItem *item)
{
	if (!OidIsValid(item->bin_oid) || get_rel_relkind(item->bin_oid) != RELKIND_RELATION)
		return;
	LockRelationOid(item->bin_oid, AccessExclusiveLock);
	drop_archive(item->bin_oid);
}
