/*
 * column_dependents.c
 *		What stands on a column, so that the server refuses to change its type?  The
 *		cases are those of RememberAllDependentForRebuilding(): what it neither makes
 *		again by itself nor leaves as it is.  Takes no lock on anything asked about.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication_rel.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "miscadmin.h"
#include "storage/lockdefs.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "effect/column_dependents.h"

/* A view's rule stands for the view; a table's rule for itself. */
static ObjectAddress
view_or_rule(Oid rule)
{
	Relation rel = table_open(RewriteRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	ObjectAddress object;

	ObjectAddressSet(object, RewriteRelationId, rule);
	ScanKeyInit(&key, Anum_pg_rewrite_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(rule));
	scan = systable_beginscan(rel, RewriteOidIndexId, true, NULL, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Oid relid = ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class;
		char relkind = get_rel_relkind(relid);

		if (relkind == RELKIND_VIEW || relkind == RELKIND_MATVIEW)
			ObjectAddressSet(object, RelationRelationId, relid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return object;
}

/* The server's own answer for each kind of thing; false: it is no hindrance. */
static bool
blocks_type_change(const ObjectAddress *column, ObjectAddress *dependent)
{
	switch (dependent->classId)
	{
		case RewriteRelationId:
			*dependent = view_or_rule(dependent->objectId);
			return true;
		case TriggerRelationId:
		case PolicyRelationId:
		case ProcedureRelationId:
		case PublicationRelRelationId:
			return true;
		case AttrDefaultRelationId:
			/* the column's own default is converted; another column's is what generates it */
			*dependent = GetAttrDefaultColumnAddress(dependent->objectId);
			return dependent->objectId != column->objectId ||
				dependent->objectSubId != column->objectSubId;
		case RelationRelationId:
			/* from 16 on a generated column's dependency may be its own */
			return dependent->objectSubId > 0 && dependent->objectId == column->objectId &&
				dependent->objectSubId != column->objectSubId;
		default:
			return false;
	}
}

static List *
add_object(List *objects, const ObjectAddress *object)
{
	ListCell *lc;
	ObjectAddress *copy;

	foreach(lc, objects)
	{
		ObjectAddress *other = lfirst(lc);

		if (other->classId == object->classId && other->objectId == object->objectId &&
			other->objectSubId == object->objectSubId)
			return objects;
	}
	copy = palloc(sizeof(ObjectAddress));
	*copy = *object;
	return lappend(objects, copy);
}

static List *
add_blocking(List *objects, const ObjectAddress *column)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(column->classId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(column->objectId));
	ScanKeyInit(&keys[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(column->objectSubId));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 3, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		ObjectAddress dependent;

		ObjectAddressSubSet(dependent, form->classid, form->objid, form->objsubid);
		if (blocks_type_change(column, &dependent))
			objects = add_object(objects, &dependent);
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return objects;
}

List *
blocking_type_change(Oid relid, AttrNumber attnum)
{
	char *name = get_attname(relid, attnum, true);
	List *objects = NIL;
	ListCell *lc;

	if (name == NULL)
		return NIL;
	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
	{
		ObjectAddress column;

		CHECK_FOR_INTERRUPTS();
		ObjectAddressSubSet(column, RelationRelationId, lfirst_oid(lc),
							get_attnum(lfirst_oid(lc), name));
		if (column.objectSubId > 0)
			objects = add_blocking(objects, &column);
	}
	return objects;
}

List *
enum_labels(Oid type)
{
	Relation rel = table_open(EnumRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	List *labels = NIL;

	ScanKeyInit(&key, Anum_pg_enum_enumtypid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(type));
	scan = systable_beginscan(rel, EnumTypIdSortOrderIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		labels = lappend(labels, pstrdup(NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel)));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return labels;
}
