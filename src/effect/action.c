/*
 * action.c
 *		The list of actions as words: for permits, refusals and safemig.actions.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "effect/effect.h"

typedef struct ActionInfo
{
	const char *name;
	Category category;
	KeptKind kept;
	const char *lost;
} ActionInfo;

static const ActionInfo infos[ACTION_COUNT] = {
#define ACTION(symbol, name, category, kept, lost) {name, CATEGORY_##category, KEPT_##kept, lost},
#include "effect/actions.h"
#undef ACTION
};

static const char *const category_names[] = {"data", "break", "code", "upkeep", "change", "self"};

const char *
action_name(Action action)
{
	return infos[action].name;
}

Category
action_category(Action action)
{
	return infos[action].category;
}

KeptKind
action_kept_as(Action action)
{
	return infos[action].kept;
}

const char *
action_loss(Action action)
{
	return infos[action].lost;
}

/* Something is gone with it, other than rows by rows. */
bool
action_destroys(Action action)
{
	switch (action)
	{
		case ACTION_DELETE_ALL:
		case ACTION_UPDATE_ALL:
		case ACTION_CHANGE_ROWS:
		case ACTION_SET_UNLOGGED:
			return false;
		default:
			return infos[action].category == CATEGORY_DATA ||
				infos[action].category == CATEGORY_CODE ||
				infos[action].category == CATEGORY_UPKEEP;
	}
}

const char *
category_name(Category category)
{
	return category_names[category];
}

/* The longest name wins: 'drop text search' must not be read as a shorter one. */
bool
action_of_text(const char *text, Action *action, const char **rest)
{
	size_t best = 0;

	while (*text == ' ')
		text++;
	for (int i = 0; i < ACTION_COUNT; i++)
	{
		size_t length = strlen(infos[i].name);

		if (length > best && pg_strncasecmp(text, infos[i].name, length) == 0 &&
			(text[length] == ' ' || text[length] == '\0'))
		{
			best = length;
			*action = (Action) i;
		}
	}
	if (best == 0)
		return false;
	for (text += best; *text == ' '; text++)
		;
	*rest = text;
	return true;
}

/* The rows of safemig.actions, without the decision that holds here. */
PG_FUNCTION_INFO_V1(safemig_action_rows);
PGDLLEXPORT Datum safemig_action_rows(PG_FUNCTION_ARGS);

Datum
safemig_action_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < ACTION_COUNT; i++)
	{
		Datum values[3];
		bool nulls[3] = {false};

		values[0] = CStringGetTextDatum(infos[i].name);
		values[1] = CStringGetTextDatum(category_names[infos[i].category]);
		values[2] = CStringGetTextDatum(infos[i].lost);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
