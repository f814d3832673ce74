/*
 * verdict.c
 *		What is decided on one effect: first who is never refused, then the
 *		environment's word on its category.  Permits are judge.c's.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "base/installation.h"
#include "base/settings.h"
#include "effect/describe.h"
#include "effect/effect.h"
#include "guard/guard.h"
#include "guard/migration.h"
#include "guard/restore.h"
#include "guard/rule.h"
#include "guard/script_member.h"
#include "guard/tool_tables.h"

/* The table that a constraint, trigger, index, rule, policy or default belongs to. */
Oid
owning_relation(const ObjectAddress *object)
{
	Relation rel;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	Oid relid = InvalidOid;

	/* an index may belong to a constraint, and only by it to its table */
	if (object->classId == RelationRelationId)
		relid = IndexGetRelation(object->objectId, true);
	if (OidIsValid(relid))
		return relid;
	rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->classId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->objectId));
	scan = systable_beginscan(rel, DependDependerIndexId, true, NULL, 2, keys);
	while (!OidIsValid(relid) && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->refclassid == RelationRelationId &&
			(form->deptype == DEPENDENCY_AUTO || form->deptype == DEPENDENCY_INTERNAL))
			relid = form->refobjid;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return relid;
}

/* The object itself, or the relation it is part of, whichever can be a member of an extension. */
static Oid
extension_of(const ObjectAddress *object)
{
	Oid extension = getExtensionOfObject(object->classId, object->objectId);

	if (!OidIsValid(extension) && object->objectSubId == 0)
	{
		Oid owner = owning_relation(object);

		if (OidIsValid(owner) && safemig_is_bin_schema(get_rel_namespace(owner)))
			return safemig_extension();
		if (OidIsValid(owner))
			extension = getExtensionOfObject(RelationRelationId, owner);
	}
	return extension;
}

/* Tables, views and their like are part of nothing else. */
static bool
is_whole_relation(const ObjectAddress *object)
{
	char relkind = object->classId == RelationRelationId ? get_rel_relkind(object->objectId) : '\0';

	return RELKIND_HAS_TABLE_AM(relkind) ? relkind != RELKIND_TOASTVALUE
										 : relkind == RELKIND_VIEW ||
			relkind == RELKIND_PARTITIONED_TABLE || relkind == RELKIND_FOREIGN_TABLE;
}

/* A part of the extension, or what lies in its bin. */
bool
is_member(const ObjectAddress *object)
{
	if (!OidIsValid(object->objectId))
		return false;
	if (object->classId == RelationRelationId &&
		safemig_is_bin_schema(get_rel_namespace(object->objectId)))
		return true;
	if (!safemig_may_own(object->objectId) && is_whole_relation(object))
		return false;
	if (object->classId == ExtensionRelationId)
		return object->objectId == safemig_extension();
	return extension_of(object) == safemig_extension();
}

/* That, or one of the triggers that it hung on somebody's table. */
bool
is_self(const ObjectAddress *object)
{
	return is_member(object) ||
		(object->classId == TriggerRelationId &&
		 list_member_oid(getAutoExtensionsOfObject(object->classId, object->objectId),
						 safemig_extension()));
}

static Oid
schema_of(const ObjectAddress *object)
{
	Oid schema;

	if (object->classId == RelationRelationId)
		return get_rel_namespace(object->objectId);
	if (object->classId == NamespaceRelationId)
		return object->objectId;
	/* large objects are in no schema, and unknown to that function */
	schema = is_objectclass_supported(object->classId) ? get_object_namespace(object) : InvalidOid;
	if (!OidIsValid(schema))
	{
		Oid owner = owning_relation(object);

		schema = OidIsValid(owner) ? get_rel_namespace(owner) : InvalidOid;
	}
	return schema;
}

/* Nobody else's: temporary objects, and objects of this transaction. */
static bool
is_of_this_session(Effect *effect)
{
	if (!OidIsValid(effect->object.objectId))
		return false;
	return !effect->later && born_in_this_transaction(&effect->object);
}

/*
 * Nobody's loss: exempt schemas, and the scratch space of other extensions
 * (pg_repack drops the old heap of a table in a schema of its own).
 */
static bool
is_scratch(Oid schema)
{
	Oid schema_extension;

	if (!OidIsValid(schema))
		return false;
	if (isAnyTempNamespace(schema) || schema_is_exempt(schema))
		return true;
	schema_extension = getExtensionOfObject(NamespaceRelationId, schema);
	return OidIsValid(schema_extension) && schema_extension != safemig_extension();
}

