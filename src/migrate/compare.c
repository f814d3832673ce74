/*
 * compare.c
 *		An applied migration stays as it was: what of the one that is brought differs,
 *		and whether that matters.
 */
#include "postgres.h"

#include "audit/history.h"
#include "base/errors.h"
#include "base/installation.h"
#include "migrate/checksum.h"
#include "migrate/compare.h"
#include "migrate/runner.h"
#include "migrate/script.h"
#include "migrate/unit.h"

bool
has_same_text(const NewMigration *migration, const RegisteredMigration *known)
{
	return strcmp(known->checksum, migration->checksum) == 0;
}

bool
stays_applied(const NewMigration *migration, const RegisteredMigration *known)
{
	if (!is_applied(known) || strcmp(migration->kind, KIND_REPEATABLE) != 0 ||
		has_same_text(migration, known))
		return is_applied(known);
	/* first for the place of an error in it, which the scanner alone has not */
	(void) parse_script(migration->label, migration->up);
	return strcmp(known->token_checksum, token_checksum(migration->up)) == 0;
}

void
refuse_written_to(List *labels)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_MIGRATION_CHANGED),
		 errmsg("the script on record was changed after it was applied: %s", joined(labels)),
		 errdetail("Somebody wrote to the table %s.migration.", SAFEMIG_NAME),
		 errhint("Put back the former script, or accept it: SELECT %s.repair('VERSION', 'REASON');",
				 SAFEMIG_NAME)));
}

pg_noreturn static void
refuse_changed(const NewMigration *migration, const RegisteredMigration *known)
{
	ScriptDifference at;
	char *detail = NULL;

	if (find_difference(known->up, migration->up, &at))
	{
		if (at.old_text == NULL)
			detail = psprintf("Line %d is new: %s", at.new_line, at.new_text);
		else if (at.new_text == NULL)
			detail = psprintf("Line %d is gone: %s", at.old_line, at.old_text);
		else
			detail = psprintf("Line %d was: %s\nLine %d is now: %s", at.old_line, at.old_text,
							  at.new_line, at.new_text);
	}
	ereport(
		ERROR,
		(errcode(ERRCODE_MIGRATION_CHANGED),
		 errmsg("%s was changed after it was applied", known->label),
		 detail ? errdetail("%s", detail) : 0,
		 known->version
			 ? errhint("Leave version %s as it was applied, and write the change as a new version.",
					   known->version)
			 : errhint("Leave it as it was applied, and write the change under another name.")));
}

/* repair() has said that it may. */
static void
take_over(NewMigration *migration, const RegisteredMigration *known)
{
	HistoryRow row = {0};

	parse_whole(migration);
	save_script(migration);
	row.event = "repair";
	row.version = migration->title;
	row.subject = known->name;
	row.reason = known->accepts;
	row.detail = psprintf("%s replaced by %s", known->checksum, migration->checksum);
	(void) record_history(&row);
	ereport(NOTICE,
			(errmsg("%s is already applied; its changed script is on record now", known->label)));
}

/* false: it was taken over, and nothing is to be compared any more */
static bool
compare_scripts(NewMigration *migration, const RegisteredMigration *known)
{
	bool same = has_same_text(migration, known);

	if (!same && known->accepts != NULL)
	{
		take_over(migration, known);
		return false;
	}
	if (is_written_to(known))
		refuse_written_to(list_make1(known->label));
	if (same)
	{
		ereport(NOTICE, (errmsg("%s is already applied", known->label)));
		return true;
	}
	/* first for the place of an error in it, which the scanner alone has not */
	(void) parse_script(migration->label, migration->up);
	if (strcmp(known->token_checksum, token_checksum(migration->up)) != 0)
		refuse_changed(migration, known);
	ereport(NOTICE,
			(errmsg("%s is already applied; only comments or spacing differ", known->label)));
	return true;
}

void
compare_with_applied(NewMigration *migration, const RegisteredMigration *known)
{
	if (strcmp(known->kind, KIND_BASELINE) == 0)
	{
		ereport(NOTICE, (errmsg("version %s is the baseline of this database", known->version)));
		return;
	}
	if (!compare_scripts(migration, known))
		return;
	if (strcmp(known->name, migration->name) != 0)
		ereport(NOTICE,
				(errmsg("%s is on record under the name \"%s\"", known->label, known->name)));
	if (migration->down != NULL &&
		(known->down == NULL ||
		 strcmp(text_checksum(known->down), text_checksum(migration->down)) != 0))
		ereport(
			NOTICE,
			(errmsg(
				"%s is on record with another down script, which is the one that a rollback runs",
				known->label)));
}

bool
is_held_by_baseline(const NewMigration *migration, const RegisteredMigration *newest)
{
	const RegisteredMigration *baseline;

	if (!is_out_of_order(migration, newest) || migration->out_of_order)
		return false;
	baseline = baseline_over(migration->key);
	if (baseline == NULL)
		return false;
	ereport(
		NOTICE,
		(errmsg("version %s is held by the baseline %s", migration->version, baseline->version)));
	return true;
}

RegisteredMigration *
find_for_turn(const NewMigration *migration)
{
	RegisteredMigration *known = find_migration(migration->key);

	if (is_applied(known) && has_same_text(migration, known))
		return known;
	/* read again, as another runner may have been at work */
	lock_runner();
	return find_migration(migration->key);
}
