/*
 * statement_effects.c
 *		What will this utility statement do?  The one place that looks at the kind
 *		of a statement; DROP and TRUNCATE are in drop_statements.c, ALTER TABLE's
 *		subcommands in alter_table.c, CREATE OR REPLACE in replace_effects.c, and what
 *		becomes of names in rename_effects.c.
 *
 * A name that leads nowhere gives no effect: the server's own error, or its
 * NOTICE for IF EXISTS, is the answer then.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_type.h"
#include "catalog/pg_user_mapping.h"
#include "commands/dbcommands.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "parser/parse_type.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "effect/alter_table.h"
#include "effect/drop_statements.h"
#include "effect/effect.h"
#include "effect/grant_effects.h"
#include "effect/lasting_settings.h"
#include "effect/rename_effects.h"
#include "effect/replace_effects.h"

bool
statement_matters(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		/* the everyday ones first: nothing of them is ours */
		case T_TransactionStmt:
		case T_VariableSetStmt:
		case T_VariableShowStmt:
		case T_PrepareStmt:
		case T_ExecuteStmt:
		case T_DeallocateStmt:
		case T_DeclareCursorStmt:
		case T_FetchStmt:
		case T_ClosePortalStmt:
		case T_DoStmt:
		case T_CallStmt:
		case T_LockStmt:
		case T_NotifyStmt:
		case T_ListenStmt:
		case T_UnlistenStmt:
		case T_ConstraintsSetStmt:
		case T_CheckPointStmt:
		case T_LoadStmt:
		case T_VacuumStmt:
		case T_ClusterStmt:
		case T_ReindexStmt:
			return false;
		case T_ExplainStmt:
			return may_lean_on_temporary(stmt);
		case T_DiscardStmt:
			return ((DiscardStmt *) stmt)->target == DISCARD_ALL ||
				((DiscardStmt *) stmt)->target == DISCARD_TEMP;
		case T_RefreshMatViewStmt:
			return true;
		case T_CopyStmt:
			return ((CopyStmt *) stmt)->is_from;
		default:
			return GetCommandLogLevel(stmt) == LOGSTMT_DDL || IsA(stmt, TruncateStmt);
	}
}

bool
runs_extension_script(Node *stmt)
{
	return IsA(stmt, CreateExtensionStmt) || IsA(stmt, AlterExtensionStmt);
}

bool
drops_extension(Node *stmt, const char *name)
{
	ListCell *lc;

	if (!IsA(stmt, DropStmt) || ((DropStmt *) stmt)->removeType != OBJECT_EXTENSION)
		return false;
	foreach(lc, ((DropStmt *) stmt)->objects)
		if (strcmp(strVal(lfirst(lc)), name) == 0)
			return true;
	return false;
}

static List *
effects_of_alter_enum(AlterEnumStmt *stmt)
{
	Oid type = LookupTypeNameOid(NULL, makeTypeNameFromNameList(stmt->typeName), true);

	return one_effect(stmt->oldVal ? ACTION_RENAME_ENUM_VALUE : ACTION_ALTER, TypeRelationId, type);
}

/* ALTER DOMAIN: drops of its default, not null and constraints */
static List *
effects_of_alter_domain(AlterDomainStmt *stmt)
{
	Oid type = LookupTypeNameOid(NULL, makeTypeNameFromNameList(stmt->typeName), true);
	Action action = ACTION_ALTER;

	if (stmt->subtype == 'X')
		return OidIsValid(type) ? one_effect(ACTION_DROP_CONSTRAINT, ConstraintRelationId,
											 get_domain_constraint_oid(type, stmt->name, true))
								: NIL;
	if (stmt->subtype == 'N')
		action = ACTION_DROP_NOT_NULL;
	else if (stmt->subtype == 'T' && stmt->def == NULL)
		action = ACTION_DROP_DEFAULT;
	return one_effect(action, TypeRelationId, type);
}

static List *
effects_of_drop_user_mapping(DropUserMappingStmt *stmt)
{
	ForeignServer *server = GetForeignServerByName(stmt->servername, true);
	Oid role = stmt->user->roletype == ROLESPEC_PUBLIC ? ACL_ID_PUBLIC
													   : get_rolespec_oid(stmt->user, true);

	if (server == NULL || (role == InvalidOid && stmt->user->roletype != ROLESPEC_PUBLIC))
		return NIL;
	return one_effect(ACTION_DROP_USER_MAPPING, UserMappingRelationId,
					  GetSysCacheOid2(USERMAPPINGUSERSERVER, Anum_pg_user_mapping_oid,
									  ObjectIdGetDatum(role), ObjectIdGetDatum(server->serverid)));
}

