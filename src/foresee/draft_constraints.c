/*
 * draft_constraints.c
 *		The draft follows what becomes of constraints.  A unique, primary key or
 *		exclusion constraint and its index (draft_indexes.c) have one name and one life.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"

#include "base/compat.h"
#include "foresee/draft_parts.h"

DraftConstraint *
draft_add_constraint(DraftRelation *relation, const DraftConstraint *constraint)
{
	DraftConstraint *copy = palloc(sizeof(DraftConstraint));

	draft_load(relation);
	*copy = *constraint;
	copy->oid = InvalidOid;
	copy->name = pstrdup(constraint->name);
	copy->columns = draft_list_of_names(constraint->columns);
	copy->target_columns = draft_list_of_names(constraint->target_columns);
	copy->index = constraint->index ? pstrdup(constraint->index) : NULL;
	copy->expression = copyObject(constraint->expression);
	copy->statement = open_draft->statement;
	copy->validated_by = 0;
	if (copy->type == CONSTRAINT_CHECK && copy->columns == NIL)
		draft_collect_columns(copy->expression, &copy->columns);
	if (copy->target != NULL)
		relation_parts(copy->target)->referrers =
			list_append_unique_ptr(relation_parts(copy->target)->referrers, relation);
	relation->constraints = lappend(relation->constraints, copy);
	return copy;
}

/* Foreign keys that stand on this key go with it, if at all. */
static void
remove_references_on(DraftRelation *relation, List *columns)
{
	List *tables;
	List *keys = draft_references_to(relation, &tables);
	ListCell *key;
	ListCell *table;

	forboth(key, keys, table, tables)
	{
		DraftConstraint *constraint = lfirst(key);
		bool same = list_length(constraint->target_columns) == list_length(columns);
		ListCell *lc;

		foreach(lc, constraint->target_columns)
			same = same && draft_names_column(columns, lfirst(lc));
		if (same)
			draft_remove_constraint(lfirst(table), constraint);
	}
}

void
draft_remove_constraint(DraftRelation *relation, DraftConstraint *constraint)
{
	relation->constraints = list_delete_ptr(relation->constraints, constraint);
	if (constraint->index != NULL && constraint->type != CONSTRAINT_FOREIGN)
	{
		DraftIndex *index = draft_index_of_name(relation, constraint->index);

		if (index != NULL)
			draft_remove_index(index);
	}
}

static DraftConstraint *
name_constraint(DraftRelation *relation, const DraftConstraint *wanted, const char *label)
{
	DraftConstraint *constraint = palloc(sizeof(DraftConstraint));

	*constraint = *wanted;
	if (constraint->name == NULL)
		constraint->name = draft_choose_name(relation->schema, relation->name,
											 draft_words_of_columns(constraint->columns), label);
	return constraint;
}

/* The index that USING INDEX takes over gets the constraint's name. */
static DraftIndex *
take_over_index(Change *change)
{
	DraftIndex *index = draft_index_of_change(change);
	Node *node = change->node;

	if (index != NULL)
		return index;
	if (node != NULL && IsA(node, AlterTableCmd))
		node = ((AlterTableCmd *) node)->def;
	if (node != NULL && IsA(node, Constraint))
		return draft_index_of_name(change->relation, ((Constraint *) node)->indexname);
	return NULL;
}

static DraftIndex *
index_for_constraint(Change *change, const DraftConstraint *constraint)
{
	DraftRelation *relation = change->relation;
	DraftIndex *index;

	if (change->using_index)
	{
		index = take_over_index(change);
		if (index != NULL && constraint->name != NULL && strcmp(index->name, constraint->name) != 0)
			draft_rename_index(index, constraint->name);
		return index;
	}
	if (change->index != NULL)
		index = draft_copy_index(change->index, relation, constraint->name);
	else
	{
		index = draft_make_index(relation, constraint->name);
		index->columns = draft_list_of_names(constraint->columns);
		index->method = constraint->type == CONSTRAINT_EXCLUSION ? "gist" : "btree";
		draft_enter_index(index);
	}
	index->unique = constraint->type != CONSTRAINT_EXCLUSION;
	index->immediate = !constraint->deferrable;
	index->valid = true;
	return index;
}

/* Key columns of a primary key are NOT NULL, in children too. */
static void
forbid_nulls(DraftRelation *relation, List *columns)
{
	ListCell *lc;
	ListCell *lc2;

	foreach(lc, draft_tree(relation))
		foreach(lc2, columns)
		{
			DraftColumn *column = lfirst(lc2) ? draft_column(lfirst(lc), lfirst(lc2)) : NULL;

			if (column != NULL)
				column->not_null = true;
		}
}

static void
follow_add_key(Change *change)
{
	DraftConstraint wanted = *change->constraint;
	DraftRelation *relation = change->relation;
	DraftIndex *index;

	draft_load(relation);
	if (wanted.name == NULL && !change->using_index)
		wanted = *name_constraint(relation, &wanted,
								  wanted.type == CONSTRAINT_PRIMARY			? "pkey"
									  : wanted.type == CONSTRAINT_EXCLUSION ? "excl"
																			: "key");
	if (wanted.name != NULL && draft_constraint(relation, wanted.name) != NULL)
		return;
	index = index_for_constraint(change, &wanted);
	if (index == NULL)
		return; /* USING INDEX of one that is not there */
	index->primary = wanted.type == CONSTRAINT_PRIMARY;
	if (wanted.columns == NIL)
		wanted.columns = index->columns;
	wanted.name = wanted.index = index->name;
	wanted.validated = true;
	draft_add_constraint(relation, &wanted);
	if (wanted.type == CONSTRAINT_PRIMARY)
		forbid_nulls(relation, wanted.columns);
	if (!change->only)
		draft_index_partitions(index);
}

