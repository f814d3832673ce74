/*
 * moved_restore.c
 *		Moved relations come back: into their schema, under their name, to their
 *		owner; then what tied them to the rest is tied again.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/tablecmds.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/moved.h"
#include "undo/relation_state.h"
#include "undo/restore.h"

static bool
is_still_kept(const BinItem *item)
{
	Oid schema;

	LockRelationOid(item->object.objectId, AccessExclusiveLock);
	schema = get_rel_namespace(item->object.objectId);
	return OidIsValid(schema) && safemig_is_bin_schema(schema);
}

static Oid
home_of(Restore *restore, const BinItem *item)
{
	char *schema = word_of_state(item->detail, "schema");
	Oid home = oid_of_state(item->detail, "schema_oid");

	/* it may have another name by now, or be another one of its name */
	if (get_namespace_name(home) == NULL)
		home = get_namespace_oid(schema, true);

	if (!OidIsValid(home))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("the schema of %s %s is gone", item->type, item->identity),
				 errhint("%s", way_to_schema(schema))));
	return home;
}

/* Where it was, and as what, it may come back; anywhere else is for who may make something there. */
static void
may_come_to(const BinItem *item, Oid home, const char *name)
{
	AclResult acl;

	if (home == oid_of_state(item->detail, "schema_oid") &&
		strcmp(name, word_of_state(item->detail, "name")) == 0)
		return;
	acl = pg_namespace_aclcheck(home, GetUserId(), ACL_CREATE);
	if (acl != ACLCHECK_OK)
		aclcheck_error(acl, OBJECT_SCHEMA, get_namespace_name(home));
}

static Oid
type_of_name(const char *name, Oid schema)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
						   ObjectIdGetDatum(schema));
}

static char *
name_of_type(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	char *name;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	name = pstrdup(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
	ReleaseSysCache(tuple);
	return name;
}

static void
refuse_taken_name(Restore *restore, const BinItem *item, const char *by, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("there is a %s \"%s\" again, so %s %s cannot come back under its name", by,
					name, item->type, item->identity),
			 item->named
				 ? errhint("SELECT %s.undrop_id(" INT64_FORMAT ", as_name => %s);", SAFEMIG_NAME,
						   restore->entry, quote_literal_cstr(psprintf("%s_kept", name)))
				 : errhint("Rename the new one first.")));
}

/* Tables bring two types along, whose names may be taken too. */
static void
make_room_for_types(Restore *restore, const BinItem *item, const char *name, Oid home)
{
	Oid row = get_rel_type_id(item->object.objectId);
	Oid array = OidIsValid(row) ? get_array_type(row) : InvalidOid;
	Oid taken;
	char *array_name;

	if (!OidIsValid(row))
		return;
	taken = type_of_name(name, home);
	/* the array type of another one steps aside, as it does for CREATE TABLE */
	if (OidIsValid(taken) && !moveArrayTypeName(taken, name, home))
		refuse_taken_name(restore, item, "type", name);
	if (!OidIsValid(array))
		return;
	array_name = name_of_type(array);
	if (OidIsValid(type_of_name(array_name, home)))
		RenameTypeInternal(array, makeArrayTypeName(name, home),
						   get_rel_namespace(item->object.objectId));
	CommandCounterIncrement();
}

static bool
has_indexes(char relkind)
{
	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		relkind == RELKIND_MATVIEW;
}

/* Indexes and owned sequences whose names are taken meanwhile get new ones. */
static void
make_room(Restore *restore, Oid relid, Oid home)
{
	Relation rel = relation_open(relid, NoLock);
	List *parts = has_indexes(rel->rd_rel->relkind) ? list_copy(RelationGetIndexList(rel)) : NIL;
	ListCell *lc;

	relation_close(rel, NoLock);
	parts = list_concat(parts, getOwnedSequences(relid));
	foreach(lc, parts)
	{
		char *name = get_rel_name(lfirst_oid(lc));
		bool is_index = get_rel_relkind(lfirst_oid(lc)) != RELKIND_SEQUENCE;
		char *new_name;

		if (!OidIsValid(get_relname_relid(name, home)))
			continue;
		new_name = ChooseRelationName(name, NULL, "kept", home, false);
		RenameRelationInternal(lfirst_oid(lc), new_name, false, is_index);
		CommandCounterIncrement();
		report_left_out(restore, "%s %s is called %s now, since its name was taken.",
						is_index ? "Index" : "Sequence", name, new_name);
	}
}

