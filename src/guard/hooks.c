/*
 * hooks.c
 *		How the guard hears of things: four hooks, each with its cheap ways out
 *		first.  What a statement does is src/effect's answer, never this file's.
 *
 *		utility		judges the statement with its closure, before any lock
 *		object		the last word: what was foreseen passes, the rest is judged
 *		executor	judges plans that leave no row alone, and counts rows when asked to
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "audit/spool.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "effect/effect.h"
#include "effect/trial.h"
#include "guard/guard.h"
#include "guard/migration.h"
#include "guard/rule.h"

GuardKeeper guard_keeper = NULL;
void (*guard_before_end)(void) = NULL;
void (*guard_before_rewrite)(Oid relid) = NULL;
int guard_enforce = ENFORCE_ON;
bool guard_loaded_at_start = false;

static ProcessUtility_hook_type prev_process_utility = NULL;
static object_access_hook_type prev_object_access = NULL;
static ExecutorStart_hook_type prev_executor_start = NULL;
static ExecutorFinish_hook_type prev_executor_finish = NULL;

/*
 * The objects judged for the statements that run now, innermost first.
 */
typedef struct Foreseen
{
	HTAB *objects; /* ObjectAddress -> nothing */
	struct Foreseen *outer;
} Foreseen;

static Foreseen *foreseen = NULL;

/* The same for the statement that loaded the library: no frame of ours is around it. */
static Foreseen *judged_late = NULL;

/* false until a statement has passed our hook: the library came in the middle of one */
static bool utility_hook_ran = false;

bool
guard_is_awake(void)
{
	return guard_enforce != ENFORCE_OFF && !IsBinaryUpgrade && !IsParallelWorker() &&
		IsTransactionState() && !is_own_work() && safemig_is_installed() &&
		!safemig_script_is_running();
}

