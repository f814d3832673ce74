/*
 * gate_here.c
 *		The gates that look at this database and at the clock, and not at the script:
 *		a backup, a change window, maintenance.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "backup/command.h"
#include "backup/record.h"
#include "base/installation.h"
#include "base/window.h"
#include "guard/maintenance.h"
#include "migrate/gate_closed.h"

bool
needs_backup(const NewMigration *migration, ClosedGate *gate)
{
	int64 seconds = setting_amount(SETTING_BACKUP_MAX_AGE);

	if (seconds == 0 || has_fresh_backup(seconds))
		return false;
	gate->setting = SETTING_BACKUP_MAX_AGE;
	gate->why = psprintf("No verified backup is younger than %s. %s",
						 setting_text(SETTING_BACKUP_MAX_AGE), why_no_fresh_backup());
	/* pgBackRest's is verified when somebody has restored it, and not before */
	if (command_names_file())
		gate->next = psprintf("CALL %s.backup('before_migration');", SAFEMIG_NAME);
	else
		gate->next = psprintf(
			"SELECT %s.record_backup('where it is', taken_at => '...', restored_ok => true);",
			SAFEMIG_NAME);
	return true;
}

bool
needs_window(const NewMigration *migration, ClosedGate *gate)
{
	const char *windows = setting_text(SETTING_CHANGE_WINDOW);
	TimestampTz now = GetCurrentTimestamp();

	if (strcmp(windows, "off") == 0 || window_is_open(windows, now))
		return false;
	gate->setting = SETTING_CHANGE_WINDOW;
	gate->why = psprintf("It is %s, and migrations run %s.", window_clock(windows, now), windows);
	gate->next =
		psprintf("Wait, or SELECT %s.set_local('change_window', 'off'); before it.", SAFEMIG_NAME);
	return true;
}

/* What needs no permit destroys nothing, and can run while all others write. */
bool
needs_maintenance(const NewMigration *migration, ClosedGate *gate)
{
	if (!setting_is_on(SETTING_REQUIRE_MAINTENANCE) || migration->permits == NIL ||
		maintenance_is_on())
		return false;
	gate->setting = SETTING_REQUIRE_MAINTENANCE;
	gate->why = pstrdup("A migration with permits runs while maintenance is on, and it is not.");
	gate->next = psprintf(
		"SELECT %s.maintenance_on('back soon', until => now() + interval '1 hour');", SAFEMIG_NAME);
	return true;
}