/*
 * An extension's script changes that extension's own members as it likes; what
 * an event trigger does meanwhile is not the script.
 */
static bool
belongs_to_running_script(Effect *effect)
{
	Oid owner;

	if (!extension_script_speaks() || !OidIsValid(effect->object.objectId))
		return false;
	if (effect->action == ACTION_CHANGE_CATALOG || was_member_of_script(&effect->object))
		return true;
	owner = effect->object.objectSubId == 0 ? owning_relation(&effect->object) : InvalidOid;
	return OidIsValid(owner) && was_member_of_script(&(ObjectAddress){RelationRelationId, owner});
}

Decision
decision_of_word(const char *word)
{
	return strcmp(word, "refuse") == 0 ? DECISION_REFUSE
		: strcmp(word, "warn") == 0	   ? DECISION_WARN
		: strcmp(word, "log") == 0	   ? DECISION_LOG
									   : DECISION_ALLOW;
}

const char *
word_of_decision(Decision decision)
{
	static const char *const words[] = {"allow", "log", "warn", "refuse"};

	return words[decision];
}

static Decision
decision_of(Setting setting)
{
	return decision_of_word(setting_text(setting));
}

/* The environment's word on an action, for statements outside a migration. */
Decision
standing_decision(Action action)
{
	Decision decision;

	switch (action_category(action))
	{
		case CATEGORY_DATA:
			return decision_of(SETTING_DATA);
		case CATEGORY_BREAK:
			/* the setting's "warn" refuses renames and moves: code fails at once */
			decision = decision_of(SETTING_CONTRACT);
			return decision == DECISION_WARN ? DECISION_REFUSE : decision;
		case CATEGORY_CODE:
			return decision_of(SETTING_CONTRACT);
		case CATEGORY_UPKEEP:
			decision = decision_of(SETTING_UPKEEP);
			/* these two lose a value, which upkeep else never does */
			if (decision == DECISION_LOG &&
				(action == ACTION_UPDATE_ALL || action == ACTION_RESTART_SEQUENCE))
				return DECISION_WARN;
			return decision;
		case CATEGORY_CHANGE:
			return decision_of(SETTING_CHANGE);
		case CATEGORY_SELF:
			break;
	}
	return DECISION_REFUSE;
}

/*
 * Inside a migration what can be made again, and what adds, is free; else the
 * most specific rule, else the environment.
 */
static Decision
ruled_decision(Effect *effect, Oid schema)
{
	Category category = action_category(effect->action);
	Decision decision;

	if (guard_current_migration() != NULL && category != CATEGORY_DATA &&
		category != CATEGORY_BREAK)
		return DECISION_ALLOW;
	if (rule_decision(effect, schema, &decision))
		return decision;
	return standing_decision(effect->action);
}

/* What changes whole tables as a way of life, and may. */
static bool
is_whole_table_action(Action action)
{
	return action == ACTION_DELETE_ALL || action == ACTION_UPDATE_ALL || action == ACTION_TRUNCATE;
}

/* What stands for a relation that has no rows here */
static bool
is_definition(Action action)
{
	return action == ACTION_DROP_VIEW || action == ACTION_REPLACE_VIEW ||
		action == ACTION_DROP_FOREIGN_TABLE;
}

/* Does the protection of its table refuse this, whatever rules and environment say? */
bool
is_protected(Effect *effect)
{
	Category category = action_category(effect->action);
	bool defines = is_definition(effect->action);
	Protection protection;

	if (!OidIsValid(effect->relation) ||
		(category != CATEGORY_DATA && category != CATEGORY_BREAK &&
		 effect->action != ACTION_UPDATE_ALL && !defines))
		return false;
	protection = protection_of(effect->relation);
	effect->sealed = protection == PROTECTION_FROZEN;
	if (protection == PROTECTION_FROZEN)
		return true;
	if (defines)
		return false;
	if (protection == PROTECTION_ROWS && category == CATEGORY_DATA)
		return true;
	return protection >= PROTECTION_DATA && is_whole_table_action(effect->action);
}

bool
loses_nothing(Effect *effect)
{
	if (!effect->empty_is_harmless)
		return false;
	if (effect->object.classId == NamespaceRelationId)
		return schema_is_empty(effect->object.objectId);
	if (effect->object.objectSubId > 0)
		return column_is_empty(effect->relation, effect->object.objectSubId);
	return relation_is_empty(effect->relation, effect->only);
}

