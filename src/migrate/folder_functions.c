/*
 * folder_functions.c
 *		safemig.read_folder() shows what a folder holds, safemig.load() registers it:
 *		by the SQL functions that do so for one script, as the caller.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/arguments.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/owner.h"
#include "base/settings.h"
#include "base/text_list.h"
#include "migrate/folder.h"

PG_FUNCTION_INFO_V1(safemig_read_folder);
PG_FUNCTION_INFO_V1(safemig_load);
PGDLLEXPORT Datum safemig_read_folder(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_load(PG_FUNCTION_ARGS);

static List *
entries_of_argument(FunctionCallInfo fcinfo)
{
	char *directory = required_text(fcinfo, 0, "the directory");

	if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to read a folder on the server"),
				 errdetail("It is for members of pg_read_server_files."),
				 errhint("From a client: psql -v up=\"$(cat FILE)\" and apply().")));
	return read_folder(directory);
}

/* ---------- values ---------- */

static Datum
text_or_null(const char *value, bool *isnull)
{
	*isnull = value == NULL;
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

static Datum
array_of(List *values, bool null_when_empty, bool *isnull)
{
	Datum *elements = palloc(sizeof(Datum) * (list_length(values) + 1));
	int count = 0;
	ListCell *lc;

	foreach(lc, values)
		elements[count++] = CStringGetTextDatum(lfirst(lc));
	*isnull = count == 0 && null_when_empty;
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

static const char *
kind_word(FileKind kind)
{
	return kind == FILE_VERSIONED ? "versioned" : kind == FILE_REPEATABLE ? "repeatable" : "seed";
}

Datum
safemig_read_folder(PG_FUNCTION_ARGS)
{
	List *entries = entries_of_argument(fcinfo);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ListCell *lc;

	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, entries)
	{
		FolderEntry *entry = lfirst(lc);
		Datum values[12];
		bool nulls[12];

		values[0] = text_or_null(entry->name.version, &nulls[0]);
		values[1] = text_or_null(entry->name.name, &nulls[1]);
		values[2] = text_or_null(kind_word(entry->name.kind), &nulls[2]);
		values[3] = text_or_null(entry->text.up, &nulls[3]);
		values[4] = text_or_null(entry->text.down, &nulls[4]);
		values[5] = array_of(entry->text.permits, false, &nulls[5]);
		values[6] = text_or_null(entry->text.reason, &nulls[6]);
		values[7] = text_or_null(entry->text.check_sql, &nulls[7]);
		values[8] = array_of(entry->text.environments, true, &nulls[8]);
		values[9] = text_or_null(entry->text.release, &nulls[9]);
		values[10] = text_or_null(entry->file, &nulls[10]);
		values[11] = text_or_null(entry->down_file, &nulls[11]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---------- registering ---------- */

static void
in_file(void *arg)
{
	errcontext("file %s", ((FolderEntry *) arg)->file);
}

/* Returns whether it is to run now. */
static bool
call(const char *sql, int count, Oid *types, Datum *values, const bool *isnull)
{
	char nulls[10];
	char *said;

	for (int i = 0; i < count; i++)
		nulls[i] = isnull[i] ? 'n' : ' ';
	if (SPI_execute_with_args(sql, count, types, values, nulls, false, 0) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "could not register: %s", sql);
	said = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return said != NULL && strcmp(said, "already applied") != 0 && strcmp(said, "skipped") != 0;
}

static bool
register_version(const FolderEntry *entry)
{
	Oid types[9] = {TEXTOID, TEXTOID, TEXTOID,		TEXTOID, TEXTARRAYOID,
					TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID};
	Datum values[9];
	bool isnull[9];

	values[0] = text_or_null(entry->name.version, &isnull[0]);
	values[1] = text_or_null(entry->name.name, &isnull[1]);
	values[2] = text_or_null(entry->text.up, &isnull[2]);
	values[3] = text_or_null(entry->text.down, &isnull[3]);
	values[4] = array_of(entry->text.permits, false, &isnull[4]);
	values[5] = text_or_null(entry->text.reason, &isnull[5]);
	values[6] = text_or_null(entry->text.check_sql, &isnull[6]);
	values[7] = array_of(entry->text.environments, true, &isnull[7]);
	values[8] = text_or_null(entry->text.release, &isnull[8]);
	return call("SELECT safemig.register($1, $2, $3, $4, $5, $6, $7, $8, $9)", 9, types, values,
				isnull);
}

/*
 * What is not meant for production stands in the folder that goes there all the
 * same; seed() is asked only where the file says production, and says no.
 */
static bool
is_left_out(const FolderEntry *entry)
{
	const char *production = environment_name(ENVIRONMENT_PRODUCTION);

	if (entry->name.kind != FILE_SEED || current_environment() != ENVIRONMENT_PRODUCTION ||
		is_in_texts(entry->text.environments, production))
		return false;
	ereport(NOTICE, (errmsg("%s is left out: this is production", entry->file)));
	return true;
}

static bool
register_entry(const FolderEntry *entry)
{
	Oid types[3] = {TEXTOID, TEXTOID, TEXTARRAYOID};
	Datum values[3];
	bool isnull[3];

	if (entry->name.kind == FILE_VERSIONED)
		return register_version(entry);
	if (is_left_out(entry))
		return false;
	values[0] = text_or_null(entry->name.name, &isnull[0]);
	values[1] = text_or_null(entry->text.up, &isnull[1]);
	values[2] = array_of(entry->text.environments, true, &isnull[2]);
	if (entry->name.kind == FILE_REPEATABLE)
		return call("SELECT safemig.repeatable($1, $2)", 2, types, values, isnull);
	return call(isnull[2] ? "SELECT safemig.seed($1, $2)" : "SELECT safemig.seed($1, $2, $3)",
				isnull[2] ? 2 : 3, types, values, isnull);
}

/* Applied, and not in the folder: somebody deleted its file, or has not merged it. */
static void
tell_missing(const char *directory, List *entries)
{
	Oid type = TEXTARRAYOID;
	List *keys = NIL;
	ListCell *lc;
	bool isnull;
	Datum value;

	foreach(lc, entries)
		if (((FolderEntry *) lfirst(lc))->key != NULL)
			keys = lappend(keys, ((FolderEntry *) lfirst(lc))->key);
	value = array_of(keys, false, &isnull);
	(void) execute_as_owner("SELECT m.version, m.name FROM safemig.migration m"
							" WHERE m.state = 'applied' AND m.kind = 'versioned'"
							" AND m.version_key <> ALL ($1) ORDER BY m.version_key",
							1, &type, &value, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char *version = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		char *name = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2);

		ereport(
			WARNING,
			(errmsg("the file of version %s (%s) is gone from %s", version, name, directory),
			 errdetail("The version is applied in this database."),
			 errhint("Put it back as it was: SELECT up FROM safemig.migration WHERE version = %s;",
					 quote_literal_cstr(version))));
	}
}

Datum
safemig_load(PG_FUNCTION_ARGS)
{
	List *entries = entries_of_argument(fcinfo);
	int64 registered = 0;
	ListCell *lc;

	PreventCommandIfReadOnly("safemig.load()");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	tell_missing(text_to_cstring(PG_GETARG_TEXT_PP(0)), entries);
	foreach(lc, entries)
	{
		ErrorContextCallback context = {error_context_stack, in_file, lfirst(lc)};

		CHECK_FOR_INTERRUPTS();
		error_context_stack = &context;
		registered += register_entry(lfirst(lc)) ? 1 : 0;
		error_context_stack = context.previous;
	}
	SPI_finish();
	PG_RETURN_INT64(registered);
}
