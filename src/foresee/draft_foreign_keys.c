/*
 * draft_foreign_keys.c
 *		The draft follows foreign keys where tables are partitioned: partitions have
 *		those of their parent, under the same name, and who refers to a partitioned
 *		table has one more to each partition of it.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "commands/defrem.h"

#include "base/text_list.h"
#include "foresee/draft_parts.h"

/* As ChooseConstraintName() has it */
static char *
choose_key_name(DraftRelation *relation, const DraftConstraint *key)
{
	char *words = draft_words_of_columns(key->columns);

	for (int pass = 0;; pass++)
	{
		char *label = pass == 0 ? "fkey" : psprintf("fkey%d", pass);
		char *name = makeObjectName(relation->name, words, label);

		if (draft_constraint(relation, name) == NULL)
			return name;
	}
}

static void
refer_to_partition(DraftRelation *relation, const DraftConstraint *key, DraftRelation *partition)
{
	DraftConstraint copy = *key;

	copy.name = choose_key_name(relation, key);
	copy.target = partition;
	draft_add_constraint(relation, &copy);
}

static void
refer_to_partitions(DraftRelation *relation, const DraftConstraint *key)
{
	ListCell *lc;

	foreach(lc, draft_tree(key->target))
		if (lfirst(lc) != key->target)
			refer_to_partition(relation, key, lfirst(lc));
}

void
draft_add_foreign_key(DraftRelation *relation, const DraftConstraint *key)
{
	List *reach =
		relation->kind == RELKIND_PARTITIONED_TABLE ? draft_tree(relation) : list_make1(relation);
	ListCell *lc;

	foreach(lc, reach)
		if (draft_constraint(lfirst(lc), key->name) == NULL)
			draft_add_constraint(lfirst(lc), key);
	if (key->target != NULL && key->target->kind == RELKIND_PARTITIONED_TABLE)
		refer_to_partitions(relation, key);
}

/* Those to partitions that stand for this one */
List *
draft_keys_to_partitions(DraftRelation *relation, const DraftConstraint *key)
{
	List *keys = NIL;
	List *tree;
	ListCell *lc;

	if (key->type != CONSTRAINT_FOREIGN || key->target == NULL ||
		key->target->kind != RELKIND_PARTITIONED_TABLE)
		return NIL;
	tree = list_delete_ptr(draft_tree(key->target), key->target);
	foreach(lc, relation->constraints)
	{
		DraftConstraint *other = lfirst(lc);

		if (other->type == CONSTRAINT_FOREIGN && list_member_ptr(tree, other->target) &&
			same_texts(other->columns, key->columns))
			keys = lappend(keys, other);
	}
	return keys;
}

/* A new partition has its parent's keys, and is referred to like its parent. */
void
draft_refer_like_parent(DraftRelation *parent, DraftRelation *partition)
{
	List *tables;
	List *references = draft_references_to(parent, &tables);
	List *for_partitions = NIL;
	ListCell *lc;
	ListCell *table;

	foreach(lc, parent->constraints)
		for_partitions = list_concat(for_partitions, draft_keys_to_partitions(parent, lfirst(lc)));
	foreach(lc, list_copy(parent->constraints))
	{
		DraftConstraint *key = lfirst(lc);

		/* those to partitions are the parent's business alone */
		if (key->type == CONSTRAINT_FOREIGN && !list_member_ptr(for_partitions, key) &&
			draft_constraint(partition, key->name) == NULL)
			draft_add_constraint(partition, key);
	}
	forboth(lc, references, table, tables)
		refer_to_partition(lfirst(table), lfirst(lc), partition);
}

/* DETACH takes back what was for the partition's sake. */
void
draft_refer_no_more(DraftRelation *parent, DraftRelation *partition)
{
	List *tables;
	List *references = draft_references_to(partition, &tables);
	ListCell *lc;
	ListCell *table;

	forboth(lc, references, table, tables)
	{
		DraftConstraint *key = lfirst(lc);
		ListCell *lc2;

		foreach(lc2, list_copy(((DraftRelation *) lfirst(table))->constraints))
		{
			DraftConstraint *whole = lfirst(lc2);

			if (whole->type == CONSTRAINT_FOREIGN && whole->target == parent &&
				same_texts(whole->columns, key->columns))
			{
				draft_remove_constraint(lfirst(table), key);
				break;
			}
		}
	}
}
