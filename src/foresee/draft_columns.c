/*
 * draft_columns.c
 *		The draft follows what becomes of columns, in a relation and in all that
 *		inherit from it.
 */
#include "postgres.h"

#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"

#include "foresee/draft_parts.h"
#include "effect/row_type.h"

static DraftColumn *
copy_column(const DraftColumn *column)
{
	DraftColumn *copy = palloc(sizeof(DraftColumn));

	*copy = *column;
	copy->name = pstrdup(column->name);
	copy->type_name = pstrdup(column->type_name ? column->type_name : "???");
	return copy;
}

/* PARTITION OF and OF name columns that are there to say more of them; parents may share one. */
static void
merge_column(DraftColumn *there, const DraftColumn *more, bool local)
{
	there->not_null |= more->not_null;
	there->has_default |= more->has_default;
	there->local |= local;
	if (more->identity != '\0')
		there->identity = more->identity;
	if (more->generated != '\0')
		there->generated = more->generated;
}

void
draft_add_column(DraftRelation *relation, const DraftColumn *column, bool local)
{
	DraftColumn *there = draft_column(relation, column->name);

	if (there != NULL)
	{
		merge_column(there, column, local);
		return;
	}
	there = copy_column(column);
	there->attnum = 0;
	there->local = local;
	there->statement = open_draft->statement;
	relation->columns = lappend(relation->columns, there);
}

static bool
reaches_typed_tables(const Change *change)
{
	AlterTableCmd *cmd = (AlterTableCmd *) change->node;

	return change->cascade ||
		(cmd != NULL && IsA(cmd, AlterTableCmd) && cmd->behavior == DROP_CASCADE);
}

/* The relation and all below it; of a composite type with CASCADE the tables of that type */
static List *
tree_of(const Change *change)
{
	List *tree = draft_tree(change->relation);
	ListCell *lc;

	if (change->relation->kind == RELKIND_COMPOSITE_TYPE && reaches_typed_tables(change) &&
		OidIsValid(change->relation->oid))
	{
		tree = list_concat(tree, relation_parts(change->relation)->typed);
		foreach(lc, typed_tables(change->relation->oid))
		{
			DraftRelation *typed = draft_relation_by_oid(lfirst_oid(lc));

			if (typed != NULL)
				tree = list_concat(tree, draft_tree(typed));
		}
	}
	return tree;
}

/* A type's name comes from the grammar as if ONLY stood before it. */
static bool
is_only(const Change *change)
{
	return change->only && change->relation->kind != RELKIND_COMPOSITE_TYPE;
}

static List *
reach_of(const Change *change)
{
	return is_only(change) ? list_make1(change->relation) : tree_of(change);
}

static void
follow_add(Change *change)
{
	const DraftColumn *column = change->new_column;
	ListCell *lc;

	/* IF NOT EXISTS, or an error to come */
	if (column == NULL || (!change->within && draft_column(change->relation, column->name)))
		return;
	foreach(lc, tree_of(change))
	{
		DraftRelation *relation = lfirst(lc);
		DraftColumn *added;

		draft_add_column(relation, column,
						 relation->parents == NIL || relation == change->relation);
		added = draft_column(relation, column->name);
		if (change->is_serial)
			added->has_default = added->not_null = true;
		if (column->identity != '\0')
			added->not_null = true;
	}
	if (change->is_serial || column->identity != '\0')
		draft_make_sequence(change->relation, column->name);
}

/* ---- gone ---- */

static void
drop_constraints_of(DraftRelation *relation, const char *column)
{
	ListCell *lc;

	foreach(lc, list_copy(relation->constraints))
	{
		DraftConstraint *constraint = lfirst(lc);

		if (draft_names_column(constraint->columns, column))
			draft_remove_constraint(relation, constraint);
	}
}

static void
drop_indexes_of(DraftRelation *relation, const char *column)
{
	ListCell *lc;

	foreach(lc, list_copy(relation->indexes))
		if (draft_index_uses(lfirst(lc), column))
			draft_remove_index(lfirst(lc));
}

/* Foreign keys of others to it */
static void
drop_references(DraftRelation *relation, const char *column)
{
	List *tables;
	List *keys = draft_references_to(relation, &tables);
	ListCell *key;
	ListCell *table;

	forboth(key, keys, table, tables)
	{
		DraftConstraint *constraint = lfirst(key);

		if (draft_names_column(constraint->target_columns, column))
			draft_remove_constraint(lfirst(table), constraint);
	}
}

void
draft_drop_column(DraftRelation *relation, const char *name, bool cascade)
{
	DraftColumn *column = draft_column(relation, name);

	if (column == NULL)
		return;
	if (cascade)
	{
		drop_references(relation, name);
		draft_drop_readers(relation, column);
	}
	drop_indexes_of(relation, name);
	drop_constraints_of(relation, name);
	draft_drop_sequences(relation, name);
	relation->columns = list_delete_ptr(relation->columns, column);
}

/* With ONLY the children keep it, as their own. */
static void
follow_drop(Change *change)
{
	bool is_typed = change->relation->kind == RELKIND_COMPOSITE_TYPE;
	ListCell *lc;

	foreach(lc, tree_of(change))
	{
		DraftColumn *column = draft_column(lfirst(lc), change->name);

		if (column == NULL)
			continue;
		if (lfirst(lc) == change->relation || (!is_only(change) && (!column->local || is_typed)))
			draft_drop_column(lfirst(lc), change->name, change->cascade);
		else if (list_member_ptr(((DraftRelation *) lfirst(lc))->parents, change->relation))
			column->local = true;
	}
}

