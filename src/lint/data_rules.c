/*
 * data_rules.c
 *		Which rows, tables and columns does the script destroy?  Answered by the guard's
 *		own effects, one rule for each action; what a changed type loses is
 *		value_rules.c's question.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/words.h"
#include "effect/describe.h"
#include "guard/guard.h"
#include "lint/data_parts.h"
#include "lint/source.h"
#include "lint/ways.h"

/* ---------- words ---------- */

/* All of it that the guard may want a permit for, and the statement as it is */
static char *
with_permits(List *effects, const char *statement, const char *when)
{
	StringInfoData out;
	ListCell *lc;

	initStringInfo(&out);
	appendStringInfo(&out, "%s\nBEGIN;\n", when);
	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);
		Category category = action_category(effect->action);

		if (!effect->part && (category == CATEGORY_DATA || category == CATEGORY_BREAK))
			appendStringInfo(&out, "SELECT safemig.permit(%s);\n",
							 quote_literal_cstr(effect_text(effect)));
	}
	appendStringInfo(&out, "%s;\nCOMMIT;", statement);
	return out.data;
}

static char *
kept_words(Effect *effect)
{
	describe_effect(effect);
	if (action_kept_as(effect->action) == KEPT_NOT)
		return pstrdup("-- when nothing needs it any more; this cannot be taken back:");
	return psprintf("-- when %s; SELECT safemig.undrop(%s) brings it back:",
					effect->action == ACTION_TRUNCATE ? "nobody needs the rows any more"
													  : "nothing uses it any more",
					quote_literal_cstr(effect->identity));
}

/* ---------- what the statement names ---------- */

static bool
is_temporary(Effect *effect)
{
	return OidIsValid(effect->relation) &&
		get_rel_persistence(effect->relation) == RELPERSISTENCE_TEMP;
}

/* Rows that the effect takes are there, and were before the script */
static bool
has_rows(Effect *effect)
{
	return OidIsValid(effect->relation) && is_in_use(draft_relation_by_oid(effect->relation));
}

/* A child that TRUNCATE of its parent empties too; a partition is a part of what is named. */
static bool
is_child_emptied(Effect *effect)
{
	return effect->action == ACTION_TRUNCATE && has_superclass(effect->relation);
}

static char *
holds(Effect *effect)
{
	Stake stake = stake_of_relation(effect->relation, effect->only);

	return psprintf("%s, %s", row_words(stake.rows), size_words(stake.bytes));
}

static void
find_drop(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects, char *message)
{
	find_at(run, rule, at, effect->identity, message,
			with_permits(effects, at->statement, kept_words(effect)));
}

static void
find_drop_table(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	find_drop(run, rule, at, effect, effects,
			  psprintf("drops %s %s (%s), and every query that still names it fails", effect->type,
					   effect->identity, holds(effect)));
}

static void
find_drop_column(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	find_drop(
		run, rule, at, effect, effects,
		psprintf("drops column %s of a table of %s, and every query that still names it fails",
				 effect->identity, holds(effect)));
}

/* Values of a type that no table has a column of are nobody's. */
static void
find_drop_attribute(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *other = lfirst(lc);

		if (other->action == ACTION_ALTER_COLUMN_TYPE && has_rows(other))
			columns = lappend(columns, other);
	}
	if (columns == NIL)
		return;
	find_drop(run, rule, at, effect, effects,
			  psprintf("drops attribute %s, and its values with it: %s", effect->identity,
					   effects_in_words(columns)));
}

static void
find_drop_sequence(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	find_drop(
		run, rule, at, effect, effects,
		psprintf("drops sequence %s: one made again begins anew, and gives numbers that are taken",
				 effect->identity));
}

static void
find_drop_schema(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	List *contents = NIL;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *other = lfirst(lc);

		if (other != effect && !other->part && !other->named &&
			is_in_dropped_schema(other, effects))
			contents = lappend(contents, other);
	}
	if (contents == NIL)
		return;
	find_drop(run, rule, at, effect, effects,
			  psprintf("drops schema %s with everything in it: %s", effect->identity,
					   effects_in_words(contents)));
}

static void
find_drop_database(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	find_at(run, rule, at, effect->identity,
			psprintf("drops database %s with all it holds, which nothing here can take back",
					 effect->identity),
			NULL);
}

/* In batches, so that nobody waits long and it may stop anywhere */
static char *
delete_batch(DraftRelation *relation)
{
	char *table = draft_identity(relation);

	return statements_of(
		"-- outside of a migration, again and again until it deletes no row:",
		psprintf("DELETE FROM %s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %s LIMIT " ROWS_IN_BATCH
				 "))",
				 table, table),
		NULL);
}

static void
find_truncate(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	find_drop(run, rule, at, effect, effects,
			  psprintf("empties %s (%s) %s", effect->identity, holds(effect), under_its_lock(at)));
}

static void
find_delete_all(LintRun *run, const Change *at, DraftRelation *relation)
{
	char *table = draft_identity(relation);

	find_at(
		run, RULE_DELETE_WITHOUT_WHERE, at, table,
		psprintf("deletes every row of %s in one transaction, which locks and logs each of them",
				 with_size(relation)),
		delete_batch(relation));
}

