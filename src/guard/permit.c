/*
 * permit.c
 *		The permits in force: those of the transaction, taken back when their
 *		subtransaction rolls back, and those that the running migration brought.
 *		Private state; nothing a client can set.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "audit/history.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "base/transaction_list.h"
#include "effect/describe.h"
#include "guard/guard.h"
#include "guard/migration.h"
#include "guard/permit.h"
#include "guard/ticket.h"

typedef struct Permit
{
	TransactionItem item;
	Action action;
	char *identity;		  /* as written, or as the server prints it when found */
	size_t prefix;		  /* for 'schema.*': how much of it must match, else 0 */
	ObjectAddress object; /* InvalidOid while there is none of that name */
	char *reason;
	bool without_undo; /* what it opens is to go for good */
	bool used;
} Permit;

struct GuardedMigration
{
	TransactionItem item;
	const char *version;
	List *permits;
	bool dry_run;
};

static TransactionList transaction_permits;
static TransactionList migrations; /* that run now, the innermost last */

static GuardedMigration *
current_migration(void)
{
	return migrations.items != NIL ? llast(migrations.items) : NULL;
}

/* Find the object, and from then on call it as the server does. */
static void
resolve(Permit *permit)
{
	ObjectAddress object;

	if (permit->prefix > 0 || OidIsValid(permit->object.objectId))
		return;
	if (lookup_permit_object(permit->action, permit->identity, &object) &&
		OidIsValid(object.objectId))
	{
		char *identity = getObjectIdentity(&object, true);

		permit->object = object;
		if (identity != NULL)
			permit->identity = MemoryContextStrdup(TopTransactionContext, identity);
	}
}

static bool
exists(Permit *permit)
{
	ObjectAddress object;

	if (permit->prefix > 0 || OidIsValid(permit->object.objectId))
		return true;
	return lookup_permit_object(permit->action, permit->identity, &object);
}

static void
take_wide(Permit *permit, const char *text)
{
	char *star = strchr(permit->identity, '*');

	/* an operator's name may hold a star too */
	if (star == NULL || star[1] != '\0' || permit->action == ACTION_DROP_OPERATOR)
		return;
	if (!setting_is_on(SETTING_WIDE_PERMITS))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME), errmsg("permit '%s' is too wide", text),
			 errdetail("A permit names one object, unless the setting wide_permits is on."),
			 errhint(
				 "Name each object; the hint of a refusal holds the whole list, ready to paste.")));
	permit->prefix = star - permit->identity;
}

/* 'drop table public.users without undo' */
static void
take_without_undo(Permit *permit)
{
	static const char suffix[] = " without undo";
	size_t length = strlen(permit->identity);

	if (length <= strlen(suffix) || strcmp(permit->identity + length - strlen(suffix), suffix) != 0)
		return;
	permit->identity[length - strlen(suffix)] = '\0';
	permit->without_undo = true;
}

/* 'action identity', in the transaction's memory */
static Permit *
parse_permit(const char *text, const char *reason)
{
	Permit *permit = new_transaction_item(sizeof(Permit));
	const char *rest;

	if (!action_of_text(text, &permit->action, &rest))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME),
			 errmsg("permit '%s' does not begin with an action", text),
			 errhint(
				 "SELECT action FROM %s.actions; lists them. A permit reads like 'drop table public.users'.",
				 SAFEMIG_NAME)));
	if (action_category(permit->action) == CATEGORY_SELF)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("no permit opens the action \"%s\"", action_name(permit->action)),
				 errhint("A superuser can SET %s.enforce = off.", SAFEMIG_NAME)));
	if (*rest == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("permit '%s' names no object", text),
				 errhint("A permit reads like '%s public.users'.", action_name(permit->action))));
	permit->identity = MemoryContextStrdup(TopTransactionContext, rest);
	take_without_undo(permit);
	permit->reason = reason ? MemoryContextStrdup(TopTransactionContext, reason) : NULL;
	take_wide(permit, text);
	resolve(permit);
	return permit;
}

static bool
matches(Permit *permit, Effect *effect)
{
	if (permit->action != effect->action)
		return false;
	describe_effect(effect);
	if (permit->prefix > 0)
		return strncmp(permit->identity, effect->identity, permit->prefix) == 0;

	/* a script may make what it then drops: look again */
	resolve(permit);
	if (OidIsValid(permit->object.objectId) && OidIsValid(effect->object.objectId))
		return permit->object.classId == effect->object.classId &&
			permit->object.objectId == effect->object.objectId &&
			permit->object.objectSubId == effect->object.objectSubId;
	return strcmp(permit->identity, effect->identity) == 0;
}

static Permit *
find_permit(List *permits, Effect *effect)
{
	ListCell *lc;

	foreach(lc, permits)
		if (matches(lfirst(lc), effect))
			return lfirst(lc);
	return NULL;
}

