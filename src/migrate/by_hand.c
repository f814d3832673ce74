/*
 * by_hand.c
 *		What people change in the log of versions: safemig.mark(), repair() and
 *		note().  Nothing of a script runs here.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/history.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "migrate/attempt.h"
#include "migrate/by_hand.h"
#include "migrate/checksum.h"
#include "migrate/compare.h"
#include "migrate/given.h"
#include "migrate/runner.h"
#include "migrate/unit.h"

typedef struct HandCall
{
	Attempt *attempt; /* for check_caller(): nothing of a script is tried */
	char *title;
	char *key;
	char *state;  /* mark only */
	char *reason; /* or the note */
	char *up;	  /* repair only, or NULL */
} HandCall;

void
work_by_hand(void (*work)(void *arg), void *arg)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	work(arg);
	SPI_finish();
}

static HandCall *
read_call(FunctionCallInfo fcinfo, const char *function)
{
	HandCall *call = palloc0(sizeof(HandCall));

	PreventCommandIfReadOnly(function);
	call->title = required_text(fcinfo, 0, "the version");
	call->key = key_of_title(call->title);
	call->attempt = new_attempt(function);
	return call;
}

RegisteredMigration *
require_known(const char *title)
{
	char *key = key_of_title(title);
	RegisteredMigration *known = find_migration(key);

	if (known == NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME),
			 errmsg("%s is not on record here", title_in_words(title)),
			 errhint("What is: SELECT version, kind, name, state FROM %s.status;", SAFEMIG_NAME)));
	return known;
}

static void
record_by_hand(const char *event, const RegisteredMigration *known, const char *reason,
			   char *detail)
{
	HistoryRow row = {0};

	row.event = event;
	row.version = known->title;
	row.subject = known->name;
	row.reason = reason;
	row.detail = detail;
	(void) record_history(&row);
}

/* ---------- mark ---------- */

/* It ran elsewhere, and here nobody has brought its script yet. */
static RegisteredMigration *
make_unknown(const HandCall *call)
{
	NewMigration *migration = palloc0(sizeof(NewMigration));

	migration->kind = KIND_VERSIONED;
	name_by_version(migration, call->title);
	check_scheme(migration, newest_applied());
	migration->name = "marked by hand";
	migration->up = "";
	migration->checksum = text_checksum(migration->up);
	migration->token_checksum = token_checksum(migration->up);
	(void) save_pending(migration);
	save_accepts(migration->key, call->reason);
	return find_migration(migration->key);
}

static void
mark(void *arg)
{
	HandCall *call = arg;
	bool to_applied = strcmp(call->state, STATE_APPLIED) == 0;
	RegisteredMigration *known;

	check_caller(call->attempt);
	lock_runner();
	known = to_applied ? find_migration(call->key) : require_known(call->title);
	if (known == NULL)
		known = make_unknown(call);
	if (strcmp(known->state, call->state) == 0)
	{
		ereport(NOTICE, (errmsg("%s is %s already", known->label, call->state)));
		return;
	}
	if (to_applied)
		save_marked_applied(known->key);
	else
		save_rolled_back(known->key);
	save_note(known->key, psprintf("marked by hand: %s", call->reason));
	record_by_hand("mark", known, call->reason, psprintf("%s, was %s", call->state, known->state));
}

PG_FUNCTION_INFO_V1(safemig_mark);
PGDLLEXPORT Datum safemig_mark(PG_FUNCTION_ARGS);

Datum
safemig_mark(PG_FUNCTION_ARGS)
{
	HandCall *call = read_call(fcinfo, "safemig.mark()");

	call->state = required_text(fcinfo, 1, "the state");
	call->reason = required_text(fcinfo, 2, "the reason");
	if (strcmp(call->state, STATE_APPLIED) != 0 && strcmp(call->state, STATE_ROLLED_BACK) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("there is no state \"%s\" to mark with", call->state),
				 errhint("Mark with '%s' or '%s'.", STATE_APPLIED, STATE_ROLLED_BACK)));
	work_by_hand(mark, call);
	PG_RETURN_VOID();
}

/* ---------- repair ---------- */

static void
take_script(const HandCall *call, const RegisteredMigration *known, const char *up)
{
	NewMigration *migration = given_by_registry(known);

	migration->up = up;
	migration->checksum = text_checksum(up);
	parse_whole(migration);
	save_script(migration);
	record_by_hand("repair", known, call->reason,
				   psprintf("%s replaced by %s", known->checksum, migration->checksum));
}

/*
 * A script on record that somebody wrote to is accepted as it is.  Else the changed
 * file is not here yet: it is taken over when it comes.
 */
static void
repair(void *arg)
{
	HandCall *call = arg;
	RegisteredMigration *known;

	check_caller(call->attempt);
	lock_runner();
	known = require_known(call->title);
	if (!is_applied(known) || strcmp(known->kind, KIND_BASELINE) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("%s has no script that ran here", known->label),
				 errdetail("Its kind is %s and its state %s.", known->kind, known->state),
				 errhint("What waits is replaced by registering it again.")));
	if (call->up != NULL)
		take_script(call, known, call->up);
	else if (is_written_to(known))
		take_script(call, known, known->up);
	else
	{
		save_accepts(known->key, call->reason);
		record_by_hand("repair", known, call->reason, "the script that comes next is accepted");
		ereport(NOTICE, (errmsg("the script that comes next as %s is taken over", known->label)));
	}
}

PG_FUNCTION_INFO_V1(safemig_repair);
PGDLLEXPORT Datum safemig_repair(PG_FUNCTION_ARGS);

Datum
safemig_repair(PG_FUNCTION_ARGS)
{
	HandCall *call = read_call(fcinfo, "safemig.repair()");

	call->reason = required_text(fcinfo, 1, "the reason");
	call->up = optional_text(fcinfo, 2);
	work_by_hand(repair, call);
	PG_RETURN_VOID();
}

/* ---------- note ---------- */

static void
note(void *arg)
{
	HandCall *call = arg;
	RegisteredMigration *known = require_known(call->title);

	save_note(known->key, call->reason);
	record_by_hand("note", known, NULL, call->reason);
}

PG_FUNCTION_INFO_V1(safemig_note);
PGDLLEXPORT Datum safemig_note(PG_FUNCTION_ARGS);

Datum
safemig_note(PG_FUNCTION_ARGS)
{
	HandCall *call = read_call(fcinfo, "safemig.note()");

	call->reason = optional_text(fcinfo, 1);
	work_by_hand(note, call);
	PG_RETURN_VOID();
}
