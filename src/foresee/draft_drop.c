/*
 * draft_drop.c
 *		The draft follows what goes: relations, schemas, and with CASCADE what stands
 *		on them.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "foresee/draft_parts.h"
#include "effect/effect.h"

/*
 * getOwnedSequences() of one column.  A sequence belongs to it by an AUTO dependency
 * (serial) or an INTERNAL one (identity).
 */
static List *
sequences_of_column(Oid relid, AttrNumber attnum)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	List *sequences = NIL;
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(attnum));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 3, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->classid == RelationRelationId &&
			(form->deptype == DEPENDENCY_AUTO || form->deptype == DEPENDENCY_INTERNAL) &&
			get_rel_relkind(form->objid) == RELKIND_SEQUENCE)
			sequences = lappend_oid(sequences, form->objid);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return sequences;
}

/* What is there by now of those it owns */
List *
draft_sequences_of(DraftRelation *table)
{
	List *sequences = NIL;
	ListCell *lc;

	foreach(lc, relation_parts(table)->sequences)
		if (!((DraftRelation *) lfirst(lc))->gone)
			sequences = lappend(sequences, lfirst(lc));
	foreach(lc, OidIsValid(table->oid) ? getOwnedSequences(table->oid) : NIL)
	{
		DraftRelation *sequence = draft_relation_by_oid(lfirst_oid(lc));

		if (sequence != NULL)
			sequences = lappend(sequences, sequence);
	}
	return sequences;
}

/* Serial's and identity's, with their column or with the whole table (NULL) */
void
draft_drop_sequences(DraftRelation *table, const char *name)
{
	DraftColumn *column = name ? draft_column(table, name) : NULL;
	List *of_column = column != NULL && column->attnum > 0
		? sequences_of_column(table->oid, column->attnum)
		: NIL;
	ListCell *lc;

	foreach(lc, draft_sequences_of(table))
	{
		DraftRelation *sequence = lfirst(lc);
		char *made_for = relation_parts(sequence)->column;

		if (name == NULL || (made_for != NULL && strcmp(made_for, name) == 0) ||
			list_member_oid(of_column, sequence->oid))
			sequence->gone = true;
	}
}

static void
remove_constraint_of_catalog(Oid oid)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(oid));
	DraftRelation *relation;
	Oid relid;
	ListCell *lc;

	if (!HeapTupleIsValid(tuple))
		return;
	relid = ((Form_pg_constraint) GETSTRUCT(tuple))->conrelid;
	ReleaseSysCache(tuple);
	relation = OidIsValid(relid) ? draft_relation_by_oid(relid) : NULL;
	if (relation == NULL)
		return;
	draft_load(relation);
	foreach(lc, list_copy(relation->constraints))
		if (((DraftConstraint *) lfirst(lc))->oid == oid)
			draft_remove_constraint(relation, lfirst(lc));
}

static void
drop_column_of_catalog(Oid relid, AttrNumber attnum)
{
	DraftRelation *relation = draft_relation_by_oid(relid);
	ListCell *lc;

	if (relation == NULL)
		return;
	draft_load(relation);
	foreach(lc, relation->columns)
		if (((DraftColumn *) lfirst(lc))->attnum == attnum)
		{
			draft_drop_column(relation, ((DraftColumn *) lfirst(lc))->name, false);
			return;
		}
}

static void
drop_default_of_catalog(Oid oid)
{
	ObjectAddress of = GetAttrDefaultColumnAddress(oid);
	DraftRelation *relation = OidIsValid(of.objectId) ? draft_relation_by_oid(of.objectId) : NULL;
	ListCell *lc;

	if (relation == NULL)
		return;
	draft_load(relation);
	foreach(lc, relation->columns)
		if (((DraftColumn *) lfirst(lc))->attnum == of.objectSubId)
			((DraftColumn *) lfirst(lc))->has_default = false;
}

static bool
is_of_toast(Oid oid)
{
	char kind = get_rel_relkind(oid);

	if (kind == RELKIND_INDEX)
		kind = get_rel_relkind(IndexGetRelation(oid, true));
	return kind == RELKIND_TOASTVALUE;
}

/* A composite type's relation, and tables of it */
static void
drop_type_of_catalog(Oid type)
{
	Oid relid = get_typ_typrelid(type);
	DraftRelation *relation = OidIsValid(relid) ? draft_relation_by_oid(relid) : NULL;
	ListCell *lc;

	if (relation == NULL)
		return;
	relation->gone = true;
	foreach(lc, relation_parts(relation)->typed)
		draft_drop_relation(lfirst(lc), true);
}

static void
drop_object_of_catalog(const ObjectAddress *object)
{
	DraftThing thing;

	if (object->classId == ConstraintRelationId)
		remove_constraint_of_catalog(object->objectId);
	if (object->classId == TypeRelationId)
		drop_type_of_catalog(object->objectId);
	if (object->classId == AttrDefaultRelationId)
		drop_default_of_catalog(object->objectId);
	if (object->classId != RelationRelationId)
		return;
	if (object->objectSubId != 0)
	{
		drop_column_of_catalog(object->objectId, object->objectSubId);
		return;
	}
	/* TOAST has no name that a script could speak of */
	if (is_of_toast(object->objectId))
		return;
	thing = draft_find_oid(object->objectId);
	if (thing.relation != NULL)
		thing.relation->gone = true;
	if (thing.index != NULL)
		draft_remove_index(thing.index);
}

