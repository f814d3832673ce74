/*
 * touch_written.c
 *		What reading, writing or locking one relation touches besides: all below it,
 *		what views and rules lead to, and the other ends of its foreign keys.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "miscadmin.h"

#include "foresee/touch_parts.h"

void
touch_source(Change *change, DraftRelation *relation, LOCKMODE lock, bool tree, bool scans)
{
	ListCell *lc;

	if (relation == NULL)
		return;
	foreach(lc, change->touches)
	{
		Touch *touch = lfirst(lc);

		/* met before: a view that leads to itself by way of a rule ends here */
		if (touch->relation == relation && touch->lock >= lock && (touch->scans || !scans))
			return;
	}
	if (tree && relation->kind != RELKIND_VIEW)
		touch_tree(change, relation, lock, false, scans);
	else
		add_touch(change, relation, lock, false, scans && holds_rows(relation));
	if (relation->kind == RELKIND_VIEW)
		touch_view(change, relation, lock == AccessShareLock ? NoLock : lock, scans);
}

static bool
share_name(List *names, List *others)
{
	ListCell *lc;
	ListCell *of;

	foreach(lc, names)
		foreach(of, others)
			if (lfirst(lc) != NULL && lfirst(of) != NULL && strcmp(lfirst(lc), lfirst(of)) == 0)
				return true;
	return false;
}

/* Foreign keys look for the row that is referred to: SELECT ... FOR KEY SHARE there. */
static void
touch_referenced(Change *change, DraftRelation *relation, CmdType command, List *columns)
{
	ListCell *lc;

	if (command == CMD_DELETE)
		return;
	draft_load(relation);
	foreach(lc, relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (constraint->type == CONSTRAINT_FOREIGN && constraint->target != NULL &&
			!constraint->not_enforced &&
			(command == CMD_INSERT || share_name(constraint->columns, columns)))
			add_touch(change, constraint->target, RowShareLock, false, false);
	}
}

/* And for rows that refer to one that goes, or take them along. */
static void
touch_referrers(Change *change, DraftRelation *relation, CmdType command, List *columns)
{
	List *tables;
	List *keys;
	ListCell *key;
	ListCell *table;

	if (command == CMD_INSERT)
		return;
	keys = draft_references_to(relation, &tables);
	forboth(key, keys, table, tables)
	{
		DraftConstraint *constraint = lfirst(key);

		if (constraint->not_enforced)
			continue;
		if (command == CMD_UPDATE)
		{
			if (share_name(constraint->target_columns, columns))
				add_touch(change, lfirst(table), RowShareLock, false, false);
		}
		else if (constraint->on_delete == FKCONSTR_ACTION_CASCADE)
			touch_written(change, lfirst(table), CMD_DELETE, NIL, true, false);
		else if (constraint->on_delete == FKCONSTR_ACTION_SETNULL ||
				 constraint->on_delete == FKCONSTR_ACTION_SETDEFAULT)
			touch_written(change, lfirst(table), CMD_UPDATE, constraint->columns, true, false);
		else
			add_touch(change, lfirst(table), RowShareLock, false, false);
	}
}

/* Is it in the list already, written to, so that a circle of foreign keys ends? */
static bool
is_written_already(Change *change, DraftRelation *relation)
{
	ListCell *lc;

	foreach(lc, change->touches)
		if (((Touch *) lfirst(lc))->relation == relation &&
			((Touch *) lfirst(lc))->lock >= RowExclusiveLock)
			return true;
	return false;
}

void
touch_written(Change *change, DraftRelation *relation, CmdType command, List *columns, bool tree,
			  bool scans)
{
	bool again;

	if (relation == NULL)
		return;
	check_stack_depth();
	again = is_written_already(change, relation);
	if (tree && command != CMD_INSERT && relation->kind != RELKIND_VIEW)
		touch_tree(change, relation, RowExclusiveLock, false, scans);
	else
		add_touch(change, relation, RowExclusiveLock, false, scans && holds_rows(relation));
	if (again)
		return;
	touch_writes_through(change, relation, command, scans);
	touch_referenced(change, relation, command, columns);
	touch_referrers(change, relation, command, columns);
}

/* ---------- LOCK TABLE ---------- */

void
foretell_lock_table(Change *change, DraftRelation *relation, LOCKMODE lock, bool tree)
{
	if (relation == NULL)
		return;
	if (tree)
		touch_tree(change, relation, lock, false, false);
	else
		add_touch(change, relation, lock, false, false);
	if (relation->kind == RELKIND_VIEW)
		touch_view(change, relation, lock, false);
}
