/*
 * definition_restore.c
 *		What was kept as statements comes back: they are run until none of those
 *		left brings anything more, so that their order needs no thought.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/definition.h"
#include "undo/restore.h"

PG_FUNCTION_INFO_V1(safemig_bin_give_grants);
PGDLLEXPORT Datum safemig_bin_give_grants(PG_FUNCTION_ARGS);

typedef struct Remaking
{
	BinItem *item;
	List *make;		  /* of char *: all of them, or it is not back */
	List *dress;	  /* of char *: each for itself */
	bool replaces;	  /* it was written over, not dropped */
	ErrorData *error; /* of the last try */
} Remaking;

/* ---------- an item's statements ---------- */

/* What others stand on: brought back before the tables are. */
static bool
is_foundation(const BinItem *item)
{
	static const Oid catalogs[] = {
		NamespaceRelationId,		  TypeRelationId,	   ProcedureRelationId,
		OperatorRelationId,			  CollationRelationId, OperatorClassRelationId,
		OperatorFamilyRelationId,	  LanguageRelationId,  CastRelationId,
		ConversionRelationId,		  TransformRelationId, ForeignServerRelationId,
		ForeignDataWrapperRelationId, TSParserRelationId,  TSTemplateRelationId,
		TSDictionaryRelationId,		  TSConfigRelationId};

	for (int i = 0; i < lengthof(catalogs); i++)
		if (item->object.classId == catalogs[i])
			return true;
	return false;
}

static char *
replaced(const char *text, const char *from, const char *to)
{
	StringInfoData result;
	const char *at = text;
	const char *found;

	initStringInfo(&result);
	while ((found = strstr(at, from)) != NULL)
	{
		appendBinaryStringInfo(&result, at, found - at);
		appendStringInfoString(&result, to);
		at = found + strlen(from);
	}
	appendStringInfoString(&result, at);
	return result.data;
}

static List *
with_new_oids(List *statements, const char *old, const char *new)
{
	ListCell *lc;

	foreach(lc, statements)
		lfirst(lc) = replaced(lfirst(lc), psprintf("%%{%s}", old), psprintf("%%{%s}", new));
	return statements;
}

/* The rows of a query on the item's detail as a list of lists of texts. */
static List *
ask_detail(const BinItem *item, const char *sql)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(item->detail)};
	List *rows = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, 1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		List *row = NIL;

		for (int column = 1; column <= SPI_tuptable->tupdesc->natts; column++)
			row = lappend(row, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column));
		rows = lappend(rows, row);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return rows;
}

static Remaking *
remaking_of(BinItem *item)
{
	Remaking *remaking = palloc0(sizeof(Remaking));
	ListCell *lc;

	remaking->item = item;
	foreach(lc,
			ask_detail(
				item,
				"SELECT k, s FROM unnest('{make,dress}'::text[]) k,"
				" jsonb_array_elements_text($1::jsonb -> k) WITH ORDINALITY e(s, n) ORDER BY k, n"))
	{
		List *row = lfirst(lc);

		if (strcmp(linitial(row), "make") == 0)
			remaking->make = lappend(remaking->make, lsecond(row));
		else
			remaking->dress = lappend(remaking->dress, lsecond(row));
	}
	remaking->replaces = ask_detail(item, "SELECT 1 WHERE $1::jsonb ? 'replaces'") != NIL;
	return remaking;
}

/* A relation that was made again has a new OID; it is known by its name. */
static void
find_relations_again(Remaking *remaking)
{
	ListCell *lc;

	foreach(
		lc,
		ask_detail(remaking->item,
				   "SELECT key, to_regclass(value)::oid FROM jsonb_each_text($1::jsonb -> 'names')"
				   " WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = key::oid)"
				   " AND to_regclass(value) IS NOT NULL"))
	{
		remaking->make = with_new_oids(remaking->make, linitial(lfirst(lc)), lsecond(lfirst(lc)));
		remaking->dress = with_new_oids(remaking->dress, linitial(lfirst(lc)), lsecond(lfirst(lc)));
	}
}

/* ---------- making it again ---------- */

static bool rebuild(Restore *restore, Remaking *remaking);

static List *
or_replace(List *make)
{
	char *first = linitial(make);

	return list_concat(list_make1(psprintf("CREATE OR REPLACE %s", first + strlen("CREATE "))),
					   list_copy_tail(make, 1));
}

