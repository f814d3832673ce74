/*
 * server_refuses.c
 *		Will the server refuse this by itself: the wrong kind, the wrong parent, a
 *		name mistyped?  Then it says so, and no permit is asked for what cannot run.
 *
 * Nothing is let through by a wrong guess here: what the statement drops,
 * truncates or alters after all was not foreseen, and is judged at that moment.
 */
#include "postgres.h"

#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "effect/server_refuses.h"

/* As DropErrorMsgWrongType() has it; partitioned ones go by their plain kind's name. */
static bool
kind_fits(ObjectType type, char relkind)
{
	switch (type)
	{
		case OBJECT_TABLE:
			return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE;
		case OBJECT_INDEX:
			return relkind == RELKIND_INDEX || relkind == RELKIND_PARTITIONED_INDEX;
		case OBJECT_SEQUENCE:
			return relkind == RELKIND_SEQUENCE;
		case OBJECT_VIEW:
			return relkind == RELKIND_VIEW;
		case OBJECT_MATVIEW:
			return relkind == RELKIND_MATVIEW;
		case OBJECT_FOREIGN_TABLE:
			return relkind == RELKIND_FOREIGN_TABLE;
		default:
			return true;
	}
}

static bool
is_catalog(Oid relid)
{
	return IsCatalogRelationOid(relid) && !allowSystemTableMods;
}

bool
is_wrong_to_drop(ObjectType type, const ObjectAddress *object)
{
	if (object->classId != RelationRelationId)
		return false;
	return is_catalog(object->objectId) || !kind_fits(type, get_rel_relkind(object->objectId));
}

bool
is_wrong_to_truncate(Oid relid)
{
	switch (get_rel_relkind(relid))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_FOREIGN_TABLE:
			return is_catalog(relid);
		default:
			return true;
	}
}

bool
is_child_of(Oid child, Oid parent)
{
	return list_member_oid(find_inheritance_children_extended(parent, false, NoLock, NULL, NULL),
						   child);
}

static bool
is_unknown_column(Node *node, Oid *relid)
{
	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
	{
		List *fields = ((ColumnRef *) node)->fields;
		char *relation = get_rel_name(*relid);
		char *name;

		if (list_length(fields) != 1 || !IsA(linitial(fields), String))
			return false;
		name = strVal(linitial(fields));
		/* the relation's own name is its whole row */
		return get_attnum(*relid, name) == InvalidAttrNumber && relation != NULL &&
			strcmp(name, relation) != 0;
	}
	return raw_expression_tree_walker(node, is_unknown_column, relid);
}

bool
names_unknown_column(Node *expr, Oid relid)
{
	return is_unknown_column(expr, &relid);
}
