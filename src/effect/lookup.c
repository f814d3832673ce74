/*
 * lookup.c
 *		The object that a statement, or a permit, names.  The server's own
 *		get_object_address() takes a lock and keeps it; here none is taken, so
 *		that a refusal waits for nobody.
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_database.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "commands/defrem.h"
#include "commands/event_trigger.h"
#include "commands/extension.h"
#include "commands/policy.h"
#include "commands/proclang.h"
#include "commands/trigger.h"
#include "foreign/foreign.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "parser/parse_type.h"
#include "parser/parser.h"
#include "rewrite/rewriteSupport.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "effect/effect.h"
#include "effect/names.h"

static Oid
relation_by_catalog(const RangeVar *name)
{
	return RangeVarGetRelid(name, NoLock, true);
}

static Oid
constraint_by_catalog(Oid relid, const char *name)
{
	return get_relation_constraint_oid(relid, name, true);
}

static Oid
schema_by_catalog(const char *name)
{
	return get_namespace_oid(name, true);
}

const NameReader catalog_names = {relation_by_catalog, get_attnum, constraint_by_catalog,
								  schema_by_catalog};

const NameReader *name_reader = &catalog_names;

Oid
lookup_relation(const RangeVar *name)
{
	return name_reader->relation(name);
}

static Oid
lookup_relation_by_list(List *names)
{
	return lookup_relation(makeRangeVarFromNameList(names));
}

/* name ON relation, given as the relation's names with the object's name last */
static Oid
lookup_relation_part(ObjectType type, List *names)
{
	const char *name = strVal(llast(names));
	Oid relid = lookup_relation_by_list(list_truncate(list_copy(names), list_length(names) - 1));

	if (!OidIsValid(relid))
		return InvalidOid;
	switch (type)
	{
		case OBJECT_TRIGGER:
			return get_trigger_oid(relid, name, true);
		case OBJECT_RULE:
			return get_rewrite_oid(relid, name, true);
		case OBJECT_POLICY:
			return get_relation_policy_oid(relid, name, true);
		case OBJECT_TABCONSTRAINT:
			return name_reader->constraint(relid, name);
		default:
			return InvalidOid;
	}
}

/* operator classes and families: access method first, then their names */
static Oid
lookup_by_access_method(ObjectType type, List *names)
{
	Oid method = get_index_am_oid(strVal(linitial(names)), true);
	List *rest = list_copy_tail(names, 1);

	if (!OidIsValid(method))
		return InvalidOid;
	return type == OBJECT_OPCLASS ? get_opclass_oid(method, rest, true)
								  : get_opfamily_oid(method, rest, true);
}

static Oid
lookup_cast(List *types)
{
	Oid source = LookupTypeNameOid(NULL, linitial_node(TypeName, types), true);
	Oid target = LookupTypeNameOid(NULL, lsecond_node(TypeName, types), true);

	return OidIsValid(source) && OidIsValid(target) ? get_cast_oid(source, target, true)
													: InvalidOid;
}

static Oid
lookup_transform(List *names)
{
	Oid type = LookupTypeNameOid(NULL, linitial_node(TypeName, names), true);
	Oid language = get_language_oid(strVal(lsecond(names)), true);

	return OidIsValid(type) && OidIsValid(language) ? get_transform_oid(type, language, true)
													: InvalidOid;
}

/* Objects with a plain name, and who finds them */
static const struct
{
	ObjectType type;
	Oid catalog;
	Oid (*find)(const char *name, bool missing_ok);
} named_by_string[] = {
	{OBJECT_DATABASE, DatabaseRelationId, get_database_oid},
	{OBJECT_EXTENSION, ExtensionRelationId, get_extension_oid},
	{OBJECT_FDW, ForeignDataWrapperRelationId, get_foreign_data_wrapper_oid},
	{OBJECT_FOREIGN_SERVER, ForeignServerRelationId, get_foreign_server_oid},
	{OBJECT_PUBLICATION, PublicationRelationId, get_publication_oid},
	{OBJECT_SUBSCRIPTION, SubscriptionRelationId, get_subscription_oid},
	{OBJECT_EVENT_TRIGGER, EventTriggerRelationId, get_event_trigger_oid},
	{OBJECT_LANGUAGE, LanguageRelationId, get_language_oid},
	{OBJECT_ACCESS_METHOD, AccessMethodRelationId, get_am_oid},
};

/* Objects in schemas, by a list of names */
static const struct
{
	ObjectType type;
	Oid catalog;
	Oid (*find)(List *names, bool missing_ok);
} named_by_list[] = {
	{OBJECT_COLLATION, CollationRelationId, get_collation_oid},
	{OBJECT_CONVERSION, ConversionRelationId, get_conversion_oid},
	{OBJECT_STATISTIC_EXT, StatisticExtRelationId, get_statistics_object_oid},
	{OBJECT_TSPARSER, TSParserRelationId, get_ts_parser_oid},
	{OBJECT_TSDICTIONARY, TSDictionaryRelationId, get_ts_dict_oid},
	{OBJECT_TSTEMPLATE, TSTemplateRelationId, get_ts_template_oid},
	{OBJECT_TSCONFIGURATION, TSConfigRelationId, get_ts_config_oid},
};

