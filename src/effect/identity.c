/*
 * identity.c
 *		The words for an effect: what kind of object, and which, as
 *		pg_identify_object() prints it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "effect/describe.h"

static const char *
constraint_kind(Oid constraint)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	char kind;

	if (!HeapTupleIsValid(tuple))
		return "constraint";
	kind = ((Form_pg_constraint) GETSTRUCT(tuple))->contype;
	ReleaseSysCache(tuple);
	switch (kind)
	{
		case CONSTRAINT_FOREIGN:
			return "foreign key";
		case CONSTRAINT_PRIMARY:
			return "primary key";
		case CONSTRAINT_UNIQUE:
			return "unique constraint";
		case CONSTRAINT_CHECK:
			return "check constraint";
		default:
			return "constraint";
	}
}

static char *
type_of(const ObjectAddress *object)
{
	if (object->classId == ConstraintRelationId)
		return pstrdup(constraint_kind(object->objectId));
	if (object->classId == RelationRelationId && object->objectSubId != 0)
		return pstrdup("column");
	return getObjectTypeDescription(object, true);
}

void
describe_effect(Effect *effect)
{
	if (effect->identity != NULL)
		return;
	effect->type = type_of(&effect->object);
	effect->identity = getObjectIdentity(&effect->object, true);
	if (effect->type == NULL)
		effect->type = pstrdup("object");
	if (effect->identity == NULL)
		effect->identity = pstrdup("that is gone");
}

char *
effect_text(Effect *effect)
{
	describe_effect(effect);
	return psprintf("%s %s", action_name(effect->action), effect->identity);
}

Oid
owner_of_object(const ObjectAddress *object)
{
	AttrNumber attnum = is_objectclass_supported(object->classId)
		? get_object_attnum_owner(object->classId)
		: InvalidAttrNumber;
	int cache = attnum != InvalidAttrNumber ? get_object_catcache_oid(object->classId) : -1;
	HeapTuple tuple =
		cache >= 0 ? SearchSysCache1(cache, ObjectIdGetDatum(object->objectId)) : NULL;
	bool isnull;
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = DatumGetObjectId(SysCacheGetAttr(cache, tuple, attnum, &isnull));
	ReleaseSysCache(tuple);
	return owner;
}
