/*
 * relation_state.c
 *		While a relation lies in the bin the extension's owner owns it, so that
 *		roles can go without it; its owner and grants are written down as names.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/installation.h"
#include "base/owner.h"
#include "undo/bin.h"
#include "undo/relation_state.h"

char *
state_of_relation(Oid relid)
{
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(relid)};

	return text_as_owner("SELECT safemig.bin_relation($1)", 1, types, values, NULL);
}

char *
word_of_state(const char *state, const char *key)
{
	Oid types[2] = {TEXTOID, TEXTOID};
	Datum values[2] = {CStringGetTextDatum(state), CStringGetTextDatum(key)};

	return text_as_owner("SELECT $1::jsonb ->> $2", 2, types, values, NULL);
}

Oid
oid_of_state(const char *state, const char *key)
{
	char *word = word_of_state(state, key);

	return word ? (Oid) strtoul(word, NULL, 10) : InvalidOid;
}

/* ---------- grants ---------- */

static Form_pg_class
class_row(Oid relid, HeapTuple *tuple)
{
	*tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(*tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	return (Form_pg_class) GETSTRUCT(*tuple);
}

static int
columns_of(Oid relid)
{
	HeapTuple tuple;
	int columns = class_row(relid, &tuple)->relnatts;

	ReleaseSysCache(tuple);
	return columns;
}

static Oid
owner_of_relation(Oid relid)
{
	HeapTuple tuple;
	Oid owner = class_row(relid, &tuple)->relowner;

	ReleaseSysCache(tuple);
	return owner;
}

static Acl *
acl_in_tuple(int cache, HeapTuple tuple, AttrNumber column)
{
	bool isnull;
	Datum acl = SysCacheGetAttr(cache, tuple, column, &isnull);

	return isnull ? NULL : DatumGetAclPCopy(acl);
}

/* Writes relacl or attacl as a whole, with its dependencies on roles. */
static void
write_acl(Oid relid, AttrNumber attnum, Acl *acl)
{
	bool of_column = attnum != 0;
	int cache = of_column ? ATTNUM : RELOID;
	AttrNumber acl_column = of_column ? Anum_pg_attribute_attacl : Anum_pg_class_relacl;
	Relation catalog =
		table_open(of_column ? AttributeRelationId : RelationRelationId, RowExclusiveLock);
	HeapTuple tuple = of_column
		? SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum))
		: SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(relid));
	Datum values[Max(Natts_pg_class, Natts_pg_attribute)] = {0};
	bool nulls[Max(Natts_pg_class, Natts_pg_attribute)] = {0};
	bool replaces[Max(Natts_pg_class, Natts_pg_attribute)] = {0};
	Acl *old;
	Oid *old_members;
	Oid *new_members;
	int old_count;
	int new_count;
	Oid owner = owner_of_relation(relid);

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u, column %d", relid, attnum);
	old = acl_in_tuple(cache, tuple, acl_column);
	old_count = old ? aclmembers(old, &old_members) : 0;
	new_count = acl ? aclmembers(acl, &new_members) : 0;
	values[acl_column - 1] = PointerGetDatum(acl);
	nulls[acl_column - 1] = acl == NULL;
	replaces[acl_column - 1] = true;
	tuple = heap_modify_tuple(tuple, RelationGetDescr(catalog), values, nulls, replaces);
	CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	updateAclDependencies(RelationRelationId, relid, attnum, owner, old_count,
						  old_count ? old_members : NULL, new_count,
						  new_count ? new_members : NULL);
	table_close(catalog, RowExclusiveLock);
	CommandCounterIncrement();
}

static bool
has_column_grants(Oid relid, AttrNumber attnum)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	bool isnull = true;

	if (!HeapTupleIsValid(tuple))
		return false;
	(void) SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attacl, &isnull);
	ReleaseSysCache(tuple);
	return !isnull;
}

void
take_relation_over(Oid relid)
{
	int columns = columns_of(relid);

	ATExecChangeOwner(relid, bin_owner(), true, AccessExclusiveLock);
	CommandCounterIncrement();
	write_acl(relid, 0, NULL);
	for (int attnum = 1; attnum <= columns; attnum++)
		if (has_column_grants(relid, attnum))
			write_acl(relid, attnum, NULL);
}

/* The acl under a path of the state, those of its grants whose roles are left. */
static Acl *
acl_of_state(const char *state, const char *path)
{
	Oid types[2] = {TEXTOID, TEXTOID};
	Datum values[2] = {CStringGetTextDatum(state), CStringGetTextDatum(path)};
	char *text = text_as_owner("SELECT safemig.bin_acl_back($1::jsonb #> $2::text[])::text", 2,
							   types, values, NULL);
	Oid input;
	Oid param;
	Acl *acl;

	if (text == NULL)
		return NULL;
	/* nobody is left of them: an array of no dimension is no acl */
	if (strcmp(text, "{}") == 0)
		return make_empty_acl();
	getTypeInputInfo(ACLITEMARRAYOID, &input, &param);
	acl = DatumGetAclPCopy(OidInputFunctionCall(input, text, param, -1));
	/* every role of it is gone: '{}' has no dimension, which no acl may have */
	return ARR_NDIM(acl) == 0 ? make_empty_acl() : acl;
}

void
report_lost_grants(Restore *restore, const char *name, const char *state)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(state)};
	char *roles = text_as_owner(
		"SELECT string_agg(DISTINCT r, ', ') FROM jsonb_path_query($1::jsonb, 'strict $.**.roles[*]') q(v),"
		" LATERAL (SELECT v ->> 'name') x(r) WHERE NOT EXISTS (SELECT FROM pg_roles p WHERE p.oid = (v ->> 'oid')::oid)",
		1, types, values, NULL);

	if (roles != NULL)
		report_left_out(restore, "The grants of %s on %s did not come back: there is no such role.",
						roles, name);
}

void
give_relation_back(Restore *restore, Oid relid, const char *state)
{
	Oid owner = oid_of_state(state, "owner_oid");
	int columns = columns_of(relid);

	if (GetUserNameFromId(owner, true) != NULL)
		ATExecChangeOwner(relid, owner, true, AccessExclusiveLock);
	else
	{
		ATExecChangeOwner(relid, safemig_owner(), true, AccessExclusiveLock);
		report_left_out(restore, "%s belongs to %s now, since its owner %s is gone.",
						get_rel_name(relid), GetUserNameFromId(safemig_owner(), false),
						word_of_state(state, "owner"));
	}
	CommandCounterIncrement();
	write_acl(relid, 0, acl_of_state(state, "{acl}"));
	for (int attnum = 1; attnum <= columns; attnum++)
	{
		Acl *acl = acl_of_state(state, psprintf("{columns,%d}", attnum));

		if (acl != NULL)
			write_acl(relid, attnum, acl);
	}
	report_lost_grants(restore, get_rel_name(relid), state);
}

void
give_column_grants_back(Restore *restore, Oid relid, AttrNumber attnum, const char *state)
{
	Acl *acl = acl_of_state(state, "{acl}");

	if (acl == NULL)
		return;
	if (ACL_NUM(acl) > 0)
		write_acl(relid, attnum, acl);
	report_lost_grants(restore, get_rel_name(relid), state);
}
