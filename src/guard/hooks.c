/*
 * hooks.c
 *		How the guard hears of things: its hooks, each with its cheap ways out
 *		first.  What a statement does is src/effect's answer, never this file's.
 *
 *		utility		judges the statement with its closure, before any lock
 *		object		the last word: what was foreseen passes, the rest is judged
 *		planner		tells a foreign table's plan what the query asked
 *		executor	judges plans that leave no row alone, and counts rows when asked to
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "miscadmin.h"
#include "optimizer/planner.h"
#include "tcop/utility.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

#include "audit/spool.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "effect/effect.h"
#include "effect/hidden_conditions.h"
#include "effect/trial.h"
#include "guard/guard.h"
#include "guard/migration.h"
#include "guard/off.h"
#include "guard/rule.h"

GuardKeeper guard_keeper = NULL;
void (*guard_run_rewrite)(Oid relid, void (*execute)(void *arg), void *arg) = NULL;
void (*guard_before_end)(Oid relid) = NULL;
void (*guard_ask_bin)(List *effects) = NULL;
void (*guard_before_rewrite)(Oid relid) = NULL;
const GuardWitness *guard_witness = NULL;
void (*guard_trigger_changed)(Oid trigger) = NULL;
int guard_enforce = ENFORCE_ON;
bool guard_loaded_at_start = false;

static ProcessUtility_hook_type prev_process_utility = NULL;
static object_access_hook_type prev_object_access = NULL;
static planner_hook_type prev_planner = NULL;
static ExecutorStart_hook_type prev_executor_start = NULL;
static ExecutorFinish_hook_type prev_executor_finish = NULL;

/*
 * The objects judged for the statements that run now, innermost first.
 */
typedef struct Foreseen
{
	HTAB *objects; /* of ForeseenObject */
	Node *stmt;	   /* what they were judged for */
	bool looked_again;
	struct Foreseen *outer;
} Foreseen;

typedef struct ForeseenObject
{
	ObjectAddress object; /* key */
	bool dropped;		  /* all of it: its columns need no word of their own */
} ForeseenObject;

static Foreseen *foreseen = NULL;

/* The same for the statement that loaded the library: no frame of ours is around it. */
static Foreseen *judged_late = NULL;

/* false until a statement has passed our hook: the library came in the middle of one */
static bool utility_hook_ran = false;

/* Somebody's statement, in a database that has the extension? */
static bool
is_our_business(void)
{
	return !IsBinaryUpgrade && !IsParallelWorker() && IsTransactionState() && !is_own_work() &&
		safemig_is_installed() && !safemig_script_is_running();
}

bool
guard_is_awake(void)
{
	return guard_enforce != ENFORCE_OFF && is_our_business();
}

/* Off, but with an eye open until the transaction has something on record. */
static bool
is_watching(void)
{
	if (guard_enforce == ENFORCE_OFF && !off_is_unrecorded())
		return false;
	return is_our_business();
}

/* What a statement destroys is being put aside: not its own doing. */
static bool keeper_is_at_work = false;

/* Is this a migration's own doing, to be written down? */
static bool
is_witnessed(void)
{
	return guard_witness != NULL && guard_current_migration() != NULL && !keeper_is_at_work &&
		guard_is_awake();
}

/* what is about to run -> effects */
typedef List *(*FindEffects)(void *what);

static List *
judge_or_record(FindEffects find, void *what)
{
	List *effects;

	if (guard_enforce == ENFORCE_OFF)
		return record_off(find, what);
	effects = find(what);
	if (effects == NIL)
		return NIL;
	if (guard_ask_bin)
		guard_ask_bin(effects);
	judge(effects);
	return effects;
}

static bool
drops_its_object(const Effect *effect)
{
	Action action;

	return OidIsValid(effect->object.objectId) &&
		action_of_dropped_object(&effect->object, &action) && action == effect->action;
}