/* Statements that change one named object in a way no other action describes. */
static List *
effects_of_alter(Node *stmt)
{
	ObjectAddress object;
	ObjectType type;
	Node *name;

	switch (nodeTag(stmt))
	{
		case T_AlterEventTrigStmt:
			type = OBJECT_EVENT_TRIGGER;
			name = (Node *) makeString(((AlterEventTrigStmt *) stmt)->trigname);
			break;
		case T_AlterExtensionContentsStmt:
			/* what is in an extension's schema is exempt: no way to get there in passing */
			if (((AlterExtensionContentsStmt *) stmt)->action > 0 &&
				((AlterExtensionContentsStmt *) stmt)->objtype == OBJECT_SCHEMA)
				return one_effect(
					ACTION_SET_SCHEMA, NamespaceRelationId,
					get_namespace_oid(strVal(((AlterExtensionContentsStmt *) stmt)->object), true));
			type = OBJECT_EXTENSION;
			name = (Node *) makeString(((AlterExtensionContentsStmt *) stmt)->extname);
			break;
		case T_AlterFunctionStmt:
			type = ((AlterFunctionStmt *) stmt)->objtype;
			name = (Node *) ((AlterFunctionStmt *) stmt)->func;
			break;
		case T_AlterOwnerStmt:
			type = ((AlterOwnerStmt *) stmt)->objectType;
			name = ((AlterOwnerStmt *) stmt)->object;
			break;
		default:
			return NIL;
	}
	if (type == OBJECT_TYPE || type == OBJECT_DOMAIN)
		name = (Node *) makeTypeNameFromNameList(castNode(List, name));
	return name != NULL && lookup_object(type, name, &object)
		? one_effect(ACTION_ALTER, object.classId, object.objectId)
		: NIL;
}

static List *
alter_relation(const RangeVar *name)
{
	return name == NULL ? NIL : one_effect(ACTION_ALTER, RelationRelationId, lookup_relation(name));
}

static List *
alter_relations(List *names)
{
	List *effects = NIL;
	ListCell *lc;

	foreach(lc, names)
		if (IsA(lfirst(lc), RangeVar))
			effects = list_concat(effects, alter_relation(lfirst(lc)));
	return effects;
}

static bool
restarts_sequence(List *options)
{
	ListCell *lc;

	foreach(lc, options)
		if (strcmp(lfirst_node(DefElem, lc)->defname, "restart") == 0)
			return true;
	return false;
}

/* Also what ALTER TABLE ... ALTER COLUMN ... RESTART becomes in the server. */
static List *
effects_of_alter_sequence(AlterSeqStmt *stmt)
{
	List *effects = alter_relation(stmt->sequence);

	if (effects != NIL && restarts_sequence(stmt->options) &&
		pg_class_ownercheck(((Effect *) linitial(effects))->relation, GetUserId()))
		((Effect *) linitial(effects))->action = ACTION_RESTART_SEQUENCE;
	return effects;
}

/* Shared catalogs written past the executor. */
static List *
effects_on_catalog_of_databases(RangeVar *name)
{
	Oid relid = name == NULL ? InvalidOid : lookup_relation(name);

	if (!is_catalog_of_databases(relid) ||
		pg_class_aclcheck(relid, GetUserId(), ACL_INSERT) != ACLCHECK_OK)
		return NIL;
	return one_effect(ACTION_DISARM, RelationRelationId, relid);
}

/* Rows put in by COPY, which no plan shows; a restore fills tables that are empty. */
static List *
effects_of_copy(CopyStmt *stmt)
{
	List *effects = effects_on_catalog_of_databases(stmt->relation);
	Effect *effect;

	if (effects != NIL || (effects = alter_relation(stmt->relation)) == NIL)
		return effects;
	effect = linitial(effects);
	if (effect->object.objectId >= FirstNormalObjectId)
		effect->empty_is_harmless = true;
	else if (pg_class_aclcheck(effect->object.objectId, GetUserId(), ACL_INSERT) == ACLCHECK_OK)
		effect->action = ACTION_CHANGE_CATALOG;
	return effects;
}

/* Statements that put something upon a relation, or rows into it, change that relation. */
static List *
effects_on_relation(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CopyStmt:
			return effects_of_copy((CopyStmt *) stmt);
		case T_CreateTrigStmt:
			return alter_relation(((CreateTrigStmt *) stmt)->relation);
		case T_RuleStmt:
			return alter_relation(((RuleStmt *) stmt)->relation);
		case T_IndexStmt:
			return alter_relation(((IndexStmt *) stmt)->relation);
		case T_CreatePolicyStmt:
			return alter_relation(((CreatePolicyStmt *) stmt)->table);
		case T_AlterPolicyStmt:
			return alter_relation(((AlterPolicyStmt *) stmt)->table);
		case T_AlterSeqStmt:
			return effects_of_alter_sequence((AlterSeqStmt *) stmt);
		case T_CreateStatsStmt:
			return alter_relations(((CreateStatsStmt *) stmt)->relations);
		case T_CreateStmt:
			return list_concat(alter_relations(((CreateStmt *) stmt)->inhRelations),
							   effects_of_grant_statement(stmt));
		case T_CreateForeignTableStmt:
			return alter_relations(((CreateForeignTableStmt *) stmt)->base.inhRelations);
		default:
			return NIL;
	}
}

