/*
 * row_type.c
 *		Who else keeps rows of this relation's type?  A dropped column or attribute
 *		is lost there too, and an empty, temporary or foreign table is no less a
 *		type for that.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "effect/row_type.h"

/* Objects that pg_depend lists for a type: each call takes one of them. */
typedef void (*TakeDependent)(const ObjectAddress *dependent, Oid type, List **found);

static void
each_dependent_of_type(Oid type, TakeDependent take, List **found)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(TypeRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(type));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		ObjectAddress dependent;

		ObjectAddressSubSet(dependent, form->classid, form->objid, form->objsubid);
		take(&dependent, type, found);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static void
take_typed_table(const ObjectAddress *dependent, Oid type, List **found)
{
	HeapTuple tuple;

	if (dependent->classId != RelationRelationId || dependent->objectSubId != 0)
		return;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(dependent->objectId));
	if (!HeapTupleIsValid(tuple))
		return;
	if (((Form_pg_class) GETSTRUCT(tuple))->reloftype == type)
		*found = list_append_unique_oid(*found, dependent->objectId);
	ReleaseSysCache(tuple);
}

List *
typed_tables(Oid composite)
{
	List *tables = NIL;

	each_dependent_of_type(get_rel_type_id(composite), take_typed_table, &tables);
	return tables;
}

static void
take_any(const ObjectAddress *dependent, Oid type, List **found)
{
	ObjectAddress *copy = palloc(sizeof(ObjectAddress));

	*copy = *dependent;
	*found = lappend(*found, copy);
}

static bool
keeps_rows(Oid relid)
{
	switch (get_rel_relkind(relid))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
			return true;
		default:
			return false;
	}
}

/*
 * Columns of the type, of an array, domain or range of it, or of another row
 * type that holds it.
 */
static List *
columns_storing(Oid relid)
{
	List *columns = NIL;
	List *types = list_make1_oid(get_rel_type_id(relid));

	/* the list grows while we go */
	for (int i = 0; i < list_length(types) && OidIsValid(list_nth_oid(types, i)); i++)
	{
		List *dependents = NIL;
		ListCell *lc;

		CHECK_FOR_INTERRUPTS();
		each_dependent_of_type(list_nth_oid(types, i), take_any, &dependents);
		foreach(lc, dependents)
		{
			ObjectAddress *dependent = lfirst(lc);
			Oid outer;

			if (dependent->classId == TypeRelationId)
				types = list_append_unique_oid(types, dependent->objectId);
			if (dependent->classId != RelationRelationId || dependent->objectSubId <= 0 ||
				dependent->objectId == relid)
				continue;
			if (keeps_rows(dependent->objectId))
				columns = lappend(columns, dependent);
			outer = get_rel_type_id(dependent->objectId);
			if (OidIsValid(outer))
				types = list_append_unique_oid(types, outer);
		}
	}
	return columns;
}

bool
row_type_is_stored(Oid relid)
{
	return columns_storing(relid) != NIL || typed_tables(relid) != NIL;
}

ObjectAddress *
column_filled_with(Oid relid)
{
	ListCell *lc;

	foreach(lc, columns_storing(relid))
	{
		ObjectAddress *column = lfirst(lc);

		if (column->objectId != relid && !relation_is_empty(column->objectId, false))
			return column;
	}
	return NULL;
}

List *
same_where_stored(Effect *whole)
{
	List *effects = NIL;
	ListCell *lc;

	/* what this transaction added holds nothing older anywhere */
	if (born_in_this_transaction(&whole->object))
		return NIL;
	foreach(lc, columns_storing(whole->relation))
	{
		ObjectAddress *column = lfirst(lc);
		Effect *effect =
			make_column_effect(ACTION_ALTER_COLUMN_TYPE, column->objectId, column->objectSubId);

		/* the relation itself may be empty: the values are here */
		whole->empty_is_harmless = false;
		effect->empty_is_harmless = true;
		effect->part = true;
		effect->whole = whole;
		effects = lappend(effects, effect);
	}
	return effects;
}
