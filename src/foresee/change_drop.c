/*
 * change_drop.c
 *		DROP of every kind and TRUNCATE: one change for each object that the statement
 *		names.  What goes along is found when it is foretold (touch_drop.c), and by the
 *		draft.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"

#include "foresee/change_parts.h"
#include "effect/effect.h"

static ChangeKind
kind_of_relation_drop(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TABLE:
			return CHANGE_DROP_TABLE;
		case OBJECT_VIEW:
			return CHANGE_DROP_VIEW;
		case OBJECT_MATVIEW:
			return CHANGE_DROP_MATVIEW;
		case OBJECT_SEQUENCE:
			return CHANGE_DROP_SEQUENCE;
		case OBJECT_FOREIGN_TABLE:
			return CHANGE_DROP_FOREIGN_TABLE;
		default:
			return CHANGE_DROP_OTHER;
	}
}

/* DROP TABLE of a view is an error of the server's, and of no relation here. */
static bool
is_dropped_as(DraftRelation *relation, ObjectType type)
{
	switch (relation->kind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
			return type == OBJECT_TABLE;
		case RELKIND_VIEW:
			return type == OBJECT_VIEW;
		case RELKIND_MATVIEW:
			return type == OBJECT_MATVIEW;
		case RELKIND_SEQUENCE:
			return type == OBJECT_SEQUENCE;
		case RELKIND_FOREIGN_TABLE:
			return type == OBJECT_FOREIGN_TABLE;
		default:
			return false;
	}
}

static void
tell_drop(ChangeWalk *walk, DropStmt *stmt, Change *change, bool missing)
{
	change->cascade = stmt->behavior == DROP_CASCADE;
	change->if_exists = stmt->missing_ok;
	change->concurrently = stmt->concurrent;
	if (missing && stmt->missing_ok)
	{
		change->skipped = change->kind;
		change->kind = CHANGE_NOTHING;
	}
	tell_change(walk, change);
}

static void
drop_relation(ChangeWalk *walk, DropStmt *stmt, List *names)
{
	RangeVar *name = range_var_of(names);
	Change *change =
		new_relation_change(walk, kind_of_relation_drop(stmt->removeType), (Node *) stmt, name);

	if (change->relation != NULL && !is_dropped_as(change->relation, stmt->removeType))
		change->relation = NULL;
	if (change->relation != NULL)
		change->schema = change->relation->schema;
	change->name = name != NULL ? name->relname : NULL;
	tell_drop(walk, stmt, change, change->relation == NULL);
}

static void
drop_index(ChangeWalk *walk, DropStmt *stmt, List *names)
{
	RangeVar *name = range_var_of(names);
	Change *change = new_relation_change(walk, CHANGE_DROP_INDEX, (Node *) stmt, name);

	change->index = name != NULL ? draft_index(name) : NULL;
	change->relation = change->index != NULL ? change->index->table : NULL;
	change->name = name != NULL ? name->relname : NULL;
	tell_drop(walk, stmt, change, change->index == NULL);
}

static ChangeKind
kind_of_part_drop(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TRIGGER:
			return CHANGE_DROP_TRIGGER;
		case OBJECT_RULE:
			return CHANGE_DROP_RULE;
		case OBJECT_POLICY:
			return CHANGE_DROP_POLICY;
		default:
			return CHANGE_DROP_OTHER;
	}
}

/* name ON relation; whether the part is there only the catalog can tell, of what was there */
static void
drop_part(ChangeWalk *walk, DropStmt *stmt, List *names)
{
	RangeVar *name = range_var_of(list_truncate(list_copy(names), Max(list_length(names) - 1, 0)));
	Change *change =
		new_relation_change(walk, kind_of_part_drop(stmt->removeType), (Node *) stmt, name);
	ObjectAddress part;
	bool missing = change->relation == NULL;

	change->name = strVal(llast(names));
	if (!missing && !draft_is_new(change->relation) && !change->relation->swapped)
		missing = !lookup_object(stmt->removeType, (Node *) names, &part);
	tell_drop(walk, stmt, change, missing && stmt->missing_ok);
}

