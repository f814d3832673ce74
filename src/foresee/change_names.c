/*
 * change_names.c
 *		Names, owners and comments: RENAME, SET SCHEMA, OWNER TO, COMMENT, GRANT.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"

#include "foresee/change_parts.h"

static ChangeKind
kind_of_rename(RenameStmt *stmt)
{
	switch (stmt->renameType)
	{
		case OBJECT_TABLE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
		case OBJECT_SEQUENCE:
		case OBJECT_INDEX:
			return CHANGE_RENAME_RELATION;
		case OBJECT_COLUMN:
		case OBJECT_ATTRIBUTE:
			return CHANGE_RENAME_COLUMN;
		case OBJECT_TABCONSTRAINT:
			return CHANGE_RENAME_CONSTRAINT;
		case OBJECT_SCHEMA:
			return CHANGE_RENAME_SCHEMA;
		case OBJECT_TYPE:
		case OBJECT_DOMAIN:
			return CHANGE_RENAME_TYPE;
		default:
			return CHANGE_RENAME_OTHER;
	}
}

static const char *
name_of_object(Node *object)
{
	if (object == NULL)
		return NULL;
	if (IsA(object, String))
		return strVal(object);
	if (IsA(object, List))
		return NameListToString(castNode(List, object));
	if (IsA(object, ObjectWithArgs))
		return NameListToString(castNode(ObjectWithArgs, object)->objname);
	return NULL;
}

static void
set_index(Change *change, const RangeVar *name)
{
	change->index = name != NULL ? draft_index(name) : NULL;
	if (change->index != NULL)
		change->relation = change->index->table;
}

/* ALTER INDEX ... RENAME TO serves tables too, and ALTER TABLE indexes. */
static void
set_renamed_relation(Change *change, RenameStmt *stmt)
{
	change->name = stmt->relation->relname;
	set_index(change, stmt->relation);
	if (change->index != NULL)
	{
		change->kind = CHANGE_RENAME_INDEX;
		change->name = change->index->name;
	}
}

static void
change_of_rename(ChangeWalk *walk, RenameStmt *stmt)
{
	Change *change = new_relation_change(walk, kind_of_rename(stmt), (Node *) stmt, stmt->relation);

	change->new_name = stmt->newname;
	change->name = stmt->subname != NULL ? stmt->subname : name_of_object(stmt->object);
	change->if_exists = stmt->missing_ok;
	change->cascade = stmt->behavior == DROP_CASCADE;
	if (change->kind == CHANGE_RENAME_RELATION && stmt->relation != NULL)
		set_renamed_relation(change, stmt);
	else if (change->kind == CHANGE_RENAME_SCHEMA)
		change->schema = stmt->subname;
	else if (change->kind == CHANGE_RENAME_COLUMN && change->relation != NULL)
		change->column = draft_column(change->relation, stmt->subname);
	else if (change->kind == CHANGE_RENAME_CONSTRAINT && change->relation != NULL)
		change->constraint = draft_constraint(change->relation, stmt->subname);
	if (stmt->missing_ok && stmt->relation != NULL && change->relation == NULL)
	{
		change->skipped = change->kind;
		change->kind = CHANGE_NOTHING;
	}
	tell_change(walk, change);
}

static void
change_of_set_schema(ChangeWalk *walk, AlterObjectSchemaStmt *stmt)
{
	Change *change = new_relation_change(walk, CHANGE_SET_SCHEMA, (Node *) stmt, stmt->relation);

	change->schema = stmt->newschema;
	change->name = stmt->relation != NULL ? stmt->relation->relname : name_of_object(stmt->object);
	change->if_exists = stmt->missing_ok;
	if (stmt->objectType == OBJECT_EXTENSION)
		change->kind = CHANGE_ALTER_EXTENSION;
	if (stmt->missing_ok && stmt->relation != NULL && change->relation == NULL)
	{
		change->skipped = change->kind;
		change->kind = CHANGE_NOTHING;
	}
	tell_change(walk, change);
}