/* Objects whose names have a form of their own */
static Oid
lookup_by_form(ObjectType type, Node *name, Oid *catalog)
{
	switch (type)
	{
		case OBJECT_TABLE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_SEQUENCE:
		case OBJECT_FOREIGN_TABLE:
		case OBJECT_INDEX:
			*catalog = RelationRelationId;
			return lookup_relation_by_list(castNode(List, name));
		case OBJECT_FUNCTION:
		case OBJECT_PROCEDURE:
		case OBJECT_ROUTINE:
		case OBJECT_AGGREGATE:
			*catalog = ProcedureRelationId;
			return LookupFuncWithArgs(type, castNode(ObjectWithArgs, name), true);
		case OBJECT_TYPE:
		case OBJECT_DOMAIN:
			*catalog = TypeRelationId;
			return LookupTypeNameOid(NULL, castNode(TypeName, name), true);
		case OBJECT_TRIGGER:
			*catalog = TriggerRelationId;
			return lookup_relation_part(type, castNode(List, name));
		case OBJECT_RULE:
			*catalog = RewriteRelationId;
			return lookup_relation_part(type, castNode(List, name));
		case OBJECT_POLICY:
			*catalog = PolicyRelationId;
			return lookup_relation_part(type, castNode(List, name));
		case OBJECT_TABCONSTRAINT:
			*catalog = ConstraintRelationId;
			return lookup_relation_part(type, castNode(List, name));
		case OBJECT_SCHEMA:
			*catalog = NamespaceRelationId;
			return name_reader->schema(strVal(name));
		case OBJECT_OPERATOR:
			*catalog = OperatorRelationId;
			return LookupOperWithArgs(castNode(ObjectWithArgs, name), true);
		case OBJECT_OPCLASS:
			*catalog = OperatorClassRelationId;
			return lookup_by_access_method(type, castNode(List, name));
		case OBJECT_OPFAMILY:
			*catalog = OperatorFamilyRelationId;
			return lookup_by_access_method(type, castNode(List, name));
		case OBJECT_CAST:
			*catalog = CastRelationId;
			return lookup_cast(castNode(List, name));
		case OBJECT_TRANSFORM:
			*catalog = TransformRelationId;
			return lookup_transform(castNode(List, name));
		default:
			return InvalidOid;
	}
}

bool
lookup_object(ObjectType type, Node *name, ObjectAddress *object)
{
	Oid catalog = InvalidOid;
	Oid oid = lookup_by_form(type, name, &catalog);

	for (int i = 0; i < lengthof(named_by_string); i++)
		if (named_by_string[i].type == type)
		{
			catalog = named_by_string[i].catalog;
			oid = named_by_string[i].find(strVal(name), true);
		}
	for (int i = 0; i < lengthof(named_by_list); i++)
		if (named_by_list[i].type == type)
		{
			catalog = named_by_list[i].catalog;
			oid = named_by_list[i].find(castNode(List, name), true);
		}
	if (!OidIsValid(oid))
		return false;
	ObjectAddressSet(*object, catalog, oid);
	return true;
}

/*
 * Let the server's grammar read what a permit names, by making a statement of
 * it that is never run.  Errors of syntax become "there is no such object".
 */
static Node *
parse_single(const char *sql)
{
	List *raw = NIL;
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		raw = raw_parser(sql, RAW_PARSE_DEFAULT);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_SYNTAX_ERROR)
			PG_RE_THROW();
		FlushErrorState();
		FreeErrorData(error);
		raw = NIL;
	}
	PG_END_TRY();
	return list_length(raw) == 1 ? linitial_node(RawStmt, raw)->stmt : NULL;
}

static bool
lookup_by_drop_statement(const char *sql, ObjectAddress *object)
{
	Node *stmt = parse_single(sql);
	DropStmt *drop;

	if (stmt == NULL || !IsA(stmt, DropStmt))
		return false;
	drop = castNode(DropStmt, stmt);
	return list_length(drop->objects) == 1 &&
		lookup_object(drop->removeType, linitial(drop->objects), object);
}

/* schema.table.column */
static bool
lookup_column(const char *text, ObjectAddress *object)
{
	Node *stmt = parse_single(psprintf("DROP TABLE %s", text));
	List *names;
	AttrNumber attnum;
	Oid relid;

	if (stmt == NULL || !IsA(stmt, DropStmt) || list_length(((DropStmt *) stmt)->objects) != 1)
		return false;
	names = linitial_node(List, ((DropStmt *) stmt)->objects);
	if (list_length(names) < 2)
		return false;
	relid = lookup_relation_by_list(list_truncate(list_copy(names), list_length(names) - 1));
	if (!OidIsValid(relid))
		return false;
	attnum = name_reader->column(relid, strVal(llast(names)));
	if (attnum == InvalidAttrNumber)
		return false;
	ObjectAddressSubSet(*object, RelationRelationId, relid, attnum);
	return true;
}

