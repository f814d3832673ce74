/*
 * keep.c
 *		The way of a statement that destroys and was let pass: each keeper puts
 *		aside what is its own, and the statement runs.
 *
 * Columns and copies are seen to before anything is moved, since they need the
 * table where it is.  Definitions are read before the statement and written
 * after it: DROP INDEX CONCURRENTLY must be the first thing that its
 * transaction writes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/apart.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "effect/trial.h"
#include "undo/capture.h"
#include "undo/keep.h"
#include "undo/purge.h"

/* notices of one statement */
#define TOLD_AT_MOST 10

int64
keep_entry(Keep *keep)
{
	if (keep->entry == 0)
		keep->entry = bin_add_entry(keep->query, keep->migration);
	return keep->entry;
}

void
keep_item(Keep *keep, BinItem *item)
{
	bin_add_item(keep_entry(keep), item);
	if (item->named)
		keep->told = lappend(keep->told, item);
}

void
refuse_unkept(Keep *keep, const Effect *effect, const char *why)
{
	ObjectAddress object = effect->object;
	char *permit = psprintf("%s %s without undo", action_name(effect->action),
							getObjectIdentity(&object, false));

	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("%s %s cannot be kept for taking it back: %s", action_name(effect->action),
					getObjectIdentity(&object, false), why),
			 errhint("If it is meant to go for good, permit it so: '%s'.", permit)));
}

/* Is any effect of that kind among them? */
bool
keeps_kind(Keep *keep, KeptKind kind)
{
	ListCell *lc;

	foreach(lc, keep->effects)
		if (action_kept_as(((Effect *) lfirst(lc))->action) == kind)
			return true;
	return false;
}

bool
keeps_for_bin(Keep *keep)
{
	ListCell *lc;

	foreach(lc, keep->effects)
		if (((Effect *) lfirst(lc))->into_bin)
			return true;
	return false;
}

bool
is_for_movers(Keep *keep)
{
	return (keeps_kind(keep, KEPT_MOVED) || keeps_for_bin(keep)) && can_try_drop(keep->stmt);
}

/* Rows that were kept are worth a word; a view's definition is not. */
static void
tell_what_was_kept(Keep *keep)
{
	int untold = 0;
	int told = 0;
	ListCell *lc;

	foreach(lc, keep->told)
	{
		BinItem *item = lfirst(lc);

		if (action_category(item->action) != CATEGORY_DATA)
			continue;
		if (++told > TOLD_AT_MOST)
		{
			untold++;
			continue;
		}
		ereport(NOTICE,
				(errmsg("%s %s is kept for %s", item->type, item->identity,
						setting_text(SETTING_KEEP_FOR)),
				 errhint("SELECT %s.undrop(%s); brings it back.", SAFEMIG_NAME,
						 quote_literal_cstr(item->identity))));
	}
	if (untold > 0)
		ereport(NOTICE,
				(errmsg("and %d more", untold),
				 errhint("SELECT %s.undrop_id(" INT64_FORMAT "); brings all of it back.",
						 SAFEMIG_NAME, keep->entry)));
}

/* What the bin would hold more: rows that are moved, not copied, are already on disk. */
static int64
bytes_at_stake(Keep *keep)
{
	int64 bytes = 0;
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (OidIsValid(effect->relation) && effect->object.objectSubId == 0 &&
			(action_kept_as(effect->action) == KEPT_MOVED ||
			 action_kept_as(effect->action) == KEPT_STORAGE))
			bytes += stake_of_relation(effect->relation, true).bytes;
	}
	return bytes;
}

/* People truncate to get room on the disk: the bin must not stand in the way for ever. */
static bool
finds_room(Keep *keep)
{
	int64 bytes = bytes_at_stake(keep);

	if (bytes == 0 || make_room_in_bin(bytes))
		return true;
	ereport(WARNING,
			(errmsg("what this statement destroys is not kept: there is no room for %s in the bin",
					text_to_cstring(
						DatumGetTextPP(DirectFunctionCall1(pg_size_pretty, Int64GetDatum(bytes))))),
			 errhint("SELECT %s.set('keep_max_bytes', '...'); gives it more.", SAFEMIG_NAME)));
	return false;
}

/* Room or not: the rest is nobody's any more. */
static void
keep_only_what_bin_needs(Keep *keep)
{
	List *needed = NIL;
	ListCell *lc;

	foreach(lc, keep->effects)
		if (((Effect *) lfirst(lc))->into_bin)
			needed = lappend(needed, lfirst(lc));
	keep->let_go = list_concat_copy(keep->let_go, list_difference_ptr(keep->effects, needed));
	keep->effects = needed;
}

/* In a subtransaction of its own; an error of it goes on as it came. */
static void
execute_apart(Keep *keep)
{
	ErrorData *error = run_apart(keep->execute, keep->arg);

	if (error != NULL)
		ReThrowError(error);
}

void
keep_and_execute(Node *stmt, const char *query, const char *migration, List *effects, List *let_go,
				 void (*execute)(void *arg), void *arg)
{
	Keep keep = {0};
	void *columns;
	void *copies;
	void *storage;
	void *definitions;

	keep.stmt = stmt;
	keep.query = query;
	keep.migration = migration;
	keep.effects = effects;
	keep.let_go = let_go;
	keep.execute = execute;
	keep.arg = arg;

	/* in the server's words, where it does not come to say them itself */
	PreventCommandIfReadOnly(CreateCommandName(stmt));
	PreventCommandIfParallelMode(CreateCommandName(stmt));
	PreventCommandDuringRecovery(CreateCommandName(stmt));
	if (!finds_room(&keep))
		keep_only_what_bin_needs(&keep);
	if (keep.effects == NIL)
	{
		execute(arg);
		return;
	}
	captured_statement_ends();
	definitions = keep_definitions_before(&keep);
	columns = keep_columns_before(&keep);
	copies = keep_copies_before(&keep);
	storage = keep_storage_before(&keep);
	if (!keep_moved(&keep))
	{
		if (must_run_apart(storage))
			execute_apart(&keep);
		else
			execute(arg);
	}
	keep_storage_after(&keep, storage);
	keep_copies_after(&keep, copies);
	keep_columns_after(&keep, columns);
	keep_definitions_after(&keep, definitions);
	tell_what_was_kept(&keep);
}
