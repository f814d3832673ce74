/*
 * index_rules.c
 *		Indexes: who waits while one is built, rebuilt or dropped, and what is lost or
 *		won with it.  The words of suggestions that take a statement apart are in
 *		index_suggest.c.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "utils/builtins.h"

#include "base/words.h"
#include "foresee/change_facts.h"
#include "effect/dependents.h"
#include "lint/index_suggest.h"
#include "lint/noted.h"

#define MANY_KEYS 3

/* ---------- CREATE INDEX ---------- */

static void
built_while_writers_wait(LintRun *run, const Change *change)
{
	DraftRelation *table = change->relation;
	bool partitioned = table->kind == RELKIND_PARTITIONED_TABLE;

	if (change->concurrently || (change->only && partitioned))
		return;
	find_at(run, RULE_REQUIRE_CONCURRENT_INDEX_CREATION, change, NULL,
			psprintf("writers of %s (%s) wait until the index is built", draft_identity(table),
					 rows_and_size(table)),
			partitioned ? build_by_partition(change) : build_concurrently(change));
}

/* What a failed CONCURRENTLY leaves behind is kept up by every write and used by no query. */
static void
left_invalid(LintRun *run, const Change *change)
{
	char *name;

	if (change->index == NULL || change->index->valid || change->index->statement != 0)
		return;
	name = index_identity(change->index);
	find_at(
		run, RULE_INVALID_INDEX, change, name,
		psprintf(
			"%s is there but invalid, so nothing is built: every write keeps it up, and no query uses it",
			name),
		statements_of(OUTSIDE_TRANSACTION, psprintf("DROP INDEX CONCURRENTLY IF EXISTS %s", name),
					  change->concurrently
						  ? change->statement
						  : with_word_after(change->statement, "INDEX", "CONCURRENTLY"),
					  NULL));
}

static void
left_beside(LintRun *run, const Change *change)
{
	const DraftIndex *left = index_left_invalid(change);
	char *name;

	if (left == NULL || left->statement != 0)
		return;
	name = index_identity(left);
	find_at(
		run, RULE_INVALID_INDEX, change, name,
		psprintf("%s is the same, left invalid by a failed CONCURRENTLY: every write keeps it up, "
				 "and no query uses it",
				 name),
		statements_of(OUTSIDE_TRANSACTION, psprintf("REINDEX INDEX CONCURRENTLY %s", name), NULL));
}

static void
does_the_same(LintRun *run, const Change *change)
{
	DraftRelation *table = change->relation;
	DraftIndex *twin = index_like_new(change, noted_changes(run, RULE_DUPLICATE_INDEX));

	if (twin == NULL)
		return;
	/* the beginning of a wider one may be meant: it is smaller, and read faster */
	find_at_by(run, RULE_DUPLICATE_INDEX,
			   list_length(twin->columns) > list_length(change->index->columns) ? -1 : 0, change,
			   NULL,
			   psprintf("%s does the same already for %s (%s), and every write would keep both up",
						index_identity(twin), draft_identity(table), rows_and_size(table)),
			   NULL);
}

static void
of_a_kind(LintRun *run, const Change *change)
{
	DraftRelation *table = change->relation;
	const DraftIndex *index = change->index;

	if (strcmp(index->method, "hash") == 0)
		find_at(
			run, RULE_HASH_INDEX, change, NULL,
			psprintf(
				"a hash index of %s finds equal values only: no range, no order, nothing unique",
				draft_identity(table)),
			build_as_btree(change));
	if (!index->unique && list_length(index->columns) > MANY_KEYS)
		find_at(
			run, RULE_INDEX_OVER_THREE_COLUMNS, change, NULL,
			psprintf(
				"every write to %s keeps up %d keys, of which queries seldom use more than the first %d",
				draft_identity(table), list_length(index->columns), MANY_KEYS),
			build_with_fewer_keys(change, MANY_KEYS));
}

static void
create_index_rules(LintRun *run, const Change *change)
{
	if (change->relation == NULL || change->index == NULL ||
		change->relation->persistence == RELPERSISTENCE_TEMP)
		return;
	if (is_in_use(change->relation))
		built_while_writers_wait(run, change);
	left_beside(run, change);
	does_the_same(run, change);
	of_a_kind(run, change);
	note_change(run, RULE_DUPLICATE_INDEX, change);
}

/* ---------- DROP INDEX ---------- */

static void
dropped_while_all_wait(LintRun *run, const Change *change)
{
	DraftRelation *table = change->relation;
	char *name = index_identity(change->index);
	bool partitioned = table->kind == RELKIND_PARTITIONED_TABLE;

	if (change->concurrently)
		return;
	find_at(
		run, RULE_REQUIRE_CONCURRENT_INDEX_DELETION, change, name,
		psprintf(
			"readers and writers of %s (%s) wait while DROP INDEX waits for those at work, then until the transaction ends",
			draft_identity(table), rows_and_size(table)),
		partitioned
			? statements_of("SET lock_timeout = '2s'", psprintf("DROP INDEX %s", name), NULL)
			: statements_of(OUTSIDE_TRANSACTION,
							psprintf("DROP INDEX CONCURRENTLY IF EXISTS %s", name), NULL));
}