static void
add_foreseen(Foreseen *entry, List *effects)
{
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);
		bool found;
		ForeseenObject *object = hash_search(entry->objects, &effect->object, HASH_ENTER, &found);

		object->dropped = drops_its_object(effect) || (found && object->dropped);
	}
}

static Foreseen *
foresee(Node *stmt, List *effects)
{
	Foreseen *entry = palloc(sizeof(Foreseen));
	HASHCTL ctl = {0};

	ctl.keysize = sizeof(ObjectAddress);
	ctl.entrysize = sizeof(ForeseenObject);
	ctl.hcxt = CurrentMemoryContext;
	entry->objects =
		hash_create("safemig foreseen", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	entry->outer = foreseen;
	entry->stmt = stmt;
	entry->looked_again = false;
	add_foreseen(entry, effects);
	return entry;
}

/*
 * A column whose type is another table's row type is reported as a drop of its
 * own when both tables go in one statement.
 */
static bool
holds(Foreseen *entry, const ObjectAddress *object)
{
	ObjectAddress whole = *object;
	ForeseenObject *table;

	if (hash_search(entry->objects, object, HASH_FIND, NULL))
		return true;
	if (object->objectSubId == 0)
		return false;
	whole.objectSubId = 0;
	table = hash_search(entry->objects, &whole, HASH_FIND, NULL);
	return table != NULL && table->dropped;
}

static bool
was_foreseen(const ObjectAddress *object)
{
	for (Foreseen *entry = foreseen; entry != NULL; entry = entry->outer)
		if (holds(entry, object))
			return true;
	return judged_late != NULL && holds(judged_late, object);
}

/*
 * At the level of an extension's own script?  An event trigger that fires for a
 * statement of the script runs within that statement's frame.
 */
bool
extension_script_speaks(void)
{
	return creating_extension && (foreseen == NULL || runs_extension_script(foreseen->stmt));
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

static bool
watches_other_databases(void)
{
	return !IsBinaryUpgrade && !IsParallelWorker() && IsTransactionState() &&
		!safemig_is_installed();
}

/*
 * From a database without the extension nothing is judged but what would take
 * a guarded database away.  Its settings cannot be read from here, so it counts
 * as production, and a permit cannot be given here either.
 */
static void
judge_for_other_databases(List *effects)
{
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);
		bool one = effect->object.classId == DatabaseRelationId;

		if (one ? !database_is_armed(effect->object.objectId) : !some_database_is_armed())
			continue;
		defend_database(effect);
		if (guard_enforce == ENFORCE_OFF)
			record_passed(list_make1(effect));
		else
			refuse(list_make1(effect), NIL, list_make1(effect));
	}
}

static List *
find_statement_effects(void *stmt)
{
	return effects_of_statement(stmt);
}

