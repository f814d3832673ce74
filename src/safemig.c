/*
 * safemig.c
 *		Where the library is wired into the server: its settings and its hooks.
 *		What they do is in the folders.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "backup/command.h"
#include "base/compat.h"
#include "guard/guard.h"
#include "guard/migration.h"
#include "guard/rule.h"
#include "lint/lint_rule.h"
#include "lint/measure.h"
#include "migrate/adopt.h"
#include "migrate/journal.h"
#include "undo/capture.h"
#include "undo/carry.h"
#include "undo/in_the_way.h"
#include "undo/keep.h"
#include "undo/settle.h"
#include "worker/worker.h"

SAFEMIG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

PG_FUNCTION_INFO_V1(safemig_library_version);
PGDLLEXPORT Datum safemig_library_version(PG_FUNCTION_ARGS);

Datum
safemig_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(SAFEMIG_VERSION));
}

static const struct config_enum_entry enforce_options[] = {{"on", ENFORCE_ON, false},
														   {"warn", ENFORCE_WARN, false},
														   {"off", ENFORCE_OFF, false},
														   {NULL, 0, false}};

void
_PG_init(void)
{
	guard_loaded_at_start = process_shared_preload_libraries_in_progress;

	/* few, since each costs every connection at level 1; the rest is safemig.config */
	DefineCustomEnumVariable(
		"safemig.enforce", "Whether what nobody permitted is refused, warned of, or let through.",
		NULL, &guard_enforce, ENFORCE_ON, enforce_options, PGC_SUSET, 0, NULL, NULL, NULL);
	/* like archive_command: whoever sets it runs programs as the server's user */
	DefineCustomStringVariable(
		"safemig.backup_command", "What safemig.backup() runs; %d database, %l label, %f file.",
		NULL, &backup_command, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
	MarkGUCPrefixReserved("safemig");
	guard_keeper = keep_and_execute;
	guard_before_end = refuse_end_of_full_bin;
	guard_ask_bin = refuse_what_bin_needs;
	guard_before_rewrite = refuse_rewrite_of_kept;
	guard_trigger_changed = refuse_trigger_after_carry;
	guard_parent_changed = capture_hears_of_parent;
	guard_after_statement = capture_after_statement;
	guard_run_rewrite = settle_and_execute;
	guard_relation_made = adopt_hears_of_relation;
	guard_defined = adopt_after_statement;
	guard_witness = &migration_witness;
	guard_is_lint_rule = is_lint_rule;
	guard_foretells = measure_effects;
	bin_witness = journal_entry;
	capture_migration = guard_current_migration;
	guard_install_hooks();
	if (guard_loaded_at_start && !IsBinaryUpgrade)
		register_launcher();
}
