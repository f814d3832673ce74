/*
 * drop_effects.c
 *		Which action is the drop of this object?  The one map from catalogs to
 *		actions, used for the closure of a statement and for OAT_DROP alike.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_attrdef.h"
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
#include "catalog/pg_largeobject.h"
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
#include "catalog/pg_user_mapping.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "effect/effect.h"

/* Catalogs in which every object drops by the same action */
static const struct
{
	Oid catalog;
	Action action;
} plain_catalogs[] = {
	{NamespaceRelationId, ACTION_DROP_SCHEMA},
	{DatabaseRelationId, ACTION_DROP_DATABASE},
	{LargeObjectRelationId, ACTION_DROP_LARGE_OBJECT},
	{ExtensionRelationId, ACTION_DROP_EXTENSION},
	{ForeignDataWrapperRelationId, ACTION_DROP_FOREIGN_DATA_WRAPPER},
	{ForeignServerRelationId, ACTION_DROP_SERVER},
	{UserMappingRelationId, ACTION_DROP_USER_MAPPING},
	{PublicationRelationId, ACTION_DROP_PUBLICATION},
	{SubscriptionRelationId, ACTION_DROP_SUBSCRIPTION},
	{PolicyRelationId, ACTION_DROP_POLICY},
	{RewriteRelationId, ACTION_DROP_RULE},
	{EventTriggerRelationId, ACTION_DROP_EVENT_TRIGGER},
	{LanguageRelationId, ACTION_DROP_LANGUAGE},
	{TransformRelationId, ACTION_DROP_TRANSFORM},
	{OperatorRelationId, ACTION_DROP_OPERATOR},
	{OperatorClassRelationId, ACTION_DROP_OPERATOR_CLASS},
	{OperatorFamilyRelationId, ACTION_DROP_OPERATOR_FAMILY},
	{AccessMethodRelationId, ACTION_DROP_ACCESS_METHOD},
	{CastRelationId, ACTION_DROP_CAST},
	{CollationRelationId, ACTION_DROP_COLLATION},
	{ConversionRelationId, ACTION_DROP_CONVERSION},
	{TSParserRelationId, ACTION_DROP_TS_PARSER},
	{TSDictionaryRelationId, ACTION_DROP_TS_DICTIONARY},
	{TSTemplateRelationId, ACTION_DROP_TS_TEMPLATE},
	{TSConfigRelationId, ACTION_DROP_TS_CONFIGURATION},
	{ConstraintRelationId, ACTION_DROP_CONSTRAINT},
	{TriggerRelationId, ACTION_DROP_TRIGGER},
	{StatisticExtRelationId, ACTION_DROP_STATISTICS},
	{AttrDefaultRelationId, ACTION_DROP_DEFAULT},
};

static bool
action_of_dropped_relation(Oid relid, bool is_column, Action *action)
{
	char relkind = get_rel_relkind(relid);

	if (is_column)
	{
		*action = relkind == RELKIND_COMPOSITE_TYPE ? ACTION_DROP_ATTRIBUTE : ACTION_DROP_COLUMN;
		return relkind != '\0';
	}
	switch (relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
			*action = get_rel_relispartition(relid) ? ACTION_DROP_PARTITION : ACTION_DROP_TABLE;
			return true;
		case RELKIND_MATVIEW:
			*action = ACTION_DROP_MATVIEW;
			return true;
		case RELKIND_SEQUENCE:
			*action = ACTION_DROP_SEQUENCE;
			return true;
		case RELKIND_FOREIGN_TABLE:
			*action = ACTION_DROP_FOREIGN_TABLE;
			return true;
		case RELKIND_VIEW:
			*action = ACTION_DROP_VIEW;
			return true;
		case RELKIND_INDEX:
		case RELKIND_PARTITIONED_INDEX:
			*action = ACTION_DROP_INDEX;
			return true;
		default:
			/* TOAST tables go with their table, composite types by pg_type */
			return false;
	}
}

