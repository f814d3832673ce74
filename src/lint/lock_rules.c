/*
 * lock_rules.c
 *		Locks over the whole of a script: how long they are waited for and held, and
 *		what else happens meanwhile.  What one statement locks is the business of its
 *		own rule.  ALTER TABLEs that could be one: combine_rules.c.
 */
#include "postgres.h"

#include "storage/proc.h"

#include "foresee/change_facts.h"
#include "lint/lock_parts.h"
#include "lint/noted.h"
#include "migrate/walk.h"

/* ---------- timeouts ---------- */

/* The first relation in use on which writers at least wait, or NULL */
static const Touch *
strong_touch(const Change *change)
{
	ListCell *lc;

	foreach(lc, change->touches)
	{
		const Touch *touch = lfirst(lc);

		if (touch->lock >= ShareLock && is_in_use(touch->relation))
			return touch;
	}
	return NULL;
}

static const char *
who_queues(LOCKMODE lock)
{
	return lock == AccessExclusiveLock ? "readers and writers" : "writers";
}

static char *
with_setting_before(const Change *change, const char *setting)
{
	return statements_of(psprintf("SET %s", setting), change->statement, NULL);
}

/* Once in a script: the first statement shows what all of them are like. */
static void
without_timeout(LintRun *run, RuleId rule, const Change *change, char *message, char *suggestion)
{
	if (run->notes[rule] != NIL)
		return;
	note_change(run, rule, change);
	find_at(run, rule, change, NULL, message, suggestion);
}

static void
timeout_rules(LintRun *run, const Change *change)
{
	const Touch *touch = strong_touch(change);
	const char *table;

	if (touch == NULL)
		return;
	table = draft_identity(touch->relation);
	if (script_lock_timeout() == 0)
		without_timeout(
			run, RULE_REQUIRE_LOCK_TIMEOUT, change,
			psprintf(
				"%s of %s (%s) queue behind this statement for as long as it waits for its %s, since lock_timeout is 0",
				who_queues(touch->lock), table, rows_and_size(touch->relation),
				lock_name(touch->lock)),
			with_setting_before(change, "lock_timeout = '2s'"));
	if (StatementTimeout == 0)
		without_timeout(
			run, RULE_REQUIRE_STATEMENT_TIMEOUT, change,
			psprintf("%s of %s (%s) wait for as long as this runs, since statement_timeout is 0",
					 who_queues(touch->lock), table, rows_and_size(touch->relation)),
			with_setting_before(change, "statement_timeout = '5min'"));
	if (script_lock_timeout() == 0 || StatementTimeout == 0)
		without_timeout(run, RULE_REQUIRE_TIMEOUT_SETTINGS, change,
						psprintf("%s of %s (%s) wait without limit, since %s is 0",
								 who_queues(touch->lock), table, rows_and_size(touch->relation),
								 script_lock_timeout() == 0 ? "lock_timeout" : "statement_timeout"),
						with_setting_before(change,
											script_lock_timeout() == 0
												? "lock_timeout = '2s'"
												: "statement_timeout = '5min'"));
}

/* ---------- what happens while a strong lock is held ---------- */

static bool
changes_rows(ChangeKind kind)
{
	return kind == CHANGE_INSERT || kind == CHANGE_UPDATE || kind == CHANGE_DELETE ||
		kind == CHANGE_MERGE || kind == CHANGE_COPY_FROM;
}

/* The relation whose rows it works through one by one, or NULL: then it is short. */
static DraftRelation *
works_through(const Change *change)
{
	ListCell *lc;

	if (changes_rows(change->kind))
		return !writes_few_rows(change) && is_in_use(change->relation) ? change->relation : NULL;
	foreach(lc, change->touches)
	{
		const Touch *touch = lfirst(lc);

		if ((touch->scans || touch->rewrites) && is_in_use(touch->relation))
			return touch->relation;
	}
	return NULL;
}

static LOCKMODE
lock_needed(const Change *change, const DraftRelation *relation)
{
	LOCKMODE strongest = NoLock;
	ListCell *lc;

	foreach(lc, change->touches)
	{
		const Touch *touch = lfirst(lc);

		if (touch->relation == relation)
			strongest = Max(strongest, touch->lock);
	}
	return strongest;
}

/* Held by an earlier statement, and not needed as strong by this one anyway */
static DraftRelation *
held_meanwhile(LintRun *run, const Change *change)
{
	ListCell *lc;

	foreach(lc, draft_relations())
	{
		DraftRelation *relation = lfirst(lc);

		if (relation->held == AccessExclusiveLock && relation->held_by < run->statement &&
			is_in_use(relation) && lock_needed(change, relation) < AccessExclusiveLock)
			return relation;
	}
	return NULL;
}

