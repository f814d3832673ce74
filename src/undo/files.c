/*
 * files.c
 *		How the files of one relation change hands: which it has, that it gets
 *		others, that those it lost are not unlinked.  archive.c does it for a
 *		table with all its parts.
 *
 * Callers hold AccessExclusiveLock.  All of it is catalog rows and the
 * transaction's list of files to unlink, and so goes with the transaction.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/storage.h"
#include "commands/tablecmds.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "undo/files.h"

/* ---------- the files of one relation ---------- */

static void
note_files(Relation rel, Files *files)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(RelationGetRelid(rel)));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", RelationGetRelid(rel));
	files->relid = RelationGetRelid(rel);
	memcpy(&files->row, GETSTRUCT(tuple), sizeof(FormData_pg_class));
	ReleaseSysCache(tuple);
	files->node = rel->rd_node;
	files->created = rel->rd_createSubid;
	files->replaced = rel->rd_newRelfilenodeSubid;
	files->replaced_at = rel->rd_firstRelfilenodeSubid;
	files->check_xmin = rel->rd_index != NULL && rel->rd_index->indcheckxmin;
}

Files *
files_of(Oid relid)
{
	Files *files = palloc0(sizeof(Files));
	Relation rel = relation_open(relid, AccessExclusiveLock);

	note_files(rel, files);
	relation_close(rel, NoLock);
	return files;
}

static Oid
toast_index_of(Oid toast)
{
	Relation rel = table_open(toast, AccessExclusiveLock);
	List *indexes = RelationGetIndexList(rel);
	Oid index = InvalidOid;
	ListCell *lc;

	/* REINDEX CONCURRENTLY may have left a second one, which is not valid */
	foreach(lc, indexes)
		if (get_index_isvalid(lfirst_oid(lc)))
			index = lfirst_oid(lc);
	table_close(rel, NoLock);
	if (!OidIsValid(index))
		elog(ERROR, "TOAST table %u has no valid index", toast);
	return index;
}

TableFiles *
files_of_table(Relation table)
{
	TableFiles *files = palloc0(sizeof(TableFiles));
	ListCell *lc;

	note_files(table, &files->heap);
	if (OidIsValid(table->rd_rel->reltoastrelid))
	{
		files->toast = files_of(table->rd_rel->reltoastrelid);
		files->toast_index = files_of(toast_index_of(files->toast->relid));
	}
	/* what was not valid before is built anew when the rows come back */
	foreach(lc, RelationGetIndexList(table))
		if (get_index_isvalid(lfirst_oid(lc)))
			files->indexes = lappend(files->indexes, files_of(lfirst_oid(lc)));
	return files;
}

bool
still_has_files(const Files *files)
{
	Relation rel = relation_open(files->relid, NoLock);
	bool same = RelFileNodeEquals(rel->rd_node, files->node);

	relation_close(rel, NoLock);
	return same;
}

/* ---------- changing hands ---------- */

static void
write_file_columns(Oid relid, const FormData_pg_class *row)
{
	Relation pg_class = table_open(RelationRelationId, RowExclusiveLock);
	HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relid));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	copy_file_columns((Form_pg_class) GETSTRUCT(tuple), row);
	CatalogTupleUpdate(pg_class, &tuple->t_self, tuple);
	heap_freetuple(tuple);
	table_close(pg_class, RowExclusiveLock);
	CommandCounterIncrement();
}

/*
 * The index may not be used with snapshots older than this transaction, since
 * its files do not hold all versions of a row: a fresh index would not say so.
 */
void
set_check_xmin(Oid index)
{
	Relation pg_index = table_open(IndexRelationId, RowExclusiveLock);
	HeapTuple tuple = SearchSysCacheCopy1(INDEXRELID, ObjectIdGetDatum(index));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for index %u", index);
	((Form_pg_index) GETSTRUCT(tuple))->indcheckxmin = true;
	CatalogTupleUpdate(pg_index, &tuple->t_self, tuple);
	heap_freetuple(tuple);
	table_close(pg_index, RowExclusiveLock);
	CommandCounterIncrement();
}

void
unlink_at_commit(Oid relid)
{
	Relation rel = relation_open(relid, NoLock);

	RelationDropStorage(rel);
	relation_close(rel, NoLock);
}

/*
 * Under wal_level = minimal the server writes no WAL for files that this
 * transaction made, and asks these three whether it did.  They go with the
 * files.  A relation made here that gets files made here stays "made here".
 */
