/*
 * draft_indexes.c
 *		The draft follows what becomes of indexes, those of partitions with their
 *		parent's.  One that a constraint stands on shares its name and its life.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "lib/stringinfo.h"
#include "nodes/nodeFuncs.h"

#include "foresee/draft_parts.h"

DraftIndex *
draft_index_of_name(DraftRelation *relation, const char *name)
{
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->indexes)
		if (name != NULL && strcmp(((DraftIndex *) lfirst(lc))->name, name) == 0)
			return lfirst(lc);
	return NULL;
}

void
draft_enter_index(DraftIndex *index)
{
	index->statement = open_draft->statement;
	index->table->indexes = lappend(index->table->indexes, index);
	draft_set_name(index->table->schema, index->name, NULL, index);
}

DraftIndex *
draft_copy_index(const DraftIndex *index, DraftRelation *table, const char *name)
{
	DraftIndex *copy = draft_make_index(table, name);

	copy->method = pstrdup(index->method ? index->method : "btree");
	copy->unique = index->unique;
	copy->primary = index->primary;
	copy->valid = index->valid;
	copy->immediate = index->immediate;
	copy->partial = index->partial;
	copy->concurrently = index->concurrently;
	copy->columns = draft_list_of_names(index->columns);
	draft_enter_index(copy);
	return copy;
}

static bool
is_child_index(DraftIndex *index, DraftIndex *parent)
{
	return index_parts(index)->parent == parent ||
		(OidIsValid(parent->oid) && index_parts(index)->parent_oid == parent->oid);
}

static DraftConstraint *
constraint_on(DraftIndex *index)
{
	ListCell *lc;

	foreach(lc, index->table->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (constraint->index != NULL && strcmp(constraint->index, index->name) == 0)
			return constraint;
	}
	return NULL;
}

static void
remove_one_index(DraftIndex *index)
{
	index->table->constraints = list_delete_ptr(index->table->constraints, constraint_on(index));
	index->table->indexes = list_delete_ptr(index->table->indexes, index);
	draft_set_name(index->table->schema, index->name, NULL, NULL);
	if (OidIsValid(index->oid))
		draft_set_oid(index->oid, NULL, NULL);
}

/* With those of the partitions */
void
draft_remove_index(DraftIndex *index)
{
	ListCell *lc;
	ListCell *lc2;

	if (index->table->kind == RELKIND_PARTITIONED_TABLE)
		foreach(lc, draft_tree(index->table))
			foreach(lc2, list_copy(((DraftRelation *) lfirst(lc))->indexes))
				if (is_child_index(lfirst(lc2), index))
					draft_remove_index(lfirst(lc2));
	remove_one_index(index);
}

/* As ChooseIndexNameAddition() has it */
char *
draft_words_of_columns(List *columns)
{
	StringInfoData words;
	ListCell *lc;

	initStringInfo(&words);
	foreach(lc, columns)
	{
		appendStringInfo(&words, "%s%s", words.len > 0 ? "_" : "",
						 lfirst(lc) ? (char *) lfirst(lc) : "expr");
		if (words.len >= NAMEDATALEN)
			break;
	}
	return words.data;
}

static char *
choose_index_name(const DraftIndex *index, DraftRelation *table, bool constraint)
{
	if (index->primary)
		return draft_choose_name(table->schema, table->name, NULL, "pkey");
	return draft_choose_name(table->schema, table->name, draft_words_of_columns(index->columns),
							 constraint ? "key" : "idx");
}

/* LIKE ... INCLUDING INDEXES: plain ones and keys, under names of their own */
void
draft_index_like(DraftRelation *from, DraftRelation *to)
{
	ListCell *lc;

	foreach(lc, from->indexes)
	{
		DraftIndex *index = lfirst(lc);
		DraftConstraint *constraint = constraint_on(index);
		DraftIndex *copy =
			draft_copy_index(index, to, choose_index_name(index, to, constraint != NULL));

		index_parts(copy)->uses = draft_list_of_names(index_parts(index)->uses);
		copy->valid = true;
		copy->concurrently = false;
		if (constraint != NULL)
		{
			DraftConstraint key = *constraint;

			key.name = key.index = copy->name;
			draft_add_constraint(to, &key);
		}
	}
}

