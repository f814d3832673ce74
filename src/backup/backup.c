/*
 * backup.c
 *		CALL safemig.backup(label): lets the command of the server's administrator make
 *		a backup, looks at what came of it, and writes that down.  While the command
 *		runs this session holds no snapshot and no lock: pg_dump may take hours.
 */
#include "postgres.h"

#include <sys/stat.h>

#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgtime.h"
#include "storage/fd.h"
#include "tcop/pquery.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "audit/history.h"
#include "backup/command.h"
#include "backup/dump_file.h"
#include "backup/record.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"

#define LABEL_LENGTH 64
#define FOLDER_BESIDE "safemig_backup"

typedef struct Backup
{
	char *label;
	char *folder;
	char *file;
	char *command;
	bool names_file; /* or the command puts it elsewhere */
	TimestampTz begun;
	DumpFile found;
} Backup;

/* ---------- before ---------- */

static void
check_place(FunctionCallInfo fcinfo)
{
	PreventCommandIfReadOnly("safemig.backup()");
	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_PLACE),
				 errmsg("backup() commits, so it cannot run inside a transaction"),
				 errhint("CALL %s.backup('label'); on its own.", SAFEMIG_NAME)));
}

static void
check_label(const char *label)
{
	if (strlen(label) > LABEL_LENGTH || !is_plain(label))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME), errmsg("a backup cannot be labelled \"%s\"", label),
			 errhint(
				 "A label is up to %d letters, digits and ._-, and begins with one of the first two.",
				 LABEL_LENGTH)));
}

static char *
plain_database_name(void)
{
	char *name = get_database_name(MyDatabaseId);

	if (!is_plain(name))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME),
			 errmsg("the name of database \"%s\" is not passed to a shell", name),
			 errdetail("It holds other characters than letters, digits and ._-."),
			 errhint("Back it up from outside, and SELECT %s.record_backup(...);", SAFEMIG_NAME)));
	return name;
}

/* Beside the data directory, so that it is in no base backup and no copy of it. */
static char *
backup_folder(void)
{
	const char *set = setting_text(SETTING_BACKUP_DIRECTORY);
	char parent[MAXPGPATH];
	char *folder;

	if (strcmp(set, "beside") != 0)
		return pstrdup(set);
	strlcpy(parent, DataDir, sizeof(parent));
	get_parent_directory(parent);
	folder = psprintf("%s/%s", parent, FOLDER_BESIDE);
	if (strspn(folder, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/") !=
		strlen(folder))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("the path \"%s\" is not passed to a shell", folder),
				 errhint("SELECT %s.set('backup_directory', '/a/plain/path');", SAFEMIG_NAME)));
	return folder;
}

static char *
file_name(const Backup *backup, const char *database)
{
	pg_time_t seconds = timestamptz_to_time_t(backup->begun);
	char stamp[32];

	pg_strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", pg_gmtime(&seconds));
	return psprintf("%s/%s-%s-%s", backup->folder, database, backup->label, stamp);
}

static Backup *
plan_backup(char *label)
{
	Backup *backup = palloc0(sizeof(Backup));
	char *database;

	check_label(label);
	if (backup_command == NULL || backup_command[0] == '\0')
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME), errmsg("safemig.backup_command is not set"),
			 errhint(
				 "ALTER SYSTEM SET safemig.backup_command = 'pg_dump -Fc -f %%f %%d'; SELECT pg_reload_conf();")));
	database = plain_database_name();
	backup->begun = GetCurrentTimestamp();
	backup->label = label;
	backup->folder = backup_folder();
	backup->file = file_name(backup, database);
	backup->command =
		fill_command(backup_command, database, label, backup->file, &backup->names_file);
	return backup;
}

/* ---------- the backup ---------- */

static char *
prepare_folder(const Backup *backup)
{
	struct stat info;

	if (MakePGDirectory(backup->folder) < 0 && errno != EEXIST)
		return psprintf("The folder \"%s\" cannot be made: %s.", backup->folder, strerror(errno));
	if (lstat(backup->file, &info) == 0)
		return psprintf("There is a file \"%s\" already.", backup->file);
	return NULL;
}

/* NULL when all went well, else a sentence. */
static char *
make_backup(Backup *backup)
{
	char *problem = backup->names_file ? prepare_folder(backup) : NULL;

	if (problem != NULL)
		return problem;
	PG_TRY();
	{
		problem = run_command(backup->command);
		CHECK_FOR_INTERRUPTS();
		if (problem != NULL)
			problem = psprintf("The command failed with %s", problem);
		else if (backup->names_file)
			problem = check_dump(backup->file, &backup->found);
	}
	PG_CATCH();
	{
		discard_dump(backup->file);
		PG_RE_THROW();
	}
	PG_END_TRY();
	/* nobody is to take the half of one for a backup */
	if (problem != NULL)
		discard_dump(backup->file);
	return problem;
}

/* ---------- after ---------- */

pg_noreturn static void
fail_backup(const Backup *backup, char *problem)
{
	HistoryRow row = {0};

	row.event = "backup failed";
	row.subject = backup->names_file ? backup->file : backup->label;
	row.reason = backup->label;
	row.detail = problem;
	(void) record_history(&row);
	SPI_commit();
	ereport(ERROR,
			(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			 errmsg("no backup was made: safemig.backup_command did not do its work"),
			 errdetail_internal("%s", problem),
			 errhint("Run it by hand as the server's user; the history holds this failure.")));
}

static void
record_made(const Backup *backup)
{
	BackupRecord record = {0};

	record.location = backup->names_file ? backup->file : backup->label;
	record.taken_at = backup->begun;
	record.label = backup->label;
	record.bytes = backup->found.bytes;
	record.sha256 = backup->found.sha256;
	record.readable = backup->names_file;
	save_backup(&record);
	if (backup->names_file)
		ereport(NOTICE, (errmsg("backup \"%s\" is in %s", backup->label, backup->file)));
	else
		ereport(NOTICE,
				(errmsg("backup \"%s\" is made, and not verified, as the command names no %%f",
						backup->label)));
}

PG_FUNCTION_INFO_V1(safemig_backup);
PGDLLEXPORT Datum safemig_backup(PG_FUNCTION_ARGS);

Datum
safemig_backup(PG_FUNCTION_ARGS)
{
	Backup *backup;
	char *problem;

	check_place(fcinfo);
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	backup = plan_backup(required_text(fcinfo, 0, "the label"));
	SPI_commit();
	InvalidateCatalogSnapshot();
	problem = make_backup(backup);

	EnsurePortalSnapshotExists();
	if (problem != NULL)
		fail_backup(backup, problem);
	record_made(backup);
	SPI_commit();
	EnsurePortalSnapshotExists();
	remove_old_backups();
	SPI_commit();
	SPI_finish();
	PG_RETURN_VOID();
}
