/*
 * expose.c
 *		Looking into the bin, and finishing what came back: expose, unexpose,
 *		validate.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#include "audit/history.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/bin.h"

PG_FUNCTION_INFO_V1(safemig_expose);
PG_FUNCTION_INFO_V1(safemig_unexpose);
PG_FUNCTION_INFO_V1(safemig_validate);
PGDLLEXPORT Datum safemig_expose(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_unexpose(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_validate(PG_FUNCTION_ARGS);

/* The first column of a query of ours with one bigint argument, as texts. */
static List *
texts_from(const char *sql, int64 entry)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {INT8OID};
	Datum values[1] = {Int64GetDatum(entry)};
	List *texts = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, 1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);

		texts = lappend(texts, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return texts;
}

static void
run_all(List *statements)
{
	ListCell *lc;

	foreach(lc, statements)
		(void) write_as_owner(lfirst(lc), 0, NULL, NULL, NULL);
}

static void
claim(int64 entry)
{
	if (!bin_claim(entry))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("there is nothing kept under the id " INT64_FORMAT, entry),
				 errhint("SELECT id, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
}

static int64
id_argument(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the id must not be null")));
	return PG_GETARG_INT64(0);
}

/*
 * Each table with who had it, if he is still there, and with who asks, if he was
 * its owner: what the statement took along may have been others'.
 */
#define READERS                                                                                    \
	"(SELECT t.schema, t.name, p.rolname AS reader FROM safemig.bin_tables($1) t"                  \
	" JOIN pg_roles p ON p.rolname = t.owner"                                                      \
	" UNION SELECT t.schema, t.name, %s FROM safemig.bin_tables($1) t"                             \
	" JOIN pg_roles p ON p.rolname = t.owner WHERE pg_has_role(%s, p.oid, 'USAGE'))"

static Datum
array_of_texts(List *texts)
{
	Datum *values = palloc(sizeof(Datum) * Max(list_length(texts), 1));
	int count = 0;
	ListCell *lc;

	foreach(lc, texts)
		values[count++] = CStringGetTextDatum(lfirst(lc));
	return PointerGetDatum(construct_array(values, count, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
record(const char *event, int64 entry)
{
	HistoryRow row = {0};

	row.event = event;
	row.subject = psprintf(INT64_FORMAT, entry);
	(void) record_history(&row);
}

Datum
safemig_expose(PG_FUNCTION_ARGS)
{
	int64 entry = id_argument(fcinfo);
	List *names;
	char *me = quote_literal_cstr(GetUserNameFromId(GetUserId(), false));

	PreventCommandIfReadOnly("safemig.expose()");
	claim(entry);
	check_bin_rights(bin_items(entry));
	names = texts_from(
		psprintf("SELECT format('%%I.%%I', r.schema, r.name) FROM safemig.bin_tables($1) r"
				 " JOIN " READERS " m USING (schema, name) WHERE m.reader = %s",
				 me, me, me),
		entry);
	if (names == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("entry " INT64_FORMAT " holds no table that could be read", entry)));
	run_all(texts_from(
		psprintf("SELECT DISTINCT format('GRANT USAGE ON SCHEMA %%I TO %%I', r.schema, r.reader)"
				 " FROM " READERS " r",
				 me, me),
		entry));
	run_all(texts_from(
		psprintf("SELECT format('GRANT SELECT ON TABLE %%I.%%I TO %%I', r.schema, r.name, r.reader)"
				 " FROM " READERS " r",
				 me, me),
		entry));
	record("bin entry exposed", entry);
	PG_RETURN_DATUM(array_of_texts(names));
}

Datum
safemig_unexpose(PG_FUNCTION_ARGS)
{
	int64 entry = id_argument(fcinfo);

	PreventCommandIfReadOnly("safemig.unexpose()");
	claim(entry);
	check_bin_rights(bin_items(entry));
	run_all(texts_from(
		"SELECT DISTINCT format('REVOKE ALL ON TABLE %I.%I FROM %s CASCADE', t.schema, t.name, x.grantee::regrole)"
		" FROM safemig.bin_tables($1) t JOIN pg_class c ON c.oid = format('%I.%I', t.schema, t.name)::regclass,"
		" aclexplode(c.relacl) x WHERE x.grantee <> c.relowner",
		entry));
	run_all(texts_from(
		"SELECT DISTINCT format('REVOKE ALL ON SCHEMA %I FROM %s CASCADE', t.schema, x.grantee::regrole)"
		" FROM safemig.bin_tables($1) t JOIN pg_namespace n ON n.nspname = t.schema,"
		" aclexplode(n.nspacl) x WHERE x.grantee <> n.nspowner",
		entry));
	record("bin entry no longer exposed", entry);
	PG_RETURN_VOID();
}

/* The comparison may run casts of the table's owner: with his rights, whoever asks. */
static void
validate_one(const char *statement)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(statement)};
	Oid holder =
		(Oid) bigint_as_owner("SELECT safemig.bin_holder($1)::bigint", 1, types, values, NULL);

	if (OidIsValid(holder) && strncmp(statement, "ALTER ", strlen("ALTER ")) == 0)
		write_as_role(holder, statement);
	else
		(void) write_as_owner(statement, 0, NULL, NULL, NULL);
}

Datum
safemig_validate(PG_FUNCTION_ARGS)
{
	int64 entry = id_argument(fcinfo);
	MemoryContext memory =
		AllocSetContextCreate(PortalContext, "safemig validate", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(memory);
	List *statements;
	ListCell *lc;

	PreventCommandIfReadOnly("safemig.validate()");
	if (castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_PLACE),
				 errmsg("validate() commits, so it cannot run inside a transaction"),
				 errhint("CALL %s.validate(" INT64_FORMAT "); on its own.", SAFEMIG_NAME, entry)));
	statements = texts_from("SELECT safemig.unvalidated($1)", entry);
	foreach(lc, statements)
	{
		validate_one(lfirst(lc));
		if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
			elog(ERROR, "SPI_connect failed");
		SPI_commit();
		SPI_finish();
	}
	MemoryContextSwitchTo(caller);
	PG_RETURN_VOID();
}