static Foreseen *
foresee(List *effects)
{
	Foreseen *entry = palloc(sizeof(Foreseen));
	HASHCTL ctl = {0};
	ListCell *lc;

	ctl.keysize = sizeof(ObjectAddress);
	ctl.entrysize = sizeof(ObjectAddress);
	ctl.hcxt = CurrentMemoryContext;
	entry->objects =
		hash_create("safemig foreseen", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	entry->outer = foreseen;
	foreach(lc, effects)
		(void) hash_search(entry->objects, &((Effect *) lfirst(lc))->object, HASH_ENTER, NULL);
	return entry;
}

static bool
was_foreseen(const ObjectAddress *object)
{
	for (Foreseen *entry = foreseen; entry != NULL; entry = entry->outer)
		if (hash_search(entry->objects, object, HASH_FIND, NULL))
			return true;
	return judged_late != NULL && hash_search(judged_late->objects, object, HASH_FIND, NULL);
}

static void
call_next_utility(PlannedStmt *pstmt, const char *query, bool read_only_tree,
				  ProcessUtilityContext context, ParamListInfo params,
				  QueryEnvironment *environment, DestReceiver *dest, QueryCompletion *completion)
{
	if (prev_process_utility)
		prev_process_utility(pstmt, query, read_only_tree, context, params, environment, dest,
							 completion);
	else
		standard_ProcessUtility(pstmt, query, read_only_tree, context, params, environment, dest,
								completion);
}

/*
 * From a database without the extension nothing is judged but what would take
 * a guarded database away.  Its settings cannot be read from here, so it counts
 * as production, and a permit cannot be given here either.
 */
static void
guard_other_databases(Node *stmt)
{
	Oid database;
	Effect *effect;

	if (guard_enforce == ENFORCE_OFF || IsBinaryUpgrade || !IsTransactionState() ||
		!statement_matters(stmt) || safemig_is_installed())
		return;
	database = database_at_stake(stmt);
	if (!OidIsValid(database) || !database_is_armed(database))
		return;
	effect = make_nameless_effect(ACTION_DISARM, "database", get_database_name(database));
	refuse(list_make1(effect), NIL, list_make1(effect));
}

/* A statement on its way: for whoever runs it later than at once. */
typedef struct UtilityCall
{
	PlannedStmt *pstmt;
	const char *query;
	bool read_only_tree;
	ProcessUtilityContext context;
	ParamListInfo params;
	QueryEnvironment *environment;
	DestReceiver *dest;
	QueryCompletion *completion;
} UtilityCall;

static void
run_utility(void *arg)
{
	UtilityCall *call = arg;

	call_next_utility(call->pstmt, call->query, call->read_only_tree, call->context, call->params,
					  call->environment, call->dest, call->completion);
}

static void
guard_process_utility(PlannedStmt *pstmt, const char *query, bool read_only_tree,
					  ProcessUtilityContext context, ParamListInfo params,
					  QueryEnvironment *environment, DestReceiver *dest,
					  QueryCompletion *completion)
{
	Foreseen *outer = foreseen;
	List *effects;
	List *kept;

	utility_hook_ran = true;
	if (!statement_matters(pstmt->utilityStmt) || !guard_is_awake())
	{
		guard_other_databases(pstmt->utilityStmt);
		call_next_utility(pstmt, query, read_only_tree, context, params, environment, dest,
						  completion);
		return;
	}
	effects = effects_of_statement(pstmt->utilityStmt);
	judge(effects);
	lock_what_must_stay_empty(effects);

	kept = guard_keeper ? effects_to_keep(effects) : NIL;

	foreseen = foresee(effects);
	PG_TRY();
	{
		UtilityCall call = {pstmt,	query,		 read_only_tree, context,
							params, environment, dest,			 completion};

		if (kept != NIL)
			guard_keeper(pstmt->utilityStmt, query, guard_current_migration(), kept, run_utility,
						 &call);
		else
			run_utility(&call);
	}
	PG_FINALLY();
	{
		foreseen = outer;
	}
	PG_END_TRY();
}

static void
forget_late(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		judged_late = NULL;
}

/* The statement that loaded the library by its event trigger passed no hook. */
void
guard_judge_late(Node *stmt)
{
	MemoryContext save;
	List *effects;

	if (utility_hook_ran || stmt == NULL || !statement_matters(stmt) || !guard_is_awake())
		return;
	save = MemoryContextSwitchTo(TopTransactionContext);
	effects = effects_of_statement(stmt);
	judge(effects);
	RegisterXactCallback(forget_late, NULL);
	judged_late = foresee(effects);
	MemoryContextSwitchTo(save);
}

/*
 * CREATE OR REPLACE fires OAT_POST_CREATE for what it replaces too.  The new
 * tuple is not visible yet when the hook runs, so what the syscache finds by
 * OID was there before.
 */
static bool
existed_before(const ObjectAddress *object)
{
	int cache =
		is_objectclass_supported(object->classId) ? get_object_catcache_oid(object->classId) : -1;

	return cache >= 0 && SearchSysCacheExists1(cache, ObjectIdGetDatum(object->objectId));
}

static void
after_create(const ObjectAddress *object, ObjectAccessPostCreate *arg)
{
	/* relations tell by themselves; their columns do not */
	if (object->classId == RelationRelationId && object->objectSubId == 0)
		return;
	if (arg != NULL && arg->is_internal)
		return;
	if (object->objectSubId == 0 && existed_before(object))
		return;
	note_birth(object);
}

static void
before_drop(const ObjectAddress *object, int flags)
{
	Effect effect;

	/* REFRESH, CLUSTER, ALTER TABLE's own rewrites */
	if (flags & PERFORM_DELETION_INTERNAL)
		return;
	if (was_foreseen(object) || !effect_of_drop(object, &effect))
		return;
	effect.named = true;
	judge(list_make1(&effect));
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
before_our_end(const ObjectAddress *object, int flags)
{
	if (guard_is_awake())
		before_drop(object, flags);
	if (guard_before_end && safemig_is_installed())
		guard_before_end();
	disarm_database();
	spool_unlink_all_at_commit(MyDatabaseId);
}

static void
before_truncate(Oid relid)
{
	Effect *effect = make_truncate_effect(relid);

	if (was_foreseen(&effect->object))
		return;
	effect->named = true;
	judge(list_make1(effect));
}

static void
guard_object_access(ObjectAccessType access, Oid class, Oid oid, int subid, void *arg)
{
	ObjectAddress object;

	if (prev_object_access)
		prev_object_access(access, class, oid, subid, arg);
	if (likely(access != OAT_DROP && access != OAT_TRUNCATE && access != OAT_POST_CREATE))
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
	if (!guard_is_awake())
		return;
	if (access == OAT_DROP)
		note_tried_drop(&object);
	if (access == OAT_DROP)
		before_drop(&object, ((ObjectAccessDrop *) arg)->dropflags);
	else if (access == OAT_TRUNCATE)
		before_truncate(oid);
	else
		after_create(&object, arg);
}

/*
 * Judged when the server has checked the caller's rights, so that who may not
 * write a table learns nothing of it, and before a row or a trigger is touched.
 */
static void
guard_executor_start(QueryDesc *query, int eflags)
{
	List *effects;

	if (prev_executor_start)
		prev_executor_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);

	if (likely(!plan_matters(query)) || (eflags & EXEC_FLAG_EXPLAIN_ONLY) || !guard_is_awake())
		return;
	effects = effects_of_plan(query->plannedstmt);
	if (rows_are_protected())
		effects = list_concat(effects, effects_of_row_changes(query->plannedstmt));
	if (effects != NIL)
		judge(effects);
}

/*
 * More rows than max_rows, known when the statement has run and before anything
 * of it can be committed.  Rows of a writable CTE are not in the count.
 */
static void
check_max_rows(QueryDesc *query)
{
	double changed = (double) query->estate->es_processed;
	List *effects;
	ListCell *lc;

	/* a foreign key's cascade is its parent's business */
	if (InNoForceRLSOperation())
		return;
	if (setting_amount(SETTING_MAX_ROWS) == 0 || changed <= setting_amount(SETTING_MAX_ROWS) ||
		guard_current_migration() != NULL)
		return;
	effects = effects_of_row_changes(query->plannedstmt);
	foreach(lc, effects)
		((Effect *) lfirst(lc))->excess = changed;
	if (effects != NIL)
		judge(list_make1(linitial(effects)));
}

static void
guard_executor_finish(QueryDesc *query)
{
	if (prev_executor_finish)
		prev_executor_finish(query);
	else
		standard_ExecutorFinish(query);
	/* one row is never too many: most statements leave here */
	if (query->estate->es_processed > 1 && plan_matters(query) && query->operation != CMD_INSERT &&
		guard_is_awake())
		check_max_rows(query);
}

void
guard_install_hooks(void)
{
	prev_executor_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = guard_executor_finish;
	prev_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = guard_process_utility;
	prev_object_access = object_access_hook;
	object_access_hook = guard_object_access;
	prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = guard_executor_start;
}