static void
follow_add_check(Change *change)
{
	DraftConstraint *wanted = name_constraint(change->relation, change->constraint, "check");
	List *reach = change->only || wanted->no_inherit ? list_make1(change->relation)
													 : draft_tree(change->relation);
	ListCell *lc;

	foreach(lc, reach)
		if (draft_constraint(lfirst(lc), wanted->name) == NULL)
			draft_add_constraint(lfirst(lc), wanted);
}

static void
follow_add_foreign_key(Change *change)
{
	DraftConstraint *wanted = name_constraint(change->relation, change->constraint, "fkey");

	if (wanted->target == NULL)
		wanted->target = change->other;
	draft_add_foreign_key(change->relation, wanted);
}

static void
follow_add_not_null(Change *change)
{
	DraftConstraint *wanted = name_constraint(change->relation, change->constraint, "not_null");

	if (!change->not_valid)
		forbid_nulls(change->relation, wanted->columns);
	if (draft_constraint(change->relation, wanted->name) == NULL)
		draft_add_constraint(change->relation, wanted);
}

static void
follow_validate(Change *change)
{
	ListCell *lc;

	foreach(lc, draft_tree(change->relation))
	{
		DraftConstraint *constraint = draft_constraint(lfirst(lc), change->name);

		if (constraint == NULL || constraint->validated)
			continue;
		constraint->validated = true;
		constraint->validated_by = open_draft->statement;
	}
}

static void
set_as_altered(DraftConstraint *constraint, const AlterTableCmd *cmd)
{
	if (ALTERS_DEFERRABILITY(cmd))
		constraint->deferrable = MAKES_DEFERRABLE(cmd);
	if (!ALTERS_ENFORCEABILITY(cmd) || constraint->not_enforced == !MAKES_ENFORCED(cmd))
		return;
	/* enforced again it is checked, and not before */
	constraint->not_enforced = !MAKES_ENFORCED(cmd);
	constraint->validated = MAKES_ENFORCED(cmd);
}

static void
follow_alter_constraint(Change *change)
{
	const AlterTableCmd *cmd = (const AlterTableCmd *) change->node;
	ListCell *lc;
	ListCell *key;

	if (change->name == NULL)
		return;
	foreach(lc, draft_tree(change->relation))
	{
		DraftConstraint *constraint = draft_constraint(lfirst(lc), change->name);

		if (constraint == NULL)
			continue;
		set_as_altered(constraint, cmd);
		foreach(key, draft_keys_to_partitions(lfirst(lc), constraint))
			set_as_altered(lfirst(key), cmd);
	}
}

static void
follow_drop_constraint(Change *change)
{
	DraftConstraint *constraint = draft_constraint(change->relation, change->name);
	List *reach;
	ListCell *lc;

	if (constraint == NULL)
		return;
	if (change->cascade && constraint->index != NULL)
		remove_references_on(change->relation, constraint->columns);
	/* those of partitions' keys go with their index */
	reach = change->only || constraint->no_inherit ||
			(constraint->type == CONSTRAINT_FOREIGN &&
			 change->relation->kind != RELKIND_PARTITIONED_TABLE)
		? list_make1(change->relation)
		: draft_tree(change->relation);
	if (constraint->index != NULL)
		reach = list_make1(change->relation);
	foreach(lc, draft_keys_to_partitions(change->relation, constraint))
		draft_remove_constraint(change->relation, lfirst(lc));
	foreach(lc, reach)
	{
		constraint = draft_constraint(lfirst(lc), change->name);
		if (constraint != NULL)
			draft_remove_constraint(lfirst(lc), constraint);
	}
}

static void
follow_rename_constraint(Change *change)
{
	ListCell *lc;

	if (change->new_name == NULL)
		return;
	foreach(lc, draft_tree(change->relation))
	{
		DraftConstraint *constraint = draft_constraint(lfirst(lc), change->name);
		DraftIndex *index;

		if (constraint == NULL || (lfirst(lc) != change->relation && constraint->index != NULL))
			continue;
		index = constraint->index ? draft_index_of_name(lfirst(lc), constraint->index) : NULL;
		if (index != NULL)
			draft_rename_index(index, change->new_name);
		constraint->name = pstrdup(change->new_name);
	}
}

void
draft_follow_constraint(Change *change)
{
	if (change->relation == NULL)
		return;
	switch (change->kind)
	{
		case CHANGE_VALIDATE_CONSTRAINT:
			if (change->name != NULL)
				follow_validate(change);
			return;
		case CHANGE_DROP_CONSTRAINT:
			if (change->name != NULL)
				follow_drop_constraint(change);
			return;
		case CHANGE_ALTER_CONSTRAINT:
			follow_alter_constraint(change);
			return;
		case CHANGE_RENAME_CONSTRAINT:
			if (change->name != NULL)
				follow_rename_constraint(change);
			return;
		default:
			break;
	}
	if (change->constraint == NULL)
		return;
	switch (change->kind)
	{
		case CHANGE_ADD_CHECK:
			follow_add_check(change);
			break;
		case CHANGE_ADD_NOT_NULL:
			follow_add_not_null(change);
			break;
		case CHANGE_ADD_FOREIGN_KEY:
			follow_add_foreign_key(change);
			break;
		case CHANGE_ADD_UNIQUE:
		case CHANGE_ADD_PRIMARY_KEY:
		case CHANGE_ADD_EXCLUDE:
			follow_add_key(change);
			break;
		default:
			break;
	}
}
