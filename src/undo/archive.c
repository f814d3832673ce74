/*
 * archive.c
 *		A table's heap, TOAST and indexes go under a table of the bin, which owns
 *		them until they come back or are dropped.  At no step is a row read.  How
 *		files change hands is files.c's, when and for whom storage.c's business.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/heap.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/toasting.h"
#include "commands/extension.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/installation.h"
#include "undo/archive.h"
#include "undo/column_restore.h"

static Datum
reloptions_of(HeapTuple pg_class_row)
{
	bool isnull;
	Datum options = SysCacheGetAttr(RELOID, pg_class_row, Anum_pg_class_reloptions, &isnull);

	return isnull ? (Datum) 0 : options;
}

/* With the options of the table's own, since it will be the table's own. */
static void
create_toast_like(Oid archive, Oid like)
{
	HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(like));

	if (!HeapTupleIsValid(row))
		elog(ERROR, "cache lookup failed for relation %u", like);
	NewHeapCreateToastTable(archive, reloptions_of(row), AccessExclusiveLock, InvalidOid);
	ReleaseSysCache(row);
	CommandCounterIncrement();
	if (OidIsValid(toast_of(archive)))
		LockRelationOid(toast_of(archive), AccessExclusiveLock);
}

/* ---------- the archive ---------- */

/* As the rows lie on disk, dropped columns too, and nothing else. */
static TupleDesc
bare_columns(Relation table)
{
	TupleDesc desc = CreateTupleDescCopy(RelationGetDescr(table));

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		att->attnotnull = false;
		att->atthasdef = false;
		att->attidentity = '\0';
		att->attgenerated = '\0';
		populate_compact_attribute(desc, i);
	}
	return desc;
}

/* ADD COLUMN ... DEFAULT wrote no row: the value is in the catalog. */
static void
copy_missing_value(Relation pg_attribute, Oid table, Oid archive, AttrNumber attnum)
{
	HeapTuple from = SearchSysCache2(ATTNUM, ObjectIdGetDatum(table), Int16GetDatum(attnum));
	HeapTuple to = SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(archive), Int16GetDatum(attnum));
	Datum values[Natts_pg_attribute] = {0};
	bool nulls[Natts_pg_attribute] = {0};
	bool replace[Natts_pg_attribute] = {0};
	HeapTuple changed;

	if (!HeapTupleIsValid(from) || !HeapTupleIsValid(to))
		elog(ERROR, "cache lookup failed for attribute %d of relation %u", attnum, table);
	values[Anum_pg_attribute_atthasmissing - 1] = BoolGetDatum(true);
	replace[Anum_pg_attribute_atthasmissing - 1] = true;
	values[Anum_pg_attribute_attmissingval - 1] = SysCacheGetAttr(
		ATTNUM, from, Anum_pg_attribute_attmissingval, &nulls[Anum_pg_attribute_attmissingval - 1]);
	replace[Anum_pg_attribute_attmissingval - 1] = true;
	changed = heap_modify_tuple(to, RelationGetDescr(pg_attribute), values, nulls, replace);
	CatalogTupleUpdate(pg_attribute, &changed->t_self, changed);
	ReleaseSysCache(from);
}

static void
copy_missing_values(Relation table, Oid archive)
{
	TupleDesc desc = RelationGetDescr(table);
	Relation pg_attribute = table_open(AttributeRelationId, RowExclusiveLock);

	for (int i = 0; i < desc->natts; i++)
		if (TupleDescAttr(desc, i)->atthasmissing)
			copy_missing_value(pg_attribute, RelationGetRelid(table), archive, i + 1);
	table_close(pg_attribute, RowExclusiveLock);
	CommandCounterIncrement();
}

/* Not a member of the extension whose script may be running. */
static Oid
create_bare_table(Relation table, Oid schema)
{
	bool creating = creating_extension;
	volatile Oid archive = InvalidOid;

	creating_extension = false;
	PG_TRY();
	{
		archive = heap_create_with_catalog(
			RelationGetRelationName(table), schema, table->rd_rel->reltablespace, InvalidOid,
			InvalidOid, InvalidOid, safemig_owner(), table->rd_rel->relam, bare_columns(table), NIL,
			RELKIND_RELATION, table->rd_rel->relpersistence, false, false, ONCOMMIT_NOOP, (Datum) 0,
			false, true, true, InvalidOid, NULL);
	}
	PG_FINALLY();
	{
		creating_extension = creating;
	}
	PG_END_TRY();
	return archive;
}

static Oid
create_archive(Relation table, Oid schema)
{
	Oid archive = create_bare_table(table, schema);

	CommandCounterIncrement();
	LockRelationOid(archive, AccessExclusiveLock);
	copy_missing_values(table, archive);
	(void) undrop_carried(RelationGetRelid(table), archive, PG_INT64_MAX);
	if (OidIsValid(table->rd_rel->reltoastrelid))
		create_toast_like(archive, table->rd_rel->reltoastrelid);
	return archive;
}

/*
 * An index of the same physical form: vacuum needs it to keep heap and index in
 * step.  It is never valid, so no plan uses it, and its expressions and
 * predicate are left out: an ANALYZE would run them as the extension's owner,
 * and functions would not be to be dropped for the bin's sake.
 */