static List *
find_session_end_effects(void *before)
{
	return effects_of_session_end_since(before);
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
run_plainly(void *arg)
{
	UtilityCall *call = arg;

	call_next_utility(call->pstmt, call->query, call->read_only_tree, call->context, call->params,
					  call->environment, call->dest, call->completion);
}

static void
run_utility(void *arg)
{
	Oid relid = altered_relation(((UtilityCall *) arg)->pstmt->utilityStmt);

	if (OidIsValid(relid) && guard_run_rewrite && guard_enforce != ENFORCE_OFF)
		guard_run_rewrite(relid, run_plainly, arg);
	else
		run_plainly(arg);
}

static void
run_kept(void *arg)
{
	keeper_is_at_work = false;
	run_utility(arg);
	keeper_is_at_work = true;
}

/* The bin and the journal have seen to what goes; the guard has let it pass. */
static void
run_judged(UtilityCall *call, List *effects, bool witnessed)
{
	Node *stmt = call->pstmt->utilityStmt;
	List *kept = guard_keeper && guard_enforce != ENFORCE_OFF ? effects_to_keep(effects) : NIL;
	List *let_go = list_difference_ptr(effects, kept);
	void *state = witnessed ? guard_witness->before(stmt, let_go, kept != NIL) : NULL;

	if (kept != NIL)
	{
		keeper_is_at_work = true;
		guard_keeper(stmt, call->query, guard_current_migration(), kept, let_go, run_kept, call);
		keeper_is_at_work = false;
	}
	else
		run_utility(call);
	if (witnessed)
		guard_witness->after(state);
}

static void
judge_and_run(UtilityCall *call, bool witnessed)
{
	Node *stmt = call->pstmt->utilityStmt;
	Foreseen *outer = foreseen;
	bool outer_keeper = keeper_is_at_work;
	List *lost_later = NIL;
	List *effects = judge_or_record(find_statement_effects, stmt);

	if (guard_enforce != ENFORCE_OFF)
	{
		lock_what_must_stay_empty(effects);
		if (may_lean_on_temporary(stmt))
			lost_later = effects_of_session_end();
	}

	foreseen = foresee(stmt, effects);
	PG_TRY();
	{
		run_judged(call, effects, witnessed);
	}
	PG_FINALLY();
	{
		foreseen = outer;
		keeper_is_at_work = outer_keeper;
	}
	PG_END_TRY();

	if (may_lean_on_temporary(stmt) && is_watching())
	{
		/* what the statement has made depend on something is to be seen */
		CommandCounterIncrement();
		(void) judge_or_record(find_session_end_effects, lost_later);
	}
}

/* Without what came back by itself; false when nothing is left to run. */
static bool
leave_out_what_is_there(UtilityCall *call)
{
	Node *stmt = call->pstmt->utilityStmt;
	Node *rest = guard_witness->first(stmt);
	PlannedStmt *shorter;

	if (rest == stmt)
		return true;
	if (rest == NULL)
	{
		if (call->completion)
			SetQueryCompletion(call->completion, CreateCommandTag(stmt), 0);
		return false;
	}
	shorter = palloc(sizeof(PlannedStmt));
	*shorter = *call->pstmt;
	shorter->utilityStmt = rest;
	call->pstmt = shorter;
	return true;
}

static void
guard_process_utility(PlannedStmt *pstmt, const char *query, bool read_only_tree,
					  ProcessUtilityContext context, ParamListInfo params,
					  QueryEnvironment *environment, DestReceiver *dest,
					  QueryCompletion *completion)
{
	UtilityCall call = {pstmt,	query,		 read_only_tree, context,
						params, environment, dest,			 completion};
	bool witnessed;

	utility_hook_ran = true;
	/* before the server says that its tables are in the way */
	if (guard_before_end && drops_extension(pstmt->utilityStmt, SAFEMIG_NAME) &&
		guard_enforce == ENFORCE_OFF && is_our_business())
		guard_before_end(safemig_relation("bin_item"));
	/* a part of the statement that is kept, or of its undoing: event triggers see only that */
	if (is_own_work() && context == PROCESS_UTILITY_QUERY)
		call.context = PROCESS_UTILITY_SUBCOMMAND;
	if (!statement_matters(pstmt->utilityStmt))
	{
		run_plainly(&call);
		return;
	}
	if (!is_watching())
	{
		if (watches_other_databases())
			judge_for_other_databases(effects_on_databases(pstmt->utilityStmt));
		run_plainly(&call);
		return;
	}
	witnessed = is_witnessed();
	if (!witnessed || leave_out_what_is_there(&call))
		judge_and_run(&call, witnessed);
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
	judged_late = foresee(stmt, effects);
	MemoryContextSwitchTo(save);
}

/*
 * CREATE OR REPLACE fires OAT_POST_CREATE for what it replaces too.  What the
 * syscache then finds by OID was there before, unless this transaction inserted
 * it: OperatorCreate() makes its tuple visible before the hook when the operator
 * has a commutator or negator (CREATE EXTENSION hstore).
 */
static bool
existed_before(const ObjectAddress *object)
{
	int cache =
		is_objectclass_supported(object->classId) ? get_object_catcache_oid(object->classId) : -1;
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
	/* REFRESH, CLUSTER, ALTER TABLE's own rewrites */
	if (flags & PERFORM_DELETION_INTERNAL)
		return;
	if (!was_foreseen(object))
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
	if (foreseen == NULL || foreseen->looked_again || was_foreseen(object))
		return;
	foreseen->looked_again = true;
	add_foreseen(foreseen, judge_or_record(find_surprises, foreseen->stmt));
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

static List *
find_plan_effects(void *plan)
{
	List *effects = effects_of_plan(plan);

	if (rows_are_protected())
		effects = list_concat(effects, effects_of_row_changes(plan));
	return effects;
}

/* Also while the guard sleeps: a prepared statement may be run when it is awake again. */
static PlannedStmt *
guard_planner(Query *query, const char *text, int cursor_options, ParamListInfo params)
{
	/* the planner writes over the query, so it is asked before */
	List *targets = query_changes_rows(query) ? conditioned_targets(query) : NIL;
	PlannedStmt *stmt = prev_planner ? prev_planner(query, text, cursor_options, params)
									 : standard_planner(query, text, cursor_options, params);

	if (targets != NIL)
		mark_conditioned(stmt, targets);
	return stmt;
}

/*
 * Judged when the server has checked the caller's rights, so that who may not
 * write a table learns nothing of it, and before a row or a trigger is touched.
 */
static void
guard_executor_start(QueryDesc *query, int eflags)
{
	if (plan_matters(query) && changes_uncounted_rows(query->plannedstmt) && is_watching() &&
		setting_amount(SETTING_MAX_ROWS) > 0)
		query->instrument_options |= INSTRUMENT_ROWS;
	if (prev_executor_start)
		prev_executor_start(query, eflags);
	else
		standard_ExecutorStart(query, eflags);

	if (likely(!plan_matters(query)) || (eflags & EXEC_FLAG_EXPLAIN_ONLY))
		return;
	if (is_witnessed())
		guard_witness->writes(query->plannedstmt);
	if (is_watching())
		(void) judge_or_record(find_plan_effects, query->plannedstmt);
	else if (watches_other_databases())
		judge_for_other_databases(effects_of_plan_on_databases(query->plannedstmt));
}

typedef struct Excess
{
	PlannedStmt *stmt;
	double changed;
} Excess;

static List *
find_excess(void *what)
{
	Excess *excess = what;
	List *effects = effects_of_row_changes(excess->stmt);

	if (effects == NIL)
		return NIL;
	((Effect *) linitial(effects))->excess = excess->changed;
	return list_make1(linitial(effects));
}

/*
 * More rows than max_rows, known when the statement has run and before anything
 * of it can be committed.
 */
static void
check_max_rows(QueryDesc *query, double changed)
{
	Excess excess = {query->plannedstmt, changed};

	/* a foreign key's cascade is its parent's business */
	if (InNoForceRLSOperation())
		return;
	if (setting_amount(SETTING_MAX_ROWS) == 0 || changed <= setting_amount(SETTING_MAX_ROWS) ||
		guard_current_migration() != NULL)
		return;
	(void) judge_or_record(find_excess, &excess);
}

static void
guard_executor_finish(QueryDesc *query)
{
	double changed;

	if (prev_executor_finish)
		prev_executor_finish(query);
	else
		standard_ExecutorFinish(query);
	/* one row is never too many: most statements leave here */
	if (plan_matters(query) && (changed = rows_changed(query)) > 1 && is_watching())
		check_max_rows(query, changed);
}

void
guard_install_hooks(void)
{
	prev_planner = planner_hook;
	planner_hook = guard_planner;
	/* plans of a session older than the library have not passed there */
	ResetPlanCache();
	prev_executor_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = guard_executor_finish;
	prev_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = guard_process_utility;
	prev_object_access = object_access_hook;
	object_access_hook = guard_object_access;
	prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = guard_executor_start;
}
