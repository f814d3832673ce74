/*
 * refusal.c
 *		The words of a refusal or warning: what, what is at stake, and the exact
 *		next statement.  A dozen real clients drop DETAIL and HINT, so the message
 *		line alone carries action, object and way out.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "audit/incident.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "base/words.h"
#include "effect/describe.h"
#include "guard/guard.h"
#include "guard/migration.h"
#include "guard/refusal.h"

#define NAMED_IN_DETAIL 20 /* dependents; the rest is in last_refusal() */
#define PERMITS_IN_HINT 50

typedef struct Words
{
	char *message;
	char *detail;
	char *hint;
	char *whole; /* everything, uncut: for last_refusal() */
} Words;

static char *last = NULL;

const char *
last_refusal_text(void)
{
	return last;
}

/* Does this action lose the relation's rows (and not only a name)? */
static bool
has_stake(Effect *effect)
{
	return action_category(effect->action) == CATEGORY_DATA && OidIsValid(effect->relation) &&
		get_rel_relkind(effect->relation) != RELKIND_FOREIGN_TABLE && /* nobody here knows */
		effect->action != ACTION_DROP_SEQUENCE && effect->action != ACTION_DROP_ATTRIBUTE &&
		effect->action != ACTION_ALTER_ATTRIBUTE;
}

/* Of all effects that lose rows, each relation once; its parts are in its own stake. */
static Stake
stake_of(List *effects)
{
	Stake sum = {0};
	List *counted = NIL;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);
		Stake stake;

		if ((effect->part && list_length(effects) > 1) || !has_stake(effect) ||
			list_member_oid(counted, effect->relation))
			continue;
		counted = lappend_oid(counted, effect->relation);
		stake = stake_of_relation(effect->relation, effect->only);
		sum.rows += stake.rows;
		sum.bytes += stake.bytes;
	}
	return sum;
}

/* What the words tell of, asked once: reading sizes and pages is the dear part. */
typedef struct Stakes
{
	Stake first; /* its own; of a schema, which has no rows itself, all that goes with it */
	Stake all;
	bool several; /* is there more at stake than the first one's? */
} Stakes;

static int
count_stakes(List *effects)
{
	int count = 0;
	ListCell *lc;

	foreach(lc, effects)
		if (!((Effect *) lfirst(lc))->part && has_stake(lfirst(lc)))
			count++;
	return count;
}

static Stakes
find_stakes(Effect *first, List *effects)
{
	Stakes stakes = {0};

	if (!has_stake(first))
	{
		stakes.all = stake_of(effects);
		stakes.first = stakes.all;
		return stakes;
	}
	stakes.first = stake_of(list_make1(first));
	stakes.several = count_stakes(effects) > 1;
	stakes.all = stakes.several ? stake_of(effects) : stakes.first;
	return stakes;
}

static void
append_item(StringInfo out, const char *item)
{
	if (out->len > 0)
		appendStringInfoString(out, ", ");
	appendStringInfoString(out, item);
}

/* What else goes: all that is neither the first effect nor a mere part of another. */
static char *
others(List *effects, Effect *first, int limit)
{
	StringInfoData out;
	int shown = 0;
	int left = 0;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);

		if (effect == first || effect->part || effect->action == ACTION_DISARM)
			continue;
		if (limit > 0 && shown == limit)
		{
			left++;
			continue;
		}
		describe_effect(effect);
		append_item(&out, psprintf("%s %s", effect->type, effect->identity));
		shown++;
	}
	if (left > 0)
		appendStringInfo(&out, " and %d more", left);
	return out.data;
}

static char *
relation_identity(Oid relid)
{
	ObjectAddress relation;

	ObjectAddressSet(relation, RelationRelationId, relid);
	return getObjectIdentity(&relation, true);
}

/* ARRAY['drop table public.users', ...] of everything that a paste must allow */
static char *
permit_array(List *refused, List *warned, int limit)
{
	List *all = list_concat_copy(refused, warned);
	StringInfoData out;
	int shown = 0;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, all)
	{
		if (limit > 0 && shown++ == limit)
		{
			appendStringInfo(&out, ", ... %d more, see %s.last_refusal()", list_length(all) - limit,
							 SAFEMIG_NAME);
			break;
		}
		append_item(&out, quote_literal_cstr(effect_text(lfirst(lc))));
	}
	return psprintf("ARRAY[%s]", out.data);
}