static Permit *
permit_for(Effect *effect)
{
	GuardedMigration *migration = current_migration();
	Permit *permit = NULL;

	if (migration != NULL)
		permit = find_permit(migration->permits, effect);
	return permit != NULL ? permit : find_permit(transaction_permits.items, effect);
}

bool
has_permit(Effect *effect)
{
	return permit_for(effect) != NULL;
}

bool
use_permit(Effect *effect, bool needed)
{
	Permit *permit = permit_for(effect);
	char *ticket_reason = NULL;
	HistoryRow row = {0};

	if (permit != NULL)
	{
		permit->used = true;
		effect->without_undo = permit->without_undo;
		row.reason = permit->reason;
	}
	else if (needed && use_ticket(effect, &ticket_reason))
	{
		row.reason = ticket_reason;
		row.detail = "a ticket";
	}
	else
		return false;
	row.event = "permit used";
	row.version = guard_current_migration();
	row.subject = effect_text(effect);
	(void) record_history(&row);
	return true;
}

/* SM009 for a permit whose object is not there. */
static Permit *
parse_existing_permit(const char *text, const char *reason)
{
	Permit *permit = parse_permit(text, reason);

	if (!exists(permit))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("permit '%s' names nothing that is here", text),
				 errhint("Write the object as the refusal prints it, with its schema.")));
	return permit;
}

static char *
permit_words(Permit *permit)
{
	return psprintf("%s %s", action_name(permit->action), permit->identity);
}

void
check_permit_words(const char *text)
{
	(void) parse_permit(text, NULL);
}

char *
check_permit(const char *text)
{
	Permit *permit = parse_existing_permit(text, NULL);

	if (permit->prefix > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("permit '%s' is too wide", text),
				 errdetail("A permit for later names one object.")));
	return permit_words(permit);
}

int64
give_permit(const char *text, const char *reason)
{
	Permit *permit = parse_existing_permit(text, reason);
	HistoryRow row = {0};

	transaction_list_add(&transaction_permits, permit);
	row.event = "permit given";
	row.subject = permit_words(permit);
	row.reason = reason;
	return record_history(&row);
}

void
guard_permit_in_migration(GuardedMigration *migration, const char *permit)
{
	Permit *parsed = parse_permit(permit, NULL);
	MemoryContext save = MemoryContextSwitchTo(TopTransactionContext);

	migration->permits = lappend(migration->permits, parsed);
	MemoryContextSwitchTo(save);
}

GuardedMigration *
guard_enter_migration(const char *version, List *permits, const char *reason)
{
	GuardedMigration *entered = new_transaction_item(sizeof(GuardedMigration));
	MemoryContext save;
	ListCell *lc;

	entered->version = MemoryContextStrdup(TopTransactionContext, version);
	foreach(lc, permits)
	{
		Permit *permit = parse_permit(lfirst(lc), reason);

		save = MemoryContextSwitchTo(TopTransactionContext);
		entered->permits = lappend(entered->permits, permit);
		MemoryContextSwitchTo(save);
	}
	transaction_list_add(&migrations, entered);
	return entered;
}

GuardedMigration *
guard_enter_dry_run(List *permits)
{
	GuardedMigration *entered = guard_enter_migration("dry run", permits, NULL);

	entered->dry_run = true;
	return entered;
}

bool
guard_is_dry_run(void)
{
	GuardedMigration *migration = current_migration();

	return migration != NULL && migration->dry_run;
}

/* For messages; "dry run" is no version. */
static const char *
migration_in_words(const GuardedMigration *migration)
{
	return migration->dry_run ? "the dry run" : psprintf("version %s", migration->version);
}

void
guard_continue_migration(GuardedMigration *migration, const char *version)
{
	migration->version = MemoryContextStrdup(TopTransactionContext, version);
}

void
guard_finish_migration(GuardedMigration *finished)
{
	ListCell *lc;

	foreach(lc, finished->permits)
	{
		Permit *permit = lfirst(lc);

		if (permit->used)
			continue;
		if (!exists(permit))
			ereport(ERROR,
					(errcode(ERRCODE_UNKNOWN_NAME),
					 errmsg("permit '%s %s' names nothing that was here when %s began or ended",
							action_name(permit->action), permit->identity,
							migration_in_words(finished)),
					 errhint("Correct or remove the permit.")));
		ereport(WARNING,
				(errmsg("permit '%s %s' was not used by %s", action_name(permit->action),
						permit->identity, migration_in_words(finished))));
	}
}

void
guard_leave_migration(GuardedMigration *left)
{
	/* the transaction's end may have taken it away already */
	migrations.items = list_delete_ptr(migrations.items, left);
}

const char *
guard_current_migration(void)
{
	GuardedMigration *migration = current_migration();

	return migration != NULL ? migration->version : NULL;
}