static void
note_newness(Oid relid, SubTransactionId created, SubTransactionId replaced,
			 SubTransactionId replaced_at)
{
	Relation rel = relation_open(relid, NoLock);

	rel->rd_createSubid = created;
	rel->rd_newRelfilenodeSubid = replaced;
	rel->rd_firstRelfilenodeSubid = replaced_at;
	relation_close(rel, NoLock);
}

void
hang_under_new(Oid relid, const Files *files)
{
	write_file_columns(relid, &files->row);
	RelationPreserveStorage(files->node, true);
	if (files->created == InvalidSubTransactionId && files->replaced_at == InvalidSubTransactionId)
		note_newness(relid, InvalidSubTransactionId, InvalidSubTransactionId,
					 InvalidSubTransactionId);
}

void
give_back(const Files *files)
{
	unlink_at_commit(files->relid);
	write_file_columns(files->relid, &files->row);
	RelationPreserveStorage(files->node, true);
	note_newness(files->relid, files->created, files->replaced, files->replaced_at);
}

static void
exchange_file_columns(Oid one, Oid other)
{
	Files *a = files_of(one);
	Files *b = files_of(other);

	write_file_columns(one, &b->row);
	write_file_columns(other, &a->row);
}

/*
 * The table's files are what they were before this transaction, and so are the
 * archive's (bring_files_back() is not asked otherwise when that matters).
 */
void
exchange_old_files(Oid one, Oid other)
{
	exchange_file_columns(one, other);
	note_newness(one, InvalidSubTransactionId, InvalidSubTransactionId, InvalidSubTransactionId);
	note_newness(other, InvalidSubTransactionId, InvalidSubTransactionId, InvalidSubTransactionId);
}

/* The archive was made just now, and its empty files become the relation's. */
void
exchange_for_new_files(Oid relid, Oid archived)
{
	Files *old = files_of(relid);
	Relation rel;

	exchange_file_columns(relid, archived);
	if (old->created == InvalidSubTransactionId && old->replaced_at == InvalidSubTransactionId)
		note_newness(archived, InvalidSubTransactionId, InvalidSubTransactionId,
					 InvalidSubTransactionId);
	rel = relation_open(relid, NoLock);
	RelationAssumeNewRelfilenode(rel);
	relation_close(rel, NoLock);
}

/* ---------- TOAST ---------- */

/*
 * Rows point to their TOAST table by its OID, so the table itself changes
 * hands: reltoastrelid, the dependency, and the name that says whose it is.
 */
static void
set_toast(Oid relid, Oid toast)
{
	Relation pg_class = table_open(RelationRelationId, RowExclusiveLock);
	HeapTuple tuple = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relid));
	ObjectAddress base;
	ObjectAddress object;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	((Form_pg_class) GETSTRUCT(tuple))->reltoastrelid = toast;
	CatalogTupleUpdate(pg_class, &tuple->t_self, tuple);
	heap_freetuple(tuple);
	table_close(pg_class, RowExclusiveLock);
	CommandCounterIncrement();
	if (!OidIsValid(toast))
		return;
	(void) deleteDependencyRecordsForClass(RelationRelationId, toast, RelationRelationId,
										   DEPENDENCY_INTERNAL);
	ObjectAddressSet(base, RelationRelationId, relid);
	ObjectAddressSet(object, RelationRelationId, toast);
	recordDependencyOn(&object, &base, DEPENDENCY_INTERNAL);
	CommandCounterIncrement();
}

static void
rename_toast(Oid toast, const char *name)
{
	RenameRelationInternal(toast, name, true, false);
	CommandCounterIncrement();
	RenameRelationInternal(toast_index_of(toast), psprintf("%s_index", name), true, true);
	CommandCounterIncrement();
}

Oid
toast_of(Oid relid)
{
	Relation rel = table_open(relid, NoLock);
	Oid toast = rel->rd_rel->reltoastrelid;

	table_close(rel, NoLock);
	return toast;
}

void
exchange_toast(Oid one, Oid other)
{
	Oid toast_of_one = toast_of(one);
	Oid toast_of_other = toast_of(other);

	set_toast(one, toast_of_other);
	set_toast(other, toast_of_one);
	if (OidIsValid(toast_of_one))
		rename_toast(toast_of_one, psprintf("pg_toast_%u_changing", other));
	if (OidIsValid(toast_of_other))
		rename_toast(toast_of_other, psprintf("pg_toast_%u", one));
	if (OidIsValid(toast_of_one))
		rename_toast(toast_of_one, psprintf("pg_toast_%u", other));
}
