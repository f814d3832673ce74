/*
 * draft_create.c
 *		The draft follows what is made: tables with what they copy from others (LIKE,
 *		INHERITS, PARTITION OF, OF), views, sequences.  Columns and constraints written
 *		in the statement come as changes of their own.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"

#include "foresee/change_parts.h"
#include "foresee/draft_parts.h"

void
draft_set_parent(DraftRelation *child, DraftRelation *parent)
{
	ListCell *lc;

	draft_load(child);
	draft_load(parent);
	child->parents = list_append_unique_ptr(child->parents, parent);
	/* a partition has no column of its own */
	if (parent->kind == RELKIND_PARTITIONED_TABLE)
		foreach(lc, child->columns)
			((DraftColumn *) lfirst(lc))->local = false;
	parent->children = list_append_unique_ptr(parent->children, child);
}

void
draft_unset_parent(DraftRelation *child, DraftRelation *parent)
{
	ListCell *lc;

	draft_load(child);
	draft_load(parent);
	child->parents = list_delete_ptr(child->parents, parent);
	parent->children = list_delete_ptr(parent->children, child);
	if (child->parents == NIL)
		foreach(lc, child->columns)
			((DraftColumn *) lfirst(lc))->local = true;
}

/* serial and identity */
void
draft_make_sequence(DraftRelation *table, const char *column)
{
	char *name = draft_choose_name(table->schema, table->name, column, "seq");
	DraftRelation *sequence = draft_make_relation(table->schema, name, RELKIND_SEQUENCE);

	relation_parts(sequence)->column = pstrdup(column);
	draft_enter(sequence);
	relation_parts(table)->sequences = lappend(relation_parts(table)->sequences, sequence);
}

/* ---- what a new table copies ---- */

/* What an expression of the catalog says of a relation's columns, in words for another one */
static Node *
proof_of(DraftConstraint *check, DraftRelation *relation)
{
	List *tests = NIL;
	ListCell *lc;

	foreach(lc, check->columns)
	{
		DraftColumn *column = draft_column(relation, lfirst(lc));
		ColumnRef *reference;
		NullTest *test;

		if (column == NULL || !draft_check_proves(check, column))
			continue;
		reference = makeNode(ColumnRef);
		reference->fields = list_make1(makeString(pstrdup(column->name)));
		test = makeNode(NullTest);
		test->arg = (Expr *) reference;
		test->nulltesttype = IS_NOT_NULL;
		tests = lappend(tests, test);
	}
	return tests != NIL ? (Node *) makeBoolExpr(AND_EXPR, tests, -1) : NULL;
}

static void
copy_checks(DraftRelation *to, DraftRelation *from, bool as_inherited)
{
	ListCell *lc;

	foreach(lc, from->constraints)
	{
		DraftConstraint copy = *(DraftConstraint *) lfirst(lc);

		if (copy.type != CONSTRAINT_CHECK || (as_inherited && copy.no_inherit) ||
			draft_constraint(to, copy.name) != NULL)
			continue;
		if (copy.expression == NULL)
			copy.expression = proof_of(lfirst(lc), from);
		/* there is no row yet that it could not hold for */
		copy.validated = true;
		draft_add_constraint(to, &copy);
	}
}

static void
inherit_from(DraftRelation *child, DraftRelation *parent, bool as_partition)
{
	ListCell *lc;

	if (parent == NULL)
	{
		child->opaque = true;
		return;
	}
	draft_load(parent);
	child->opaque |= parent->opaque;
	foreach(lc, parent->columns)
	{
		DraftColumn column = *(DraftColumn *) lfirst(lc);

		column.identity = '\0';
		draft_add_column(child, &column, false);
	}
	copy_checks(child, parent, true);
	draft_set_parent(child, parent);
	if (!as_partition)
		return;
	child->is_partition = true;
	draft_refer_like_parent(parent, child);
	draft_index_partition(parent, child);
}

static void
like_column(DraftRelation *relation, const DraftColumn *from, bits32 options)
{
	DraftColumn column = *from;

	if ((options & CREATE_TABLE_LIKE_DEFAULTS) == 0)
		column.has_default = false;
	if ((options & CREATE_TABLE_LIKE_GENERATED) == 0)
		column.generated = '\0';
	if ((options & CREATE_TABLE_LIKE_IDENTITY) == 0)
		column.identity = '\0';
	draft_add_column(relation, &column, true);
	if (column.identity != '\0')
		draft_make_sequence(relation, column.name);
}

static void
copy_like(DraftRelation *relation, TableLikeClause *like)
{
	DraftRelation *from = draft_relation(like->relation);
	ListCell *lc;

	if (from == NULL)
	{
		relation->opaque = true;
		return;
	}
	draft_load(from);
	relation->opaque |= from->opaque;
	foreach(lc, from->columns)
		like_column(relation, lfirst(lc), like->options);
	if ((like->options & CREATE_TABLE_LIKE_CONSTRAINTS) != 0)
		copy_checks(relation, from, false);
	if ((like->options & CREATE_TABLE_LIKE_INDEXES) != 0)
		draft_index_like(from, relation);
}