/* ---------- UPDATE of every row ---------- */

/*
 * The statement's own words with a batch's condition behind them; NULL where it has
 * FROM or RETURNING, or a condition that does not bound it.
 */
static char *
update_batch(const char *statement, DraftRelation *relation)
{
	bool plain = !source_says(statement, "from", NULL) && !source_says(statement, "where", NULL) &&
		!source_says(statement, "returning", NULL) && !source_says(statement, "with", NULL);

	if (!plain)
		return NULL;
	return statements_of(
		"-- outside of a migration, for one range of blocks after the other until the table ends:",
		with_word_at_end(statement, "WHERE ctid >= '(0,0)' AND ctid < '(1000,0)'"), NULL);
}

static void
find_update_all(LintRun *run, const Change *at, DraftRelation *relation)
{
	char *table = draft_identity(relation);

	find_at(run, RULE_UPDATE_WITHOUT_WHERE, at, table,
			psprintf("writes every row of %s anew in one transaction, which locks each of them "
					 "until it commits and leaves as many dead",
					 with_size(relation)),
			update_batch(at->statement, relation));
}

static void
find_all_deleted(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	find_delete_all(run, at, draft_relation_by_oid(effect->relation));
}

/* UPDATE of nothing but columns that the script has made overwrites nothing. */
static bool
sets_only_new_columns(const Change *change)
{
	bool in_set = false;
	bool is_target = false;
	int depth = 0;
	ListCell *lc;

	if (change->kind != CHANGE_UPDATE || change->relation == NULL)
		return false;
	foreach(lc, source_words(change->statement))
	{
		SourceWord *word = lfirst(lc);
		char sign = change->statement[word->offset];

		depth += sign == '(' ? 1 : sign == ')' ? -1 : 0;
		if (is_target)
		{
			DraftColumn *column = word->cut ? draft_column(change->relation, word->cut) : NULL;

			if (column == NULL || column->statement == 0)
				return false;
		}
		if (depth == 0 && source_word_is(change->statement, word, "from"))
			return in_set;
		is_target = (!in_set && source_word_is(change->statement, word, "set")) ||
			(in_set && depth == 0 && sign == ',');
		in_set = in_set || is_target;
	}
	return in_set;
}

static void
find_all_updated(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects)
{
	if (!sets_only_new_columns(at))
		find_update_all(run, at, draft_relation_by_oid(effect->relation));
}

/* ---------- which effect is which rule ---------- */

static const struct
{
	Action action;
	RuleId rule;
	bool in_use_only; /* an empty table loses nothing by it */
	void (*find)(LintRun *run, RuleId rule, const Change *at, Effect *effect, List *effects);
} rules_of_actions[] = {
	{ACTION_DROP_TABLE, RULE_BAN_DROP_TABLE, false, find_drop_table},
	{ACTION_DROP_PARTITION, RULE_BAN_DROP_TABLE, false, find_drop_table},
	{ACTION_DROP_MATVIEW, RULE_BAN_DROP_TABLE, false, find_drop_table},
	{ACTION_DROP_COLUMN, RULE_BAN_DROP_COLUMN, false, find_drop_column},
	{ACTION_DROP_ATTRIBUTE, RULE_BAN_DROP_COLUMN, false, find_drop_attribute},
	{ACTION_DROP_SCHEMA, RULE_BAN_DROP_SCHEMA, false, find_drop_schema},
	{ACTION_DROP_DATABASE, RULE_BAN_DROP_DATABASE, false, find_drop_database},
	{ACTION_DROP_SEQUENCE, RULE_BAN_DROP_SEQUENCE, false, find_drop_sequence},
	{ACTION_TRUNCATE, RULE_BAN_TRUNCATE, true, find_truncate},
	{ACTION_DELETE_ALL, RULE_DELETE_WITHOUT_WHERE, true, find_all_deleted},
	{ACTION_UPDATE_ALL, RULE_UPDATE_WITHOUT_WHERE, true, find_all_updated},
};

void
data_rules_of_effect(LintRun *run, const Change *at, Effect *effect, List *effects)
{
	if (effect == linitial(effects))
		note_effects(run, effects);
	note_dropped(run, effect);
	if ((!effect->named && !is_child_emptied(effect)) || effect->part || is_temporary(effect) ||
		loses_nothing(effect))
		return;
	for (int i = 0; i < lengthof(rules_of_actions); i++)
		if (rules_of_actions[i].action == effect->action &&
			(!rules_of_actions[i].in_use_only || has_rows(effect)))
		{
			describe_effect(effect);
			rules_of_actions[i].find(run, rules_of_actions[i].rule, at, effect, effects);
		}
}

void
data_rules(LintRun *run, const Change *change)
{
	cascade_rules(run, change);
	value_rules(run, change);
	enum_rules(run, change);
	if (change->kind == CHANGE_UPDATE || change->kind == CHANGE_DELETE ||
		change->kind == CHANGE_MERGE || change->kind == CHANGE_TRUNCATE)
		note_written_rows(run, change);
}

void
data_rules_at_end(LintRun *run)
{
}
