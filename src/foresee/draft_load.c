/*
 * draft_load.c
 *		What the draft knows of a relation that is there: read from the catalogs row
 *		by row, when first asked for.  The relation cache is not asked, since it takes
 *		a relation for granted that somebody may drop while we look.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/primnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "foresee/draft_parts.h"
#include "effect/effect.h"

/* The name it has by now; one in a schema that the script dropped is gone. */
static DraftRelation *
make_relation(Oid relid, Form_pg_class form)
{
	bool there;
	bool swapped;
	const char *schema = draft_schema_of(form->relnamespace, &there, &swapped);
	DraftRelation *relation;

	if (schema == NULL)
		return NULL;
	relation = draft_make_relation(schema, NameStr(form->relname), form->relkind);
	relation->oid = relid;
	relation->statement = 0;
	relation->persistence = form->relpersistence;
	relation->access_method = OidIsValid(form->relam) ? get_am_name(form->relam) : NULL;
	relation->gone = !there;
	relation->swapped = swapped;
	relation->is_partition = form->relispartition;
	relation->row_security = form->relrowsecurity;
	relation->replica_identity = form->relreplident;
	relation->loaded = false;
	return relation;
}

DraftRelation *
draft_read_relation(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	MemoryContext caller;
	DraftRelation *relation;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	caller = MemoryContextSwitchTo(open_draft->context);
	relation = make_relation(relid, (Form_pg_class) GETSTRUCT(tuple));
	if (relation != NULL)
	{
		draft_set_oid(relid, relation, NULL);
		open_draft->relations = lappend(open_draft->relations, relation);
	}
	MemoryContextSwitchTo(caller);
	ReleaseSysCache(tuple);
	return relation;
}

/* Calls of each row of a catalog in which a column holds that OID */
typedef void (*RowVisitor)(DraftRelation *relation, Relation catalog, HeapTuple tuple);

static void
visit_rows(DraftRelation *relation, Oid catalog, Oid index, AttrNumber attnum, RowVisitor visit)
{
	Relation rel = table_open(catalog, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, attnum, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation->oid));
	scan = systable_beginscan(rel, index, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		visit(relation, rel, tuple);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/* ---- columns ---- */

static void
load_column(DraftRelation *relation, Relation catalog, HeapTuple tuple)
{
	Form_pg_attribute form = (Form_pg_attribute) GETSTRUCT(tuple);
	DraftColumn *column;

	if (form->attnum <= 0 || form->attisdropped)
		return;
	column = palloc0(sizeof(DraftColumn));
	column->name = pstrdup(NameStr(form->attname));
	column->attnum = form->attnum;
	column->type = form->atttypid;
	column->typmod = form->atttypmod;
	column->type_name = format_type_extended(form->atttypid, form->atttypmod,
											 FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_ALLOW_INVALID);
	column->collation = form->attcollation;
	column->not_null = form->attnotnull;
	column->has_default = form->atthasdef;
	column->identity = form->attidentity;
	column->generated = form->attgenerated;
	column->local = form->attislocal;
	relation->columns = lappend(relation->columns, column);
}

/* By its number, for what the catalogs say of a relation; NULL: the script dropped it */
static char *
name_of_column(DraftRelation *relation, AttrNumber attnum)
{
	ListCell *lc;

	if (!relation->loaded)
		return get_attname(relation->oid, attnum, true);
	foreach(lc, relation->columns)
		if (((DraftColumn *) lfirst(lc))->attnum == attnum)
			return pstrdup(((DraftColumn *) lfirst(lc))->name);
	return NULL;
}

static List *
names_of_columns(DraftRelation *relation, Relation catalog, HeapTuple tuple, AttrNumber attribute)
{
	bool isnull;
	Datum datum = heap_getattr(tuple, attribute, RelationGetDescr(catalog), &isnull);
	List *names = NIL;
	ArrayType *array;
	int16 *attnums;

	if (isnull)
		return NIL;
	array = DatumGetArrayTypeP(datum);
	attnums = (int16 *) ARR_DATA_PTR(array);
	for (int i = 0; i < ARR_DIMS(array)[0]; i++)
	{
		char *name = name_of_column(relation, attnums[i]);

		if (name != NULL)
			names = lappend(names, name);
	}
	return names;
}

/* ---- constraints ---- */

static void
load_constraint(DraftRelation *relation, Relation catalog, HeapTuple tuple)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	DraftConstraint *constraint;
	DraftRelation *target = NULL;

	/* that of a table which the script dropped went with it */
	if (form->contype == CONSTRAINT_FOREIGN &&
		(target = form->confrelid == relation->oid
			 ? relation
			 : draft_relation_by_oid(form->confrelid)) == NULL)
		return;
	constraint = palloc0(sizeof(DraftConstraint));
	constraint->name = pstrdup(NameStr(form->conname));
	constraint->oid = form->oid;
	constraint->type = form->contype;
	constraint->validated = form->convalidated;
	constraint->not_enforced = !IS_ENFORCED(form);
	constraint->deferrable = form->condeferrable;
	constraint->no_inherit = form->connoinherit;
	constraint->columns = names_of_columns(relation, catalog, tuple, Anum_pg_constraint_conkey);
	if (target != NULL)
	{
		constraint->target = target;
		constraint->target_columns =
			names_of_columns(target, catalog, tuple, Anum_pg_constraint_confkey);
		constraint->on_delete = form->confdeltype;
	}
	else if (OidIsValid(form->conindid))
		constraint->index = get_rel_name(form->conindid);
	relation->constraints = lappend(relation->constraints, constraint);
}

