/*
 * in_the_way.c
 *		A view in the bin may read a table that stays, and a table there have a
 *		column of a type that stays.  What a DROP can move into the bin too stands
 *		in nobody's way; of the rest the server would refuse to take it away, and
 *		name the extension, to which all of the bin belongs.  Here it is refused by
 *		the entry's id, with what can be done.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "base/installation.h"
#include "effect/effect.h"
#include "effect/in_bin.h"
#include "undo/bin.h"
#include "undo/in_the_way.h"

/* table "orders"; function pg_safemig_bin_7_2200.f() */
static char *
words_of_needy(const ObjectAddress *needy)
{
	ObjectAddress object = *needy;
	Oid relid = relation_of_part(needy);

	if (!OidIsValid(relid))
		return getObjectDescription(&object, false);
	ObjectAddressSet(object, RelationRelationId, relid);
	return psprintf("%s \"%s\"", getObjectTypeDescription(&object, false), get_rel_name(relid));
}

static void
refuse_for(const Effect *effect, const ObjectAddress *needy)
{
	int64 entry = bin_entry_of_schema(bin_schema_of(needy));
	ObjectAddress object = effect->object;

	ereport(
		ERROR,
		(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
		 errmsg("%s %s is needed by what is kept under the id " INT64_FORMAT,
				getObjectTypeDescription(&object, false), getObjectIdentity(&object, false), entry),
		 errdetail("%s would not come back without it.", words_of_needy(needy)),
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
		ObjectAddress needy;

		ObjectAddressSubSet(needy, form->classid, form->objid, form->objsubid);
		if ((form->deptype == DEPENDENCY_NORMAL || form->deptype == DEPENDENCY_AUTO) &&
			relation_of_part(&needy) != effect->object.objectId &&
			OidIsValid(bin_schema_of(&needy)))
			refuse_for(effect, &needy);
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

/* Itself, or with what it is a part of */
static bool
goes_into_bin(const Effect *effect)
{
	while (!effect->into_bin && effect->part && effect->whole != NULL)
		effect = effect->whole;
	return effect->into_bin;
}

void
refuse_what_bin_needs(List *effects)
{
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);
		const ObjectAddress *object = &effect->object;

		if (goes_into_bin(effect))
			continue;
		if (OidIsValid(effect->needed_by.objectId))
			refuse_for(effect, &effect->needed_by);
		if (changes_what_is_kept(effect))
			refuse_for(effect->whole, object);
		if (!wants_no_dependents(effect))
			continue;
		look_for_dependents(effect, object->classId, object->objectId, object->objectSubId);
		if (object->classId == RelationRelationId && object->objectSubId == 0 &&
			OidIsValid(get_rel_type_id(object->objectId)))
			look_for_dependents(effect, TypeRelationId, get_rel_type_id(object->objectId), 0);
	}
}
