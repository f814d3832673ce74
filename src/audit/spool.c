/*
 * spool.c
 *		One file for each database, opened for append: a record is one write() of a
 *		whole line, so that lines of many sessions never mix.  A checksum before
 *		each line tells a torn one (full disk, crash) from a good one.
 *
 * A writer holds a shared flock for its one write.  Whoever takes the file out
 * of use renames it and then waits for an exclusive one; a writer that finds
 * its file renamed opens the new one.  So no record is written into a file
 * that is about to be removed.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/file_perm.h"
#include "common/string.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "port/pg_crc32c.h"
#include "storage/fd.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "audit/spool.h"
#include "base/transaction_list.h"

#define SPOOL_DIRECTORY "safemig" /* in the data directory */
#define CHECKSUM_WIDTH 8		  /* hexadecimal digits, then a space */

typedef struct PendingUnlink
{
	TransactionItem item;
	char *file;
} PendingUnlink;

static void unlink_pending(List *items);

static TransactionList pending = {.at_commit = unlink_pending};

static void
spool_path(char *path)
{
	snprintf(path, MAXPGPATH, SPOOL_DIRECTORY "/%u.spool", MyDatabaseId);
}

static pg_crc32c
checksum_of(const char *json, size_t length)
{
	pg_crc32c crc;

	INIT_CRC32C(crc);
	COMP_CRC32C(crc, json, length);
	FIN_CRC32C(crc);
	return crc;
}

/* Open for append, making the directory at first use. */
static int
open_for_append(const char *path)
{
	int fd = BasicOpenFile(path, O_WRONLY | O_APPEND | O_CREAT | PG_BINARY);

	if (fd < 0 && errno == ENOENT && (MakePGDirectory(SPOOL_DIRECTORY) == 0 || errno == EEXIST))
		fd = BasicOpenFile(path, O_WRONLY | O_APPEND | O_CREAT | PG_BINARY);
	return fd;
}

/* The file under that name, locked against being taken away; -1 with errno. */
static int
open_current(const char *path, struct stat *st)
{
	for (;;)
	{
		struct stat named;
		int fd = open_for_append(path);
		bool locked;

		if (fd < 0)
			return -1;
		locked = flock(fd, LOCK_SH) == 0 && fstat(fd, st) == 0;
		if (locked && stat(path, &named) == 0 && named.st_ino == st->st_ino)
			return fd;
		if (!locked && errno != EINTR)
		{
			int save_errno = errno;

			close(fd);
			errno = save_errno;
			return -1;
		}
		close(fd); /* renamed between open and lock: again */
	}
}

void
spool_write(const char *json, int64 max_bytes)
{
	char path[MAXPGPATH];
	struct stat st;
	size_t length = strlen(json);
	/* a line end before it too, lest a torn record in front take it along */
	char *line = psprintf("\n%08X %s\n", checksum_of(json, length), json);
	size_t line_length = 1 + CHECKSUM_WIDTH + 1 + length + 1;
	int fd;

	spool_path(path);
	fd = open_current(path, &st);
	if (fd < 0)
	{
		ereport(LOG,
				(errcode_for_file_access(), errmsg("could not open incident file \"%s\": %m", path),
				 errdetail("%s", json)));
		return;
	}
	if (st.st_size + (int64) line_length > max_bytes)
		ereport(LOG,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("incident file \"%s\" is full", path), errdetail("%s", json)));
	else if (write(fd, line, line_length) != (ssize_t) line_length)
		ereport(LOG,
				(errcode_for_file_access(),
				 errmsg("could not write incident file \"%s\": %m", path), errdetail("%s", json)));
	close(fd);
}

/* The json of a line whose checksum is right, else NULL. */
static char *
json_of_line(char *line)
{
	size_t length = strlen(line);

	if (length <= CHECKSUM_WIDTH + 1 || line[CHECKSUM_WIDTH] != ' ')
		return NULL;
	line[CHECKSUM_WIDTH] = '\0';
	if (strtoul(line, NULL, 16) !=
		checksum_of(line + CHECKSUM_WIDTH + 1, length - CHECKSUM_WIDTH - 1))
		return NULL;
	return line + CHECKSUM_WIDTH + 1;
}