/* What is made for this session only is nobody's business. */
bool
creates_temporary(Node *stmt)
{
	RangeVar *name = IsA(stmt, CreateStmt) ? ((CreateStmt *) stmt)->relation
		: IsA(stmt, CreateSeqStmt)		   ? ((CreateSeqStmt *) stmt)->sequence
		: IsA(stmt, ViewStmt)			   ? ((ViewStmt *) stmt)->view
		: IsA(stmt, CreateTableAsStmt)	   ? ((CreateTableAsStmt *) stmt)->into->rel
										   : NULL;

	return name != NULL && name->relpersistence == RELPERSISTENCE_TEMP;
}

List *
effects_on_databases(Node *stmt)
{
	List *effects = NIL;
	ListCell *lc;

	switch (nodeTag(stmt))
	{
		case T_DropdbStmt:
			return one_effect(ACTION_DROP_DATABASE, DatabaseRelationId,
							  get_database_oid(((DropdbStmt *) stmt)->dbname, true));
		case T_RenameStmt:
			return ((RenameStmt *) stmt)->renameType == OBJECT_DATABASE
				? effects_of_rename((RenameStmt *) stmt)
				: NIL;
		case T_CopyStmt:
			return effects_on_catalog_of_databases(((CopyStmt *) stmt)->relation);
		case T_TruncateStmt:
			foreach(lc, ((TruncateStmt *) stmt)->relations)
				effects = list_concat(effects, effects_on_catalog_of_databases(lfirst(lc)));
			return effects;
		case T_CreateFunctionStmt:
		case T_AlterFunctionStmt:
			/* a function's settings stay in its database */
			return NIL;
		default:
			return effects_of_lasting_setting(stmt);
	}
}

static List *
effects_of_create(Node *stmt)
{
	const char *tag = GetCommandTagName(CreateCommandTag(stmt));
	bool creates = strncmp(tag, "CREATE", 6) == 0 || strncmp(tag, "SELECT INTO", 11) == 0;

	if (creates_temporary(stmt))
		return NIL;
	return list_make1(
		make_nameless_effect(creates ? ACTION_CREATE : ACTION_ALTER, "statement", tag));
}

List *
effects_of_statement(Node *stmt)
{
	List *effects;

	switch (nodeTag(stmt))
	{
		case T_DropStmt:
			return effects_of_drop_statement((DropStmt *) stmt);
		case T_TruncateStmt:
			if ((effects = effects_on_databases(stmt)) != NIL)
				return effects;
			return effects_of_truncate_statement((TruncateStmt *) stmt);
		case T_RefreshMatViewStmt:
			return effects_of_refresh((RefreshMatViewStmt *) stmt);
		case T_DiscardStmt:
			return effects_of_session_end();
		case T_ExplainStmt:
			return NIL; /* what it runs is judged by its plan, and when it has run */
		case T_AlterTableStmt:
			return effects_of_alter_table((AlterTableStmt *) stmt);
		case T_DropOwnedStmt:
			return effects_of_drop_owned((DropOwnedStmt *) stmt);
		case T_DropdbStmt:
			return one_effect(ACTION_DROP_DATABASE, DatabaseRelationId,
							  get_database_oid(((DropdbStmt *) stmt)->dbname, true));
		case T_DropSubscriptionStmt:
			return one_effect(ACTION_DROP_SUBSCRIPTION, SubscriptionRelationId,
							  get_subscription_oid(((DropSubscriptionStmt *) stmt)->subname, true));
		case T_DropUserMappingStmt:
			return effects_of_drop_user_mapping((DropUserMappingStmt *) stmt);
		case T_RenameStmt:
			return effects_of_rename((RenameStmt *) stmt);
		case T_AlterObjectSchemaStmt:
			return effects_of_set_schema((AlterObjectSchemaStmt *) stmt);
		case T_AlterEnumStmt:
			return effects_of_alter_enum((AlterEnumStmt *) stmt);
		case T_AlterDomainStmt:
			return effects_of_alter_domain((AlterDomainStmt *) stmt);
		default:
			break;
	}
	if ((effects = effects_of_lasting_setting(stmt)) != NIL ||
		(effects = effects_of_replace(stmt)) != NIL || (effects = effects_of_alter(stmt)) != NIL ||
		(effects = effects_on_relation(stmt)) != NIL ||
		(effects = effects_of_grant_statement(stmt)) != NIL)
		return effects;
	return IsA(stmt, CopyStmt) ? NIL : effects_of_create(stmt);
}
