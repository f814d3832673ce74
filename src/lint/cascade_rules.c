/*
 * cascade_rules.c
 *		What does CASCADE take along?  The guard's effects that the statement does not
 *		name.
 */
#include "postgres.h"

#include "catalog/objectaddress.h"
#include "lib/stringinfo.h"
#include "utils/lsyscache.h"

#include "base/words.h"
#include "effect/describe.h"
#include "effect/inverse.h"
#include "lint/data_parts.h"
#include "lint/ways.h"

#define NAMED_IN_MESSAGE 10 /* of what goes along */

/* The effects of the statement at work, for what is found at one of its changes */
typedef struct Told
{
	int statement;
	List *effects;
} Told;

List *
effects_told(LintRun *run)
{
	Told *told = run->notes[RULE_BAN_CASCADE] ? llast(run->notes[RULE_BAN_CASCADE]) : NULL;

	return told != NULL && told->statement == run->statement ? told->effects : NIL;
}

void
note_effects(LintRun *run, List *effects)
{
	Told *told = palloc(sizeof(Told));

	told->statement = run->statement;
	told->effects = effects;
	run->notes[RULE_BAN_CASCADE] = list_make1(told);
}

/* With what it holds, where that is rows */
static char *
effect_words(Effect *effect)
{
	describe_effect(effect);
	if (action_category(effect->action) == CATEGORY_DATA && OidIsValid(effect->relation) &&
		effect->action != ACTION_DROP_SEQUENCE)
		return psprintf("%s %s (%s)", effect->type, effect->identity,
						row_words(stake_of_relation(effect->relation, effect->only).rows));
	return psprintf("%s %s", effect->type, effect->identity);
}

char *
effects_in_words(List *effects)
{
	StringInfoData out;
	int shown = 0;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, effects)
	{
		if (shown++ == NAMED_IN_MESSAGE)
		{
			appendStringInfo(&out, " and %d more", list_length(effects) - NAMED_IN_MESSAGE);
			break;
		}
		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", effect_words(lfirst(lc)));
	}
	return out.data;
}

static Effect *
first_named(List *effects)
{
	ListCell *lc;

	foreach(lc, effects)
		if (((Effect *) lfirst(lc))->named)
			return lfirst(lc);
	return NULL;
}

/* Of what is in a schema its drop has told already */
bool
is_in_dropped_schema(Effect *effect, List *effects)
{
	Oid schema = OidIsValid(effect->relation) ? get_rel_namespace(effect->relation) : InvalidOid;
	ListCell *lc;

	/* a default, for one, is in none that the server would tell */
	if (!OidIsValid(schema) && is_objectclass_supported(effect->object.classId))
		schema = get_object_namespace(&effect->object);
	foreach(lc, effects)
	{
		Effect *other = lfirst(lc);

		if (other->named && other->action == ACTION_DROP_SCHEMA && other->object.objectId == schema)
			return true;
	}
	return false;
}

/* By now it is gone, or has another type than the one that would have taken it along. */
static bool
is_out_of_the_way(Effect *effect)
{
	DraftRelation *relation =
		effect->object.objectSubId > 0 ? draft_relation_by_oid(effect->relation) : NULL;
	ListCell *lc;

	if (relation == NULL)
		return false;
	draft_load(relation);
	foreach(lc, relation->columns)
	{
		DraftColumn *column = lfirst(lc);

		if (column->attnum == effect->object.objectSubId)
			return column->type != get_atttype(relation->oid, column->attnum);
	}
	return true;
}

static List *
taken_along(List *effects)
{
	List *taken = NIL;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);

		if (!effect->named && !effect->part && !is_in_dropped_schema(effect, effects) &&
			!is_out_of_the_way(effect))
			taken = lappend(taken, effect);
	}
	return taken;
}

static void
find_truncate_cascade(LintRun *run, const Change *change, Effect *first, List *taken)
{
	StringInfoData names;
	ListCell *lc;

	initStringInfo(&names);
	appendStringInfoString(&names, first->identity);
	foreach(lc, taken)
		appendStringInfo(&names, ", %s", ((Effect *) lfirst(lc))->identity);
	find_at(run, RULE_BAN_TRUNCATE_CASCADE, change, first->identity,
			psprintf("CASCADE also empties, because foreign keys lead there: %s",
					 effects_in_words(taken)),
			statements_of("-- each of them by its name, where that is what is meant:",
						  psprintf("TRUNCATE %s", names.data), NULL));
}

/* DROP of each dependent that a statement can name, those found last first */
static char *
drops_of(List *taken, const char *statement)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = list_length(taken) - 1; i >= 0; i--)
	{
		char *drop = drop_of_object(&((Effect *) list_nth(taken, i))->object);

		if (drop != NULL)
			appendStringInfo(&out, "%s;\n", drop);
	}
	appendStringInfo(&out, "%s;", without_blanks(without_words(statement, "CASCADE")));
	return out.data;
}

static void
find_cascade(LintRun *run, const Change *change)
{
	List *effects = effects_told(run);
	Effect *first = first_named(effects);
	List *taken = first ? taken_along(effects) : NIL;

	if (taken == NIL)
		return;
	describe_effect(first);
	if (change->kind == CHANGE_TRUNCATE)
		find_truncate_cascade(run, change, first, taken);
	else
		find_at(run, RULE_BAN_CASCADE, change, first->identity,
				psprintf("CASCADE also takes what the statement does not name: %s",
						 effects_in_words(taken)),
				drops_of(taken, change->statement));
	note_effects(run, NIL);
}

void
cascade_rules(LintRun *run, const Change *change)
{
	if (change->cascade)
		find_cascade(run, change);
}
