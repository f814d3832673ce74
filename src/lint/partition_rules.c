/*
 * partition_rules.c
 *		Partitions and materialized views: what is read under a strong lock when a
 *		partition comes, and who waits when one goes or a view is filled anew.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "utils/builtins.h"

#include "base/tokens.h"
#include "foresee/change_facts.h"
#include "lint/noted.h"

/* ---------- ATTACH PARTITION, and CREATE TABLE ... PARTITION OF ---------- */

/* The statement, between a CHECK that was validated before and its end */
static char *
attach_with_proof(const Change *change, DraftRelation *scanned, const char *condition)
{
	const char *name = quote_identifier(makeObjectName(scanned->name, NULL, "bound"));

	if (condition == NULL)
		return NULL;
	return statements_of(
		alter_table_with(scanned,
						 psprintf("ADD CONSTRAINT %s CHECK (%s) NOT VALID", name, condition)),
		NEXT_MIGRATION, alter_table_with(scanned, psprintf("VALIDATE CONSTRAINT %s", name)),
		NEXT_MIGRATION, change->statement,
		alter_table_with(scanned, psprintf("DROP CONSTRAINT %s", name)), NULL);
}

static void
attached_without_proof(LintRun *run, const Change *change)
{
	DraftRelation *partition = change->other;

	if (change->proved || !is_in_use(partition))
		return;
	find_at(
		run, RULE_ATTACHING_PARTITION_WITHOUT_CHECK, change, draft_identity(partition),
		psprintf(
			"ATTACH PARTITION reads all of %s (%s) while readers and writers of it wait, since no valid CHECK proves its bound",
			draft_identity(partition), rows_and_size(partition)),
		attach_with_proof(change, partition, bound_condition(change)));
}

/* Rows of the default partition may belong to the new one. */
static void
default_is_read(LintRun *run, const Change *change, DraftRelation *rest)
{
	char *condition = bound_condition(change);

	find_at(
		run, RULE_ATTACHING_PARTITION_WITHOUT_CHECK, change, draft_identity(rest),
		psprintf(
			"the default partition %s (%s) is read for rows of the new one, while its readers and writers wait",
			draft_identity(rest), rows_and_size(rest)),
		attach_with_proof(change, rest, condition ? psprintf("NOT %s", condition) : NULL));
}

static void
new_partition_rules(LintRun *run, const Change *change)
{
	List *attached =
		change->other && change->kind == CHANGE_ATTACH_PARTITION ? draft_tree(change->other) : NIL;
	ListCell *lc;

	if (change->kind == CHANGE_ATTACH_PARTITION && change->other != NULL)
		attached_without_proof(run, change);
	foreach(lc, change->touches)
	{
		const Touch *touch = lfirst(lc);

		if (touch->scans && touch->relation->is_partition && is_in_use(touch->relation) &&
			!list_member_ptr(attached, touch->relation))
			default_is_read(run, change, touch->relation);
	}
}

/* ---------- DETACH PARTITION ---------- */

/* DETACH PARTITION ... FINALIZE, which waits for nobody */
static bool
finishes_another(const Change *change)
{
	TokenScan *scan = token_scan_begin(change->text);
	bool finishes = false;
	Token token;

	while (token_scan_next(scan, &token))
		finishes = token_is(change->text, &token, "FINALIZE");
	token_scan_end(scan);
	return finishes;
}

static void
detach_rules(LintRun *run, const Change *change)
{
	DraftRelation *parent = change->relation;
	DraftRelation *rest;

	if (change->concurrently || change->other == NULL || !is_in_use(parent) ||
		finishes_another(change))
		return;
	rest = default_partition(parent);
	find_at(
		run, RULE_REQUIRE_CONCURRENT_PARTITION_DETACH, change, draft_identity(change->other),
		psprintf(
			"readers and writers of all of %s (%s) wait while DETACH waits for those at work, then until the transaction ends%s",
			draft_identity(parent), rows_and_size(parent),
			rest ? psprintf(", and with a default partition (%s) there is no CONCURRENTLY",
							draft_identity(rest))
				 : ""),
		rest ? statements_of("SET lock_timeout = '2s'", change->statement, NULL)
			 : statements_of(OUTSIDE_TRANSACTION,
							 with_word_at_end(change->statement, "CONCURRENTLY"), NULL));
}

/* ---------- REFRESH MATERIALIZED VIEW ---------- */

/* CONCURRENTLY needs one over all rows and of columns only. */
static bool
has_unique_index(DraftRelation *view)
{
	ListCell *lc;

	draft_load(view);
	foreach(lc, view->indexes)
	{
		const DraftIndex *index = lfirst(lc);

		if (index->unique && index->valid && !index->partial &&
			!list_member_ptr(index->columns, NULL))
			return true;
	}
	return false;
}

static char *
refresh_concurrently(DraftRelation *view)
{
	char *refresh = psprintf("REFRESH MATERIALIZED VIEW CONCURRENTLY %s", draft_identity(view));
	const char *column;

	if (has_unique_index(view))
		return statements_of(refresh, NULL);
	column = column_that_seems_unique(view);
	if (column == NULL && view->columns != NIL)
		column = ((DraftColumn *) linitial(view->columns))->name;
	return statements_of("-- once, outside a transaction, on what is unique in it:",
						 psprintf("CREATE UNIQUE INDEX CONCURRENTLY ON %s (%s)",
								  draft_identity(view), column ? quote_identifier(column) : ""),
						 NEXT_MIGRATION, refresh, NULL);
}

static void
refresh_rules(LintRun *run, const Change *change)
{
	DraftRelation *view = change->relation;

	if (change->concurrently || !is_in_use(view))
		return;
	find_at(
		run, RULE_REQUIRE_CONCURRENT_REFRESH, change, NULL,
		change->creates_rows
			? psprintf("readers of %s (%s) wait until its query has run and its indexes are built",
					   draft_identity(view), rows_and_size(view))
			: psprintf("%s (%s) is emptied, and reading it fails until it is filled again",
					   draft_identity(view), rows_and_size(view)),
		refresh_concurrently(view));
}

/* ---------- the room ---------- */

void
partition_rules(LintRun *run, const Change *change)
{
	if (change->kind == CHANGE_ATTACH_PARTITION || change->kind == CHANGE_CREATE_TABLE)
		new_partition_rules(run, change);
	else if (change->kind == CHANGE_DETACH_PARTITION)
		detach_rules(run, change);
	else if (change->kind == CHANGE_REFRESH)
		refresh_rules(run, change);
}
