/*
 * permit.c
 *		The permits in force: those of the transaction, taken back when their
 *		subtransaction rolls back, and those that the running migration brought.
 *		Private state; nothing a client can set.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "audit/history.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "effect/describe.h"
#include "guard/guard.h"
#include "guard/migration.h"
#include "guard/permit.h"

typedef struct Permit
{
	Action		action;
	char	   *identity;		/* as written, or as the server prints it when found */
	size_t		prefix;			/* for 'schema.*': how much of it must match, else 0 */
	ObjectAddress object;		/* InvalidOid while there is none of that name */
	char	   *reason;
	bool		used;
	SubTransactionId subxact;
} Permit;

struct GuardedMigration
{
	const char *version;
	List	   *permits;
	struct GuardedMigration *outer;
	SubTransactionId subxact;
};

static List *transaction_permits = NIL; /* in TopTransactionContext */
static GuardedMigration *migration = NULL;
static bool callbacks_registered = false;

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
	{
		transaction_permits = NIL;
		migration = NULL;
	}
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId mine,
					  SubTransactionId parent, void *arg)
{
	ListCell   *lc;

	if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	foreach(lc, transaction_permits)
	{
		Permit	   *permit = lfirst(lc);

		if (permit->subxact != mine)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			permit->subxact = parent;
		else
			transaction_permits = foreach_delete_current(transaction_permits, lc);
	}
	if (event == SUBXACT_EVENT_ABORT_SUB)
		while (migration != NULL && migration->subxact == mine)
			migration = migration->outer;
}

static void
register_callbacks(void)
{
	if (callbacks_registered)
		return;
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
	callbacks_registered = true;
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
		char	   *identity = getObjectIdentity(&object, true);

		permit->object = object;
		if (identity != NULL)
			permit->identity = MemoryContextStrdup(GetMemoryChunkContext(permit), identity);
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
	char	   *star = strchr(permit->identity, '*');

	/* an operator's name may hold a star too */
	if (star == NULL || star[1] != '\0' || permit->action == ACTION_DROP_OPERATOR)
		return;
	if (!setting_is_on(SETTING_WIDE_PERMITS))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("permit '%s' is too wide", text),
				 errdetail("A permit names one object, unless the setting wide_permits is on."),
				 errhint("Name each object; the hint of a refusal holds the whole list, ready to paste.")));
	permit->prefix = star - permit->identity;
}

/* 'action identity', in the current memory context */
static Permit *
parse_permit(const char *text, const char *reason)
{
	Permit	   *permit = palloc0(sizeof(Permit));
	const char *rest;

	if (!action_of_text(text, &permit->action, &rest))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("permit '%s' does not begin with an action", text),
				 errhint("SELECT action FROM %s.actions; lists them. A permit reads like 'drop table public.users'.", SAFEMIG_NAME)));
	if (action_category(permit->action) == CATEGORY_SELF)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("no permit opens the action \"%s\"", action_name(permit->action)),
				 errhint("A superuser can SET %s.enforce = off.", SAFEMIG_NAME)));
	if (*rest == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("permit '%s' names no object", text),
				 errhint("A permit reads like '%s public.users'.", action_name(permit->action))));
	permit->identity = pstrdup(rest);
	permit->reason = reason ? pstrdup(reason) : NULL;
	permit->subxact = GetCurrentSubTransactionId();
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
	ListCell   *lc;

	foreach(lc, permits)
		if (matches(lfirst(lc), effect))
			return lfirst(lc);
	return NULL;
}

bool
use_permit(Effect *effect)
{
	Permit	   *permit = NULL;
	HistoryRow	row = {0};

	if (migration != NULL)
		permit = find_permit(migration->permits, effect);
	if (permit == NULL)
		permit = find_permit(transaction_permits, effect);
	if (permit == NULL)
		return false;
	permit->used = true;
	row.event = "permit used";
	row.version = guard_current_migration();
	row.subject = effect_text(effect);
	row.reason = permit->reason;
	(void) record_history(&row);
	return true;
}

int64
give_permit(const char *text, const char *reason)
{
	MemoryContext save = MemoryContextSwitchTo(TopTransactionContext);
	Permit	   *permit;
	HistoryRow	row = {0};

	register_callbacks();
	permit = parse_permit(text, reason);
	if (!exists(permit))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("permit '%s' names nothing that is here", text),
				 errhint("Write the object as the refusal prints it, with its schema.")));
	transaction_permits = lappend(transaction_permits, permit);
	MemoryContextSwitchTo(save);

	row.event = "permit given";
	row.subject = psprintf("%s %s", action_name(permit->action), permit->identity);
	row.reason = reason;
	return record_history(&row);
}

GuardedMigration *
guard_enter_migration(const char *version, List *permits, const char *reason)
{
	GuardedMigration *entered = palloc0(sizeof(GuardedMigration));
	ListCell   *lc;

	register_callbacks();
	entered->version = pstrdup(version);
	foreach(lc, permits)
		entered->permits = lappend(entered->permits, parse_permit(lfirst(lc), reason));
	entered->subxact = GetCurrentSubTransactionId();
	entered->outer = migration;
	migration = entered;
	return entered;
}

void
guard_finish_migration(GuardedMigration *finished)
{
	ListCell   *lc;

	foreach(lc, finished->permits)
	{
		Permit	   *permit = lfirst(lc);

		if (permit->used)
			continue;
		if (!exists(permit))
			ereport(ERROR,
					(errcode(ERRCODE_UNKNOWN_NAME),
					 errmsg("permit '%s %s' names nothing that was here when version %s began or ended",
							action_name(permit->action), permit->identity, finished->version),
					 errhint("Correct or remove the permit.")));
		ereport(WARNING,
				(errmsg("permit '%s %s' was not used by version %s",
						action_name(permit->action), permit->identity, finished->version)));
	}
}

void
guard_leave_migration(GuardedMigration *left)
{
	/* the transaction's end may have popped it already */
	if (migration == left)
		migration = left->outer;
}

const char *
guard_current_migration(void)
{
	return migration != NULL ? migration->version : NULL;
}
