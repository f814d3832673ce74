/*
 * taken_in.c
 *		Which things on relations does a statement make anew or take in, so that they
 *		look made by it although they are older?
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_statistic_ext.h"
#include "nodes/parsenodes.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

#include "effect/effect.h"
#include "effect/inverse.h"

static ObjectAddress *
new_address(Oid catalog, Oid oid)
{
	ObjectAddress *object = palloc(sizeof(ObjectAddress));

	ObjectAddressSet(*object, catalog, oid);
	return object;
}

List *
statistics_of(Oid relid)
{
	Relation rel = RelationIdGetRelation(relid);
	List *identities = NIL;
	ListCell *lc;

	if (!RelationIsValid(rel))
		return NIL;
	foreach(lc, RelationGetStatExtList(rel))
		identities =
			lappend(identities,
					getObjectIdentity(new_address(StatisticExtRelationId, lfirst_oid(lc)), false));
	RelationClose(rel);
	return identities;
}

/* ---------- partitions ---------- */

bool
is_part_in_partition(const ObjectAddress *object)
{
	HeapTuple tuple;
	bool is_part;

	if (object->classId == RelationRelationId)
		return get_rel_relispartition(object->objectId);
	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(object->objectId));
	if (!HeapTupleIsValid(tuple))
		return false;
	is_part = OidIsValid(((Form_pg_constraint) GETSTRUCT(tuple))->conparentid);
	ReleaseSysCache(tuple);
	return is_part;
}

static List *
loose_of_partition(Oid relid)
{
	Relation rel = RelationIdGetRelation(relid);
	List *loose = NIL;
	ListCell *lc;

	if (!RelationIsValid(rel))
		return NIL;
	foreach(lc, RelationGetIndexList(rel))
		loose = lappend(loose, new_address(RelationRelationId, lfirst_oid(lc)));
	foreach(lc, RelationGetFKeyList(rel))
		loose = lappend(
			loose, new_address(ConstraintRelationId, lfirst_node(ForeignKeyCacheInfo, lc)->conoid));
	RelationClose(rel);
	foreach(lc, loose)
		if (is_part_in_partition(lfirst(lc)))
			loose = foreach_delete_current(loose, lc);
	return loose;
}

static bool
adds_key_or_index(Node *stmt)
{
	ListCell *lc;

	if (IsA(stmt, IndexStmt))
		return ((IndexStmt *) stmt)->relation->inh;
	foreach(lc, ((AlterTableStmt *) stmt)->cmds)
		switch (lfirst_node(AlterTableCmd, lc)->subtype)
		{
			case AT_AddConstraint:
			case AT_AddIndex:
			case AT_AddColumn:
				return true;
			default:
				break;
		}
	return false;
}

List *
loose_in_partitions(Node *stmt)
{
	List *loose = NIL;
	Oid relid;
	ListCell *lc;

	if ((!IsA(stmt, IndexStmt) && !IsA(stmt, AlterTableStmt)) || !adds_key_or_index(stmt))
		return NIL;
	relid = lookup_relation(IsA(stmt, IndexStmt) ? ((IndexStmt *) stmt)->relation
												 : ((AlterTableStmt *) stmt)->relation);
	if (!OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
		return NIL;
	foreach(lc, find_all_inheritors(relid, NoLock, NULL))
		if (lfirst_oid(lc) != relid)
			loose = list_concat(loose, loose_of_partition(lfirst_oid(lc)));
	return loose;
}