static char *
hint_for(List *refused, List *warned, int limit)
{
	Effect *first = linitial(refused);

	if (first->action == ACTION_DISARM)
		return psprintf(
			"If this is meant, a superuser can SET %s.enforce = off; and repeat the statement in that session.",
			SAFEMIG_NAME);
	if (first->sealed)
		return psprintf("Thaw it first: SELECT %s.unprotect(%s, reason => '...');", SAFEMIG_NAME,
						quote_literal_cstr(relation_identity(first->relation)));
	if (action_category(first->action) == CATEGORY_CHANGE)
		return psprintf("Put it in a migration: SELECT %s.apply('VERSION', 'NAME', $$...$$);",
						SAFEMIG_NAME);
	if (guard_is_dry_run())
		return psprintf("Add to the call: permits => %s", permit_array(refused, warned, limit));
	if (guard_current_migration() != NULL)
		return psprintf("Add to the call: permits => %s, reason => '...'",
						permit_array(refused, warned, limit));
	return psprintf(
		"Put it in a migration: SELECT %s.apply('VERSION', 'NAME', $$...$$, permits => %s);",
		SAFEMIG_NAME, permit_array(refused, warned, limit));
}

static bool
is_database(Effect *effect)
{
	return effect->type != NULL && strcmp(effect->type, "database") == 0;
}

/* Told from a database that is not guarded itself, it is about others. */
static const char *
what_is_protected(void)
{
	return safemig_is_installed() ? "this database" : "other databases of this server";
}

static char *
detail_for(const Stakes *stakes, List *effects, Effect *first, int limit)
{
	StringInfoData out;
	char *rest = others(effects, first, limit);

	initStringInfo(&out);
	if (first->action == ACTION_DISARM)
		appendStringInfoString(
			&out,
			is_database(first) ? SAFEMIG_NAME
				" guards it against being dropped, renamed or disarmed from elsewhere."
							   : psprintf("It belongs to what protects %s.", what_is_protected()));
	else if (stakes->first.bytes > 0)
		appendStringInfo(&out, "%s %s.",
						 first->object.objectSubId == 0 ? "It holds" : "The table holds",
						 size_words(stakes->first.bytes));
	else if (action_category(first->action) == CATEGORY_CHANGE)
		appendStringInfoString(&out, "The setting \"change\" says so; nothing would be lost.");
	else
		appendStringInfo(&out, "It would take away %s.", action_loss(first->action));
	if (first->later)
		appendStringInfoString(&out,
							   " It depends on a temporary object, which goes with this session.");
	if (stakes->several)
		appendStringInfo(&out, " In all: %s, %s.", row_words(stakes->all.rows),
						 size_words(stakes->all.bytes));
	if (rest[0] != '\0')
		appendStringInfo(&out, " It would also take: %s.", rest);
	return out.data;
}

/* As one says it: 'delete all of public.users' */
static char *
effect_words(Effect *effect)
{
	describe_effect(effect);
	return psprintf("%s%s %s", action_name(effect->action),
					effect->action == ACTION_DELETE_ALL || effect->action == ACTION_UPDATE_ALL ||
							effect->action == ACTION_CHANGE_ROWS
						? " of"
						: "",
					effect->identity);
}

static char *
what_for(Effect *first, const Stakes *stakes)
{
	if (first->action == ACTION_DISARM)
	{
		describe_effect(first);
		return psprintf("change %s %s", first->type, first->identity);
	}
	if (!OidIsValid(first->object.objectId))
		return psprintf("run %s", first->identity);
	if (first->excess > 0)
		return psprintf("%s (%s of them)", effect_words(first), grouped_digits(first->excess));
	if (has_stake(first) || stakes->first.rows > 0)
		return psprintf("%s (%s)%s", effect_words(first), row_words(stakes->first.rows),
						first->later ? " along with temporary objects" : "");
	return effect_words(first);
}

static char *
needs_words(List *refused)
{
	Effect *first = linitial(refused);
	int more = list_length(refused) - 1;

	if (first->action == ACTION_DISARM)
		return is_database(first) ? pstrdup("it is guarded")
								  : psprintf("it protects %s", what_is_protected());
	if (action_category(first->action) == CATEGORY_CHANGE)
		return pstrdup("here the schema is changed by migrations only");
	if (first->sealed)
		return pstrdup("it is frozen, and no permit opens that");
	if (first->excess > 0)
		return psprintf("max_rows is %s, more needs the permit '%s'",
						grouped_digits(setting_amount(SETTING_MAX_ROWS)), effect_text(first));
	if (more == 0)
		return psprintf("needs the permit '%s'", effect_text(first));
	return psprintf("needs the permit '%s' and %d more", effect_text(first), more);
}

