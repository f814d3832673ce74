/*
 * rename_effects.c
 *		Which names does ALTER ... RENAME or SET SCHEMA take away?  A column's name
 *		goes with it in children, and with CASCADE in typed tables.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"

#include "effect/alter_table.h"
#include "effect/names.h"
#include "effect/rename_effects.h"
#include "effect/row_type.h"

/* Children have the column under the same name, and get the new one. */
static List *
rename_column(Action action, Oid relid, const char *name)
{
	AttrNumber attnum = OidIsValid(relid) ? name_reader->column(relid, name) : 0;
	Effect *effect;

	if (attnum <= 0)
		return NIL;
	effect = make_column_effect(action, relid, attnum);
	effect->named = true;
	return list_concat(list_make1(effect), same_in_children(effect, relid, name));
}

/* With CASCADE the tables OF a composite type rename their columns too. */
static List *
rename_in_typed_tables(RenameStmt *stmt, Oid relid)
{
	List *effects = NIL;
	ListCell *lc;

	if (OidIsValid(relid) && stmt->behavior == DROP_CASCADE)
		foreach(lc, typed_tables(relid))
			effects = list_concat(
				effects, rename_column(ACTION_RENAME_COLUMN, lfirst_oid(lc), stmt->subname));
	return effects;
}

List *
effects_of_rename(RenameStmt *stmt)
{
	ObjectAddress object;
	Oid relid = stmt->relation ? lookup_relation(stmt->relation) : InvalidOid;

	switch (stmt->renameType)
	{
		case OBJECT_TABLE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
		case OBJECT_INDEX:
		case OBJECT_SEQUENCE:
			/* ALTER INDEX ... RENAME TO serves tables too, and the other way round */
			if (OidIsValid(relid) && get_rel_relkind(relid) != RELKIND_INDEX &&
				get_rel_relkind(relid) != RELKIND_PARTITIONED_INDEX &&
				get_rel_relkind(relid) != RELKIND_SEQUENCE)
				return one_effect(ACTION_RENAME_TABLE, RelationRelationId, relid);
			return one_effect(ACTION_ALTER, RelationRelationId, relid);
		case OBJECT_COLUMN:
			return rename_column(ACTION_RENAME_COLUMN, relid, stmt->subname);
		case OBJECT_ATTRIBUTE:
			return list_concat(rename_column(ACTION_RENAME_ATTRIBUTE, relid, stmt->subname),
							   rename_in_typed_tables(stmt, relid));
		case OBJECT_SCHEMA:
			return one_effect(ACTION_RENAME_SCHEMA, NamespaceRelationId,
							  name_reader->schema(stmt->subname));
		case OBJECT_TYPE:
		case OBJECT_DOMAIN:
			return one_effect(
				ACTION_RENAME_TYPE, TypeRelationId,
				LookupTypeNameOid(NULL, makeTypeNameFromNameList(castNode(List, stmt->object)),
								  true));
		case OBJECT_DATABASE:
			return one_effect(ACTION_RENAME_DATABASE, DatabaseRelationId,
							  get_database_oid(stmt->subname, true));
		default:
			if (stmt->object != NULL && lookup_object(stmt->renameType, stmt->object, &object))
				return one_effect(ACTION_ALTER, object.classId, object.objectId);
			return one_effect(ACTION_ALTER, RelationRelationId, relid);
	}
}

List *
effects_of_set_schema(AlterObjectSchemaStmt *stmt)
{
	ObjectAddress object;
	Node *name = stmt->object;

	if (stmt->relation != NULL)
		return one_effect(ACTION_SET_SCHEMA, RelationRelationId, lookup_relation(stmt->relation));
	if (stmt->objectType == OBJECT_TYPE || stmt->objectType == OBJECT_DOMAIN)
		name = (Node *) makeTypeNameFromNameList(castNode(List, stmt->object));
	if (name != NULL && lookup_object(stmt->objectType, name, &object))
		return one_effect(ACTION_SET_SCHEMA, object.classId, object.objectId);
	return NIL;
}
