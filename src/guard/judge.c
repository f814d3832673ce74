/*
 * judge.c
 *		Acts on the decisions over all effects of a statement: one refusal that
 *		names everything, or one warning, or silence.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/lmgr.h"

#include "guard/guard.h"
#include "guard/permit.h"

/*
 * Does the effect share the fate of what it goes along with (a table's own
 * sequence, its partitions, an index)?  Rows only if that one was judged as
 * rows too: a new parent, owner or extension of an old table is no cover.
 */
static bool
is_covered(Effect *effect)
{
	Effect *root = effect;

	if (!effect->part || is_member(&effect->object) || is_protected(effect))
		return false;
	if (action_category(effect->action) != CATEGORY_DATA && effect->action != ACTION_UPDATE_ALL)
		return true;
	while (root->part && root->whole != NULL)
		root = root->whole;
	/* that a table has no row says nothing of what else was hung on it */
	if (root->found_empty &&
		!(effect->action == ACTION_DROP_SEQUENCE &&
		  sequence_serves_only(effect->object.objectId, &root->object)))
		return false;
	return !root->exempted &&
		(action_category(root->action) == CATEGORY_DATA || root->action == effect->action);
}

static Decision
final_decision(Effect *effect)
{
	Decision decision;

	if (is_covered(effect))
		return DECISION_ALLOW;
	decision = decide(effect);

	if (effect->action != ACTION_DISARM && !effect->sealed &&
		use_permit(effect, decision >= DECISION_WARN))
	{
		effect->found_empty = false;
		return DECISION_ALLOW;
	}
	return decision;
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

		if (effect->part || action_category(effect->action) != CATEGORY_DATA ||
			!loses_nothing(effect))
			continue;
		LockRelationOid(effect->relation, AccessExclusiveLock);
		changed = changed || !loses_nothing(effect);
	}
	if (changed)
		judge(effects);
}