/* What no permit opens comes first, whatever the statement's order. */
static List *
worst_first(List *refused)
{
	ListCell *lc;

	foreach(lc, refused)
		if (((Effect *) lfirst(lc))->action == ACTION_DISARM || ((Effect *) lfirst(lc))->sealed)
			return lcons(lfirst(lc), list_delete_ptr(list_copy(refused), lfirst(lc)));
	return refused;
}

/* refused: the worst first */
static Words
find_words(List *refused, List *warned, List *effects)
{
	Words words;
	Effect *first = linitial(refused);
	Stakes stakes = find_stakes(first, refused);

	words.message = psprintf("%s refused to %s: %s", SAFEMIG_NAME, what_for(first, &stakes),
							 needs_words(refused));
	words.detail = detail_for(&stakes, effects, first, NAMED_IN_DETAIL);
	words.hint = hint_for(refused, warned, PERMITS_IN_HINT);
	words.whole = psprintf(
		"%s\n%s\n%s", words.message,
		list_length(effects) > NAMED_IN_DETAIL ? detail_for(&stakes, effects, first, 0)
											   : words.detail,
		list_length(refused) + list_length(warned) > PERMITS_IN_HINT ? hint_for(refused, warned, 0)
																	 : words.hint);
	return words;
}

/* Of the many parts of the extension, the first one named says enough. */
static List *
texts_of(List *effects)
{
	List *texts = NIL;
	bool disarms = false;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);

		if (list_length(texts) == PERMITS_IN_HINT || (disarms && effect->action == ACTION_DISARM))
			continue;
		disarms = disarms || effect->action == ACTION_DISARM;
		texts = lappend(texts, effect_text(effect));
	}
	return texts;
}

static void
record(const char *verdict, int sqlstate, List *effects, const char *message, const char *hint)
{
	Incident incident = {0};

	incident.verdict = guard_is_dry_run() ? "dry run" : verdict;
	incident.sqlstate = sqlstate;
	incident.effects = texts_of(effects);
	incident.message = message;
	incident.hint = hint;
	incident.version = guard_current_migration();
	record_incident(&incident);
}

void
refuse(List *refused, List *warned, List *effects)
{
	List *ordered = worst_first(refused);
	Words words = find_words(ordered, warned, effects);

	record("refused", ERRCODE_REFUSED, ordered, words.message, words.hint);
	if (last != NULL)
		pfree(last);
	last = MemoryContextStrdup(TopMemoryContext, words.whole);
	/* made of parts already: nothing to look up in a catalog of translations */
	ereport(ERROR,
			(errcode(ERRCODE_REFUSED), errmsg_internal("%s", words.message),
			 errdetail_internal("%s", words.detail), errhint("%s", words.hint)));
}

/*
 * Nothing is said to the client, who has asked for it.  What the extension
 * holds may go with the very statement, so of that the server log tells too.
 */
void
record_passed(List *refused)
{
	List *ordered = worst_first(refused);
	Effect *first = linitial(ordered);
	Stakes stakes = find_stakes(first, ordered);
	char *message =
		psprintf("%s passes, since %s.enforce is off", what_for(first, &stakes), SAFEMIG_NAME);

	record("off", 0, ordered, message, NULL);
	if (first->action == ACTION_DISARM)
		ereport(LOG, (errmsg("%s", message)));
}

static char *
why_it_passes(Effect *effect, bool would_refuse)
{
	if (would_refuse)
		return psprintf("would be refused if %s.enforce were on", SAFEMIG_NAME);
	if (effect->empty_is_harmless && action_category(effect->action) == CATEGORY_DATA &&
		standing_decision(effect->action) == DECISION_REFUSE)
		return pstrdup("passes, since no row holds anything there");
	if (action_category(effect->action) == CATEGORY_DATA)
		return psprintf("passes, since this is a %s database",
						environment_name(current_environment()));
	return psprintf("outside a migration loses %s", action_loss(effect->action));
}

void
warn(List *warned, List *effects, bool would_refuse)
{
	Effect *first = linitial(worst_first(warned));
	Stakes stakes = find_stakes(first, warned);
	char *message = psprintf("%s %s", what_for(first, &stakes), why_it_passes(first, would_refuse));
	char *rest = others(effects, first, NAMED_IN_DETAIL);
	char *hint = hint_for(warned, NIL, PERMITS_IN_HINT);

	record("warned", 0, warned, message, hint);
	ereport(WARNING,
			(errmsg("%s", message), rest[0] != '\0' ? errdetail("It also takes: %s.", rest) : 0,
			 errhint("%s", hint)));
}
