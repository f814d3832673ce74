/*
 * grants_alike.c
 *		The rights that roles have on a relation, granted on another one, as SQL.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "effect/grants_alike.h"

typedef struct Right
{
	AclMode mode;
	const char *name;
} Right;

static const Right row_rights[] = {
	{ACL_SELECT, "SELECT"}, {ACL_INSERT, "INSERT"}, {ACL_UPDATE, "UPDATE"}, {ACL_DELETE, "DELETE"}};

static const Right schema_rights[] = {{ACL_USAGE, "USAGE"}, {ACL_CREATE, "CREATE"}};

static void
append_grant(StringInfo out, const AclItem *item, const Right *rights, int count, const char *on)
{
	bool any = false;

	for (int i = 0; i < count; i++)
		if (ACLITEM_GET_PRIVS(*item) & rights[i].mode)
		{
			appendStringInfo(out, "%s%s", any ? ", " : "\nGRANT ", rights[i].name);
			any = true;
		}
	if (any)
		appendStringInfo(out, " ON %s TO %s;", on,
						 item->ai_grantee == ACL_ID_PUBLIC
							 ? "PUBLIC"
							 : quote_identifier(GetUserNameFromId(item->ai_grantee, false)));
}

static char *
grants_of(Datum acl_datum, Oid owner, const Right *rights, int count, const char *on)
{
	Acl *acl = DatumGetAclPCopy(acl_datum);
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < ACL_NUM(acl); i++)
		if (ACL_DAT(acl)[i].ai_grantee != owner)
			append_grant(&out, &ACL_DAT(acl)[i], rights, count, on);
	return out.data;
}

char *
grants_alike(Oid relid, const char *on)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool isnull = true;
	Datum acl = (Datum) 0;
	char *grants;

	if (!HeapTupleIsValid(tuple))
		return "";
	acl = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relacl, &isnull);
	grants = isnull ? ""
					: grants_of(acl, ((Form_pg_class) GETSTRUCT(tuple))->relowner, row_rights,
								lengthof(row_rights), on);
	ReleaseSysCache(tuple);
	return grants;
}

char *
schema_grants_alike(Oid schema, const char *on)
{
	HeapTuple tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	bool isnull = true;
	Datum acl = (Datum) 0;
	char *grants;

	if (!HeapTupleIsValid(tuple))
		return "";
	acl = SysCacheGetAttr(NAMESPACEOID, tuple, Anum_pg_namespace_nspacl, &isnull);
	grants = isnull ? ""
					: grants_of(acl, ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner,
								schema_rights, lengthof(schema_rights), psprintf("SCHEMA %s", on));
	ReleaseSysCache(tuple);
	return grants;
}
