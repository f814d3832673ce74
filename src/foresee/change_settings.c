/*
 * change_settings.c
 *		SET, RESET and set_config(): told, and where the setting says what the rest of
 *		the script means, or how long it may wait, set for real.  The draft has opened
 *		a GUC nest level, which takes it back.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/compat.h"
#include "foresee/change_settings.h"

static const char *const followed[] = {"search_path", "lock_timeout", "statement_timeout",
									   "timezone"};

/* A value that the server would refuse changes nothing here either. */
static void
set_for_script(const char *name, const char *value)
{
	for (int i = 0; i < lengthof(followed); i++)
		if (pg_strcasecmp(followed[i], name) == 0)
			(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
									 DEBUG5, false);
}

void
reset_settings(void)
{
	for (int i = 0; i < lengthof(followed); i++)
		set_for_script(followed[i], NULL);
}

/* The change is told first: with the settings as they were. */
static void
tell_value(ChangeWalk *walk, Node *stmt, const char *name, const char *value)
{
	Change *change = new_change(walk, CHANGE_SET_VARIABLE, stmt, NULL);

	change->name = name;
	change->new_name = value;
	tell_change(walk, change);
	if (name != NULL)
		set_for_script(name, value);
}

void
tell_setting(ChangeWalk *walk, VariableSetStmt *stmt)
{
	switch (stmt->kind)
	{
		case VAR_SET_VALUE:
			tell_value(walk, (Node *) stmt, stmt->name, ExtractSetVariableArgs(stmt));
			break;
		case VAR_SET_CURRENT:
			tell_value(walk, (Node *) stmt, stmt->name, GetConfigOption(stmt->name, true, false));
			break;
		case VAR_SET_MULTI:
			/* TRANSACTION, SESSION CHARACTERISTICS: nothing to follow */
			tell_change(walk, new_change(walk, CHANGE_NOTHING, (Node *) stmt, NULL));
			break;
		case VAR_RESET_ALL:
			tell_change(walk, new_change(walk, CHANGE_SET_VARIABLE, (Node *) stmt, NULL));
			reset_settings();
			break;
		default:
			tell_value(walk, (Node *) stmt, stmt->name, NULL);
			break;
	}
}

/* The text of a literal; NULL for anything else */
char *
literal_text(Node *node)
{
	if (node != NULL && IsA(node, TypeCast))
		node = castNode(TypeCast, node)->arg;
	if (node == NULL || !IsA(node, A_Const) || castNode(A_Const, node)->isnull ||
		!IsA(&castNode(A_Const, node)->val, String))
		return NULL;
	return strVal(&castNode(A_Const, node)->val);
}

bool
tell_set_config(ChangeWalk *walk, SelectStmt *stmt)
{
	FuncCall *call;
	const char *name;
	const char *value;

	if (stmt->larg != NULL || stmt->fromClause != NIL || list_length(stmt->targetList) != 1 ||
		!IsA(linitial_node(ResTarget, stmt->targetList)->val, FuncCall))
		return false;
	call = castNode(FuncCall, linitial_node(ResTarget, stmt->targetList)->val);
	if (strcmp(strVal(llast(call->funcname)), "set_config") != 0 || list_length(call->args) != 3)
		return false;
	name = literal_text(linitial(call->args));
	value = literal_text(lsecond(call->args));
	if (name == NULL || value == NULL)
		return false;
	tell_value(walk, (Node *) stmt, name, value);
	return true;
}