static void
copy_type(DraftRelation *relation, TypeName *name)
{
	Oid type = list_length(name->names) <= 2 ? LookupTypeNameOid(NULL, name, true) : InvalidOid;
	Oid relid = OidIsValid(type) ? get_typ_typrelid(type) : InvalidOid;
	DraftRelation *from = OidIsValid(relid) ? draft_relation_by_oid(relid) : NULL;
	ListCell *lc;

	if (from == NULL)
	{
		relation->opaque = true;
		return;
	}
	draft_load(from);
	relation_parts(from)->typed = lappend(relation_parts(from)->typed, relation);
	foreach(lc, from->columns)
		draft_add_column(relation, lfirst(lc), true);
}

/* ---- each kind ---- */

/* Temporary tables that go, or lose their rows, when the transaction ends */
static void
note_on_commit(DraftRelation *relation, OnCommitAction action)
{
	relation_parts(relation)->drop_on_commit = action == ONCOMMIT_DROP;
	relation_parts(relation)->empty_on_commit = action == ONCOMMIT_DELETE_ROWS;
	if (action == ONCOMMIT_DROP || action == ONCOMMIT_DELETE_ROWS)
		open_draft->passing = lappend(open_draft->passing, relation);
}

static bool
collect_relations(Node *node, List **relations)
{
	DraftRelation *relation;

	if (node == NULL)
		return false;
	if (!IsA(node, RangeVar))
		return raw_expression_tree_walker(node, collect_relations, relations);
	relation = draft_relation((RangeVar *) node);
	if (relation != NULL)
		*relations = list_append_unique_ptr(*relations, relation);
	return false;
}

/* A CTE's name may be taken for a relation of that name: no harm is done. */
static void
note_readers(DraftRelation *view, Node *query)
{
	List *sources = NIL;
	ListCell *lc;

	/* CREATE TABLE AS EXECUTE has none */
	collect_relations(query_of(query), &sources);
	foreach(lc, sources)
		if (lfirst(lc) != view)
			relation_parts(lfirst(lc))->readers =
				list_append_unique_ptr(relation_parts(lfirst(lc))->readers, view);
}

static void
follow_table(DraftRelation *relation, CreateStmt *stmt)
{
	ListCell *lc;

	note_on_commit(relation, stmt->oncommit);
	foreach(lc, stmt->inhRelations)
		inherit_from(relation, draft_relation(lfirst_node(RangeVar, lc)), stmt->partbound != NULL);
	if (stmt->ofTypename != NULL)
		copy_type(relation, stmt->ofTypename);
	foreach(lc, stmt->tableElts)
		if (IsA(lfirst(lc), TableLikeClause))
			copy_like(relation, lfirst(lc));
}

static void
follow_table_as(DraftRelation *relation, CreateTableAsStmt *stmt)
{
	note_on_commit(relation, stmt->into->onCommit);
	draft_add_columns_of_query(relation, stmt->query, stmt->into->colNames);
	if (stmt->objtype == OBJECT_MATVIEW)
		note_readers(relation, stmt->query);
}

/* OR REPLACE keeps the columns that are there, and may add some behind them. */
static void
follow_view(DraftRelation *view, ViewStmt *stmt)
{
	List *before;
	ListCell *lc;

	draft_load(view);
	before = view->columns;
	view->columns = NIL;
	draft_add_columns_of_query(view, stmt->query, stmt->aliases);
	foreach(lc, before)
	{
		DraftColumn *old = lfirst(lc);
		DraftColumn *kept = draft_column(view, old->name);

		if (kept == NULL)
			continue;
		kept->attnum = old->attnum;
		kept->statement = old->statement;
	}
	note_readers(view, stmt->query);
}

/* Where something of that name is there nothing is made, save that a view may be replaced. */
void
draft_follow_create(Change *change)
{
	DraftRelation *relation = change->relation;
	DraftThing there;

	if (relation == NULL || change->node == NULL)
		return;
	there = draft_find_in(relation->schema, relation->name);
	if (there.relation == NULL && there.index == NULL)
	{
		draft_enter(relation);
		relation->filled = change->creates_rows;
	}
	else if (change->kind != CHANGE_CREATE_VIEW || there.relation != relation)
		return;
	if (IsA(change->node, CreateStmt) || IsA(change->node, CreateForeignTableStmt))
		follow_table(relation, (CreateStmt *) change->node);
	else if (IsA(change->node, CreateTableAsStmt))
		follow_table_as(relation, (CreateTableAsStmt *) change->node);
	else if (IsA(change->node, ViewStmt))
		follow_view(relation, (ViewStmt *) change->node);
}
