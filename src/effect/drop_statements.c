/*
 * drop_statements.c
 *		Statements that take whole objects, or all of their rows: what they name,
 *		with everything that goes along.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_shdepend.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "effect/drop_statements.h"
#include "effect/effect.h"
#include "effect/in_bin.h"
#include "effect/server_refuses.h"

static ObjectAddress *
copy_address(const ObjectAddress *object)
{
	ObjectAddress *copy = palloc(sizeof(ObjectAddress));

	*copy = *object;
	return copy;
}

/*
 * Somebody who may not drop it gets the server's own refusal, and learns
 * nothing of what it holds.  OAT_DROP still has the last word.
 */
static bool
may_drop(const ObjectAddress *object)
{
	if (object->classId == RelationRelationId)
	{
		Oid nsp = get_rel_namespace(object->objectId);

		return pg_class_ownercheck(object->objectId, GetUserId()) ||
			(OidIsValid(nsp) && pg_namespace_ownercheck(nsp, GetUserId()));
	}
	if (object->classId == NamespaceRelationId)
		return pg_namespace_ownercheck(object->objectId, GetUserId());
	return true;
}

/*
 * What in the bin stands on it shall not stand in the way of a DROP: where it
 * can be moved there too, that is what becomes of it.
 */
static List *
drop_around_bin(List *objects, DropBehavior behavior)
{
	List *effects = closure_of_drop(objects, behavior);
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);

		effect->into_bin =
			OidIsValid(effect->needed_by.objectId) && may_go_into_bin(&effect->object);
	}
	return effects;
}

List *
effects_of_drop_statement(DropStmt *stmt)
{
	List *objects = NIL;
	ListCell *lc;

	foreach(lc, stmt->objects)
	{
		ObjectAddress object;

		if (!lookup_object(stmt->removeType, (Node *) lfirst(lc), &object))
		{
			if (stmt->missing_ok)
				continue;
			return NIL;
		}
		if (is_wrong_to_drop(stmt->removeType, &object))
			return NIL;
		if (may_drop(&object))
			objects = lappend(objects, copy_address(&object));
	}
	return drop_around_bin(objects, stmt->behavior);
}

List *
effects_of_truncate_statement(TruncateStmt *stmt)
{
	List *relids = NIL;
	List *only = NIL;
	ListCell *lc;

	foreach(lc, stmt->relations)
	{
		RangeVar *name = lfirst_node(RangeVar, lc);
		Oid relid = lookup_relation(name);

		if (!OidIsValid(relid) || is_wrong_to_truncate(relid) ||
			pg_class_aclcheck(relid, GetUserId(), ACL_TRUNCATE) != ACLCHECK_OK)
			continue;
		relids = list_append_unique_oid(relids, relid);
		if (!name->inh)
			only = lappend_oid(only, relid);
	}
	return closure_of_truncate(relids, only, stmt->behavior);
}

/* WITH NO DATA: the stored rows go, and nothing comes in their place. */
List *
effects_of_refresh(RefreshMatViewStmt *stmt)
{
	Oid relid = lookup_relation(stmt->relation);
	Effect *effect;

	if (!stmt->skipData || !OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_MATVIEW ||
		!pg_class_ownercheck(relid, GetUserId()))
		return NIL;
	effect = make_truncate_effect(relid);
	effect->named = true;
	return list_make1(effect);
}

/* Everything in this database that role owns, as shdepDropOwned() finds it. */
static List *
objects_owned_by(Oid role)
{
	List *objects = NIL;
	Relation rel = table_open(SharedDependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_shdepend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(AuthIdRelationId));
	ScanKeyInit(&keys[1], Anum_pg_shdepend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(role));
	scan = systable_beginscan(rel, SharedDependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_shdepend form = (Form_pg_shdepend) GETSTRUCT(tuple);
		ObjectAddress object;

		if (form->dbid != MyDatabaseId || form->deptype != SHARED_DEPENDENCY_OWNER)
			continue;
		ObjectAddressSubSet(object, form->classid, form->objid, form->objsubid);
		objects = lappend(objects, copy_address(&object));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return objects;
}

List *
effects_of_drop_owned(DropOwnedStmt *stmt)
{
	List *objects = NIL;
	ListCell *lc;

	foreach(lc, stmt->roles)
	{
		Oid role = get_rolespec_oid(lfirst_node(RoleSpec, lc), true);

		if (OidIsValid(role) && has_privs_of_role(GetUserId(), role))
			objects = list_concat(objects, objects_owned_by(role));
	}
	return drop_around_bin(objects, stmt->behavior);
}