static void
drop_index_rules(LintRun *run, const Change *change)
{
	if (change->index == NULL || change->index->statement != 0 || draft_is_new(change->relation) ||
		change->relation->persistence == RELPERSISTENCE_TEMP)
		return;
	if (is_in_use(change->relation))
		dropped_while_all_wait(run, change);
	if (change->index->valid)
		note_change(run, RULE_DROPPING_USED_INDEX, change);
}

/* The foreign key that is left without an index by now, or NULL */
static const DraftConstraint *
key_without_index(DraftRelation *table, const DraftIndex *gone)
{
	ListCell *lc, *lc2;

	foreach(lc, table->constraints)
	{
		const DraftConstraint *key = lfirst(lc);
		bool has_another = false;

		if (key->type != CONSTRAINT_FOREIGN || key->target == NULL ||
			!index_leads_with(gone, key->columns))
			continue;
		foreach(lc2, table->indexes)
			has_another =
				has_another || (lfirst(lc2) != gone && index_leads_with(lfirst(lc2), key->columns));
		if (!has_another)
			return key;
	}
	return NULL;
}

/* Why the index is missed, or NULL */
static char *
use_of(LintRun *run, DraftRelation *table, DraftIndex *index)
{
	const DraftConstraint *key;
	int64 scans;

	if (index_in_place_of(table, index, noted_changes(run, RULE_DUPLICATE_INDEX)) != NULL)
		return NULL;
	if (index->unique)
		return psprintf("nothing keeps %s of %s unique any longer, and ON CONFLICT on it fails",
						key_words(index), draft_identity(table));
	key = key_without_index(table, index);
	if (key != NULL)
		return psprintf(
			"each DELETE in %s reads all of %s (%s), since no other index begins with the columns of the foreign key %s",
			draft_identity(key->target), draft_identity(table), rows_and_size(table),
			quote_identifier(key->name));
	scans = index_scans(index);
	if (scans > 0)
		return psprintf(
			"queries used it %s %s since the statistics began, and would read all of %s (%s) without it",
			grouped_digits(scans), scans == 1 ? "time" : "times", draft_identity(table),
			rows_and_size(table));
	return NULL;
}

/* Another index, made by then, may have taken its place. */
static void
dropped_in_use(LintRun *run)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_DROPPING_USED_INDEX])
	{
		const Noted *noted = lfirst(lc);
		const Change *change = noted->change;
		char *use;

		if (change->relation->gone)
			continue;
		use = use_of(run, change->relation, change->index);
		if (use != NULL)
			find_at_noted(run, RULE_DROPPING_USED_INDEX, noted, index_identity(change->index), use,
						  look_at_use(change->index));
	}
}

/* ---------- REINDEX ---------- */

static bool
has_relation_in_use(const char *schema)
{
	ListCell *lc;

	foreach(lc, relations_of_schema(schema))
		if (is_in_use(draft_relation_by_oid(lfirst_oid(lc))))
			return true;
	return false;
}

static void
reindex_rules(LintRun *run, const Change *change)
{
	DraftRelation *table = change->relation;
	char *words;

	if (change->concurrently)
		return;
	if (table != NULL)
	{
		if (!is_in_use(table))
			return;
		words = psprintf(
			"writers of %s (%s) wait until the index is rebuilt, and so do readers, whose plans look at every index",
			draft_identity(table), rows_and_size(table));
	}
	else
	{
		if (!has_relation_in_use(change->schema))
			return;
		words = pstrdup(
			"one table after the other: writers wait until its indexes are rebuilt, and so do readers, whose plans look at every index");
	}
	find_at(run, RULE_REQUIRE_CONCURRENT_REINDEX, change,
			change->schema ? quote_identifier(change->schema) : NULL, words,
			rebuild_concurrently(change));
}

/* ---------- the room ---------- */

void
index_rules(LintRun *run, const Change *change)
{
	if (change->kind == CHANGE_NOTHING && change->skipped == CHANGE_CREATE_INDEX)
		left_invalid(run, change);
	else if (change->kind == CHANGE_CREATE_INDEX)
		create_index_rules(run, change);
	else if (change->kind == CHANGE_DROP_INDEX)
		drop_index_rules(run, change);
	else if (change->kind == CHANGE_REINDEX)
		reindex_rules(run, change);
}

void
index_rules_at_end(LintRun *run)
{
	dropped_in_use(run);
}