/* Expressions and predicates are taken on trust: who has two of them means the same. */
static bool
serves_for(DraftIndex *index, DraftIndex *parent)
{
	ListCell *lc;
	ListCell *lc2;

	if (index->unique != parent->unique || index->partial != parent->partial ||
		index_parts(index)->parent != NULL || OidIsValid(index_parts(index)->parent_oid) ||
		strcmp(index->method, parent->method) != 0 ||
		list_length(index->columns) != list_length(parent->columns))
		return false;
	forboth(lc, index->columns, lc2, parent->columns)
	{
		if (lfirst(lc) == NULL || lfirst(lc2) == NULL)
		{
			if (lfirst(lc) != lfirst(lc2))
				return false;
		}
		else if (strcmp(lfirst(lc), lfirst(lc2)) != 0)
			return false;
	}
	return true;
}

/* One that serves is taken, else it is made, as AttachPartitionEnsureIndexes() does. */
static void
index_partition(DraftIndex *parent, DraftRelation *partition)
{
	DraftConstraint *constraint = constraint_on(parent);
	DraftIndex *index = NULL;
	ListCell *lc;

	draft_load(partition);
	foreach(lc, partition->indexes)
	{
		if (is_child_index(lfirst(lc), parent))
			return;
		if (index == NULL && serves_for(lfirst(lc), parent))
			index = lfirst(lc);
	}
	if (index == NULL)
	{
		index = draft_copy_index(parent, partition,
								 choose_index_name(parent, partition, constraint != NULL));
		index_parts(index)->uses = draft_list_of_names(index_parts(parent)->uses);
	}
	index_parts(index)->parent = parent;
	if (constraint != NULL && constraint_on(index) == NULL)
	{
		DraftConstraint copy = *constraint;

		copy.name = copy.index = index->name;
		copy.oid = InvalidOid;
		draft_add_constraint(partition, &copy);
	}
}

/* Every index of the parent has one on the partition. */
void
draft_index_partition(DraftRelation *parent, DraftRelation *partition)
{
	ListCell *lc;

	draft_load(parent);
	foreach(lc, parent->indexes)
		index_partition(lfirst(lc), partition);
}

/* DETACH: they are the partition's own from now on */
void
draft_release_indexes(DraftRelation *partition)
{
	ListCell *lc;

	foreach(lc, partition->indexes)
	{
		index_parts(lfirst(lc))->parent = NULL;
		index_parts(lfirst(lc))->parent_oid = InvalidOid;
	}
}

void
draft_index_partitions(DraftIndex *index)
{
	ListCell *lc;

	if (index->table->kind != RELKIND_PARTITIONED_TABLE)
		return;
	foreach(lc, draft_tree(index->table))
		if (lfirst(lc) != index->table)
			index_partition(index, lfirst(lc));
}

bool
draft_collect_columns(Node *node, List **names)
{
	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
	{
		Node *last = llast(((ColumnRef *) node)->fields);

		if (IsA(last, String) && !draft_names_column(*names, strVal(last)))
			*names = lappend(*names, pstrdup(strVal(last)));
		return false;
	}
	return raw_expression_tree_walker(node, draft_collect_columns, names);
}

static List *
columns_in_definition(IndexStmt *stmt)
{
	List *names = NIL;
	ListCell *lc;

	foreach(lc, list_concat_copy(stmt->indexParams, stmt->indexIncludingParams))
	{
		IndexElem *element = lfirst_node(IndexElem, lc);

		if (element->name != NULL)
			names = lappend(names, pstrdup(element->name));
		else
			draft_collect_columns(element->expr, &names);
	}
	draft_collect_columns(stmt->whereClause, &names);
	return names;
}

