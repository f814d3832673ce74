/*
 * touch_partition.c
 *		ATTACH and DETACH PARTITION: the partition gets, or keeps for itself, what its
 *		parent has of indexes and foreign keys, and the default partition must give
 *		way.  As ATExecAttachPartition() and ATExecDetachPartition() of the server do it.
 */
#include "postgres.h"

#include "catalog/pg_constraint.h"

#include "base/text_list.h"
#include "foresee/change_facts.h"
#include "foresee/proof.h"
#include "foresee/touch_parts.h"

static PartitionBoundSpec *
bound_of(const Change *change)
{
	return castNode(PartitionCmd, ((AlterTableCmd *) change->node)->def)->bound;
}

static void
touch_default_partition(Change *change)
{
	DraftRelation *other = default_partition(change->relation);
	bool proved;

	if (other == NULL || other == change->other)
		return;
	proved = change->kind != CHANGE_ATTACH_PARTITION ||
		default_is_proved(change->relation, other, bound_of(change));
	touch_tree(change, other, AccessExclusiveLock, false, !proved);
}

static bool
lacks_index(DraftRelation *parent, DraftRelation *partition)
{
	ListCell *lc;

	foreach(lc, parent->indexes)
		if (!has_index_like(partition, lfirst(lc)))
			return true;
	return false;
}

static bool
has_foreign_key_like(DraftRelation *partition, const DraftConstraint *wanted)
{
	ListCell *lc;

	foreach(lc, partition->constraints)
	{
		const DraftConstraint *constraint = lfirst(lc);

		if (constraint->type == CONSTRAINT_FOREIGN && constraint->validated &&
			constraint->target == wanted->target &&
			same_texts(constraint->columns, wanted->columns) &&
			same_texts(constraint->target_columns, wanted->target_columns))
			return true;
	}
	return false;
}

/* What the parent's foreign keys refer to; those that the partition has not yet are checked. */
static void
touch_targets(Change *change)
{
	bool attaches = change->kind == CHANGE_ATTACH_PARTITION;
	ListCell *lc;

	foreach(lc, change->relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);
		bool checks;

		if (constraint->type != CONSTRAINT_FOREIGN || constraint->target == NULL)
			continue;
		checks = attaches && change->other != NULL && !constraint->not_enforced &&
			!has_foreign_key_like(change->other, constraint);
		touch_tree(change, constraint->target, ShareRowExclusiveLock, false, checks);
		if (checks)
			touch_tree(change, change->other, AccessExclusiveLock, false, true);
	}
}

/* What refers to the parent must not lose a row that it refers to (RI_PartitionRemove_Check()). */
static void
touch_referrers(Change *change)
{
	bool detaches = change->kind == CHANGE_DETACH_PARTITION;
	List *tables;
	List *references = draft_references_to(change->relation, &tables);
	ListCell *lc;
	ListCell *key;

	forboth(lc, tables, key, references)
	{
		if (is_from_parent(lfirst(lc), lfirst(key)))
			continue;
		add_touch(change, lfirst(lc), detaches ? AccessExclusiveLock : ShareRowExclusiveLock, false,
				  false);
		if (detaches)
			touch_tree(change, lfirst(lc), AccessShareLock, false, true);
	}
}

void
foretell_partition(Change *change)
{
	bool attaches = change->kind == CHANGE_ATTACH_PARTITION;

	if (change->other != NULL)
	{
		draft_load(change->other);
		touch_tree(
			change, change->other, AccessExclusiveLock, false,
			attaches &&
				(change->scan == SCAN_PARTITION || lacks_index(change->relation, change->other)));
	}
	touch_targets(change);
	touch_referrers(change);
	if (attaches || !change->concurrently)
		touch_default_partition(change);
}