static ChangeKind
kind_of_other_drop(ObjectType type)
{
	switch (type)
	{
		case OBJECT_STATISTIC_EXT:
			return CHANGE_DROP_STATISTICS;
		case OBJECT_TYPE:
		case OBJECT_DOMAIN:
			return CHANGE_DROP_TYPE;
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
		case OBJECT_AGGREGATE:
			return CHANGE_DROP_FUNCTION;
		case OBJECT_EXTENSION:
			return CHANGE_DROP_EXTENSION;
		case OBJECT_PUBLICATION:
			return CHANGE_DROP_PUBLICATION;
		default:
			return CHANGE_DROP_OTHER;
	}
}

static const char *
name_of_object(Node *object)
{
	if (IsA(object, String))
		return strVal(object);
	if (IsA(object, List) && castNode(List, object) != NIL && IsA(llast((List *) object), String))
		return strVal(llast((List *) object));
	if (IsA(object, TypeName))
		return TypeNameToString(castNode(TypeName, object));
	if (IsA(object, ObjectWithArgs))
		return NameListToString(castNode(ObjectWithArgs, object)->objname);
	return NULL;
}

static void
drop_other(ChangeWalk *walk, DropStmt *stmt, Node *object)
{
	Change *change = new_change(walk, kind_of_other_drop(stmt->removeType), (Node *) stmt, NULL);

	change->name = name_of_object(object);
	change->part = object;
	tell_drop(walk, stmt, change, false);
}

static void
drop_schema(ChangeWalk *walk, DropStmt *stmt, Node *object)
{
	Change *change = new_change(walk, CHANGE_DROP_SCHEMA, (Node *) stmt, NULL);

	change->schema = change->name = strVal(object);
	change->part = object;
	tell_drop(walk, stmt, change, !draft_has_schema(change->schema));
}

static void
changes_of_drop_statement(ChangeWalk *walk, DropStmt *stmt)
{
	ListCell *lc;

	foreach(lc, stmt->objects)
	{
		Node *object = lfirst(lc);

		switch (stmt->removeType)
		{
			case OBJECT_TABLE:
			case OBJECT_VIEW:
			case OBJECT_MATVIEW:
			case OBJECT_SEQUENCE:
			case OBJECT_FOREIGN_TABLE:
				drop_relation(walk, stmt, castNode(List, object));
				break;
			case OBJECT_INDEX:
				drop_index(walk, stmt, castNode(List, object));
				break;
			case OBJECT_TRIGGER:
			case OBJECT_RULE:
			case OBJECT_POLICY:
				drop_part(walk, stmt, castNode(List, object));
				break;
			case OBJECT_SCHEMA:
				drop_schema(walk, stmt, object);
				break;
			default:
				drop_other(walk, stmt, object);
				break;
		}
	}
}

static void
changes_of_truncate(ChangeWalk *walk, TruncateStmt *stmt)
{
	ListCell *lc;

	foreach(lc, stmt->relations)
	{
		Change *change =
			new_relation_change(walk, CHANGE_TRUNCATE, (Node *) stmt, lfirst_node(RangeVar, lc));

		change->cascade = stmt->behavior == DROP_CASCADE;
		tell_change(walk, change);
	}
}

bool
changes_of_drop(ChangeWalk *walk, Node *stmt)
{
	Change *change;

	switch (nodeTag(stmt))
	{
		case T_DropStmt:
			changes_of_drop_statement(walk, castNode(DropStmt, stmt));
			return true;
		case T_TruncateStmt:
			changes_of_truncate(walk, castNode(TruncateStmt, stmt));
			return true;
		case T_DropdbStmt:
			change = new_change(walk, CHANGE_DROP_DATABASE, stmt, NULL);
			change->name = castNode(DropdbStmt, stmt)->dbname;
			change->if_exists = castNode(DropdbStmt, stmt)->missing_ok;
			tell_change(walk, change);
			return true;
		case T_DropOwnedStmt:
			change = new_change(walk, CHANGE_DROP_OTHER, stmt, NULL);
			change->cascade = castNode(DropOwnedStmt, stmt)->behavior == DROP_CASCADE;
			tell_change(walk, change);
			return true;
		case T_DropRoleStmt:
		case T_DropTableSpaceStmt:
		case T_DropSubscriptionStmt:
		case T_DropUserMappingStmt:
			tell_change(walk, new_change(walk, CHANGE_DROP_OTHER, stmt, NULL));
			return true;
		default:
			return false;
	}
}
