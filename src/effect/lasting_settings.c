/*
 * lasting_settings.c
 *		Does this statement set something for sessions to come that would keep the
 *		library from being loaded, or put it to sleep?
 */
#include "postgres.h"

#include "catalog/pg_database.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"

#include "effect/lasting_settings.h"

static bool
list_names(List *args, const char *word)
{
	ListCell *lc;

	foreach(lc, args)
		if (IsA(lfirst(lc), A_Const) && IsA(&((A_Const *) lfirst(lc))->val, String) &&
			strstr(strVal(&((A_Const *) lfirst(lc))->val), word) != NULL)
			return true;
	return false;
}

/*
 * Settings for a database, a role or the whole server that would keep the
 * library from being loaded, or put it to sleep, in sessions to come.
 */
List *
effects_of_lasting_setting(Node *stmt)
{
	VariableSetStmt *set;
	Effect *effect;
	bool loads;

	if (IsA(stmt, AlterDatabaseSetStmt))
		set = ((AlterDatabaseSetStmt *) stmt)->setstmt;
	else if (IsA(stmt, AlterRoleSetStmt))
		set = ((AlterRoleSetStmt *) stmt)->setstmt;
	else if (IsA(stmt, AlterSystemStmt))
		set = ((AlterSystemStmt *) stmt)->setstmt;
	else
		return NIL;

	if (set->kind == VAR_RESET_ALL)
	{
		/* for a role in all databases it touches what the database says in none */
		if (IsA(stmt, AlterRoleSetStmt))
			return NIL;
		/* the server takes only those away that the user might set */
		if (!superuser())
			return NIL;
		effect = make_nameless_effect(ACTION_DISARM, "setting", "session_preload_libraries");
	}
	else
	{
		loads = strcmp(set->name, "session_preload_libraries") == 0 ||
			strcmp(set->name, "shared_preload_libraries") == 0;
		if (loads ? list_names(set->args, "safemig") : strcmp(set->name, "safemig.enforce") != 0)
			return NIL;
		/* who may not set it gets the server's own refusal */
		if (!superuser() && pg_parameter_aclcheck(set->name, GetUserId(), ACL_SET) != ACLCHECK_OK)
			return NIL;
		effect = make_nameless_effect(ACTION_DISARM, "setting", set->name);
	}
	if (IsA(stmt, AlterDatabaseSetStmt))
		ObjectAddressSet(effect->object, DatabaseRelationId,
						 get_database_oid(((AlterDatabaseSetStmt *) stmt)->dbname, true));
	return list_make1(effect);
}
