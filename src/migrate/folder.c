/*
 * folder.c
 *		Which migrations does a folder on the server hold?  Files are read with the
 *		server's rights, for those who may do so anyway (pg_read_server_files).
 *		Links are followed; what is no regular file is refused.
 */
#include "postgres.h"

#include <sys/stat.h>

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/errors.h"
#include "migrate/folder.h"
#include "migrate/version_functions.h"

#define LARGEST_FILE (64 * 1024 * 1024)

/* ---------- one file ---------- */

pg_noreturn static void
refuse_file(const char *file, const char *why)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_SCRIPT), errmsg("%s cannot be loaded: %s", file, why)));
}

/* Before it is opened: that waits for the other end of a pipe, and no cancel ends the wait. */
static void
require_regular(const char *path, const char *file)
{
	struct stat status;

	if (stat(path, &status) != 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not stat \"%s\": %m", path)));
	if (!S_ISREG(status.st_mode))
		refuse_file(file, "it is no regular file");
}

static char *
read_bytes(const char *path, const char *file, int *length)
{
	FILE *stream;
	struct stat status;
	char *bytes;

	require_regular(path, file);
	stream = AllocateFile(path, PG_BINARY_R);
	if (stream == NULL)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not open \"%s\": %m", path)));
	if (fstat(fileno(stream), &status) != 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not stat \"%s\": %m", path)));
	if (status.st_size > LARGEST_FILE)
		refuse_file(file, "it is larger than 64 MB");
	bytes = palloc(status.st_size + 1);
	*length = (int) fread(bytes, 1, status.st_size, stream);
	if (ferror(stream))
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not read \"%s\": %m", path)));
	bytes[*length] = '\0';
	FreeFile(stream);
	return bytes;
}

/* UTF-8, as files are, in the database's encoding; without a byte order mark. */
static char *
read_file_text(const char *path, const char *file)
{
	int length;
	char *bytes = read_bytes(path, file, &length);

	if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
		refuse_file(file, "it is written in UTF-16; save it as UTF-8");
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
	{
		bytes += 3;
		length -= 3;
	}
	if (memchr(bytes, '\0', length) != NULL)
		refuse_file(file, "it holds a null byte");
	if (!pg_verify_mbstr(PG_UTF8, bytes, length, true))
		refuse_file(file, "it is not written in UTF-8");
	return pg_any_to_server(bytes, length, PG_UTF8);
}

/* ---------- all of them ---------- */

typedef struct Reading
{
	const char *directory;
	List *entries;
	List *downs; /* of FolderEntry *, whose text.up is the way down */
} Reading;

static FolderEntry *
find_version(List *entries, const FolderEntry *wanted)
{
	ListCell *lc;

	foreach(lc, entries)
	{
		FolderEntry *entry = lfirst(lc);

		if (entry->name.kind == wanted->name.kind &&
			(wanted->key != NULL ? strcmp(entry->key, wanted->key) == 0
								 : strcmp(entry->name.name, wanted->name.name) == 0))
			return entry;
	}
	return NULL;
}

static void
add_entry(Reading *reading, FolderEntry *entry)
{
	bool down = entry->name.direction == FILE_DOWN;
	FolderEntry *twin = find_version(down ? reading->downs : reading->entries, entry);

	if (twin != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("%s and %s are both %s%s %s", twin->file, entry->file,
						down ? "the way down of " : "", entry->key != NULL ? "version" : "named",
						entry->key != NULL ? entry->name.version : entry->name.name),
				 errhint("Give one of them another.")));
	if (down)
		reading->downs = lappend(reading->downs, entry);
	else
		reading->entries = lappend(reading->entries, entry);
}

/* A name of any bytes, in the database's encoding: it goes into messages and into the log. */
static char *
name_as_text(const char *name)
{
	int length = strlen(name);
	char *shown;

	if (pg_verify_mbstr(PG_UTF8, name, length, true))
		return pg_any_to_server(name, length, PG_UTF8);
	shown = pstrdup(name);
	for (char *at = shown; *at != '\0'; at++)
		if (IS_HIGHBIT_SET(*at))
			*at = '?';
	refuse_file(shown, "its name is not written in UTF-8");
}

static void
read_entry(Reading *reading, const char *file, const FileName *name)
{
	FolderEntry *entry = palloc0(sizeof(FolderEntry));
	char *path = psprintf("%s/%s", reading->directory, file);

	entry->name = *name;
	entry->file = name_as_text(file);
	entry->name.name = name_as_text(name->name);
	if (name->version != NULL)
	{
		ParsedVersion parsed;

		require_version(name->version, &parsed);
		entry->key = pstrdup(parsed.key);
	}
	parse_file_text(entry->file, read_file_text(path, entry->file), &entry->text);
	add_entry(reading, entry);
}

