/*
 * own_sequence.c
 *		Does a sequence serve one column and nothing else?  Then it is worth what
 *		the column is worth.  OWNED BY alone says little: anybody can hang a
 *		sequence that others draw from on a column of his.
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
#include "utils/fmgroids.h"

#include "effect/effect.h"

static bool
is_same(const ObjectAddress *a, const ObjectAddress *b)
{
	return a->classId == b->classId && a->objectId == b->objectId &&
		a->objectSubId == b->objectSubId;
}

static bool
is_identity_of(Relation depend, Oid sequence, const ObjectAddress *column)
{
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	bool found = false;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(sequence));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, keys);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		ObjectAddress owner;

		ObjectAddressSubSet(owner, form->refclassid, form->refobjid, form->refobjsubid);
		found = form->deptype == DEPENDENCY_INTERNAL && is_same(&owner, column);
	}
	systable_endscan(scan);
	return found;
}

/* The column's default draws from it, and nobody else does. */
static bool
is_default_of(Relation depend, Oid sequence, const ObjectAddress *column)
{
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	bool used = false;
	bool elsewhere = false;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(sequence));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		ObjectAddress user = InvalidObjectAddress;

		if (form->deptype == DEPENDENCY_INTERNAL)
			continue;
		if (form->classid == AttrDefaultRelationId)
			user = GetAttrDefaultColumnAddress(form->objid);
		if (is_same(&user, column))
			used = true;
		else
			elsewhere = true;
	}
	systable_endscan(scan);
	return used && !elsewhere;
}

bool
sequence_serves_only(Oid sequence, const ObjectAddress *column)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	bool only = is_identity_of(depend, sequence, column) || is_default_of(depend, sequence, column);

	table_close(depend, AccessShareLock);
	return only;
}
