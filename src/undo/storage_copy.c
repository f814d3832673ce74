/*
 * storage_copy.c
 *		The kept rows as INSERT ... SELECT: when the table holds rows again, has
 *		other columns, or is decoded by somebody who would not see an exchange of
 *		files.  No value is lost on the way, or nothing happens.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "effect/effect.h"
#include "undo/column_restore.h"
#include "undo/storage.h"

/* Where the values of one kept column go. */
typedef struct ColumnWay
{
	AttrNumber from;
	char *from_name;
	char *to_name; /* NULL: it is gone */
	bool generated;
	bool by_name;
	Oid type;
	int32 typmod;
} ColumnWay;

/*
 * A column is known by its number, also when it was renamed; one that was
 * dropped and added again has a new number and the old name.  In a table of
 * other make only the name counts.
 */
#define WAYS                                                                                        \
	"SELECT a.attnum, quote_ident(a.attname), quote_ident(coalesce(t.attname, n.attname)),"         \
	" coalesce(t.attgenerated, n.attgenerated, '') <> '', t.attnum IS NULL,"                        \
	" coalesce(t.atttypid, n.atttypid), coalesce(t.atttypmod, n.atttypmod)"                         \
	" FROM pg_attribute a LEFT JOIN pg_attribute t ON $3 AND t.attrelid = $1"                       \
	"  AND t.attnum = a.attnum AND NOT t.attisdropped"                                              \
	" LEFT JOIN pg_attribute n ON t.attnum IS NULL AND n.attrelid = $1 AND n.attname = a.attname"   \
	"  AND n.attnum > CASE WHEN $3 THEN (SELECT max(attnum) FROM pg_attribute WHERE attrelid = $2)" \
	"   ELSE 0 END AND NOT n.attisdropped"                                                          \
	" WHERE a.attrelid = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"

static ColumnWay *
way_of_row(HeapTuple row, TupleDesc desc)
{
	ColumnWay *way = palloc0(sizeof(ColumnWay));
	bool isnull;

	way->from = DatumGetInt16(SPI_getbinval(row, desc, 1, &isnull));
	way->from_name = SPI_getvalue(row, desc, 2);
	way->to_name = SPI_getvalue(row, desc, 3);
	way->generated = DatumGetBool(SPI_getbinval(row, desc, 4, &isnull));
	way->by_name = DatumGetBool(SPI_getbinval(row, desc, 5, &isnull));
	if (way->to_name != NULL)
	{
		way->type = DatumGetObjectId(SPI_getbinval(row, desc, 6, &isnull));
		way->typmod = DatumGetInt32(SPI_getbinval(row, desc, 7, &isnull));
	}
	return way;
}

static List *
ways_of_columns(Oid table, Oid archive, bool by_number)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[3] = {OIDOID, OIDOID, BOOLOID};
	Datum values[3] = {ObjectIdGetDatum(table), ObjectIdGetDatum(archive), BoolGetDatum(by_number)};
	List *ways = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(WAYS, 3, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);

		ways = lappend(ways, way_of_row(SPI_tuptable->vals[i], SPI_tuptable->tupdesc));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return ways;
}

static bool
holds_every_value(const ColumnWay *way, Oid archive)
{
	ColumnDef *def = makeNode(ColumnDef);

	def->typeName = makeTypeNameFromOid(way->type, way->typmod);
	return type_change_is_lossless(archive, way->from, def);
}

static char *
name_of(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

static char *
insert_statement(Restore *restore, Oid table, const Return *back, bool by_number)
{
	StringInfoData to;
	StringInfoData from;
	ListCell *lc;

	initStringInfo(&to);
	initStringInfo(&from);
	foreach(lc, ways_of_columns(table, back->archive, by_number))
	{
		ColumnWay *way = lfirst(lc);

		if (way->to_name != NULL && way->generated && (!by_number || !way->by_name))
			continue;
		if (way->to_name == NULL || way->generated)
			refuse_return(restore, back->item, psprintf("its column %s is gone", way->from_name));
		if (!holds_every_value(way, back->archive))
			refuse_return(restore, back->item,
						  psprintf("its column %s has another type now", way->to_name));
		appendStringInfo(&to, "%s%s", to.len > 0 ? ", " : "", way->to_name);
		appendStringInfo(&from, "%s%s", from.len > 0 ? ", " : "", way->from_name);
	}
	if (to.len == 0)
		return psprintf("INSERT INTO %s SELECT FROM ONLY %s", name_of(table),
						name_of(back->archive));
	return psprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM ONLY %s",
					name_of(table), to.data, from.data, name_of(back->archive));
}

/*
 * Checks, generated columns and index expressions are the table owner's code
 * and run as such; the names are looked up as the extension's owner, since the
 * bin is for nobody else.  Triggers and rules stay silent (but those that
 * ENABLE ALWAYS or REPLICA): the rows are not new.
 */
static void
insert_as(Oid role, const char *sql)
{
	Oid save_user;
	int save_security;
	int nestlevel = NewGUCNestLevel();
	SPIPlanPtr plan;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	GetUserIdAndSecContext(&save_user, &save_security);
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("session_replication_role", "replica", PGC_SUSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	PG_TRY();
	{
		SetUserIdAndSecContext(safemig_owner(), save_security | SECURITY_LOCAL_USERID_CHANGE);
		plan = SPI_prepare(sql, 0, NULL);
		if (plan == NULL)
			elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
		SetUserIdAndSecContext(
			role, save_security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
		if (SPI_execute_plan(plan, NULL, NULL, false, 0) < 0)
			elog(ERROR, "the kept rows could not be inserted: %s", sql);
	}
	PG_FINALLY();
	{
		SetUserIdAndSecContext(save_user, save_security);
	}
	PG_END_TRY();
	AtEOXact_GUC(true, nestlevel);
	SPI_finish();
}

Oid
owner_of_relation(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

void
copy_rows_back(Restore *restore, Oid table, const Return *back, bool by_number)
{
	Oid owner = owner_of_relation(table);
	List *carried = by_number ? undrop_carried(table, table, restore->entry) : NIL;
	char *sql = insert_statement(restore, table, back, by_number);
	const char *role = quote_identifier(GetUserNameFromId(owner, false));
	const char *schema = quote_identifier(get_namespace_name(get_rel_namespace(back->archive)));

	/* gone with archive and schema, at the end of this statement; with row security names are
	 * looked up again */
	(void) write_as_owner(psprintf("GRANT USAGE ON SCHEMA %s TO %s", schema, role), 0, NULL, NULL,
						  NULL);
	(void) write_as_owner(psprintf("GRANT SELECT ON %s TO %s", name_of(back->archive), role), 0,
						  NULL, NULL, NULL);
	insert_as(owner, sql);
	drop_again(table, carried);
}
