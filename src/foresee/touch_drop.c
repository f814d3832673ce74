/*
 * touch_drop.c
 *		What DROP and TRUNCATE lock: all that goes along, and every relation of which a
 *		part goes.  The closure is the guard's; what the script made is in the draft.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_trigger.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/apart.h"
#include "base/compat.h"
#include "foresee/change_facts.h"
#include "effect/drop_statements.h"
#include "effect/effect.h"
#include "foresee/touch_parts.h"

/* ---------- the relation that an object is a part of ---------- */

/* By its OID's column and index; found is called with the tuple. */
static void
find_tuple(Oid catalog, Oid index, AttrNumber column, Oid oid,
		   void (*found)(HeapTuple tuple, Oid *relids), Oid *relids)
{
	Relation rel = table_open(catalog, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(oid));
	scan = systable_beginscan(rel, index, true, NULL, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		found(tuple, relids);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

static void
found_trigger(HeapTuple tuple, Oid *relids)
{
	relids[0] = ((Form_pg_trigger) GETSTRUCT(tuple))->tgrelid;
}

static void
found_default(HeapTuple tuple, Oid *relids)
{
	relids[0] = ((Form_pg_attrdef) GETSTRUCT(tuple))->adrelid;
}

static void
found_policy(HeapTuple tuple, Oid *relids)
{
	relids[0] = ((Form_pg_policy) GETSTRUCT(tuple))->polrelid;
}

static void
found_rule(HeapTuple tuple, Oid *relids)
{
	relids[0] = ((Form_pg_rewrite) GETSTRUCT(tuple))->ev_class;
}

/* Both ends of a foreign key: its triggers go there too, but not those of a partition's share in it. */
static void
relations_of_constraint(Oid oid, Oid *relids)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(oid));

	if (!HeapTupleIsValid(tuple))
		return;
	relids[0] = ((Form_pg_constraint) GETSTRUCT(tuple))->conrelid;
	if (!OidIsValid(((Form_pg_constraint) GETSTRUCT(tuple))->conparentid) &&
		IS_ENFORCED((Form_pg_constraint) GETSTRUCT(tuple)))
		relids[1] = ((Form_pg_constraint) GETSTRUCT(tuple))->confrelid;
	ReleaseSysCache(tuple);
}

static Oid
relation_of_statistics(Oid oid)
{
	HeapTuple tuple = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(oid));
	Oid relid = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		relid = ((Form_pg_statistic_ext) GETSTRUCT(tuple))->stxrelid;
		ReleaseSysCache(tuple);
	}
	return relid;
}

static bool
is_index(Oid relid)
{
	char kind = get_rel_relkind(relid);

	return kind == RELKIND_INDEX || kind == RELKIND_PARTITIONED_INDEX;
}

static void
touch_dropped(Change *change, const ObjectAddress *object)
{
	Oid relids[2] = {InvalidOid, InvalidOid};
	Oid oid = object->objectId;

	switch (object->classId)
	{
		case RelationRelationId:
			relids[0] = is_index(oid) ? IndexGetRelation(oid, true) : oid;
			break;
		case ConstraintRelationId:
			relations_of_constraint(oid, relids);
			break;
		case StatisticExtRelationId:
			touch_oid(change, relation_of_statistics(oid), ShareUpdateExclusiveLock);
			return;
		case TriggerRelationId:
			find_tuple(TriggerRelationId, TriggerOidIndexId, Anum_pg_trigger_oid, oid,
					   found_trigger, relids);
			break;
		case AttrDefaultRelationId:
			find_tuple(AttrDefaultRelationId, AttrDefaultOidIndexId, Anum_pg_attrdef_oid, oid,
					   found_default, relids);
			break;
		case PolicyRelationId:
			find_tuple(PolicyRelationId, PolicyOidIndexId, Anum_pg_policy_oid, oid, found_policy,
					   relids);
			break;
		case RewriteRelationId:
			find_tuple(RewriteRelationId, RewriteOidIndexId, Anum_pg_rewrite_oid, oid, found_rule,
					   relids);
			break;
		default:
			return;
	}
	touch_oid(change, relids[0], AccessExclusiveLock);
	touch_oid(change, relids[1], AccessExclusiveLock);
}

static void
touch_closure(Change *change, const ObjectAddress *object)
{
	ListCell *lc;

	foreach(lc,
			closure_of_drop(list_make1((void *) object),
							change->cascade ? DROP_CASCADE : DROP_RESTRICT))
		touch_dropped(change, &((Effect *) lfirst(lc))->object);
}

/* ---------- relations ---------- */

/* A partition's parent learns that it goes, and the default partition may take its rows. */
static void
touch_partition_parents(Change *change, DraftRelation *relation)
{
	ListCell *lc;

	draft_load(relation);
	if (!relation->is_partition)
		return;
	foreach(lc, relation->parents)
	{
		DraftRelation *parent = lfirst(lc);

		add_touch(change, parent, AccessExclusiveLock, false, false);
		add_touch(change, default_partition(parent), AccessExclusiveLock, false, false);
	}
}

/* Foreign keys that the draft knows of: their triggers stand on both tables. */
static void
touch_partners(Change *change, DraftRelation *relation)
{
	List *tables;
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (constraint->type == CONSTRAINT_FOREIGN && !constraint->not_enforced &&
			!is_from_parent(relation, constraint))
			add_touch(change, constraint->target, AccessExclusiveLock, false, false);
	}
	if (!change->cascade)
		return;
	(void) draft_references_to(relation, &tables);
	foreach(lc, tables)
		add_touch(change, lfirst(lc), AccessExclusiveLock, false, false);
}