static void
held_too_long(LintRun *run, const Change *change)
{
	DraftRelation *worked = works_through(change);
	DraftRelation *held;

	if (worked == NULL || change->outside || !run->in_transaction)
		return;
	held = held_meanwhile(run, change);
	if (held == NULL || (held == worked && changes_rows(change->kind)))
		return;
	find_at(
		run, RULE_HOLDING_STRONG_LOCK, change, draft_identity(held),
		psprintf("readers and writers of %s (%s) wait, locked since statement %d, while this works "
				 "through %s",
				 draft_identity(held), rows_and_size(held), held->held_by,
				 held == worked
					 ? "its rows"
					 : psprintf("%s (%s)", draft_identity(worked), rows_and_size(worked))),
		statements_of("-- in a migration of its own:", change->statement, NULL));
}

static void
filled_while_held(LintRun *run, const Change *change)
{
	DraftRelation *table = change->relation;

	if (!changes_rows(change->kind) || works_through(change) == NULL || !run->in_transaction ||
		table->held < ShareRowExclusiveLock || table->held_by == run->statement)
		return;
	find_at(
		run, RULE_BACKFILL_IN_DDL_TRANSACTION, change, NULL,
		psprintf(
			"%s of %s wait, locked since statement %d, until its rows (%s) are written and the transaction ends",
			who_queues(table->held), draft_identity(table), table->held_by, rows_and_size(table)),
		statements_of("-- in a later migration:", change->statement, NULL));
}

/* ---------- several tables ---------- */

/* Kept in the notes of several-busy-tables: the first of each statement */
typedef struct StrongLock
{
	Noted at;
	DraftRelation *relation;
} StrongLock;

static void
note_strong_lock(LintRun *run, const Change *change)
{
	List **notes = &run->notes[RULE_SEVERAL_BUSY_TABLES];
	ListCell *lc;

	if (*notes != NIL && ((StrongLock *) llast(*notes))->at.statement == run->statement)
		return;
	foreach(lc, change->touches)
	{
		const Touch *touch = lfirst(lc);
		StrongLock *lock;

		if (touch->lock != AccessExclusiveLock || !is_in_use(touch->relation))
			continue;
		lock = palloc(sizeof(StrongLock));
		lock->at.change = change;
		lock->at.statement = run->statement;
		lock->relation = touch->relation;
		*notes = lappend(*notes, lock);
		return;
	}
}

/* A table and its partitions are locked together, by whatever statement. */
static bool
is_counted(List *counted, DraftRelation *relation)
{
	ListCell *lc;

	foreach(lc, counted)
	{
		DraftRelation *other = ((StrongLock *) lfirst(lc))->relation;

		if (other == relation || list_member_ptr(relation->parents, other) ||
			list_member_ptr(other->parents, relation))
			return true;
	}
	return false;
}

/* The statements that took the locks, those of one table together */
static char *
one_by_one(LintRun *run)
{
	StringInfoData out;
	const StrongLock *before = NULL;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, run->notes[RULE_SEVERAL_BUSY_TABLES])
	{
		const StrongLock *lock = lfirst(lc);

		if (before != NULL && before->relation != lock->relation)
			appendStringInfo(&out, "\n%s", NEXT_MIGRATION);
		appendStringInfo(&out, "%s%s;", before ? "\n" : "", lock->at.change->statement);
		before = lock;
	}
	return out.data;
}

/* At the end of each transaction */
static void
several_tables(LintRun *run)
{
	List *counted = NIL;
	const StrongLock *second;
	StringInfoData names;
	ListCell *lc;

	initStringInfo(&names);
	foreach(lc, run->notes[RULE_SEVERAL_BUSY_TABLES])
	{
		StrongLock *lock = lfirst(lc);

		if (is_counted(counted, lock->relation))
			continue;
		counted = lappend(counted, lock);
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", draft_identity(lock->relation));
	}
	if (list_length(counted) < 2)
		return;
	second = lsecond(counted);
	find_in_statement_by(
		run, RULE_SEVERAL_BUSY_TABLES, list_length(counted) > 2 ? 1 : 0, second->at.statement,
		second->relation, draft_identity(second->relation),
		psprintf(
			"%d tables are locked against readers and writers until the transaction ends: %s; whoever reads two of them in another order ends in a deadlock",
			list_length(counted), names.data),
		one_by_one(run));
}

/* ---------- the room ---------- */

void
lock_rules(LintRun *run, const Change *change)
{
	timeout_rules(run, change);
	held_too_long(run, change);
	filled_while_held(run, change);
	combine_rules(run, change);
	if (run->in_transaction)
		note_strong_lock(run, change);
	if (change->kind == CHANGE_COMMIT)
	{
		several_tables(run);
		run->notes[RULE_SEVERAL_BUSY_TABLES] = NIL;
	}
}

void
lock_rules_at_end(LintRun *run)
{
	combine_rules_at_end(run);
	several_tables(run);
}
