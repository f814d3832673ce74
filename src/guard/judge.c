/*
 * judge.c
 *		Acts on the decisions over all effects of a statement: one refusal that
 *		names everything, or one warning, or silence.
 */
#include "postgres.h"

#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"

#include "base/installation.h"
#include "guard/guard.h"
#include "guard/permit.h"

/*
 * Does the effect share the fate of what it goes along with (a table's own
 * sequence, its partitions, an index)?  Rows, and the names that running code
 * uses, only if that one was judged as such too: a new parent, owner or
 * extension of an old table is no cover.
 */
static bool
is_covered(Effect *effect)
{
	Effect *root = effect;

	/* a part of what is ours is refused with it, and of what is not, ours only as a member */
	if (!effect->part || is_protected(effect) ||
		(safemig_may_own(effect->object.objectId) && is_member(&effect->object)))
		return false;
	if (action_category(effect->action) != CATEGORY_DATA &&
		action_category(effect->action) != CATEGORY_BREAK && effect->action != ACTION_UPDATE_ALL)
		return true;
	while (root->part && root->whole != NULL)
		root = root->whole;
	/* that a table and its children have no row says nothing of what else was hung on it */
	if (root->found_empty && effect->action != root->action &&
		!(effect->action == ACTION_DROP_SEQUENCE &&
		  sequence_serves_only(effect->object.objectId, &root->object)))
		return false;
	return !root->exempted &&
		(action_category(root->action) == CATEGORY_DATA || root->action == effect->action);
}

bool
takes_permit(Effect *effect)
{
	return effect->action != ACTION_DISARM && !effect->sealed;
}

static Decision
final_decision(Effect *effect)
{
	Decision decision;

	/* judged again behind its lock: a permit is used once */
	if (effect->permitted || is_covered(effect))
		return DECISION_ALLOW;
	decision = decide(effect);

	effect->permitted = takes_permit(effect) && use_permit(effect, decision >= DECISION_WARN);
	if (effect->permitted)
		effect->found_empty = false;
	return effect->permitted ? DECISION_ALLOW : decision;
}

Decision
decision_on(Effect *effect)
{
	return is_covered(effect) ? DECISION_ALLOW : decide(effect);
}

/* The first week's "warn" is no way to take the guard away. */
static bool
would_disarm(List *refused)
{
	ListCell *lc;

	foreach(lc, refused)
		if (((Effect *) lfirst(lc))->action == ACTION_DISARM)
			return true;
	return false;
}

void
judge(List *effects)
{
	List *refused = NIL;
	List *warned = NIL;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		switch (final_decision(effect))
		{
			case DECISION_REFUSE:
				refused = lappend(refused, effect);
				break;
			case DECISION_WARN:
				warned = lappend(warned, effect);
				break;
			case DECISION_LOG:
			case DECISION_ALLOW:
				break;
		}
	}
	if (refused != NIL && (guard_enforce == ENFORCE_ON || would_disarm(refused)))
		refuse(refused, warned, effects);
	if (refused != NIL)
		warn(refused, effects, true);
	else if (warned != NIL)
		warn(warned, effects, false);
}

List *
refused_if_on(List *effects)
{
	List *refused = NIL;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (is_covered(effect) || decide(effect) != DECISION_REFUSE)
			continue;
		if (!takes_permit(effect) || !has_permit(effect))
			refused = lappend(refused, effect);
	}
	return refused;
}

/* The whole tree, as ExecuteTruncate() takes it: a row may come into any partition. */
static void
lock_tree(Oid relid, bool only)
{
	LockRelationOid(relid, AccessExclusiveLock);
	if (!only)
		(void) find_all_inheritors(relid, AccessExclusiveLock, NULL);
}

/*
 * What passed because its table held nothing must still hold nothing when the
 * statement gets its lock.  So the lock is taken here, in the statement's own
 * order, and the effects are judged again if a row came in between.
 */
void
lock_what_must_stay_empty(List *effects)
{
	bool changed = false;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);

		if ((effect->part && !effect->whole->exempted) ||
			action_category(effect->action) != CATEGORY_DATA || !OidIsValid(effect->relation) ||
			!loses_nothing(effect))
			continue;
		lock_tree(effect->relation, effect->only);
		changed = changed || !loses_nothing(effect);
	}
	if (changed)
		judge(effects);
}
