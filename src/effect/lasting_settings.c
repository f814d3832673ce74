/*
 * lasting_settings.c
 *		Does this statement set something for sessions or functions to come that
 *		would keep the library from being loaded, or put it to sleep?
 *
 * Settings are the server's own business too: their names are compared as it
 * does, whatever their case, and their values are read as it reads them.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_parameter_acl.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "base/installation.h"
#include "effect/lasting_settings.h"

/* Where a statement puts its setting; what it disarms depends on that. */
typedef struct Lasting
{
	VariableSetStmt *set;
	char *database; /* NULL: every database */
	bool one_role;
	bool system; /* the whole server's */
	bool on_function;
} Lasting;

static bool
is_named(const char *name, const char *setting)
{
	return pg_strcasecmp(name, setting) == 0;
}

static bool
is_preload(const char *name)
{
	return is_named(name, "session_preload_libraries") ||
		is_named(name, "shared_preload_libraries");
}

/* What the guard lives by. */
static bool
is_vital(const char *name)
{
	return is_preload(name) || is_named(name, "safemig.enforce") ||
		is_named(name, "event_triggers");
}

static const char *
text_of_argument(Node *argument)
{
	if (argument == NULL || !IsA(argument, A_Const) || ((A_Const *) argument)->isnull)
		return NULL;
	if (IsA(&((A_Const *) argument)->val, String))
		return strVal(&((A_Const *) argument)->val);
	return NULL;
}

/* The server quotes each argument, so each of them is one library. */
static bool
loads_us(List *arguments)
{
	ListCell *lc;

	foreach(lc, arguments)
	{
		const char *library = text_of_argument(lfirst(lc));

		if (library != NULL && strcmp(library, SAFEMIG_NAME) == 0)
			return true;
	}
	return false;
}

static bool
switches_on(List *arguments)
{
	const char *word = list_length(arguments) == 1 ? text_of_argument(linitial(arguments)) : NULL;
	bool on = false;

	return word != NULL && parse_bool(word, &on) && on;
}

static bool
leaves_us_awake(const Lasting *lasting)
{
	VariableSetStmt *set = lasting->set;

	if (!is_vital(set->name))
		return true;
	/* a guarded database says itself what its sessions load */
	if (lasting->database == NULL && !lasting->one_role &&
		is_named(set->name, "session_preload_libraries"))
		return true;
	/* a function without a setting of its own is as awake as who calls it */
	if (lasting->on_function && (set->kind == VAR_RESET || set->kind == VAR_SET_DEFAULT))
		return true;
	if (is_preload(set->name))
		return loads_us(set->args);
	if (is_named(set->name, "event_triggers"))
		return set->kind == VAR_RESET || set->kind == VAR_SET_DEFAULT || switches_on(set->args);
	return false;
}

/* Who may not set it gets the server's own refusal. */
static bool
may_set(const char *name)
{
	return superuser() || pg_parameter_aclcheck(name, GetUserId(), ACL_SET) == ACLCHECK_OK;
}

static List *
disarms(const Lasting *lasting, const char *setting)
{
	Effect *effect = make_nameless_effect(ACTION_DISARM, "setting", setting);

	if (lasting->database != NULL)
		ObjectAddressSet(effect->object, DatabaseRelationId,
						 get_database_oid(lasting->database, true));
	return list_make1(effect);
}

static List *
effects_of_setting(const Lasting *lasting)
{
	VariableSetStmt *set = lasting->set;

	if (set->kind == VAR_RESET_ALL)
	{
		/* what a database or the server says is all that keeps us loaded */
		if (lasting->one_role || lasting->on_function ||
			(lasting->database == NULL && !lasting->system))
			return NIL;
		/* the server takes only those away that the user might set */
		return superuser() ? disarms(lasting, "session_preload_libraries") : NIL;
	}
	return leaves_us_awake(lasting) || !may_set(set->name) ? NIL : disarms(lasting, set->name);
}

/* The SET clauses among the options of CREATE or ALTER FUNCTION. */
static List *
effects_of_function_options(List *options)
{
	ListCell *lc;

	foreach(lc, options)
	{
		DefElem *option = lfirst_node(DefElem, lc);
		Lasting lasting = {.on_function = true};
		List *effects;

		if (strcmp(option->defname, "set") != 0)
			continue;
		lasting.set = castNode(VariableSetStmt, option->arg);
		if ((effects = effects_of_setting(&lasting)) != NIL)
			return effects;
	}
	return NIL;
}

/* GRANT SET or ALTER SYSTEM ON PARAMETER: who has it needs no superuser to put us to sleep. */
static List *
effects_of_parameter_grant(GrantStmt *stmt)
{
	Lasting everywhere = {0};
	ListCell *lc;

	if (stmt->objtype != OBJECT_PARAMETER_ACL || !stmt->is_grant || !superuser())
		return NIL;
	foreach(lc, stmt->objects)
		if (is_vital(strVal(lfirst(lc))))
			return disarms(&everywhere, strVal(lfirst(lc)));
	return NIL;
}

List *
effects_of_lasting_setting(Node *stmt)
{
	Lasting lasting = {0};

	switch (nodeTag(stmt))
	{
		case T_AlterDatabaseSetStmt:
			lasting.set = ((AlterDatabaseSetStmt *) stmt)->setstmt;
			lasting.database = ((AlterDatabaseSetStmt *) stmt)->dbname;
			return effects_of_setting(&lasting);
		case T_AlterRoleSetStmt:
			lasting.set = ((AlterRoleSetStmt *) stmt)->setstmt;
			lasting.database = ((AlterRoleSetStmt *) stmt)->database;
			lasting.one_role = ((AlterRoleSetStmt *) stmt)->role != NULL;
			return effects_of_setting(&lasting);
		case T_AlterSystemStmt:
			lasting.set = ((AlterSystemStmt *) stmt)->setstmt;
			lasting.system = true;
			return effects_of_setting(&lasting);
		case T_CreateFunctionStmt:
			return effects_of_function_options(((CreateFunctionStmt *) stmt)->options);
		case T_AlterFunctionStmt:
			return effects_of_function_options(((AlterFunctionStmt *) stmt)->actions);
		case T_GrantStmt:
			return effects_of_parameter_grant((GrantStmt *) stmt);
		default:
			return NIL;
	}
}

/* Shared catalogs by which one database disarms, renames or drops another. */
bool
is_catalog_of_databases(Oid relid)
{
	return relid == DbRoleSettingRelationId || relid == DatabaseRelationId ||
		relid == ParameterAclRelationId;
}