static bool
is_file(const Reading *reading, const char *file)
{
	struct stat status;

	return stat(psprintf("%s/%s", reading->directory, file), &status) == 0 &&
		S_ISREG(status.st_mode);
}

static bool
is_directory(const Reading *reading, const char *file)
{
	struct stat status;

	return stat(psprintf("%s/%s", reading->directory, file), &status) == 0 &&
		S_ISDIR(status.st_mode);
}

/* Without .sql; NULL when it has another end. */
static char *
stem_of(const char *file)
{
	size_t length = strlen(file);

	if (length <= 4 || pg_strcasecmp(file + length - 4, ".sql") != 0)
		return NULL;
	return pnstrdup(file, length - 4);
}

/* Names in a directory, in order: of char *. */
static List *
names_in(const char *path)
{
	DIR *directory = AllocateDir(path);
	struct dirent *found;
	List *names = NIL;

	while ((found = ReadDir(directory, path)) != NULL)
		if (found->d_name[0] != '.')
			names = lappend(names, pstrdup(found->d_name));
	FreeDir(directory);
	return names;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

static void
read_seeds(Reading *reading, const char *folder)
{
	List *names = names_in(psprintf("%s/%s", reading->directory, folder));
	ListCell *lc;

	list_sort(names, compare_names);
	foreach(lc, names)
	{
		FileName name = {FILE_SEED, FILE_UP, NULL, stem_of(lfirst(lc))};

		if (name.name != NULL)
			read_entry(reading, psprintf("%s/%s", folder, (char *) lfirst(lc)), &name);
	}
}

/* NAME/migration.sql, as Prisma has it, and NAME/down.sql beside it, or NAME/up.sql */
static void
read_own_folder(Reading *reading, const char *folder)
{
	static const char *const files[] = {"migration.sql", "up.sql", "down.sql"};
	FileName name;

	if (!parse_file_name(folder, &name) || name.kind != FILE_VERSIONED)
		return;
	for (int i = 0; i < lengthof(files); i++)
	{
		char *file = psprintf("%s/%s", folder, files[i]);

		name.direction = i == 2 ? FILE_DOWN : FILE_UP;
		if (is_file(reading, file))
			read_entry(reading, file, &name);
	}
}

static void
read_name(Reading *reading, const char *file)
{
	char *stem = stem_of(file);
	FileName name;

	if (strcmp(file, "seeds") == 0 && is_directory(reading, file))
		read_seeds(reading, file);
	else if (is_directory(reading, file))
		read_own_folder(reading, file);
	else if (stem == NULL)
		return;
	else if (parse_file_name(stem, &name))
		read_entry(reading, file, &name);
	else
		ereport(NOTICE,
				(errmsg("%s is left out: its name holds no version", name_as_text(file)),
				 errhint("V1.2.0__name.sql, 1.2.0_name.sql, 20260119_name.sql or R__name.sql.")));
}

static void
join_downs(Reading *reading)
{
	ListCell *lc;

	foreach(lc, reading->downs)
	{
		FolderEntry *down = lfirst(lc);
		FolderEntry *up = find_version(reading->entries, down);

		if (up == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNKNOWN_NAME),
					 errmsg("%s is the way down of a version that is not there", down->file)));
		if (up->text.down != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNKNOWN_NAME),
					 errmsg("%s and %s both hold the way down", up->file, down->file)));
		up->text.down = down->text.down ? down->text.down : down->text.up;
		up->down_file = down->file;
	}
}

static int
compare_entries(const ListCell *a, const ListCell *b)
{
	const FolderEntry *left = lfirst(a);
	const FolderEntry *right = lfirst(b);

	if (left->name.kind != right->name.kind)
		return left->name.kind < right->name.kind ? -1 : 1;
	if (left->key != NULL)
		return strcmp(left->key, right->key);
	return strcmp(left->name.name, right->name.name);
}

List *
read_folder(const char *directory)
{
	Reading reading = {directory, NIL, NIL};
	List *names = names_in(directory);
	ListCell *lc;

	list_sort(names, compare_names);
	foreach(lc, names)
	{
		CHECK_FOR_INTERRUPTS();
		read_name(&reading, lfirst(lc));
	}
	join_downs(&reading);
	list_sort(reading.entries, compare_entries);
	return reading.entries;
}
