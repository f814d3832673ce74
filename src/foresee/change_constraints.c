/*
 * change_constraints.c
 *		The constraints that CREATE TABLE and ALTER TABLE make, with the index and the
 *		name that the server will give them.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "lib/stringinfo.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "foresee/change_parts.h"

/* ---------- names ---------- */

/* Taken in the relation's schema: by a relation, by an index, or, of constraints, by a constraint? */
static bool
name_is_taken(DraftRelation *relation, const char *name)
{
	RangeVar *taken = makeRangeVar(relation->schema, pstrdup(name), -1);

	return draft_relation(taken) != NULL || draft_index(taken) != NULL ||
		draft_constraint(relation, name) != NULL;
}

/* As ChooseConstraintName() and ChooseRelationName(): counted up until it is free */
static char *
choose_name(DraftRelation *relation, const char *addition, const char *label)
{
	char numbered[NAMEDATALEN];
	char *name = makeObjectName(relation->name, addition, label);

	for (int pass = 1; name_is_taken(relation, name); pass++)
	{
		CHECK_FOR_INTERRUPTS();
		snprintf(numbered, sizeof(numbered), "%s%d", label, pass);
		name = makeObjectName(relation->name, addition, numbered);
	}
	return name;
}

char *
choose_constraint_name(DraftRelation *relation, const char *addition, const char *label)
{
	return choose_name(relation, addition, label);
}

/* As ChooseIndexNameAddition(): the names of its columns, cut off where they are too long */
char *
joined_names(List *columns)
{
	StringInfoData joined;
	ListCell *lc;

	initStringInfo(&joined);
	foreach(lc, columns)
	{
		if (joined.len > 0)
			appendStringInfoChar(&joined, '_');
		appendStringInfoString(&joined, lfirst(lc) != NULL ? (char *) lfirst(lc) : "expr");
		if (joined.len >= NAMEDATALEN)
			break;
	}
	return joined.data;
}

char *
choose_index_name(DraftRelation *relation, List *columns, const char *label)
{
	return choose_name(relation, joined_names(columns), label);
}

static bool
collect_columns(Node *node, void *context)
{
	List **names = context;

	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
	{
		Node *last = llast(((ColumnRef *) node)->fields);
		ListCell *lc;

		if (!IsA(last, String))
			return false;
		foreach(lc, *names)
			if (strcmp(lfirst(lc), strVal(last)) == 0)
				return false;
		*names = lappend(*names, pstrdup(strVal(last)));
		return false;
	}
	return raw_expression_tree_walker(node, collect_columns, context);
}

static List *
texts_of(List *strings)
{
	List *texts = NIL;
	ListCell *lc;

	foreach(lc, strings)
		if (IsA(lfirst(lc), String))
			texts = lappend(texts, pstrdup(strVal(lfirst(lc))));
	return texts;
}

/* ---------- each kind ---------- */

static void
set_check(Change *change, Constraint *constraint)
{
	DraftConstraint *made = change->constraint;

	made->type = CONSTRAINT_CHECK;
	made->expression = copyObject(constraint->raw_expr);
	(void) collect_columns(constraint->raw_expr, &made->columns);
	if (made->name == NULL)
		made->name = choose_constraint_name(
			change->relation, list_length(made->columns) == 1 ? linitial(made->columns) : NULL,
			"check");
}

static List *
primary_key_of(DraftRelation *relation)
{
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->constraints)
		if (((DraftConstraint *) lfirst(lc))->type == CONSTRAINT_PRIMARY)
			return list_copy(((DraftConstraint *) lfirst(lc))->columns);
	return NIL;
}

static void
set_foreign_key(Change *change, Constraint *constraint, const char *column)
{
	DraftConstraint *made = change->constraint;

	made->type = CONSTRAINT_FOREIGN;
	made->columns = constraint->fk_attrs != NIL ? texts_of(constraint->fk_attrs)
		: column != NULL						? list_make1(pstrdup(column))
												: NIL;
	made->target = relation_named(constraint->pktable);
	made->target_columns = texts_of(constraint->pk_attrs);
	if (made->target_columns == NIL && made->target != NULL)
		made->target_columns = primary_key_of(made->target);
	made->on_delete =
		constraint->fk_del_action != '\0' ? constraint->fk_del_action : FKCONSTR_ACTION_NOACTION;
	if (made->name == NULL)
		made->name = choose_constraint_name(change->relation, joined_names(made->columns), "fkey");
	change->other = made->target;
	if (constraint->pktable != NULL && made->target == NULL)
		change->written = quote_qualified_identifier(constraint->pktable->schemaname,
													 constraint->pktable->relname);
}

static List *
columns_of_elements(List *elements)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, elements)
	{
		IndexElem *element = linitial_node(IndexElem, lfirst_node(List, lc));

		columns = lappend(columns, element->name != NULL ? pstrdup(element->name) : NULL);
	}
	return columns;
}