static bool
failed_by(Remaking *remaking, int code)
{
	return remaking->error != NULL && remaking->error->sqlerrcode == code;
}

static bool
is_valid_constraint(Remaking *remaking)
{
	static const char suffix[] = " NOT VALID";
	char *statement = linitial(remaking->make);
	size_t length = strlen(statement);

	return remaking->item->object.classId == ConstraintRelationId &&
		(length < strlen(suffix) || strcmp(statement + length - strlen(suffix), suffix) != 0);
}

/* Rows came that it does not hold for: it holds for those that come from now on. */
static bool
remake_not_valid(Restore *restore, Remaking *remaking)
{
	char *statement = psprintf("%s NOT VALID", (char *) linitial(remaking->make));

	remaking->error = try_statements(list_make1(statement));
	if (remaking->error == NULL)
		report_left_out(restore,
						"%s %s is NOT VALID now: there are rows that it does not hold for.",
						remaking->item->type, remaking->item->identity);
	return remaking->error == NULL;
}

/* The schema that somebody made again meanwhile will do. */
static bool
is_there_already(Remaking *remaking)
{
	return remaking->item->object.classId == NamespaceRelationId &&
		failed_by(remaking, ERRCODE_DUPLICATE_SCHEMA);
}

static void
dress(Restore *restore, Remaking *remaking)
{
	ListCell *lc;

	foreach(lc, remaking->dress)
		(void) restore_step(restore,
							psprintf("Owner, grants or comment of %s %s", remaking->item->type,
									 remaking->item->identity),
							lfirst(lc));
}

/* Written over where it stands, its owner and grants are today's; a trigger loses its extension. */
static bool
needs_dress(Remaking *remaking)
{
	return !remaking->replaces || remaking->item->object.classId == TriggerRelationId;
}

static bool
remake(Restore *restore, Remaking *remaking)
{
	find_relations_again(remaking);
	remaking->error =
		try_statements(remaking->replaces ? or_replace(remaking->make) : remaking->make);
	if (remaking->error != NULL && remaking->replaces)
	{
		if (!rebuild(restore, remaking))
			return false;
		report_back(restore, remaking->item);
		return true;
	}
	if ((failed_by(remaking, ERRCODE_FOREIGN_KEY_VIOLATION) ||
		 failed_by(remaking, ERRCODE_CHECK_VIOLATION)) &&
		is_valid_constraint(remaking))
		(void) remake_not_valid(restore, remaking);
	if (is_there_already(remaking))
		return true;
	if (remaking->error != NULL)
		return false;
	if (needs_dress(remaking))
		dress(restore, remaking);
	report_back(restore, remaking->item);
	return true;
}

static List *
reversed(List *list)
{
	List *result = NIL;
	ListCell *lc;

	foreach(lc, list)
		result = lcons(lfirst(lc), result);
	return result;
}

/* What is left when nothing more can be brought back. */
static List *
remake_all(Restore *restore, List *remakings)
{
	bool progress = true;

	while (remakings != NIL && progress)
	{
		List *left = NIL;
		ListCell *lc;

		progress = false;
		foreach(lc, remakings)
		{
			Remaking *remaking = lfirst(lc);

			CHECK_FOR_INTERRUPTS();
			if (!remake(restore, remaking))
			{
				left = lappend(left, remaking);
				continue;
			}
			remaking->item->detail = NULL;
			progress = true;
		}
		/* they may have been kept dependents first */
		remakings = reversed(left);
	}
	return remakings;
}

/*
 * The newer definition has columns or defaults more, which CREATE OR REPLACE
 * does not take away: it goes, with what stands on it, and all that is made again.
 */
static ErrorData *
replace_by_force(Restore *restore, Remaking *remaking, List *dependents)
{
	List *remakings = NIL;
	ErrorData *error;
	ListCell *lc;

	performDeletion(&remaking->item->object, DROP_CASCADE,
					PERFORM_DELETION_INTERNAL | PERFORM_DELETION_QUIETLY);
	error = try_statements(remaking->make);
	if (error != NULL)
		return error;
	dress(restore, remaking);
	foreach(lc, dependents)
		remakings = lappend(remakings, remaking_of(lfirst(lc)));
	remakings = remake_all(restore, remakings);
	return remakings == NIL ? NULL : ((Remaking *) linitial(remakings))->error;
}

