/*
 * storage_rescue.c
 *		undrop(..., as_name): the kept rows in a table of their own, when the one
 *		they came from is gone, was changed, or holds other rows by now.
 *
 * The first table that the statement named gets the name; any other one of the
 * entry gets it with its own name behind.  Partitions come back as one table.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/storage.h"

typedef struct NewTable
{
	Oid schema;
	const char *name;
	Oid relid;
} NewTable;

static NewTable
place_of_new_table(const char *as_name)
{
	NewTable place = {0};
	RangeVar *name = makeRangeVarFromNameList(names_of_identity(as_name));
	AclResult acl;

	place.schema = RangeVarGetCreationNamespace(name);
	place.name = name->relname;
	acl = pg_namespace_aclcheck(place.schema, GetUserId(), ACL_CREATE);
	if (acl != ACLCHECK_OK)
		aclcheck_error(acl, OBJECT_SCHEMA, get_namespace_name(place.schema));
	if (safemig_is_bin_schema(place.schema) || place.schema == safemig_schema())
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("nothing can be brought back into schema \"%s\"",
						get_namespace_name(place.schema)),
				 errhint("Name another schema with as_name.")));
	return place;
}

/* The partitioned table of the entry that this one is part of, or itself. */
static Return *
whole_of(List *returns, Return *back)
{
	ListCell *lc;

	foreach(lc, returns)
	{
		Return *other = lfirst(lc);

		if (!OidIsValid(other->archive) && get_rel_relispartition(back->target) &&
			list_member_oid(get_partition_ancestors(back->target), other->target))
			return other;
	}
	return back;
}

static List *
parts_of(List *returns, Return *whole)
{
	List *parts = NIL;
	ListCell *lc;

	foreach(lc, returns)
	{
		Return *back = lfirst(lc);

		if (OidIsValid(back->archive) && whole_of(returns, back) == whole)
			parts = lappend(parts, back);
	}
	return parts;
}

/* The table itself when its rows would all fit a copy of it, else what they lie in now. */
static Oid
model_of(const Return *whole, List *parts)
{
	ListCell *lc;

	foreach(lc, parts)
	{
		Return *back = lfirst(lc);

		if (get_rel_relkind(whole->target) == '\0' ||
			(back == whole && !same_columns(whole->target, back->archive, false)) ||
			!restrictions_still_hold(whole->target, &whole->detail))
			return ((Return *) linitial(parts))->archive;
	}
	return whole->target;
}

static char *
qualified(Oid schema, const char *name)
{
	return quote_qualified_identifier(get_namespace_name(schema), name);
}

static Oid
create_like(NewTable *place, Oid model, const BinItem *item)
{
	char *name = qualified(place->schema, place->name);
	char *like = qualified(get_rel_namespace(model), get_rel_name(model));
	bool bare = safemig_is_bin_schema(get_rel_namespace(model));
	Oid owner = !bare ? owner_of_relation(model)
		: item->owner ? get_role_oid(item->owner, true)
					  : InvalidOid;

	if (OidIsValid(get_relname_relid(place->name, place->schema)))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO), errmsg("there is a relation %s already", name),
				 errhint("Give another name with as_name.")));
	if (!OidIsValid(owner))
		owner = GetUserId();
	if (bare)
	{
		/* what lies in the bin has no code of anybody's; its indexes serve vacuum alone */
		(void) write_as_owner(psprintf("CREATE TABLE %s (LIKE %s)", name, like), 0, NULL, NULL,
							  NULL);
		(void) write_as_owner(psprintf("ALTER TABLE %s OWNER TO %s", name,
									   quote_identifier(GetUserNameFromId(owner, false))),
							  0, NULL, NULL, NULL);
	}
	else
		write_as_role(owner, psprintf("CREATE TABLE %s (LIKE %s INCLUDING ALL)", name, like));
	return get_relname_relid(place->name, place->schema);
}

static void
rescue(Restore *restore, List *returns, Return *whole, NewTable *place)
{
	List *parts = parts_of(returns, whole);
	BinItem *item = palloc(sizeof(BinItem));
	ListCell *lc;

	if (parts == NIL)
		return;
	place->relid = create_like(place, model_of(whole, parts), whole->item);
	foreach(lc, parts)
		copy_rows_back(restore, place->relid, lfirst(lc), false);
	*item = *whole->item;
	item->identity = psprintf("%s as %s", item->identity, qualified(place->schema, place->name));
	report_back(restore, item);
}

static Return *
first_named(List *returns)
{
	ListCell *lc;

	foreach(lc, returns)
		if (((Return *) lfirst(lc))->item->named)
			return lfirst(lc);
	return linitial(returns);
}

void
restore_into_new_tables(Restore *restore, List *returns)
{
	NewTable place = place_of_new_table(restore->as_name);
	Return *first = whole_of(returns, first_named(returns));
	ListCell *lc;

	rescue(restore, returns, first, &place);
	foreach(lc, returns)
	{
		Return *back = lfirst(lc);
		NewTable beside = place;
		List *names;

		if (back == first || whole_of(returns, back) != back)
			continue;
		names = names_of_identity(back->item->identity);
		beside.name = psprintf("%s_%s", place.name, strVal(llast(names)));
		rescue(restore, returns, back, &beside);
	}
}