static void
follow_create_index(Change *change)
{
	const DraftIndex *wanted = change->index;
	DraftRelation *table = change->relation;
	DraftIndex *index;
	DraftThing there;
	const char *name;

	if (table == NULL || wanted == NULL)
		return;
	draft_load(table);
	name = wanted->name ? wanted->name : change->name;
	if (name == NULL)
		name = choose_index_name(wanted, table, false);
	there = draft_find_in(table->schema, name);
	if (there.relation != NULL || there.index != NULL)
		return;
	index = draft_copy_index(wanted, table, name);
	if (change->node != NULL && IsA(change->node, IndexStmt))
		index_parts(index)->uses = columns_in_definition((IndexStmt *) change->node);
	/* ON ONLY a partitioned table: valid when each partition's is attached */
	index->valid = !(change->only && table->kind == RELKIND_PARTITIONED_TABLE &&
					 list_length(table->children) > 0);
	if (!change->only)
		draft_index_partitions(index);
}

DraftIndex *
draft_index_of_change(Change *change)
{
	DraftThing thing = {0};

	if (change->index != NULL && change->index->table != NULL &&
		list_member_ptr(change->index->table->indexes, change->index))
		return change->index;
	if (change->relation != NULL)
		thing.index = draft_index_of_name(change->relation, change->name);
	return thing.index;
}

void
draft_rename_index(DraftIndex *index, const char *new_name)
{
	DraftConstraint *constraint = constraint_on(index);

	draft_set_name(index->table->schema, index->name, NULL, NULL);
	index->name = pstrdup(new_name);
	draft_set_name(index->table->schema, index->name, NULL, index);
	if (constraint != NULL)
		constraint->name = constraint->index = index->name;
}

/* A parent's index is valid when every partition has one of it. */
static void
follow_attach_index(DraftIndex *parent, DraftIndex *child)
{
	ListCell *lc;
	ListCell *lc2;

	index_parts(child)->parent = parent;
	foreach(lc, parent->table->children)
	{
		DraftRelation *partition = lfirst(lc);
		bool found = partition->gone;

		draft_load(partition);
		foreach(lc2, partition->indexes)
			found |= is_child_index(lfirst(lc2), parent) && ((DraftIndex *) lfirst(lc2))->valid;
		if (!found)
			return;
	}
	parent->valid = true;
}

static void
follow_reindex(Change *change)
{
	DraftIndex *index = draft_index_of_change(change);
	ListCell *lc;
	ListCell *lc2;

	if (index != NULL)
		index->valid = true;
	else if (change->relation != NULL)
		foreach(lc, draft_tree(change->relation))
			foreach(lc2, ((DraftRelation *) lfirst(lc))->indexes)
				((DraftIndex *) lfirst(lc2))->valid = true;
}

void
draft_follow_index(Change *change)
{
	DraftIndex *index = change->kind == CHANGE_CREATE_INDEX ? NULL : draft_index_of_change(change);

	switch (change->kind)
	{
		case CHANGE_CREATE_INDEX:
			follow_create_index(change);
			break;
		case CHANGE_DROP_INDEX:
			if (index != NULL)
				draft_remove_index(index);
			break;
		case CHANGE_RENAME_INDEX:
			if (index != NULL && change->new_name != NULL)
				draft_rename_index(index, change->new_name);
			break;
		case CHANGE_REINDEX:
			follow_reindex(change);
			break;
		case CHANGE_ATTACH_INDEX:
			if (index != NULL && change->node != NULL && IsA(change->node, AlterTableCmd))
			{
				PartitionCmd *cmd = (PartitionCmd *) ((AlterTableCmd *) change->node)->def;
				DraftIndex *child = cmd != NULL ? draft_index(cmd->name) : NULL;

				if (child != NULL)
					follow_attach_index(index, child);
			}
			break;
		default:
			break;
	}
}