/* Of a relation, or of a part of one */
static RangeVar *
commented_relation(CommentStmt *stmt)
{
	List *names;

	if (stmt->object == NULL || !IsA(stmt->object, List))
		return NULL;
	names = castNode(List, stmt->object);
	switch (stmt->objtype)
	{
		case OBJECT_TABLE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
		case OBJECT_SEQUENCE:
		case OBJECT_INDEX:
			return range_var_of(names);
		case OBJECT_COLUMN:
		case OBJECT_TABCONSTRAINT:
		case OBJECT_TRIGGER:
		case OBJECT_RULE:
		case OBJECT_POLICY:
			return range_var_of(list_truncate(list_copy(names), list_length(names) - 1));
		default:
			return NULL;
	}
}

static void
change_of_comment(ChangeWalk *walk, CommentStmt *stmt)
{
	RangeVar *name = commented_relation(stmt);
	Change *change = new_relation_change(walk, CHANGE_COMMENT, (Node *) stmt, name);

	if (stmt->objtype == OBJECT_INDEX)
		set_index(change, name);
	if (stmt->object != NULL && IsA(stmt->object, List) && stmt->object != (Node *) NIL &&
		IsA(llast((List *) stmt->object), String))
		change->name = strVal(llast((List *) stmt->object));
	else
		change->name = name_of_object(stmt->object);
	tell_change(walk, change);
}

static void
changes_of_grant(ChangeWalk *walk, GrantStmt *stmt)
{
	ChangeKind kind = stmt->is_grant ? CHANGE_GRANT : CHANGE_REVOKE;
	Change *change;
	ListCell *lc;

	if (stmt->targtype == ACL_TARGET_OBJECT &&
		(stmt->objtype == OBJECT_TABLE || stmt->objtype == OBJECT_SEQUENCE))
	{
		foreach(lc, stmt->objects)
			if (IsA(lfirst(lc), RangeVar))
			{
				change = new_relation_change(walk, kind, (Node *) stmt, lfirst(lc));
				change->cascade = stmt->behavior == DROP_CASCADE;
				change->public_rights = rights_new_to_public((Node *) stmt, lfirst(lc));
				tell_change(walk, change);
			}
		return;
	}
	change = new_change(walk, kind, (Node *) stmt, NULL);
	if (stmt->objects != NIL)
		change->name = name_of_object(linitial(stmt->objects));
	change->cascade = stmt->behavior == DROP_CASCADE;
	change->public_rights = rights_new_to_public((Node *) stmt, NULL);
	tell_change(walk, change);
}

bool
changes_of_names(ChangeWalk *walk, Node *stmt)
{
	Change *change;

	switch (nodeTag(stmt))
	{
		case T_RenameStmt:
			change_of_rename(walk, castNode(RenameStmt, stmt));
			return true;
		case T_AlterObjectSchemaStmt:
			change_of_set_schema(walk, castNode(AlterObjectSchemaStmt, stmt));
			return true;
		case T_AlterOwnerStmt:
			change = new_relation_change(walk, CHANGE_OWNER, stmt,
										 castNode(AlterOwnerStmt, stmt)->relation);
			change->name = name_of_object(castNode(AlterOwnerStmt, stmt)->object);
			tell_change(walk, change);
			return true;
		case T_AlterObjectDependsStmt:
			change = new_relation_change(walk, CHANGE_ALTER_OTHER, stmt,
										 castNode(AlterObjectDependsStmt, stmt)->relation);
			change->name = name_of_object(castNode(AlterObjectDependsStmt, stmt)->object);
			set_index(change, castNode(AlterObjectDependsStmt, stmt)->relation);
			tell_change(walk, change);
			return true;
		case T_CommentStmt:
			change_of_comment(walk, castNode(CommentStmt, stmt));
			return true;
		case T_GrantStmt:
			changes_of_grant(walk, castNode(GrantStmt, stmt));
			return true;
		case T_GrantRoleStmt:
			tell_change(
				walk,
				new_change(walk,
						   castNode(GrantRoleStmt, stmt)->is_grant ? CHANGE_GRANT : CHANGE_REVOKE,
						   stmt, NULL));
			return true;
		case T_AlterDefaultPrivilegesStmt:
			change = new_change(walk,
								castNode(AlterDefaultPrivilegesStmt, stmt)->action->is_grant
									? CHANGE_GRANT
									: CHANGE_REVOKE,
								stmt, NULL);
			change->public_rights = rights_new_to_public(stmt, NULL);
			tell_change(walk, change);
			return true;
		default:
			return false;
	}
}