/* UPDATE of nothing but columns that this transaction added: a backfill. */
static bool
writes_only_new_columns(Effect *effect)
{
	ListCell *lc;

	if (effect->new_columns == NIL)
		return false;
	foreach(lc, effect->new_columns)
	{
		ObjectAddress column;

		ObjectAddressSubSet(column, RelationRelationId, effect->relation, lfirst_int(lc));
		if (!born_in_this_transaction(&column))
			return false;
	}
	return true;
}

/* Against the extension itself?  Only a restore into its empty tables may pass. */
static Decision
decide_self(Effect *effect)
{
	if (action_category(effect->action) == CATEGORY_CHANGE && is_filled_by_a_restore(effect))
		return DECISION_ALLOW;
	effect->action = ACTION_DISARM;
	return DECISION_REFUSE;
}

/* What a protection of the table itself is stronger than. */
static bool
is_nobodys_loss(Effect *effect, Oid schema)
{
	return belongs_to_running_script(effect) || is_scratch(schema) ||
		(is_whole_table_action(effect->action) &&
		 (is_tool_table(effect->relation) || writes_only_new_columns(effect)));
}

/* A whole database, its name or its settings: told as what it is, and opened by no permit. */
void
defend_database(Effect *effect)
{
	describe_effect(effect);
	effect->action = ACTION_DISARM;
}

/*
 * The server drops and renames no database that one is connected to: it is
 * always another one, and what this one allows says nothing of that.
 */
static Decision
decide_on_other_database(Effect *effect)
{
	if (!database_is_armed(effect->object.objectId))
		return DECISION_ALLOW;
	defend_database(effect);
	return DECISION_REFUSE;
}

Decision
decide(Effect *effect)
{
	Decision decision;
	Oid schema;
	bool guarded_by_name;

	if (effect->action == ACTION_DISARM)
		return effect->object.classId == DatabaseRelationId &&
				!database_is_armed(effect->object.objectId)
			? DECISION_ALLOW
			: DECISION_REFUSE;
	if (is_self(&effect->object))
		return decide_self(effect);
	if (effect->action == ACTION_DROP_DATABASE || effect->action == ACTION_RENAME_DATABASE)
		return decide_on_other_database(effect);

	schema = OidIsValid(effect->object.objectId) ? schema_of(&effect->object) : InvalidOid;
	guarded_by_name = is_protected(effect);
	if (guarded_by_name)
		decision = DECISION_REFUSE;
	else if (effect->action == ACTION_CHANGE_ROWS)
		decision = effect->excess > 0 ? DECISION_REFUSE : DECISION_ALLOW;
	else
		decision = ruled_decision(effect, schema);
	if (decision < DECISION_WARN)
		return decision;
	effect->exempted =
		is_of_this_session(effect) || (!guarded_by_name && is_nobodys_loss(effect, schema));
	if (effect->exempted)
		return DECISION_ALLOW;
	effect->found_empty = loses_nothing(effect);
	if (!effect->found_empty)
		return decision;
	/* what comes into a schema meanwhile is judged when it is dropped (OAT_DROP) */
	if (is_whole_table_action(effect->action) || effect->action == ACTION_DROP_SCHEMA)
		return DECISION_ALLOW;
	return effect->sealed ? decision : DECISION_WARN;
}

static Effect *
root_of(Effect *effect)
{
	while (effect->part && effect->whole != NULL)
		effect = effect->whole;
	return effect;
}

List *
effects_to_keep(List *effects)
{
	List *kept = NIL;
	List *needed = NIL;
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);

		/* what is in the bin would lose something, whatever is to become of the rest */
		if (effect->into_bin)
		{
			needed = lappend(needed, effect);
			kept = lappend(kept, effect);
			continue;
		}
		if (action_kept_as(effect->action) == KEPT_NOT || root_of(effect)->without_undo ||
			!OidIsValid(effect->object.objectId) || is_self(&effect->object) ||
			is_of_this_session(effect) ||
			(!is_protected(effect) && is_nobodys_loss(effect, schema_of(&effect->object))) ||
			(is_whole_table_action(effect->action) && loses_nothing(effect)))
			continue;
		kept = lappend(kept, effect);
	}
	return kept != NIL && setting_is_on(SETTING_KEEP) ? kept : needed;
}