static DraftIndex *
make_index_of(Change *change, Constraint *constraint)
{
	DraftIndex *index = palloc0(sizeof(DraftIndex));

	index->name = change->constraint->name;
	index->table = change->relation;
	index->method =
		pstrdup(constraint->access_method != NULL ? constraint->access_method : "btree");
	index->unique = constraint->contype != CONSTR_EXCLUSION;
	index->primary = constraint->contype == CONSTR_PRIMARY;
	index->valid = true;
	index->immediate = !constraint->deferrable;
	index->partial = constraint->where_clause != NULL;
	index->columns = list_copy(change->constraint->columns);
	index->statement = draft_statement();
	return index;
}

/* UNIQUE, PRIMARY KEY and EXCLUDE: the index is made with it, or was there */
static void
set_key(Change *change, Constraint *constraint, const char *column)
{
	DraftConstraint *made = change->constraint;
	DraftIndex *taken = NULL;

	made->type = constraint->contype == CONSTR_PRIMARY ? CONSTRAINT_PRIMARY
		: constraint->contype == CONSTR_UNIQUE		   ? CONSTRAINT_UNIQUE
													   : CONSTRAINT_EXCLUSION;
	change->using_index = constraint->indexname != NULL;
	if (change->using_index)
		taken = draft_index(makeRangeVar(change->relation->schema, constraint->indexname, -1));
	if (constraint->contype == CONSTR_EXCLUSION)
		made->columns = columns_of_elements(constraint->exclusions);
	else if (taken != NULL)
		made->columns = list_copy(taken->columns);
	else if (constraint->keys != NIL)
		made->columns = texts_of(constraint->keys);
	else if (column != NULL)
		made->columns = list_make1(pstrdup(column));
	if (made->name == NULL && change->using_index)
		made->name = pstrdup(constraint->indexname);
	else if (made->name == NULL && made->type == CONSTRAINT_PRIMARY)
		made->name = choose_name(change->relation, NULL, "pkey");
	else if (made->name == NULL)
		made->name = choose_index_name(change->relation, made->columns,
									   made->type == CONSTRAINT_UNIQUE ? "key" : "excl");
	change->index = taken != NULL ? taken
		: change->using_index	  ? NULL
								  : make_index_of(change, constraint);
	made->index = made->name;
}

static bool
kind_of_constraint(Constraint *constraint, ChangeKind *kind)
{
	switch (constraint->contype)
	{
		case CONSTR_CHECK:
			*kind = CHANGE_ADD_CHECK;
			return true;
		case CONSTR_NOTNULL:
			*kind = CHANGE_ADD_NOT_NULL;
			return true;
		case CONSTR_FOREIGN:
			*kind = CHANGE_ADD_FOREIGN_KEY;
			return true;
		case CONSTR_UNIQUE:
			*kind = CHANGE_ADD_UNIQUE;
			return true;
		case CONSTR_PRIMARY:
			*kind = CHANGE_ADD_PRIMARY_KEY;
			return true;
		case CONSTR_EXCLUSION:
			*kind = CHANGE_ADD_EXCLUDE;
			return true;
		default:
			return false;
	}
}

void
tell_new_constraint(ChangeWalk *walk, DraftRelation *relation, Constraint *constraint, Node *node,
					const char *column, bool within, const char *text, int offset)
{
	ChangeKind kind;
	Change *change;
	DraftConstraint *made;

	if (!kind_of_constraint(constraint, &kind))
		return;
	change = new_change(walk, kind, node, relation);
	change->within = within;
	change->text = text;
	change->offset = offset;
	change->not_valid = constraint->skip_validation;
	if (relation == NULL)
	{
		change->name = constraint->conname;
		change->using_index = constraint->indexname != NULL;
		tell_change(walk, change);
		return;
	}
	draft_load(relation);
	made = palloc0(sizeof(DraftConstraint));
	made->name = constraint->conname != NULL ? pstrdup(constraint->conname) : NULL;
	made->validated = !constraint->skip_validation;
	made->not_enforced = says_not_enforced(constraint);
	made->deferrable = constraint->deferrable;
	made->no_inherit = constraint->is_no_inherit;
	made->statement = draft_statement();
	change->constraint = made;
	switch (kind)
	{
		case CHANGE_ADD_CHECK:
			set_check(change, constraint);
			break;
		case CHANGE_ADD_FOREIGN_KEY:
			set_foreign_key(change, constraint, column);
			break;
		case CHANGE_ADD_NOT_NULL:
			made->type = 'n'; /* CONSTRAINT_NOTNULL from 18 on */
			made->columns = constraint->keys != NIL ? texts_of(constraint->keys)
				: column != NULL					? list_make1(pstrdup(column))
													: NIL;
			if (made->name == NULL)
				made->name =
					choose_constraint_name(relation, joined_names(made->columns), "not_null");
			break;
		default:
			set_key(change, constraint, column);
			break;
	}
	change->name = made->name;
	tell_change(walk, change);
}
