/*
 * setting_list.h
 *		The settings of safemig.config: the one list that gives their names, their
 *		defaults in each environment, what they allow and what they mean.
 *
 * SETTING(symbol, name, kind, default in production and staging,
 *         default in test and development, allowed, meaning)
 *
 * kind is WORD (one of the words in "allowed", parted by '|'), SWITCH (on or
 * off), TIME (an amount with a unit, kept in ms), LIMIT (likewise, above zero), SIZE (likewise, in kB), SPAN
 * (a long time, in seconds), AGE (a SPAN, or off: 0), SHARE (a SIZE, or a percentage: below zero),
 * NUMBER, WINDOW (base/window.h, or off) or FOLDER (an absolute path, or beside).
 * There is no include guard: the list is included once for each use.
 */
SETTING(
	ENVIRONMENT, "environment", WORD, "production", "production",
	"production|staging|test|development",
	"what this database is for; sets the defaults of the others; superusers only, and bound to this database: a copy elsewhere counts as production")
SETTING(DATA, "data", WORD, "refuse", "warn", "allow|log|warn|refuse",
		"verdict on what destroys data, outside permits")
SETTING(
	CONTRACT, "contract", WORD, "warn", "allow", "allow|log|warn|refuse",
	"verdict on what running code may rely on: drops and replacements of definitions; with warn, renames and moves are refused")
SETTING(UPKEEP, "upkeep", WORD, "log", "allow", "allow|log|warn|refuse",
		"verdict on drops of indexes, constraints, triggers, defaults")
SETTING(CHANGE, "change", WORD, "log", "allow", "allow|log|warn|refuse",
		"verdict on additive DDL outside a migration")
SETTING(WIDE_PERMITS, "wide_permits", SWITCH, "off", "on", "on|off",
		"whether a permit may name many objects with *")
SETTING(MAX_ROWS, "max_rows", NUMBER, "0", "0", "a number of rows, 0 for no limit",
		"how many rows one UPDATE, DELETE or MERGE outside a migration may change")
SETTING(RUNNER_WAIT, "runner_wait", TIME, "10s", "10s", "an amount of time, 0 to 1d",
		"how long apply and rollback wait for another runner")
SETTING(
	LOCK_WAIT, "lock_wait", LIMIT, "5s", "5s", "an amount of time, 1ms to 1d",
	"how long a migration asks for the locks it will need, and each of its statements waits for one")
SETTING(RETRIES, "retries", NUMBER, "10", "10", "a number, 0 for none",
		"how often a migration begins anew that met a lock on its way")
SETTING(STATEMENT_TIMEOUT_APPLY, "statement_timeout_apply", TIME, "0", "0",
		"an amount of time, 0 (off) to 7d",
		"statement_timeout for each statement of a migration script")
SETTING(DRY_RUN_LOCK_WAIT, "dry_run_lock_wait", LIMIT, "5s", "5s", "an amount of time, 1ms to 1h",
		"how long each statement of a dry run waits for a lock, at most")
SETTING(DRY_RUN_TIME, "dry_run_time", LIMIT, "60s", "60s", "an amount of time, 1ms to 1d",
		"how long all statements of a dry run may take together")
SETTING(REQUIRE_DRY_RUN, "require_dry_run", SWITCH, "off", "off", "on|off",
		"whether apply wants a dry run of the script that passed, since the last migration")
SETTING(REQUIRE_CLEAN_LINT, "require_clean_lint", SWITCH, "off", "off", "on|off",
		"whether apply wants a script in which lint finds no error")
SETTING(REQUIRE_DOWN, "require_down", SWITCH, "off", "off", "on|off",
		"whether apply wants a down script")
SETTING(REQUIRE_TESTED, "require_tested", SWITCH, "off", "off", "on|off",
		"whether apply wants an attestation that the script was tried in staging or test")
SETTING(APPROVALS, "approvals", NUMBER, "0", "0", "a number of people, 0 for none",
		"how many others than who registered it have to approve a migration")
SETTING(REQUIRE_MAINTENANCE, "require_maintenance", SWITCH, "off", "off", "on|off",
		"whether apply wants maintenance to be on when it has permits")
SETTING(CHANGE_WINDOW, "change_window", WINDOW, "off", "off",
		"off, or days, hours and time zone, as in Sun 02:00-05:00 Europe/Berlin, parted by commas",
		"when migrations may be applied")
SETTING(BACKUP_MAX_AGE, "backup_max_age", AGE, "off", "off",
		"off, or an amount of time, 1 minute to 10000 days",
		"how old the newest verified backup may be when a migration is applied")
SETTING(BACKUP_KEEP_FOR, "backup_keep_for", AGE, "30 days", "7 days",
		"off, or an amount of time, 1 minute to 10000 days",
		"how long files of safemig.backup() are kept; off: for ever")
SETTING(BACKUP_DIRECTORY, "backup_directory", FOLDER, "beside", "beside",
		"beside, or an absolute path of letters, digits and ._-/ outside the data directory",
		"where files of safemig.backup() go; beside: next to the data directory; superusers only")
SETTING(OUT_OF_ORDER, "out_of_order", WORD, "refuse", "allow", "allow|refuse",
		"verdict on a version below the newest applied one")
SETTING(SEEDING, "seeding", SWITCH, "off", "off", "on|off",
		"whether seeds run, in the environments they name; never in production")
SETTING(INCIDENTS_MAX_BYTES, "incidents_max_bytes", SIZE, "64MB", "64MB",
		"an amount of memory, 64kB to 1TB",
		"how much of the data directory incidents may take that are not yet in their table")
SETTING(KEEP, "keep", SWITCH, "on", "on", "on|off",
		"whether what a permitted statement destroys is kept, so that it can be taken back")
SETTING(KEEP_FOR, "keep_for", SPAN, "30 days", "7 days",
		"an amount of time, 1 minute to 10000 days", "how long it is kept")
SETTING(KEEP_MAX_BYTES, "keep_max_bytes", SHARE, "20%", "20%",
		"an amount of memory, or a share of the database's size in %", "how much room it may take")
SETTING(
	KEEP_WHEN_FULL, "keep_when_full", WORD, "purge oldest", "purge oldest",
	"purge oldest|refuse|pass",
	"what happens when there is no more room: the oldest goes for good, the statement is refused, or it is not kept")