/* ---- indexes ---- */

static Oid
parent_of_index(Oid index)
{
	Relation rel = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	Oid parent = InvalidOid;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(index));
	scan = systable_beginscan(rel, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parent = ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return parent;
}

static void
load_index_row(DraftIndex *index, DraftRelation *relation, Relation catalog, HeapTuple tuple)
{
	Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);

	index->oid = form->indexrelid;
	index->unique = form->indisunique;
	index->primary = form->indisprimary;
	index->valid = form->indisvalid;
	index->immediate = form->indimmediate;
	index->partial = !heap_attisnull(tuple, Anum_pg_index_indpred, RelationGetDescr(catalog));
	for (int i = 0; i < form->indnkeyatts; i++)
		index->columns = lappend(
			index->columns,
			form->indkey.values[i] > 0 ? name_of_column(relation, form->indkey.values[i]) : NULL);
}

static void
load_index(DraftRelation *relation, Relation catalog, HeapTuple tuple)
{
	Oid oid = ((Form_pg_index) GETSTRUCT(tuple))->indexrelid;
	HeapTuple class = SearchSysCache1(RELOID, ObjectIdGetDatum(oid));
	Form_pg_class form;
	DraftIndex *index;

	if (!HeapTupleIsValid(class))
		return;
	form = (Form_pg_class) GETSTRUCT(class);
	index = draft_make_index(relation, NameStr(form->relname));
	index->method = get_am_name(form->relam);
	if (index->method == NULL)
		index->method = "";
	if (form->relispartition)
		index_parts(index)->parent_oid = parent_of_index(oid);
	ReleaseSysCache(class);
	load_index_row(index, relation, catalog, tuple);
	relation->indexes = lappend(relation->indexes, index);
	draft_set_oid(oid, NULL, index);
}

/* As RelationGetIndexList() has them, so that answers do not depend on where a row lies */
static int
by_index_oid(const ListCell *a, const ListCell *b)
{
	Oid left = ((DraftIndex *) lfirst(a))->oid;
	Oid right = ((DraftIndex *) lfirst(b))->oid;

	return left < right ? -1 : left > right;
}

/* ---- parents and children ---- */

