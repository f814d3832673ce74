/*
 * dependents.c
 *		What stands on a relation, a column or a type, or lies in a schema.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "effect/dependents.h"

/* Calls visit for each row of pg_depend that refers to that object; attnum 0: to any part of it. */
static void
each_dependent(Oid catalog, Oid oid, AttrNumber attnum,
			   void (*visit)(Form_pg_depend depend, void *arg), void *arg)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(catalog));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(oid));
	ScanKeyInit(&keys[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(attnum));
	scan =
		systable_beginscan(depend, DependReferenceIndexId, true, NULL, attnum != 0 ? 3 : 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		visit((Form_pg_depend) GETSTRUCT(tuple), arg);
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
}

/* ---------- views ---------- */

typedef struct ViewSearch
{
	Oid relid;
	List *views;
} ViewSearch;

static Oid
relation_of_rule(Oid rule)
{
	Relation rewrite = table_open(RewriteRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Oid relid = InvalidOid;

	ScanKeyInit(&key, Anum_pg_rewrite_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(rule));
	scan = systable_beginscan(rewrite, RewriteOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		relid = ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class;
	systable_endscan(scan);
	table_close(rewrite, AccessShareLock);
	return relid;
}

static void
collect_view(Form_pg_depend depend, void *arg)
{
	ViewSearch *search = arg;
	Oid view;

	if (depend->classid != RewriteRelationId)
		return;
	view = relation_of_rule(depend->objid);
	if (OidIsValid(view) && view != search->relid)
		search->views = list_append_unique_oid(search->views, view);
}

List *
views_on(Oid relid, AttrNumber attnum)
{
	ViewSearch search = {.relid = relid};

	each_dependent(RelationRelationId, relid, attnum, collect_view, &search);
	return search.views;
}

/* ---------- types ---------- */

static void
collect_column(Form_pg_depend depend, void *arg)
{
	List **columns = arg;
	char kind;
	ColumnOfType *column;

	if (depend->classid != RelationRelationId || depend->objsubid <= 0)
		return;
	kind = get_rel_relkind(depend->objid);
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		return;
	column = palloc(sizeof(ColumnOfType));
	column->relid = depend->objid;
	column->name = get_attname(depend->objid, depend->objsubid, true);
	if (column->name != NULL)
		*columns = lappend(*columns, column);
}

List *
columns_of_type(Oid type)
{
	List *columns = NIL;

	each_dependent(TypeRelationId, type, 0, collect_column, &columns);
	return columns;
}

Oid
type_of_name(const char *name)
{
	const char *dot = name ? strchr(name, '.') : NULL;
	List *names;

	if (name == NULL)
		return InvalidOid;
	names = dot ? list_make2(makeString(pnstrdup(name, dot - name)), makeString(pstrdup(dot + 1)))
				: list_make1(makeString(pstrdup(name)));
	return LookupTypeNameOid(NULL, makeTypeNameFromNameList(names), true);
}

char *
last_name_of_type(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	char *name;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	name = pstrdup(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
	ReleaseSysCache(tuple);
	return name;
}

bool
enum_has_label(Oid type, const char *label)
{
	return SearchSysCacheExists2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(label));
}

/* ---------- schemas ---------- */

static int
by_name(const ListCell *a, const ListCell *b)
{
	const char *one = get_rel_name(lfirst_oid(a));
	const char *other = get_rel_name(lfirst_oid(b));

	return strcmp(one ? one : "", other ? other : "");
}

static bool
holds_rows_or_shows_them(char relkind)
{
	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		relkind == RELKIND_MATVIEW || relkind == RELKIND_VIEW || relkind == RELKIND_FOREIGN_TABLE;
}

List *
relations_of_schema(const char *schema)
{
	Oid namespace = schema ? get_namespace_oid(schema, true) : InvalidOid;
	Relation class;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	List *relations = NIL;

	if (schema != NULL && !OidIsValid(namespace))
		return NIL;
	class = table_open(RelationRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_class_relnamespace, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(namespace));
	scan = systable_beginscan(class, InvalidOid, false, NULL, schema != NULL ? 1 : 0, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		if (holds_rows_or_shows_them(form->relkind) && !IsCatalogRelationOid(form->oid) &&
			!IsToastNamespace(form->relnamespace))
			relations = lappend_oid(relations, form->oid);
	}
	systable_endscan(scan);
	table_close(class, AccessShareLock);
	list_sort(relations, by_name);
	return relations;
}

/* ---------- triggers ---------- */

List *
trigger_functions(Oid relid)
{
	Relation triggers = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	List *functions = NIL;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(triggers, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);

		if (!form->tgisinternal)
			functions = list_append_unique_oid(functions, form->tgfoid);
	}
	systable_endscan(scan);
	table_close(triggers, AccessShareLock);
	return functions;
}
