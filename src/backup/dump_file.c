/*
 * dump_file.c
 *		Looks at a dump as a restore would: is it there, is it one by its first
 *		bytes, does pg_restore read its table of contents, does plain SQL reach its
 *		last line.  A command's exit status alone says none of this.
 */
#include "postgres.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/cryptohash.h"
#include "common/file_perm.h"
#include "common/sha2.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "port.h"
#include "storage/fd.h"
#include "utils/builtins.h"

#include "backup/command.h"
#include "backup/dump_file.h"

#define HEAD_BYTES 64
#define TAIL_BYTES 1024
#define CHUNK_BYTES 65536

typedef enum DumpKind
{
	DUMP_NONE,
	DUMP_ARCHIVE, /* what pg_restore reads */
	DUMP_SQL
} DumpKind;

typedef struct Reading
{
	pg_cryptohash_ctx *hash;
	int64 bytes;
	char head[HEAD_BYTES + 1]; /* of the first file */
	char tail[TAIL_BYTES + 1]; /* of the last one */
} Reading;

/* ---------- reading ---------- */

static void
keep_tail(Reading *reading, const char *chunk, size_t length)
{
	size_t kept = strlen(reading->tail);
	size_t more = Min(length, TAIL_BYTES);
	size_t stays = Min(kept, TAIL_BYTES - more);

	memmove(reading->tail, reading->tail + kept - stays, stays);
	memcpy(reading->tail + stays, chunk + length - more, more);
	/* a zero byte is no text, and strlen is to see all of it */
	for (size_t i = 0; i < stays + more; i++)
		if (reading->tail[i] == '\0')
			reading->tail[i] = ' ';
	reading->tail[stays + more] = '\0';
}

static bool
read_file(const char *path, Reading *reading)
{
	FILE *file = AllocateFile(path, PG_BINARY_R);
	char *chunk = palloc(CHUNK_BYTES);
	size_t length;
	bool ok;

	if (file == NULL)
		return false;
	while ((length = fread(chunk, 1, CHUNK_BYTES, file)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		if (reading->bytes == 0)
			memcpy(reading->head, chunk, Min(length, HEAD_BYTES));
		keep_tail(reading, chunk, length);
		reading->bytes += length;
		if (pg_cryptohash_update(reading->hash, (uint8 *) chunk, length) < 0)
			elog(ERROR, "could not compute SHA-256");
	}
	ok = !ferror(file);
	FreeFile(file);
	pfree(chunk);
	return ok;
}

static int
by_name(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* pg_dump's folders are flat. */
static bool
read_folder(const char *path, Reading *reading)
{
	DIR *folder = AllocateDir(path);
	struct dirent *entry;
	List *files = NIL;
	ListCell *lc;

	while ((entry = ReadDir(folder, path)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			files = lappend(files, psprintf("%s/%s", path, entry->d_name));
	FreeDir(folder);
	list_sort(files, by_name);
	foreach(lc, files)
	{
		struct stat info;

		if (lstat(lfirst(lc), &info) != 0 || !S_ISREG(info.st_mode) ||
			!read_file(lfirst(lc), reading))
			return false;
	}
	return true;
}

static char *
finish_hash(pg_cryptohash_ctx *hash)
{
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	char *hex = palloc0(2 * PG_SHA256_DIGEST_LENGTH + 1);

	if (pg_cryptohash_final(hash, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute SHA-256");
	hex_encode((char *) digest, sizeof(digest), hex);
	pg_cryptohash_free(hash);
	return hex;
}

/* ---------- judging ---------- */

static bool
begins_with(const Reading *reading, const char *magic)
{
	return memcmp(reading->head, magic, strlen(magic)) == 0;
}

/* A folder is known by its table of contents, which is not its first file. */
static bool
has_contents_table(const char *path)
{
	Reading reading = {0};

	reading.hash = pg_cryptohash_create(PG_SHA256);
	if (reading.hash == NULL || pg_cryptohash_init(reading.hash) < 0)
		elog(ERROR, "could not compute SHA-256");
	(void) read_file(psprintf("%s/toc.dat", path), &reading);
	pg_cryptohash_free(reading.hash);
	return begins_with(&reading, "PGDMP");
}

/* What a tar file begins with is the name of its first member. */
static DumpKind
kind_of(const Reading *reading)
{
	if (begins_with(reading, "PGDMP") || begins_with(reading, "toc.dat"))
		return DUMP_ARCHIVE;
	if (begins_with(reading, "--\n-- PostgreSQL database "))
		return DUMP_SQL;
	return DUMP_NONE;
}

/* The program of this very server; the path of the file is plain. */
static char *
list_contents(const char *path)
{
	char bindir[MAXPGPATH];
	char *problem;

	strlcpy(bindir, my_exec_path, sizeof(bindir));
	get_parent_directory(bindir);
	if (strchr(bindir, '\'') != NULL)
		return pstrdup("pg_restore cannot be called: its path holds a quote.");
	problem = run_command(psprintf("'%s/pg_restore' --list %s >%s", bindir, path, DEVNULL));
	return problem == NULL ? NULL : psprintf("pg_restore --list cannot read it: %s", problem);
}

static char *
judge_reading(const char *path, const Reading *reading, DumpKind kind)
{
	if (reading->bytes == 0)
		return psprintf("The file \"%s\" is empty.", path);
	switch (kind)
	{
		case DUMP_ARCHIVE:
			return list_contents(path);
		case DUMP_SQL:
			return strstr(reading->tail, "-- PostgreSQL database ") &&
					strstr(reading->tail, "dump complete")
				? NULL
				: psprintf("The dump \"%s\" breaks off: its last line is missing.", path);
		case DUMP_NONE:
			break;
	}
	return psprintf("The file \"%s\" is no dump of pg_dump, by its first bytes.", path);
}

char *
check_dump(const char *path, DumpFile *found)
{
	Reading reading = {0};
	struct stat info;
	bool is_folder;
	bool was_read;
	char *sha256;

	if (lstat(path, &info) != 0)
		return psprintf("The file \"%s\" is not there: %s.", path, strerror(errno));
	is_folder = S_ISDIR(info.st_mode);
	if (!is_folder && !S_ISREG(info.st_mode))
		return psprintf("\"%s\" is neither a file nor a folder.", path);

	reading.hash = pg_cryptohash_create(PG_SHA256);
	if (reading.hash == NULL || pg_cryptohash_init(reading.hash) < 0)
		elog(ERROR, "could not compute SHA-256");
	was_read = is_folder ? read_folder(path, &reading) : read_file(path, &reading);
	sha256 = finish_hash(reading.hash);
	if (!was_read)
		return psprintf("The file \"%s\" could not be read to its end.", path);
	found->bytes = reading.bytes;
	found->sha256 = sha256;
	if (is_folder)
		return judge_reading(path, &reading, has_contents_table(path) ? DUMP_ARCHIVE : DUMP_NONE);
	return judge_reading(path, &reading, kind_of(&reading));
}

void
discard_dump(const char *path)
{
	struct stat info;

	if (lstat(path, &info) != 0)
		return;
	if (S_ISDIR(info.st_mode) ? !rmtree(path, true) : unlink(path) != 0)
		ereport(WARNING, (errcode_for_file_access(), errmsg("could not remove \"%s\": %m", path)));
}
