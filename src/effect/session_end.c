/*
 * session_end.c
 *		What would go with this session's temporary objects?  At its end, and at
 *		DISCARD, the server drops them with CASCADE and asks nobody: a column of a
 *		temporary type goes along, a table partitioned by a temporary function too.
 *
 * RemoveTempRelations() cannot be stopped, so the question is asked when such a
 * dependency is made; what depended on them before was asked then.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "utils/lsyscache.h"

#include "effect/effect.h"

static Oid
temporary_schema(void)
{
	Oid schema;
	Oid toast_schema;

	GetTempNamespaceState(&schema, &toast_schema);
	return schema;
}

bool
may_lean_on_temporary(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateStmt:
		case T_CreateForeignTableStmt:
		case T_CreateTableAsStmt:
		case T_CompositeTypeStmt:
		case T_AlterTableStmt:
			/* what is temporary may, and who makes a thousand of them shall not wait */
			return OidIsValid(temporary_schema()) && !creates_temporary(stmt);
		case T_ExplainStmt:
			/* ANALYZE runs CREATE TABLE AS */
			stmt = ((ExplainStmt *) stmt)->query;
			return IsA(stmt, Query) && ((Query *) stmt)->commandType == CMD_UTILITY &&
				OidIsValid(temporary_schema());
		default:
			return false;
	}
}

static bool
is_permanent_data(Effect *effect)
{
	return action_category(effect->action) == CATEGORY_DATA && OidIsValid(effect->relation) &&
		get_rel_persistence(effect->relation) != RELPERSISTENCE_TEMP;
}

List *
effects_of_session_end(void)
{
	Oid schema = temporary_schema();
	List *lost = NIL;
	ObjectAddress object;
	ListCell *lc;

	if (!OidIsValid(schema))
		return NIL;
	ObjectAddressSet(object, NamespaceRelationId, schema);
	foreach(lc, closure_of_drop(list_make1(&object), DROP_CASCADE))
	{
		Effect *effect = lfirst(lc);

		if (!is_permanent_data(effect))
			continue;
		/* a table without a row, or of this transaction, will hold what is lost */
		effect->later = true;
		effect->empty_is_harmless = false;
		effect->part = effect->part && is_permanent_data(effect->whole);
		lost = lappend(lost, effect);
	}
	return lost;
}

static bool
is_among(List *effects, const ObjectAddress *object)
{
	ListCell *lc;

	foreach(lc, effects)
	{
		const ObjectAddress *other = &((Effect *) lfirst(lc))->object;

		if (other->classId == object->classId && other->objectId == object->objectId &&
			other->objectSubId == object->objectSubId)
			return true;
	}
	return false;
}

List *
effects_of_session_end_since(List *before)
{
	List *added = NIL;
	ListCell *lc;

	foreach(lc, effects_of_session_end())
		if (!is_among(before, &((Effect *) lfirst(lc))->object))
			added = lappend(added, lfirst(lc));
	return added;
}