static void
touch_dropped_relation(Change *change, DraftRelation *relation)
{
	ListCell *lc;

	foreach(lc, draft_tree(relation))
	{
		DraftRelation *member = lfirst(lc);

		/* children by INHERITS stay, unless with CASCADE */
		draft_load(member);
		if (member != relation && !member->is_partition && !change->cascade)
			continue;
		add_touch(change, member, AccessExclusiveLock, false, false);
		touch_partners(change, member);
	}
	touch_partition_parents(change, relation);
	if (!draft_is_new(relation))
	{
		ObjectAddress object;

		ObjectAddressSet(object, RelationRelationId, relation->oid);
		touch_closure(change, &object);
	}
}

/* An index makes its table wait; one of a partitioned table, all of the partitions. */
static void
touch_dropped_index(Change *change)
{
	LOCKMODE lock = change->concurrently ? ShareUpdateExclusiveLock : AccessExclusiveLock;

	if (change->relation == NULL)
		return;
	if (change->relation->kind == RELKIND_PARTITIONED_TABLE)
		touch_tree(change, change->relation, lock, false, false);
	else
		add_touch(change, change->relation, lock, false, false);
	if (change->cascade && change->index != NULL && OidIsValid(change->index->oid))
	{
		ObjectAddress object;

		ObjectAddressSet(object, RelationRelationId, change->index->oid);
		touch_closure(change, &object);
	}
}

static void
touch_dropped_part(Change *change)
{
	if (change->relation == NULL)
		return;
	if (change->kind == CHANGE_DROP_TRIGGER && change->relation->kind == RELKIND_PARTITIONED_TABLE)
		touch_tree(change, change->relation, AccessExclusiveLock, false, false);
	else
		add_touch(change, change->relation, AccessExclusiveLock, false, false);
}

static void
touch_dropped_schema(Change *change)
{
	ListCell *lc;
	ObjectAddress object;
	Oid oid = get_namespace_oid(change->schema, true);

	foreach(lc, draft_relations())
	{
		DraftRelation *relation = lfirst(lc);

		if (!relation->gone && strcmp(relation->schema, change->schema) == 0)
			touch_dropped_relation(change, relation);
	}
	ObjectAddressSet(object, NamespaceRelationId, oid);
	if (OidIsValid(oid))
		touch_closure(change, &object);
}

typedef struct Lookup
{
	ObjectType type;
	Node *name;
	ObjectAddress *object;
	bool found;
} Lookup;

static void
look_up(void *arg)
{
	Lookup *lookup = arg;

	lookup->found = lookup_object(lookup->type, lookup->name, lookup->object);
}

/* A name that fits several functions, or the wrong kind, is an error of the server's. */
static bool
lookup_quietly(ObjectType type, Node *name, ObjectAddress *object)
{
	Lookup lookup = {type, name, object, false};

	return run_apart(look_up, &lookup) == NULL && lookup.found;
}

static void
touch_dropped_other(Change *change)
{
	DropStmt *stmt;
	ObjectAddress object;
	ListCell *lc;

	if (IsA(change->node, DropOwnedStmt))
	{
		foreach(lc, effects_of_drop_owned(castNode(DropOwnedStmt, change->node)))
			touch_dropped(change, &((Effect *) lfirst(lc))->object);
		return;
	}
	if (!IsA(change->node, DropStmt) || change->part == NULL)
		return;
	stmt = castNode(DropStmt, change->node);
	if (lookup_quietly(stmt->removeType, change->part, &object))
		touch_closure(change, &object);
}

void
foretell_drop(Change *change)
{
	switch (change->kind)
	{
		case CHANGE_DROP_TABLE:
		case CHANGE_DROP_VIEW:
		case CHANGE_DROP_MATVIEW:
		case CHANGE_DROP_SEQUENCE:
		case CHANGE_DROP_FOREIGN_TABLE:
			if (change->relation != NULL)
				touch_dropped_relation(change, change->relation);
			break;
		case CHANGE_DROP_INDEX:
			touch_dropped_index(change);
			break;
		case CHANGE_DROP_TRIGGER:
		case CHANGE_DROP_RULE:
		case CHANGE_DROP_POLICY:
			touch_dropped_part(change);
			break;
		case CHANGE_DROP_SCHEMA:
			if (change->schema != NULL)
				touch_dropped_schema(change);
			break;
		default:
			touch_dropped_other(change);
			break;
	}
}

/* ---------- TRUNCATE ---------- */

static void
touch_truncated(Change *change, DraftRelation *relation, bool tree, bool sequences)
{
	List *tables;
	ListCell *lc;
	List *members = tree ? draft_tree(relation) : list_make1(relation);

	check_stack_depth();
	foreach(lc, members)
	{
		DraftRelation *member = lfirst(lc);
		int before = list_length(change->touches);
		ListCell *of;

		add_touch(change, member, AccessExclusiveLock, false, false);
		if (sequences)
			touch_sequences(change, member, AccessExclusiveLock);
		if (!change->cascade || list_length(change->touches) == before)
			continue;
		(void) draft_references_to(member, &tables);
		foreach(of, tables)
			touch_truncated(change, lfirst(of), true, sequences);
	}
}

void
foretell_truncate(Change *change)
{
	TruncateStmt *stmt = castNode(TruncateStmt, change->node);

	if (change->relation != NULL)
		touch_truncated(change, change->relation, !change->only, stmt->restart_seqs);
}
