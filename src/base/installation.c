/*
 * installation.c
 *		Whether the extension is installed in this database, and where its parts
 *		are.  Every hook asks this first, so the answer is cached behind callbacks
 *		and costs two comparisons.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"

typedef struct Installation
{
	bool known;
	Oid extension;
	Oid schema;
	Oid config;
	Oid owner;
	Oid first_member; /* lowest and highest OID of the extension's members */
	Oid last_member;
	Oid *relations; /* those of them that are relations, in ascending order */
	int relation_count;
} Installation;

static Installation here;
static bool callbacks_registered = false;
static uint64 generation = 1;

static void
forget(void)
{
	here.known = false;
	generation++;
}

/*
 * pg_extension has no syscache, so the installation is recognized by its
 * schema and its config table.  Between CREATE SCHEMA and CREATE TABLE of the
 * install script only a relcache message of a relation not yet known tells
 * that the table has come.
 */
static void
on_relation_change(Datum arg, Oid relid)
{
	bool half_built = OidIsValid(here.schema) && !OidIsValid(here.config);

	if (relid == InvalidOid || half_built || (OidIsValid(here.config) && relid == here.config))
		forget();
}

static void
on_schema_change(Datum arg, int cacheid, uint32 hashvalue)
{
	forget();
}

static void
register_callbacks(void)
{
	if (callbacks_registered)
		return;
	CacheRegisterRelcacheCallback(on_relation_change, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACENAME, on_schema_change, (Datum) 0);
	callbacks_registered = true;
}

/* Owner of the extension, InvalidOid when it is not there. */
static Oid
extension_owner(Oid extension)
{
	Relation rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Oid owner = InvalidOid;

	ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(extension));
	scan = systable_beginscan(rel, ExtensionOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		owner = ((Form_pg_extension) GETSTRUCT(tuple))->extowner;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return owner;
}

/* The extension's own relations.  Kept from one look to the next, so that it can be freed. */
static Oid *relation_memory = NULL;

static void
remember_relations(List *found)
{
	int count = 0;
	ListCell *lc;

	if (relation_memory != NULL)
		pfree(relation_memory);
	relation_memory = NULL;
	relation_memory = MemoryContextAlloc(TopMemoryContext, sizeof(Oid) * (list_length(found) + 1));
	foreach(lc, found)
		relation_memory[count++] = lfirst_oid(lc);
	qsort(relation_memory, count, sizeof(Oid), oid_cmp);
	here.relations = relation_memory;
	here.relation_count = count;
}

/* The range of OIDs in which the extension's own members lie, and its relations. */
static void
find_members(Oid extension)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	List *found = NIL;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	here.first_member = OID_MAX;
	here.last_member = InvalidOid;
	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ExtensionRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(extension));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		here.first_member = Min(here.first_member, form->objid);
		here.last_member = Max(here.last_member, form->objid);
		if (form->classid == RelationRelationId)
			found = lappend_oid(found, form->objid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	remember_relations(found);
	list_free(found);
}

static void
look(void)
{
	Installation found = {0};

	register_callbacks();
	/* set first: a message that arrives while we look makes us look again */
	here = found;
	here.known = true;

	found.schema = get_namespace_oid(SAFEMIG_NAME, true);
	if (!OidIsValid(found.schema))
		return;
	here.schema = found.schema;
	found.config = get_relname_relid("config", found.schema);
	if (!OidIsValid(found.config))
		return;
	found.extension = get_extension_oid(SAFEMIG_NAME, true);

	/* a schema of that name which somebody else made is not ours */
	if (!OidIsValid(found.extension) ||
		getExtensionOfObject(RelationRelationId, found.config) != found.extension)
		return;
	here.owner = extension_owner(found.extension);
	find_members(found.extension);
	here.config = found.config;
	here.extension = found.extension;
}

bool
safemig_is_installed(void)
{
	if (unlikely(!here.known))
	{
		if (!IsTransactionState())
			return false;
		look();
	}
	return OidIsValid(here.extension);
}

bool
safemig_is_bin_schema(Oid schema)
{
	char *name;

	if (schema < FirstNormalObjectId)
		return false;
	name = get_namespace_name(schema);
	return name != NULL && strncmp(name, BIN_SCHEMA_PREFIX, strlen(BIN_SCHEMA_PREFIX)) == 0;
}

/* For code that only runs when installed: says so clearly when it is not. */
static void
require_installation(void)
{
	if (!safemig_is_installed())
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("extension \"%s\" is not installed in this database", SAFEMIG_NAME),
				 errhint("CREATE EXTENSION %s;", SAFEMIG_NAME)));
}

Oid
safemig_extension(void)
{
	require_installation();
	return here.extension;
}

Oid
safemig_schema(void)
{
	require_installation();
	return here.schema;
}

Oid
safemig_owner(void)
{
	require_installation();
	return here.owner;
}

Oid
safemig_config(void)
{
	require_installation();
	return here.config;
}

/* Other people's tables may lie between ours: the range is only the cheap way out. */
bool
safemig_may_own(Oid oid)
{
	return oid >= here.first_member && oid <= here.last_member;
}

bool
safemig_owns(Oid relid)
{
	return safemig_may_own(relid) && here.relation_count > 0 &&
		bsearch(&relid, here.relations, here.relation_count, sizeof(Oid), oid_cmp) != NULL;
}

void
safemig_members_changed(void)
{
	if (safemig_is_installed())
		CacheInvalidateRelcacheByRelid(here.config);
}

Oid
safemig_find_relation(const char *name)
{
	return get_relname_relid(name, safemig_schema());
}

static int
errhint_of_update(void)
{
	return errhint("ALTER EXTENSION %s UPDATE; brings the catalog tables to the library's version.",
				   SAFEMIG_NAME);
}

Oid
safemig_relation(const char *name)
{
	Oid relid = safemig_find_relation(name);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("table %s.%s is missing", SAFEMIG_NAME, name), errhint_of_update()));
	return relid;
}

void
refuse_old_table(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME),
			 errmsg("table %s.%s is older than the library", SAFEMIG_NAME, name),
			 errhint_of_update()));
}

/*
 * The catalog snapshot is used because taking any other here would break a
 * parallel query that is about to start (seen with GetLatestSnapshot).
 */
void
scan_own_table(Oid relid, void (*take)(HeapTuple tuple, TupleDesc desc))
{
	Relation rel = table_open(relid, AccessShareLock);
	Snapshot snapshot = RegisterSnapshot(GetCatalogSnapshot(relid));
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	HeapTuple tuple;

	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
		take(tuple, RelationGetDescr(rel));
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
}

Datum
own_column(HeapTuple tuple, TupleDesc desc, int column, bool *isnull)
{
	*isnull = true;
	return column > desc->natts ? (Datum) 0 : heap_getattr(tuple, column, desc, isnull);
}

/* An update adds members without a message of its own; a cache knows the config table. */
void
safemig_has_changed(void)
{
	CacheInvalidateRelcacheByRelid(safemig_config());
}

bool
safemig_script_is_running(void)
{
	return creating_extension && OidIsValid(CurrentExtensionObject) &&
		(!safemig_is_installed() || CurrentExtensionObject == here.extension);
}

uint64
safemig_generation(void)
{
	return generation;
}