static List *
read_file_lines(const char *name, List *lines)
{
	char path[MAXPGPATH];
	FILE *file;
	StringInfoData buffer;

	snprintf(path, MAXPGPATH, SPOOL_DIRECTORY "/%s", name);
	file = AllocateFile(path, PG_BINARY_R);
	if (file == NULL)
		return lines; /* moved to the table since we listed it */
	initStringInfo(&buffer);
	while (pg_get_line_buf(file, &buffer))
	{
		char *json;

		CHECK_FOR_INTERRUPTS();
		if (buffer.len > 0 && buffer.data[buffer.len - 1] == '\n')
			buffer.data[--buffer.len] = '\0';
		json = json_of_line(buffer.data);
		if (json != NULL)
		{
			SpoolLine *line = palloc(sizeof(SpoolLine));

			line->file = pstrdup(name);
			line->json = pstrdup(json);
			lines = lappend(lines, line);
		}
	}
	FreeFile(file);
	return lines;
}

/* Base names of a database's files. */
static List *
spool_files(Oid database)
{
	char prefix[32];
	List *names = NIL;
	DIR *dir = AllocateDir(SPOOL_DIRECTORY);
	struct dirent *entry;

	if (dir == NULL)
		return NIL; /* nothing was ever recorded */
	snprintf(prefix, sizeof(prefix), "%u.spool", database);
	while ((entry = ReadDir(dir, SPOOL_DIRECTORY)) != NULL)
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			names = lappend(names, pstrdup(entry->d_name));
	FreeDir(dir);
	return names;
}

List *
spool_read(void)
{
	List *lines = NIL;
	ListCell *lc;

	foreach(lc, spool_files(MyDatabaseId))
		lines = read_file_lines(lfirst(lc), lines);
	return lines;
}

static void
take_out_of_use(void)
{
	char path[MAXPGPATH];
	char aside[MAXPGPATH];
	int fd;

	spool_path(path);
	snprintf(aside, MAXPGPATH, "%s." INT64_FORMAT ".%d", path, GetCurrentTimestamp(), MyProcPid);
	fd = BasicOpenFile(path, O_RDONLY | PG_BINARY);
	if (fd < 0)
		return; /* nothing there */
	if (rename(path, aside) != 0)
		ereport(LOG, (errcode_for_file_access(), errmsg("could not rename file \"%s\": %m", path)));
	else
		(void) flock(fd, LOCK_EX); /* until the last writer is done */
	close(fd);
}

List *
spool_rotate(void)
{
	char live[MAXPGPATH];
	List *files = NIL;
	ListCell *lc;

	take_out_of_use();
	spool_path(live);
	foreach(lc, spool_files(MyDatabaseId))
		if (strcmp(lfirst(lc), live + strlen(SPOOL_DIRECTORY "/")) != 0)
			files = lappend(files, lfirst(lc));
	return files;
}

static void
unlink_pending(List *items)
{
	ListCell *lc;

	foreach(lc, items)
	{
		char path[MAXPGPATH];

		snprintf(path, MAXPGPATH, SPOOL_DIRECTORY "/%s", ((PendingUnlink *) lfirst(lc))->file);
		(void) unlink(path);
	}
}

void
spool_unlink_at_commit(List *files)
{
	ListCell *lc;

	foreach(lc, files)
	{
		PendingUnlink *item = new_transaction_item(sizeof(PendingUnlink));

		item->file = MemoryContextStrdup(TopTransactionContext, lfirst(lc));
		transaction_list_add(&pending, item);
	}
}

void
spool_unlink_all_at_commit(Oid database)
{
	spool_unlink_at_commit(spool_files(database));
}

bool
spool_is_idle(int seconds)
{
	char path[MAXPGPATH];
	struct stat st;

	spool_path(path);
	return stat(path, &st) != 0 || st.st_mtime + seconds <= time(NULL);
}
