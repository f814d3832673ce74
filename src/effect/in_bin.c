/*
 * in_bin.c
 *		Where does a dependent lie: in the bin, or with those who can still lose
 *		something?  Asked for each dependent of what a statement drops, so it goes
 *		by the caches where the object has a schema of its own.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/installation.h"
#include "effect/in_bin.h"

/* Parts of relations that have no schema of their own */
static const struct
{
	Oid catalog;
	Oid index;
	AttrNumber relation; /* the column that says whose part it is */
} parts[] = {
	{RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_ev_class},
	{TriggerRelationId, TriggerOidIndexId, Anum_pg_trigger_tgrelid},
	{AttrDefaultRelationId, AttrDefaultOidIndexId, Anum_pg_attrdef_adrelid},
	{PolicyRelationId, PolicyOidIndexId, Anum_pg_policy_polrelid},
	{ConstraintRelationId, ConstraintOidIndexId, Anum_pg_constraint_conrelid},
};

/* What AlterObjectNamespace_oid() moves, relations and types apart */
static const Oid movable_catalogs[] = {
	ProcedureRelationId, CollationRelationId,	  ConversionRelationId,	  OperatorRelationId,
	TSParserRelationId,	 OperatorClassRelationId, TSDictionaryRelationId, TSTemplateRelationId,
	TSConfigRelationId,	 OperatorFamilyRelationId};

/* One of the oid columns of a row of a catalog that has its oid first. */
static Oid
oid_in_row(Oid catalog, Oid index, Oid object, AttrNumber column)
{
	Relation rel = table_open(catalog, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Oid found = InvalidOid;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(object));
	scan = systable_beginscan(rel, index, true, NULL, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool isnull;

		found = DatumGetObjectId(heap_getattr(tuple, column, RelationGetDescr(rel), &isnull));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

Oid
relation_of_part(const ObjectAddress *object)
{
	if (object->classId == RelationRelationId)
		return object->objectId;
	for (int i = 0; i < lengthof(parts); i++)
		if (parts[i].catalog == object->classId)
			return oid_in_row(object->classId, parts[i].index, object->objectId, parts[i].relation);
	return InvalidOid;
}

/* What it is an inner part of: a member of an operator class, a range's cast to its multirange. */
static bool
find_whole(const ObjectAddress *object, ObjectAddress *whole)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	bool found = false;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->classId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->objectId));
	scan = systable_beginscan(rel, DependDependerIndexId, true, NULL, 2, keys);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		found = form->deptype == DEPENDENCY_INTERNAL;
		ObjectAddressSubSet(*whole, form->refclassid, form->refobjid, form->refobjsubid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

static bool
has_schema(const ObjectAddress *object)
{
	return is_objectclass_supported(object->classId) &&
		get_object_attnum_namespace(object->classId) != InvalidAttrNumber &&
		get_object_catcache_oid(object->classId) >= 0;
}

static Oid
schema_of_object(const ObjectAddress *object)
{
	ObjectAddress whole;
	Oid relid = relation_of_part(object);

	if (OidIsValid(relid))
		return get_rel_namespace(relid);
	if (!has_schema(object))
		return find_whole(object, &whole) ? schema_of_object(&whole) : InvalidOid;
	/* no lock is held on it */
	return SearchSysCacheExists1(get_object_catcache_oid(object->classId),
								 ObjectIdGetDatum(object->objectId))
		? get_object_namespace(object)
		: InvalidOid;
}

Oid
bin_schema_of(const ObjectAddress *object)
{
	Oid schema = schema_of_object(object);

	return OidIsValid(schema) && safemig_is_bin_schema(schema) ? schema : InvalidOid;
}

static bool
is_movable_class(const ObjectAddress *object)
{
	switch (object->classId == RelationRelationId ? get_rel_relkind(object->objectId) : '\0')
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_MATVIEW:
		case RELKIND_SEQUENCE:
		case RELKIND_VIEW:
		case RELKIND_FOREIGN_TABLE:
			return true;
	}
	if (object->classId == TypeRelationId)
		return true;
	for (int i = 0; i < lengthof(movable_catalogs); i++)
		if (movable_catalogs[i] == object->classId)
			return true;
	return false;
}

bool
may_go_into_bin(const ObjectAddress *object)
{
	return object->objectSubId == 0 && is_movable_class(object) &&
		!OidIsValid(getExtensionOfObject(object->classId, object->objectId));
}