/* What goes with it as the guard sees it, so that both say the same. */
static void
drop_closure(Oid catalog, Oid oid, AttrNumber attnum, bool itself)
{
	ObjectAddress object;
	ListCell *lc;

	ObjectAddressSubSet(object, catalog, oid, attnum);
	foreach(lc, closure_of_drop(list_make1(&object), DROP_CASCADE))
	{
		ObjectAddress *dropped = &((Effect *) lfirst(lc))->object;

		if (itself || dropped->classId != catalog || dropped->objectId != oid ||
			dropped->objectSubId != attnum)
			drop_object_of_catalog(dropped);
	}
}

/* Views over a column; of those that the script made, which have one of that name */
void
draft_drop_readers(DraftRelation *relation, const DraftColumn *column)
{
	ListCell *lc;

	foreach(lc, relation_parts(relation)->readers)
		if (draft_column(lfirst(lc), column->name) != NULL)
			draft_drop_relation(lfirst(lc), true);
	if (OidIsValid(relation->oid) && column->attnum > 0)
		drop_closure(RelationRelationId, relation->oid, column->attnum, false);
}

static void
drop_references(DraftRelation *relation)
{
	List *tables;
	List *keys = draft_references_to(relation, &tables);
	ListCell *key;
	ListCell *table;

	forboth(key, keys, table, tables)
		if (lfirst(table) != relation)
			draft_remove_constraint(lfirst(table), lfirst(key));
}

/* Partitions go with their table, other children with CASCADE only. */
void
draft_drop_relation(DraftRelation *relation, bool cascade)
{
	List *children = NIL;
	ListCell *lc;

	if (relation->gone)
		return;
	if (cascade || relation->kind == RELKIND_PARTITIONED_TABLE)
	{
		draft_load(relation);
		children = relation->children;
	}
	if (cascade)
		drop_references(relation);
	relation->gone = true;
	draft_drop_sequences(relation, NULL);
	foreach(lc, children)
		draft_drop_relation(lfirst(lc), cascade);
	if (!cascade)
		return;
	foreach(lc, relation_parts(relation)->readers)
		draft_drop_relation(lfirst(lc), true);
	if (OidIsValid(relation->oid))
		drop_closure(RelationRelationId, relation->oid, 0, true);
}

/* All that is in it, and what stands on that elsewhere */
static void
follow_drop_schema(Change *change)
{
	DraftSchema *schema = change->schema ? draft_schema(change->schema) : NULL;
	ListCell *lc;

	if (schema == NULL || !schema->there)
		return;
	foreach(lc, list_copy(open_draft->relations))
	{
		DraftRelation *relation = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (strcmp(relation->schema, schema->name) == 0)
			draft_drop_relation(relation, change->cascade);
	}
	if (OidIsValid(schema->oid))
	{
		if (change->cascade)
			drop_closure(NamespaceRelationId, schema->oid, 0, true);
		open_draft->changed_schemas = list_append_unique_ptr(open_draft->changed_schemas, schema);
	}
	schema->there = false;
	draft_forget_path();
}

/* The rows of those that refer to it go with CASCADE. */
static void
empty_tree(DraftRelation *relation, bool only, bool cascade)
{
	ListCell *lc;
	ListCell *lc2;

	foreach(lc, only ? list_make1(relation) : draft_tree(relation))
	{
		DraftRelation *member = lfirst(lc);
		List *tables;

		member->emptied = true;
		member->filled = false;
		if (!cascade)
			continue;
		draft_references_to(member, &tables);
		foreach(lc2, tables)
			if (!((DraftRelation *) lfirst(lc2))->emptied ||
				((DraftRelation *) lfirst(lc2))->filled)
				empty_tree(lfirst(lc2), false, true);
	}
}

/* A type, a function, an extension: what of relations goes with it */
static void
follow_drop_others(Change *change)
{
	DropStmt *stmt = (DropStmt *) change->node;
	ListCell *lc;

	if (stmt == NULL || !IsA(stmt, DropStmt) || !change->cascade)
		return;
	foreach(lc, stmt->objects)
	{
		ObjectAddress object;

		if (lookup_object(stmt->removeType, lfirst(lc), &object))
			drop_closure(object.classId, object.objectId, 0, true);
	}
}

void
draft_follow_drop(Change *change)
{
	switch (change->kind)
	{
		case CHANGE_DROP_SCHEMA:
			follow_drop_schema(change);
			break;
		case CHANGE_TRUNCATE:
			if (change->relation != NULL)
				empty_tree(change->relation, change->only, change->cascade);
			break;
		case CHANGE_DROP_TYPE:
		case CHANGE_DROP_FUNCTION:
		case CHANGE_DROP_EXTENSION:
		case CHANGE_DROP_OTHER:
			follow_drop_others(change);
			break;
		default:
			if (change->relation != NULL)
				draft_drop_relation(change->relation, change->cascade);
	}
}
