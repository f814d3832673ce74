/*
 * in_the_way.c
 *		A view in the bin may read a table that stays, and a table there have a
 *		column of a type that stays.  The server would refuse to drop such a thing
 *		and name the extension, to which all of the bin belongs; here it is refused
 *		by the entry's id, with what can be done.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/installation.h"
#include "effect/effect.h"
#include "undo/bin.h"
#include "undo/in_the_way.h"

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

/* The relation that a dependent is, or hangs on; InvalidOid for what lies in no schema of ours. */
static Oid
relation_of_dependent(Form_pg_depend dependent)
{
	switch (dependent->classid)
	{
		case RelationRelationId:
			return dependent->objid;
		case RewriteRelationId:
			return oid_in_row(RewriteRelationId, RewriteOidIndexId, dependent->objid,
							  Anum_pg_rewrite_ev_class);
		case ConstraintRelationId:
			return oid_in_row(ConstraintRelationId, ConstraintOidIndexId, dependent->objid,
							  Anum_pg_constraint_conrelid);
		case TriggerRelationId:
			return oid_in_row(TriggerRelationId, TriggerOidIndexId, dependent->objid,
							  Anum_pg_trigger_tgrelid);
		case AttrDefaultRelationId:
			return oid_in_row(AttrDefaultRelationId, AttrDefaultOidIndexId, dependent->objid,
							  Anum_pg_attrdef_adrelid);
		case PolicyRelationId:
			return oid_in_row(PolicyRelationId, PolicyOidIndexId, dependent->objid,
							  Anum_pg_policy_polrelid);
		default:
			return InvalidOid;
	}
}

static void
refuse_for(const Effect *effect, Oid needy)
{
	int64 entry = bin_entry_of_schema(get_rel_namespace(needy));
	ObjectAddress object = effect->object;
	ObjectAddress relation;

	ObjectAddressSet(relation, RelationRelationId, needy);
	ereport(
		ERROR,
		(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
		 errmsg("%s %s is needed by what is kept under the id " INT64_FORMAT,
				getObjectTypeDescription(&object, false), getObjectIdentity(&object, false), entry),
		 errdetail("%s \"%s\" would not come back without it.",
				   getObjectTypeDescription(&relation, false), get_rel_name(needy)),
		 errhint("SELECT %s.undrop_id(" INT64_FORMAT
				 "); brings it back, SELECT %s.purge_id(" INT64_FORMAT "); destroys it for good.",
				 SAFEMIG_NAME, entry, SAFEMIG_NAME, entry)));
}

/* Is it the effect of a statement that the server refuses for the sake of dependents? */
static bool
wants_no_dependents(const Effect *effect)
{
	Action action;

	if (!OidIsValid(effect->object.objectId) || !is_objectclass_supported(effect->object.classId))
		return false;
	return effect->action == ACTION_ALTER_COLUMN_TYPE || effect->action == ACTION_DROP_ATTRIBUTE ||
		effect->action == ACTION_ALTER_ATTRIBUTE ||
		(action_of_dropped_object(&effect->object, &action) && action == effect->action);
}

/* For a table, whose row type may be a column's type, the type counts as it. */
static void
look_for_dependents(const Effect *effect, Oid class, Oid object, int32 sub)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(class));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object));
	ScanKeyInit(&keys[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(sub));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, sub != 0 ? 3 : 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		Oid needy = form->deptype == DEPENDENCY_NORMAL || form->deptype == DEPENDENCY_AUTO
			? relation_of_dependent(form)
			: InvalidOid;

		if (OidIsValid(needy) && needy != effect->object.objectId &&
			bin_entry_of_schema(get_rel_namespace(needy)) != 0)
			refuse_for(effect, needy);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/* A column in the bin has the type of the row that this changes: what it holds would change with it. */
static bool
changes_what_is_kept(const Effect *effect)
{
	return effect->part && effect->whole != NULL && effect->action == ACTION_ALTER_COLUMN_TYPE &&
		effect->object.objectId != effect->whole->object.objectId &&
		bin_entry_of_schema(get_rel_namespace(effect->object.objectId)) != 0;
}

void
refuse_what_bin_needs(List *effects)
{
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);
		const ObjectAddress *object = &effect->object;

		if (changes_what_is_kept(effect))
			refuse_for(effect->whole, object->objectId);
		if (!wants_no_dependents(effect))
			continue;
		look_for_dependents(effect, object->classId, object->objectId, object->objectSubId);
		if (object->classId == RelationRelationId && object->objectSubId == 0 &&
			OidIsValid(get_rel_type_id(object->objectId)))
			look_for_dependents(effect, TypeRelationId, get_rel_type_id(object->objectId), 0);
	}
}