static void
load_parent(DraftRelation *relation, Relation catalog, HeapTuple tuple)
{
	DraftRelation *parent = draft_relation_by_oid(((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);

	if (parent != NULL)
		relation->parents = lappend(relation->parents, parent);
}

static int
by_oid(const ListCell *a, const ListCell *b)
{
	Oid left = ((DraftRelation *) lfirst(a))->oid;
	Oid right = ((DraftRelation *) lfirst(b))->oid;

	return left < right ? -1 : left > right;
}

/* Another session's temporary child is none of the statement's business. */
static void
load_child(DraftRelation *relation, Relation catalog, HeapTuple tuple)
{
	Oid oid = ((Form_pg_inherits) GETSTRUCT(tuple))->inhrelid;
	DraftRelation *child = is_temporary_elsewhere(oid) ? NULL : draft_relation_by_oid(oid);

	if (child != NULL)
		relation->children = lappend(relation->children, child);
}

void
draft_load(DraftRelation *relation)
{
	MemoryContext caller;

	if (relation->loaded)
		return;
	caller = MemoryContextSwitchTo(open_draft->context);
	visit_rows(relation, AttributeRelationId, AttributeRelidNumIndexId, Anum_pg_attribute_attrelid,
			   load_column);
	relation->loaded = true;
	visit_rows(relation, ConstraintRelationId, ConstraintRelidTypidNameIndexId,
			   Anum_pg_constraint_conrelid, load_constraint);
	visit_rows(relation, IndexRelationId, IndexIndrelidIndexId, Anum_pg_index_indrelid, load_index);
	list_sort(relation->indexes, by_index_oid);
	visit_rows(relation, InheritsRelationId, InheritsRelidSeqnoIndexId, Anum_pg_inherits_inhrelid,
			   load_parent);
	visit_rows(relation, InheritsRelationId, InheritsParentIndexId, Anum_pg_inherits_inhparent,
			   load_child);
	list_sort(relation->children, by_oid);
	MemoryContextSwitchTo(caller);
}

/* ---- asked later ---- */

static Oid
table_of_foreign_key(Oid constraint, Oid target)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	Oid table = InvalidOid;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	if (((Form_pg_constraint) GETSTRUCT(tuple))->contype == CONSTRAINT_FOREIGN &&
		((Form_pg_constraint) GETSTRUCT(tuple))->confrelid == target)
		table = ((Form_pg_constraint) GETSTRUCT(tuple))->conrelid;
	ReleaseSysCache(tuple);
	return table;
}

/*
 * Tables whose foreign keys refer to it.  pg_constraint has no index for that;
 * pg_depend tells each column referred to.
 */
List *
draft_catalog_references(Oid relid)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	List *tables = NIL;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);
		Oid table;

		if (form->classid != ConstraintRelationId)
			continue;
		table = table_of_foreign_key(form->objid, relid);
		if (OidIsValid(table))
			tables = list_append_unique_oid(tables, table);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	list_sort(tables, list_oid_cmp);
	return tables;
}

/* In its keys, INCLUDE, expressions or predicate, as pg_depend has it */
static bool
index_depends_on(Oid index, Oid table, AttrNumber attnum)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	bool found = false;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(index));
	scan = systable_beginscan(rel, DependDependerIndexId, true, NULL, 2, keys);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		found = form->refclassid == RelationRelationId && form->refobjid == table &&
			form->refobjsubid == attnum;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

bool
draft_index_uses(DraftIndex *index, const char *name)
{
	DraftColumn *column;

	if (draft_names_column(index->columns, name) ||
		draft_names_column(index_parts(index)->uses, name))
		return true;
	if (!OidIsValid(index->oid) || (column = draft_column(index->table, name)) == NULL)
		return false;
	return column->attnum > 0 && index_depends_on(index->oid, index->table->oid, column->attnum);
}

static bool
is_that_column(Node *node, DraftColumn *column)
{
	if (IsA(node, Var))
		return column->attnum > 0 && ((Var *) node)->varattno == column->attnum;
	if (IsA(node, ColumnRef))
	{
		Node *last = llast(((ColumnRef *) node)->fields);

		return IsA(last, String) && strcmp(strVal(last), column->name) == 0;
	}
	return false;
}

/*
 * No row with NULL there passes it.  Less is seen than by predicate_implied_by(),
 * which may run functions: only what one writes for this purpose.
 */
static bool
says_not_null(Node *node, DraftColumn *column, bool negated)
{
	BoolExpr *expr;
	bool all;
	ListCell *lc;

	if (IsA(node, NullTest))
		return ((NullTest *) node)->nulltesttype == (negated ? IS_NULL : IS_NOT_NULL) &&
			is_that_column((Node *) ((NullTest *) node)->arg, column);
	if (!IsA(node, BoolExpr))
		return false;
	expr = (BoolExpr *) node;
	if (expr->boolop == NOT_EXPR)
		return says_not_null(linitial(expr->args), column, !negated);
	all = (expr->boolop == OR_EXPR) != negated;
	foreach(lc, expr->args)
		if (says_not_null(lfirst(lc), column, negated) != all)
			return !all;
	return all;
}

bool
draft_check_proves(DraftConstraint *check, DraftColumn *column)
{
	HeapTuple tuple;
	Datum datum;
	bool isnull;
	bool proves = false;

	if (check->expression != NULL)
		return says_not_null(check->expression, column, false);
	tuple =
		OidIsValid(check->oid) ? SearchSysCache1(CONSTROID, ObjectIdGetDatum(check->oid)) : NULL;
	if (!HeapTupleIsValid(tuple))
		return false;
	datum = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conbin, &isnull);
	if (!isnull)
		proves = says_not_null(stringToNode(TextDatumGetCString(datum)), column, false);
	ReleaseSysCache(tuple);
	return proves;
}