static bool
lookup_plain_relation(const char *text, ObjectAddress *object)
{
	return lookup_by_drop_statement(psprintf("DROP TABLE %s", text), object);
}

/* "name on table" and "name on domain" have the shape of a trigger's identity. */
static bool
lookup_constraint(const char *text, ObjectAddress *object)
{
	Node *stmt = parse_single(psprintf("DROP TRIGGER %s", text));
	List *names;
	List *owner;
	Oid domain;

	if (stmt == NULL || !IsA(stmt, DropStmt))
		return false;
	names = linitial_node(List, ((DropStmt *) stmt)->objects);
	if (lookup_object(OBJECT_TABCONSTRAINT, (Node *) names, object))
		return true;
	owner = list_truncate(list_copy(names), list_length(names) - 1);
	domain = LookupTypeNameOid(NULL, makeTypeNameFromNameList(owner), true);
	if (!OidIsValid(domain))
		return false;
	ObjectAddressSet(*object, ConstraintRelationId,
					 get_domain_constraint_oid(domain, strVal(llast(names)), true));
	return OidIsValid(object->objectId);
}

/*
 * The object of a permit 'action text'.  Permits of drops are read as the drop
 * itself; the others name a relation, a column, a type or a schema.
 */
bool
lookup_permit_object(Action action, const char *text, ObjectAddress *object)
{
	switch (action)
	{
		case ACTION_TRUNCATE:
		case ACTION_DELETE_ALL:
		case ACTION_UPDATE_ALL:
		case ACTION_RESTART_SEQUENCE:
		case ACTION_SET_UNLOGGED:
		case ACTION_CHANGE_CATALOG:
		case ACTION_CHANGE_ROWS:
		case ACTION_RENAME_TABLE:
		case ACTION_DETACH_PARTITION:
		case ACTION_NO_INHERIT:
		case ACTION_DISABLE_ROW_SECURITY:
		case ACTION_DISABLE_TRIGGER:
		case ACTION_DROP_PARTITION:
		case ACTION_REPLACE_VIEW:
			return lookup_plain_relation(text, object);
		case ACTION_DROP_COLUMN:
		case ACTION_ALTER_COLUMN_TYPE:
		case ACTION_RENAME_COLUMN:
		case ACTION_DROP_ATTRIBUTE:
		case ACTION_ALTER_ATTRIBUTE:
		case ACTION_RENAME_ATTRIBUTE:
			return lookup_column(text, object);
		case ACTION_DROP_NOT_NULL:
			return lookup_column(text, object) ||
				lookup_by_drop_statement(psprintf("DROP DOMAIN %s", text), object);
		case ACTION_RENAME_SCHEMA:
			return lookup_by_drop_statement(psprintf("DROP SCHEMA %s", text), object);
		case ACTION_RENAME_TYPE:
		case ACTION_RENAME_ENUM_VALUE:
			return lookup_by_drop_statement(psprintf("DROP TYPE %s", text), object);
		case ACTION_REPLACE_FUNCTION:
			return lookup_by_drop_statement(psprintf("DROP ROUTINE %s", text), object);
		case ACTION_REPLACE_TRIGGER:
			return lookup_by_drop_statement(psprintf("DROP TRIGGER %s", text), object);
		case ACTION_REPLACE_RULE:
			return lookup_by_drop_statement(psprintf("DROP RULE %s", text), object);
		case ACTION_SET_SCHEMA:
			return lookup_plain_relation(text, object) ||
				lookup_by_drop_statement(psprintf("DROP TYPE %s", text), object) ||
				lookup_by_drop_statement(psprintf("DROP ROUTINE %s", text), object) ||
				lookup_by_drop_statement(psprintf("DROP SCHEMA %s", text), object) ||
				lookup_by_drop_statement(psprintf("DROP COLLATION %s", text), object) ||
				lookup_by_drop_statement(psprintf("DROP OPERATOR %s", text), object) ||
				lookup_by_drop_statement(psprintf("DROP EXTENSION %s", text), object);
		case ACTION_DROP_CONSTRAINT:
			return lookup_constraint(text, object);
		case ACTION_DROP_DATABASE:
		case ACTION_RENAME_DATABASE:
			return lookup_object(OBJECT_DATABASE, (Node *) makeString(pstrdup(text)), object);
		case ACTION_DROP_SUBSCRIPTION:
		case ACTION_DROP_LARGE_OBJECT:
		case ACTION_DROP_USER_MAPPING:
		case ACTION_DROP_TRANSFORM:
		case ACTION_DROP_DEFAULT:
			/* their identities are no SQL: matched by the text alone */
			*object = InvalidObjectAddress;
			return true;
		case ACTION_DROP_AGGREGATE:
			/* an aggregate of nothing: the identity says (), the grammar wants (*) */
			if (strlen(text) > 2 && strcmp(text + strlen(text) - 2, "()") == 0)
				text = psprintf("%.*s(*)", (int) strlen(text) - 2, text);
			/* FALLTHROUGH */
		default:
			return lookup_by_drop_statement(psprintf("%s %s", action_name(action), text), object);
	}
}
