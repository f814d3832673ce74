/*
 * touch_tree.c
 *		What a change does to one relation, to all below it, and to those that only a
 *		look through the catalogs can find.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/text_list.h"
#include "foresee/change_parts.h"
#include "foresee/touch_parts.h"

/* One touch for each relation; of several locks the stronger one. */
void
add_touch(Change *change, DraftRelation *relation, LOCKMODE lock, bool rewrites, bool scans)
{
	Touch *touch;
	ListCell *lc;

	if (relation == NULL)
		return;
	foreach(lc, change->touches)
	{
		touch = lfirst(lc);
		if (touch->relation != relation)
			continue;
		touch->lock = Max(touch->lock, lock);
		touch->rewrites |= rewrites;
		touch->scans |= scans;
		return;
	}
	touch = palloc0(sizeof(Touch));
	touch->relation = relation;
	touch->lock = lock;
	touch->rewrites = rewrites;
	touch->scans = scans;
	change->touches = lappend(change->touches, touch);
}

void
add_index_touch(Change *change, DraftIndex *index, LOCKMODE lock, bool rebuilds)
{
	IndexTouch *touch;

	if (index == NULL)
		return;
	touch = palloc0(sizeof(IndexTouch));
	touch->index = index;
	touch->lock = lock;
	touch->rebuilds = rebuilds;
	change->index_touches = lappend(change->index_touches, touch);
}

/* TOAST has no name that anybody could speak of, and is locked with its table. */
void
touch_oid(Change *change, Oid relid, LOCKMODE lock)
{
	if (OidIsValid(relid) && get_rel_relkind(relid) != RELKIND_TOASTVALUE)
		add_touch(change, draft_relation_by_oid(relid), lock, false, false);
}

/* Has it a file of its own with rows in it? */
bool
holds_rows(DraftRelation *relation)
{
	return relation->kind == RELKIND_RELATION || relation->kind == RELKIND_MATVIEW;
}

void
touch_tree(Change *change, DraftRelation *relation, LOCKMODE lock, bool rewrites, bool scans)
{
	ListCell *lc;

	if (relation == NULL)
		return;
	foreach(lc, draft_tree(relation))
	{
		DraftRelation *member = lfirst(lc);
		bool rows = holds_rows(member);

		CHECK_FOR_INTERRUPTS();
		add_touch(change, member, lock, rewrites && rows, scans && rows);
	}
}

bool
has_index_like(DraftRelation *relation, const DraftIndex *wanted)
{
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->indexes)
	{
		const DraftIndex *index = lfirst(lc);

		if (index->valid && index->unique == wanted->unique && !index->partial &&
			!wanted->partial && strcmp(index->method, wanted->method) == 0 &&
			same_texts(index->columns, wanted->columns))
			return true;
	}
	return false;
}

bool
is_from_parent(DraftRelation *relation, const DraftConstraint *constraint)
{
	ListCell *lc;

	if (relation->is_partition)
		foreach(lc, relation->parents)
			if (draft_constraint(lfirst(lc), constraint->name) != NULL)
				return true;
	return false;
}

/* The index, by way of its table; NULL: none */
static DraftIndex *
draft_index_by_oid(Oid oid)
{
	char kind = get_rel_relkind(oid);
	DraftRelation *table = NULL;
	ListCell *lc;

	if (kind == RELKIND_INDEX || kind == RELKIND_PARTITIONED_INDEX)
		table = draft_relation_by_oid(IndexGetRelation(oid, true));
	if (table == NULL)
		return NULL;
	draft_load(table);
	foreach(lc, table->indexes)
		if (((DraftIndex *) lfirst(lc))->oid == oid)
			return lfirst(lc);
	return NULL;
}

/* ---------- found by a look through the catalogs ---------- */

/* Relations of the catalog that take() takes, of this database and no system ones */
void
touch_relations(Change *change, TakeRelation take, void *arg, LOCKMODE lock, bool rewrites,
				bool scans)
{
	Relation rel = table_open(RelationRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	List *relids = NIL;
	ListCell *lc;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		CHECK_FOR_INTERRUPTS();
		if (form->oid >= FirstNormalObjectId && take(form, arg))
			relids = lappend_oid(relids, form->oid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	foreach(lc, relids)
	{
		DraftRelation *relation = draft_relation_by_oid(lfirst_oid(lc));

		if (relation != NULL)
			add_touch(change, relation, lock, rewrites && holds_rows(relation),
					  scans && holds_rows(relation));
		else
			add_index_touch(change, draft_index_by_oid(lfirst_oid(lc)), lock, rewrites);
	}
}

/* What of a class depends on an object */
static List *
dependents_of(Oid class, Oid oid, Oid of_class)
{
	List *dependents = NIL;
	Relation rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(class));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(oid));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->classid == of_class)
			dependents = list_append_unique_oid(dependents, form->objid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return dependents;
}

/* As get_rels_with_domain(): tables and materialized views, domains over the domain too */
void
touch_users_of_domain(Change *change, Oid domain, LOCKMODE lock)
{
	ListCell *lc;

	check_stack_depth();
	foreach(lc, dependents_of(TypeRelationId, domain, RelationRelationId))
	{
		DraftRelation *relation = draft_relation_by_oid(lfirst_oid(lc));

		if (relation != NULL && holds_rows(relation))
			add_touch(change, relation, lock, false, true);
	}
	foreach(lc, dependents_of(TypeRelationId, domain, TypeRelationId))
		if (get_typtype(lfirst_oid(lc)) == TYPTYPE_DOMAIN)
			touch_users_of_domain(change, lfirst_oid(lc), lock);
}

/* Sequences that belong to columns of it */
void
touch_sequences(Change *change, DraftRelation *relation, LOCKMODE lock)
{
	ListCell *lc;

	if (draft_is_new(relation))
		return;
	foreach(lc, getOwnedSequences(relation->oid))
		touch_oid(change, lfirst_oid(lc), lock);
}