/* ---- renamed ---- */

static void
rename_in(List *names, const char *name, const char *new_name)
{
	ListCell *lc;

	foreach(lc, names)
		if (lfirst(lc) != NULL && strcmp(lfirst(lc), name) == 0)
			lfirst(lc) = pstrdup(new_name);
}

typedef struct Renaming
{
	const char *name;
	const char *new_name;
} Renaming;

/* In the draft's own copy of an expression */
static bool
rename_in_expression(Node *node, Renaming *renaming)
{
	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
	{
		Node *last = llast(((ColumnRef *) node)->fields);

		if (IsA(last, String) && strcmp(strVal(last), renaming->name) == 0)
			strVal(last) = pstrdup(renaming->new_name);
		return false;
	}
	return raw_expression_tree_walker(node, rename_in_expression, renaming);
}

static void
rename_column(DraftRelation *relation, const char *name, const char *new_name)
{
	DraftColumn *column = draft_column(relation, name);
	Renaming renaming = {name, new_name};
	List *tables;
	ListCell *lc;

	if (column == NULL || draft_column(relation, new_name) != NULL)
		return;
	foreach(lc, draft_references_to(relation, &tables))
		rename_in(((DraftConstraint *) lfirst(lc))->target_columns, name, new_name);
	foreach(lc, relation->constraints)
	{
		rename_in(((DraftConstraint *) lfirst(lc))->columns, name, new_name);
		rename_in_expression(((DraftConstraint *) lfirst(lc))->expression, &renaming);
	}
	foreach(lc, relation->indexes)
	{
		rename_in(((DraftIndex *) lfirst(lc))->columns, name, new_name);
		rename_in(index_parts(lfirst(lc))->uses, name, new_name);
	}
	foreach(lc, relation_parts(relation)->sequences)
		if (strcmp(relation_parts(lfirst(lc))->column, name) == 0)
			relation_parts(lfirst(lc))->column = pstrdup(new_name);
	column->name = pstrdup(new_name);
}

/* ---- one property of it ---- */

static void
take_type(DraftColumn *column, const DraftColumn *from)
{
	if (from == NULL)
		return;
	column->type_name = pstrdup(from->type_name ? from->type_name : "???");
	column->type = from->type;
	column->typmod = from->typmod;
	column->collation = from->collation;
}

static char
identity_of(const Change *change)
{
	AlterTableCmd *cmd = (AlterTableCmd *) change->node;
	ListCell *lc;

	if (cmd != NULL && IsA(cmd, AlterTableCmd) && cmd->def != NULL && IsA(cmd->def, Constraint))
		return ((Constraint *) cmd->def)->generated_when;
	if (cmd != NULL && IsA(cmd, AlterTableCmd) && cmd->def != NULL && IsA(cmd->def, List))
		foreach(lc, (List *) cmd->def)
			if (strcmp(lfirst_node(DefElem, lc)->defname, "generated") == 0)
				return defGetInt32(lfirst(lc));
	return change->column != NULL && change->column->identity != '\0' ? change->column->identity
																	  : ATTRIBUTE_IDENTITY_ALWAYS;
}

static void
alter_column(DraftColumn *column, const Change *change)
{
	switch (change->kind)
	{
		case CHANGE_COLUMN_TYPE:
			take_type(column, change->new_column);
			break;
		case CHANGE_SET_DEFAULT:
			column->has_default = true;
			break;
		case CHANGE_DROP_DEFAULT:
			column->has_default = false;
			break;
		case CHANGE_SET_NOT_NULL:
			column->not_null = true;
			break;
		case CHANGE_DROP_NOT_NULL:
			column->not_null = false;
			break;
		case CHANGE_ADD_IDENTITY:
		case CHANGE_SET_IDENTITY:
			column->identity = identity_of(change);
			break;
		case CHANGE_DROP_IDENTITY:
			column->identity = '\0';
			break;
		case CHANGE_DROP_EXPRESSION:
			column->generated = '\0';
			column->has_default = false;
			break;
		default:
			break;
	}
}

static void
follow_alter(Change *change)
{
	ListCell *lc;

	foreach(lc, reach_of(change))
	{
		DraftColumn *column = draft_column(lfirst(lc), change->name);

		if (column != NULL)
			alter_column(column, change);
	}
	if (change->kind == CHANGE_ADD_IDENTITY)
		draft_make_sequence(change->relation, change->name);
	else if (change->kind == CHANGE_DROP_IDENTITY)
		draft_drop_sequences(change->relation, change->name);
}

void
draft_follow_column(Change *change)
{
	ListCell *lc;

	if (change->relation == NULL)
		return;
	if (change->kind == CHANGE_ADD_COLUMN)
		follow_add(change);
	else if (change->name == NULL)
		return;
	else if (change->kind == CHANGE_DROP_COLUMN)
		follow_drop(change);
	else if (change->kind == CHANGE_RENAME_COLUMN)
	{
		if (change->new_name != NULL)
			foreach(lc, tree_of(change))
				rename_column(lfirst(lc), change->name, change->new_name);
	}
	else
		follow_alter(change);
}