static void
leave_bin(Restore *restore, BinItem *item)
{
	Oid relid = item->object.objectId;
	Oid home = home_of(restore, item);
	char *name = word_of_state(item->detail, "name");
	ObjectAddresses *moved = new_object_addresses();
	Relation rel;

	if (takes_new_name(restore, item))
	{
		name = pstrdup(restore->as_name);
		truncate_identifier(name, strlen(name), true);
	}
	may_come_to(item, home, name);
	if (OidIsValid(get_relname_relid(name, home)))
		refuse_taken_name(restore, item, "relation", name);
	if (strcmp(name, get_rel_name(relid)) != 0)
		RenameRelationInternal(relid, name, false, false);
	CommandCounterIncrement();
	make_room_for_types(restore, item, name, home);
	make_room(restore, relid, home);
	rel = relation_open(relid, NoLock);
	AlterTableNamespaceInternal(rel, RelationGetNamespace(rel), home, moved);
	relation_close(rel, NoLock);
	CommandCounterIncrement();
}

/* Rows may have come that it does not hold for, and a scan would not be O(1). */
static bool
is_unvalidated_key(const char *what, const char *statement)
{
	static const char suffix[] = " NOT VALID";
	size_t length = strlen(statement);

	return strncmp(what, "foreign key", strlen("foreign key")) == 0 && length > strlen(suffix) &&
		strcmp(statement + length - strlen(suffix), suffix) == 0;
}

static void
tie_again(Restore *restore)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {INT8OID};
	Datum values[1] = {Int64GetDatum(restore->entry)};
	List *ties = NIL;
	ListCell *lc;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT t.what, s.statement FROM safemig.bin_tie t,"
							" unnest(t.statements) WITH ORDINALITY s(statement, n)"
							" WHERE t.entry = $1 ORDER BY t.place, s.n",
							1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		HeapTuple row = SPI_tuptable->vals[i];

		ties = lappend(ties,
					   list_make2(SPI_getvalue(row, SPI_tuptable->tupdesc, 1),
								  SPI_getvalue(row, SPI_tuptable->tupdesc, 2)));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	foreach(lc, ties)
	{
		char *what = linitial(lfirst(lc));
		char *statement = lsecond(lfirst(lc));

		if (restore_step(restore, what, statement) && is_unvalidated_key(what, statement))
			report_left_out(restore, "%s is NOT VALID now: CALL %s.validate(" INT64_FORMAT ");",
							what, SAFEMIG_NAME, restore->entry);
	}
}

void
restore_moved(Restore *restore, List *items)
{
	List *back = NIL;
	ListCell *lc;

	foreach(lc, items)
	{
		BinItem *item = lfirst(lc);

		if (is_still_kept(item))
			back = lappend(back, item);
		else
			report_left_out(restore, "%s %s is gone from the bin.", item->type, item->identity);
	}
	foreach(lc, back)
	{
		BinItem *item = lfirst(lc);
		Oid schema = get_rel_namespace(item->object.objectId);

		/* an owned sequence has gone home with its table */
		if (safemig_is_bin_schema(schema))
			leave_bin(restore, item);
	}
	CommandCounterIncrement();
	foreach(lc, back)
	{
		BinItem *item = lfirst(lc);

		give_relation_back(restore, item->object.objectId, item->detail);
		report_back(restore, item);
	}
	tie_again(restore);
}

/*
 * All at once, since they stand on each other; and nobody else's: who was let
 * look at them may have built something on them.
 */
void
purge_moved(List *items)
{
	ObjectAddresses *targets = new_object_addresses();
	ListCell *lc;

	foreach(lc, items)
	{
		ObjectAddress object = ((BinItem *) lfirst(lc))->object;

		LockRelationOid(object.objectId, AccessExclusiveLock);
		if (!OidIsValid(get_rel_namespace(object.objectId)) ||
			!safemig_is_bin_schema(get_rel_namespace(object.objectId)))
			continue;
		add_exact_object_address(&object, targets);
	}
	performMultipleDeletions(targets, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	free_object_addresses(targets);
}
