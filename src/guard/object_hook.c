/*
 * object_hook.c
 *		The object access hook: the last word on what is dropped, truncated or
 *		altered.  What the statement was judged for passes, the rest is judged here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "audit/spool.h"
#include "base/installation.h"
#include "base/owner.h"
#include "effect/effect.h"
#include "effect/trial.h"
#include "guard/foreseen.h"
#include "guard/guard.h"
#include "guard/hooks.h"

static object_access_hook_type prev_object_access = NULL;

/*
 * CREATE OR REPLACE fires OAT_POST_CREATE for what it replaces too.  What the
 * syscache then finds by OID was there before, unless this transaction inserted
 * it: OperatorCreate() makes its tuple visible before the hook when the operator
 * has a commutator or negator (CREATE EXTENSION hstore).
 */
static bool
existed_before(const ObjectAddress *object)
{
	/* nothing replaces a constraint, and there are many */
	int cache = object->classId == ConstraintRelationId ? -1
		: is_objectclass_supported(object->classId)		? get_object_catcache_oid(object->classId)
														: -1;
	HeapTuple tuple =
		cache >= 0 ? SearchSysCache1(cache, ObjectIdGetDatum(object->objectId)) : NULL;
	bool inserted_here;

	if (!HeapTupleIsValid(tuple))
		return false;
	inserted_here = (tuple->t_data->t_infomask & HEAP_UPDATED) == 0 &&
		TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
	ReleaseSysCache(tuple);
	return !inserted_here;
}

static void
after_create(const ObjectAddress *object, ObjectAccessPostCreate *arg)
{
	/* relations tell by themselves, but for rebuilt ones; their columns do not */
	if (object->classId == RelationRelationId && object->objectSubId == 0)
	{
		if (arg != NULL && arg->is_internal)
			note_rebuilt(object->objectId);
		return;
	}
	if (arg != NULL && arg->is_internal)
		return;
	if (object->objectSubId == 0 && existed_before(object))
		return;
	note_birth(object);
}

static void
tell_witness(const ObjectAddress *object, ObjectAccessPostCreate *arg)
{
	if ((arg == NULL || !arg->is_internal) && (object->objectSubId != 0 || !existed_before(object)))
		guard_witness->created(object);
}

static List *
find_drop_effects(void *object)
{
	Effect *effect = palloc0(sizeof(Effect));

	if (!effect_of_drop(object, effect))
		return NIL;
	effect->named = true;
	return list_make1(effect);
}

static void
before_drop(ObjectAddress *object, int flags)
{
	ObjectAddress of;

	/* REFRESH, CLUSTER, ALTER TABLE's own rewrites */
	if (flags & PERFORM_DELETION_INTERNAL)
		return;
	if (!was_foreseen(object) && !(is_not_null_of(object, &of) && was_foreseen(&of)))
		(void) judge_or_record(find_drop_effects, object);
}

/* By name: when its turn comes, most of what we know it by is dropped already. */
static bool
is_our_extension(Oid extension)
{
	char *name = IsTransactionState() ? get_extension_name(extension) : NULL;

	return name != NULL && strcmp(name, SAFEMIG_NAME) == 0;
}

/* On its way out the extension takes the preload setting along, whoever drops it. */
static void
before_our_end(ObjectAddress *object, int flags)
{
	if (guard_is_awake())
		before_drop(object, flags);
	disarm_database();
	spool_unlink_all_at_commit(MyDatabaseId);
}

static List *
find_truncate_effects(void *table)
{
	Effect *effect = make_truncate_effect(((ObjectAddress *) table)->objectId);

	effect->named = true;
	return list_make1(effect);
}

static void
before_truncate(ObjectAddress *table)
{
	if (!was_foreseen(table))
		(void) judge_or_record(find_truncate_effects, table);
}

/* The extension's own script makes something, or ALTER EXTENSION ... ADD. */
static bool
changes_our_members(ObjectAccessType access, Oid class, Oid oid)
{
	if (access == OAT_POST_CREATE)
		return creating_extension && safemig_script_is_running();
	return access == OAT_POST_ALTER && class == ExtensionRelationId && safemig_is_installed() &&
		oid == safemig_extension();
}

/* What the statement does by now and was not judged for. */
static List *
find_surprises(void *stmt)
{
	List *surprises = NIL;
	ListCell *lc;

	foreach(lc, effects_of_statement(stmt))
		if (!was_foreseen(&((Effect *) lfirst(lc))->object))
			surprises = lappend(surprises, lfirst(lc));
	return surprises;
}

/*
 * Something is altered that the statement was not judged for: between judging
 * and doing, an event trigger of the user may have led the names elsewhere
 * (search_path).  The server has looked them up by now, so what they mean now
 * is what it does; nothing of it is lost yet.
 */
static void
before_change_ends(const ObjectAddress *object)
{
	Node *stmt = was_foreseen(object) ? NULL : look_again_at_statement();

	if (stmt != NULL)
		add_to_foreseen(judge_or_record(find_surprises, stmt));
}

static void
guard_object_access(ObjectAccessType access, Oid class, Oid oid, int subid, void *arg)
{
	ObjectAddress object;

	if (prev_object_access)
		prev_object_access(access, class, oid, subid, arg);
	if (likely(access != OAT_DROP && access != OAT_TRUNCATE && access != OAT_POST_CREATE &&
			   access != OAT_POST_ALTER))
		return;
	ObjectAddressSubSet(object, class, oid, subid);

	if (access == OAT_DROP && class == ExtensionRelationId && is_our_extension(oid))
	{
		before_our_end(&object, ((ObjectAccessDrop *) arg)->dropflags);
		return;
	}
	/* nobody can read what is recorded of a database that is gone */
	if (access == OAT_DROP && class == DatabaseRelationId)
		spool_unlink_all_at_commit(oid);
	/* also when the extension itself is at work */
	if (access == OAT_POST_CREATE && class == RelationRelationId && subid == 0 && arg != NULL &&
		((ObjectAccessPostCreate *) arg)->is_internal && guard_before_rewrite &&
		guard_enforce != ENFORCE_OFF && !IsBinaryUpgrade && safemig_is_installed())
		guard_before_rewrite(oid);
	if ((access == OAT_POST_CREATE || access == OAT_POST_ALTER) && class == TriggerRelationId &&
		guard_trigger_changed && guard_is_awake())
		guard_trigger_changed(oid);
	if (access == OAT_POST_CREATE && class == RelationRelationId && subid == 0 &&
		guard_relation_made)
		guard_relation_made(oid);
	if (access == OAT_POST_ALTER && class == InheritsRelationId && guard_parent_changed)
		guard_parent_changed();
	if (changes_our_members(access, class, oid))
		safemig_members_changed();
	if (access == OAT_DROP)
		note_tried_drop(&object);
	if (access == OAT_DROP && class == RelationRelationId && subid == 0 && guard_before_end &&
		!is_own_work())
		guard_before_end(oid);
	if (access == OAT_POST_CREATE)
	{
		if (is_our_business())
			after_create(&object, arg);
		if (is_witnessed())
			tell_witness(&object, arg);
	}
	else if (!is_watching())
		return;
	else if (access == OAT_DROP)
		before_drop(&object, ((ObjectAccessDrop *) arg)->dropflags);
	else if (access == OAT_TRUNCATE)
		before_truncate(&object);
	else if (!((ObjectAccessPostAlter *) arg)->is_internal)
		before_change_ends(&object);
}

void
install_object_hook(void)
{
	prev_object_access = object_access_hook;
	object_access_hook = guard_object_access;
}