static bool
action_of_dropped_type(Oid type, Action *action)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	bool own;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_type) GETSTRUCT(tuple);

	/* array types and the row types of tables are parts of something else */
	own = !(form->typcategory == TYPCATEGORY_ARRAY && OidIsValid(form->typelem)) &&
		!(form->typtype == TYPTYPE_COMPOSITE &&
		  get_rel_relkind(form->typrelid) != RELKIND_COMPOSITE_TYPE) &&
		form->typtype != TYPTYPE_MULTIRANGE;
	*action = form->typtype == TYPTYPE_DOMAIN ? ACTION_DROP_DOMAIN : ACTION_DROP_TYPE;
	ReleaseSysCache(tuple);
	return own;
}

static bool
action_of_dropped_routine(Oid routine, Action *action)
{
	char kind = get_func_prokind(routine);

	*action = kind == PROKIND_PROCEDURE ? ACTION_DROP_PROCEDURE
		: kind == PROKIND_AGGREGATE		? ACTION_DROP_AGGREGATE
										: ACTION_DROP_FUNCTION;
	return true;
}

bool
action_of_dropped_object(const ObjectAddress *object, Action *action)
{
	if (object->classId == RelationRelationId)
		return action_of_dropped_relation(object->objectId, object->objectSubId != 0, action);
	if (object->classId == TypeRelationId)
		return action_of_dropped_type(object->objectId, action);
	if (object->classId == ProcedureRelationId)
		return action_of_dropped_routine(object->objectId, action);
	for (int i = 0; i < lengthof(plain_catalogs); i++)
		if (plain_catalogs[i].catalog == object->classId)
		{
			*action = plain_catalogs[i].action;
			return true;
		}
	return false;
}

static void
fill_effect(Effect *effect, Action action, const ObjectAddress *object)
{
	memset(effect, 0, sizeof(Effect));
	effect->action = action;
	effect->object = *object;
	if (object->classId == RelationRelationId)
		effect->relation = object->objectId;
}

/*
 * Words are left out: most drops reported are judged by the address alone, and
 * names are looked up only for what is going to be told (describe_effect).
 */
bool
effect_of_drop(const ObjectAddress *object, Effect *effect)
{
	Action action;

	if (!action_of_dropped_object(object, &action))
		return false;
	fill_effect(effect, action, object);
	return true;
}

Effect *
make_effect(Action action, const ObjectAddress *object)
{
	Effect *effect = palloc(sizeof(Effect));

	fill_effect(effect, action, object);
	return effect;
}

Effect *
make_relation_effect(Action action, Oid relid)
{
	ObjectAddress object;

	ObjectAddressSet(object, RelationRelationId, relid);
	return make_effect(action, &object);
}

Effect *
make_truncate_effect(Oid relid)
{
	Effect *effect = make_relation_effect(ACTION_TRUNCATE, relid);

	effect->empty_is_harmless = true;
	return effect;
}

Effect *
make_column_effect(Action action, Oid relid, AttrNumber attnum)
{
	ObjectAddress object;

	ObjectAddressSubSet(object, RelationRelationId, relid, attnum);
	return make_effect(action, &object);
}

List *
one_effect(Action action, Oid catalog, Oid oid)
{
	ObjectAddress object;
	Effect *effect;

	if (!OidIsValid(oid))
		return NIL;
	ObjectAddressSet(object, catalog, oid);
	effect = make_effect(action, &object);
	effect->named = true;
	return list_make1(effect);
}

Effect *
make_nameless_effect(Action action, const char *type, const char *identity)
{
	Effect *effect = palloc0(sizeof(Effect));

	effect->action = action;
	effect->object = InvalidObjectAddress;
	effect->type = pstrdup(type);
	effect->identity = pstrdup(identity);
	effect->named = true;
	return effect;
}

/* Statements name the column or the domain, and are judged for that. */
bool
is_not_null_of(const ObjectAddress *constraint, ObjectAddress *of)
{
	HeapTuple tuple = constraint->classId == ConstraintRelationId
		? SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint->objectId))
		: NULL;
	Form_pg_constraint form;
	bool is_not_null;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	is_not_null = form->contype == CONSTRAINT_NOTNULL;
	if (is_not_null && OidIsValid(form->contypid))
		ObjectAddressSet(*of, TypeRelationId, form->contypid);
	else if (is_not_null)
		ObjectAddressSubSet(*of, RelationRelationId, form->conrelid, column_of_not_null(tuple));
	ReleaseSysCache(tuple);
	return is_not_null;
}