static Oid
create_archived_index(Relation archive, Oid like, Oid file)
{
	Relation index = index_open(like, AccessExclusiveLock);
	TupleDesc desc = RelationGetDescr(index);
	HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(like));
	HeapTuple index_row = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(like));
	List *columns = NIL;
	bool isnull;
	oidvector *classes;
	int2vector *options;
	Oid archived;

	for (int i = 0; i < desc->natts; i++)
		columns = lappend(columns, NameStr(TupleDescAttr(desc, i)->attname));
	classes = (oidvector *) DatumGetPointer(
		SysCacheGetAttr(INDEXRELID, index_row, Anum_pg_index_indclass, &isnull));
	options = (int2vector *) DatumGetPointer(
		SysCacheGetAttr(INDEXRELID, index_row, Anum_pg_index_indoption, &isnull));
	archived = create_index_like(
		archive, index, file, columns, classes->values, options->values, reloptions_of(row),
		INDEX_CREATE_INVALID | (OidIsValid(file) ? INDEX_CREATE_SKIP_BUILD : 0));
	ReleaseSysCache(index_row);
	ReleaseSysCache(row);
	index_close(index, NoLock);
	CommandCounterIncrement();
	return archived;
}

static List *
add_pair(List *pairs, Oid index, Oid archived)
{
	IndexPair *pair = palloc(sizeof(IndexPair));

	pair->index = index;
	pair->archived = archived;
	return lappend(pairs, pair);
}

Oid
archive_lost_files(const TableFiles *lost, Oid schema, List **pairs)
{
	Relation table = table_open(lost->heap.relid, NoLock);
	Oid archive = create_archive(table, schema);
	Relation rel;
	ListCell *lc;

	table_close(table, NoLock);
	unlink_at_commit(archive);
	hang_under_new(archive, &lost->heap);
	if (lost->toast != NULL)
	{
		/* the old TOAST table, which was given new files, gets its old ones back */
		give_back(lost->toast);
		give_back(lost->toast_index);
		exchange_toast(lost->heap.relid, archive);
	}
	*pairs = NIL;
	foreach(lc, lost->indexes)
	{
		Files *files = lfirst(lc);
		Oid archived;

		rel = table_open(archive, NoLock);
		archived = create_archived_index(rel, files->relid, files->node.relNode);
		table_close(rel, NoLock);
		hang_under_new(archived, files);
		if (files->check_xmin)
			set_check_xmin(archived);
		*pairs = add_pair(*pairs, files->relid, archived);
	}
	return archive;
}

Oid
archive_files(Relation table, Oid schema, List **pairs)
{
	TableFiles *files = files_of_table(table);
	Oid archive = create_archive(table, schema);
	Relation rel;
	ListCell *lc;

	*pairs = NIL;
	foreach(lc, files->indexes)
	{
		Oid index = ((Files *) lfirst(lc))->relid;
		Oid archived;

		rel = table_open(archive, NoLock);
		archived = create_archived_index(rel, index, InvalidOid);
		table_close(rel, NoLock);
		exchange_for_new_files(index, archived);
		if (((Files *) lfirst(lc))->check_xmin)
			set_check_xmin(archived);
		*pairs = add_pair(*pairs, index, archived);
	}
	exchange_for_new_files(RelationGetRelid(table), archive);
	if (files->toast != NULL)
		exchange_toast(RelationGetRelid(table), archive);
	return archive;
}

/* ---------- back ---------- */

/* The index lies where it lay, and is of the same form. */
static Oid
archived_index_of(Oid index, List *pairs)
{
	ListCell *lc;

	foreach(lc, pairs)
	{
		IndexPair *pair = lfirst(lc);

		if (pair->index == index && get_rel_relkind(pair->archived) == RELKIND_INDEX &&
			get_rel_tablespace(index) == get_rel_tablespace(pair->archived))
			return pair->archived;
	}
	return InvalidOid;
}

void
bring_files_back(Oid relid, Oid archive, List *pairs)
{
	Relation table = table_open(relid, NoLock);
	char persistence = table->rd_rel->relpersistence;
	List *indexes = list_copy(RelationGetIndexList(table));
	ListCell *lc;

	table_close(table, NoLock);
	exchange_old_files(relid, archive);
	/* without one the archive's rows are all in line, and the table keeps its own, empty */
	if (OidIsValid(toast_of(archive)))
		exchange_toast(relid, archive);
	foreach(lc, indexes)
	{
		Oid archived = archived_index_of(lfirst_oid(lc), pairs);

		if (OidIsValid(archived))
		{
			LockRelationOid(lfirst_oid(lc), AccessExclusiveLock);
			LockRelationOid(archived, AccessExclusiveLock);
			exchange_old_files(lfirst_oid(lc), archived);
			if (files_of(archived)->check_xmin)
				set_check_xmin(lfirst_oid(lc));
		}
		else
			rebuild_index(lfirst_oid(lc), persistence);
	}
}

void
drop_archive(Oid archive)
{
	ObjectAddress object;

	ObjectAddressSet(object, RelationRelationId, archive);
	performDeletion(&object, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
}