static bool
rebuild(Restore *restore, Remaking *remaking)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	Restore own = {0};
	List *dependents;

	if (!definitions_standing_on(&remaking->item->object, &dependents))
		return false;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		remaking->error = replace_by_force(&own, remaking, dependents);
		if (remaking->error == NULL)
			ReleaseCurrentSubTransaction();
		else
			RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (remaking->error == NULL)
		restore->left_out = list_concat(restore->left_out, own.left_out);
	return remaking->error == NULL;
}

static void
report_lost(Restore *restore, Remaking *remaking)
{
	BinItem *item = remaking->item;

	if (item->named)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s %s cannot come back: %s", item->type, item->identity,
						remaking->error->message),
				 errhint("Nothing was changed. Rename or drop what is in its way.")));
	report_left_out(restore, "%s %s did not come back: %s.", item->type, item->identity,
					remaking->error->message);
}

void
restore_definitions(Restore *restore, List *items, bool foundations)
{
	List *remakings = NIL;
	ListCell *lc;

	if (restore->as_name != NULL && list_length(items) == list_length(restore->items))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("entry " INT64_FORMAT
						" holds definitions only, which come back under their own names",
						restore->entry),
				 errhint("SELECT %s.undrop_id(" INT64_FORMAT ");", SAFEMIG_NAME, restore->entry)));
	foreach(lc, items)
	{
		BinItem *item = lfirst(lc);

		if (item->detail != NULL && (!foundations || is_foundation(item)))
			remakings = lappend(remakings, remaking_of(item));
	}
	/* what needs a table has its second chance when the tables are back */
	remakings = remake_all(restore, remakings);
	if (foundations)
		return;
	foreach(lc, remakings)
		report_lost(restore, lfirst(lc));
}

/* ---------- grants ---------- */

static Oid
owner_in(Oid class, Oid oid)
{
	bool isnull;
	int cache = get_object_catcache_oid(class);
	HeapTuple tuple = SearchSysCache1(cache, ObjectIdGetDatum(oid));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for object %u of catalog %u", oid, class);
	owner =
		DatumGetObjectId(SysCacheGetAttr(cache, tuple, get_object_attnum_owner(class), &isnull));
	ReleaseSysCache(tuple);
	return owner;
}

/* Writes the whole list, with its dependencies on roles, as ExecGrant_* do. */
static void
write_grants(Oid class, Oid oid, int sub, Acl *acl)
{
	bool of_column = sub != 0;
	int cache = of_column ? ATTNUM : get_object_catcache_oid(class);
	AttrNumber column = of_column ? Anum_pg_attribute_attacl : get_object_attnum_acl(class);
	Relation catalog = table_open(of_column ? AttributeRelationId : class, RowExclusiveLock);
	HeapTuple tuple = of_column
		? SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(oid), Int16GetDatum(sub))
		: SearchSysCacheCopy1(cache, ObjectIdGetDatum(oid));
	Datum *values = palloc0(sizeof(Datum) * RelationGetDescr(catalog)->natts);
	bool *nulls = palloc0(sizeof(bool) * RelationGetDescr(catalog)->natts);
	bool *replaces = palloc0(sizeof(bool) * RelationGetDescr(catalog)->natts);
	Oid *old_members = NULL;
	Oid *new_members = NULL;
	int old_count = 0;
	int new_count = acl ? aclmembers(acl, &new_members) : 0;
	bool isnull;
	Datum old;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for object %u of catalog %u", oid, class);
	old = SysCacheGetAttr(cache, tuple, column, &isnull);
	if (!isnull)
		old_count = aclmembers(DatumGetAclPCopy(old), &old_members);
	values[column - 1] = PointerGetDatum(acl);
	nulls[column - 1] = acl == NULL;
	replaces[column - 1] = true;
	tuple = heap_modify_tuple(tuple, RelationGetDescr(catalog), values, nulls, replaces);
	CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	updateAclDependencies(class, oid, sub, owner_in(class, oid), old_count, old_members, new_count,
						  new_members);
	table_close(catalog, RowExclusiveLock);
}

Datum
safemig_bin_give_grants(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_VOID();
	if (!superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser may write grants as a whole")));
	write_grants(PG_GETARG_OID(0), PG_GETARG_OID(1), PG_GETARG_INT32(2),
				 PG_ARGISNULL(3) ? NULL : DatumGetAclPCopy(PG_GETARG_DATUM(3)));
	PG_RETURN_VOID();
}
