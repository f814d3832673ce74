/*
 * definition_grants.c
 *		Grants of an object that was made again, written as a whole: GRANT knows
 *		of one grantor only, the one who says it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_attribute.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/rel.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(safemig_bin_give_grants);
PGDLLEXPORT Datum safemig_bin_give_grants(PG_FUNCTION_ARGS);

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
