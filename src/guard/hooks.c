/*
 * hooks.c
 *		How the guard hears of things: its hooks, each with its cheap ways out
 *		first.  What a statement does is src/effect's answer, never this file's.
 *
 *		utility		judges the statement with its closure, before any lock
 *		object		the last word: object_hook.c
 *		planner		tells a foreign table's plan what the query asked
 *		executor	judges plans that leave no row alone, and counts rows when asked to
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "miscadmin.h"
#include "optimizer/planner.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "effect/effect.h"
#include "effect/hidden_conditions.h"
#include "guard/foreseen.h"
#include "guard/guard.h"
#include "guard/hooks.h"
#include "guard/maintenance.h"
#include "guard/migration.h"
#include "guard/off.h"
#include "guard/rule.h"

GuardKeeper guard_keeper = NULL;
void (*guard_run_rewrite)(Oid relid, void (*execute)(void *arg), void *arg) = NULL;
void (*guard_before_end)(Oid relid) = NULL;
void (*guard_ask_bin)(List *effects) = NULL;
void (*guard_before_rewrite)(Oid relid) = NULL;
const GuardWitness *guard_witness = NULL;
void (*guard_foretells)(List *effects) = NULL;
void (*guard_trigger_changed)(Oid trigger) = NULL;
void (*guard_parent_changed)(void) = NULL;
void (*guard_after_statement)(void) = NULL;
void (*guard_relation_made)(Oid relid) = NULL;
void (*guard_defined)(const char *text) = NULL;
int guard_enforce = ENFORCE_ON;
bool guard_loaded_at_start = false;

static ProcessUtility_hook_type prev_process_utility = NULL;
static planner_hook_type prev_planner = NULL;
static ExecutorStart_hook_type prev_executor_start = NULL;
static ExecutorFinish_hook_type prev_executor_finish = NULL;

/* false until a statement has passed our hook: the library came in the middle of one */
static bool utility_hook_ran = false;

/* Somebody's statement, in a database that has the extension? */
bool
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
bool
is_watching(void)
{
	if (guard_enforce == ENFORCE_OFF && !off_is_unrecorded())
		return false;
	return is_our_business();
}

/* What a statement destroys is being put aside: not its own doing. */
static bool keeper_is_at_work = false;

/* Is this a migration's own doing, to be written down? */
bool
is_witnessed(void)
{
	return guard_witness != NULL && guard_current_migration() != NULL && !keeper_is_at_work &&
		guard_is_awake();
}

List *
judge_or_record(FindEffects find, void *what)
{
	List *effects;

	if (guard_enforce == ENFORCE_OFF)
		effects = record_off(find, what);
	else
		effects = find(what);
	if (effects != NIL && guard_foretells && guard_is_dry_run())
		guard_foretells(effects);
	if (effects == NIL || guard_enforce == ENFORCE_OFF)
		return effects;
	if (guard_ask_bin)
		guard_ask_bin(effects);
	judge(effects);
	return effects;
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
	Foreseen *outer;
	bool outer_keeper = keeper_is_at_work;
	List *lost_later = NIL;
	List *effects = judge_or_record(find_statement_effects, stmt);

	if (guard_enforce != ENFORCE_OFF)
	{
		lock_what_must_stay_empty(effects);
		if (may_lean_on_temporary(stmt))
			lost_later = effects_of_session_end();
	}

	outer = enter_foreseen(stmt, effects);
	PG_TRY();
	{
		run_judged(call, effects, witnessed);
	}
	PG_FINALLY();
	{
		leave_foreseen(outer);
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
judge_utility(UtilityCall *call)
{
	PlannedStmt *pstmt = call->pstmt;
	bool witnessed;

	/* before the server says that its tables are in the way */
	if (guard_before_end && drops_extension(pstmt->utilityStmt, SAFEMIG_NAME) &&
		guard_enforce == ENFORCE_OFF && is_our_business())
		guard_before_end(safemig_relation("bin_item"));
	/* a part of the statement that is kept, or of its undoing: event triggers see only that */
	if (is_own_work() && call->context == PROCESS_UTILITY_QUERY)
		call->context = PROCESS_UTILITY_SUBCOMMAND;
	if (!statement_matters(pstmt->utilityStmt))
	{
		run_plainly(call);
		return;
	}
	if (!is_watching())
	{
		if (watches_other_databases())
			judge_for_other_databases(effects_on_databases(pstmt->utilityStmt));
		run_plainly(call);
		return;
	}
	witnessed = is_witnessed();
	if (!witnessed || leave_out_what_is_there(call))
		judge_and_run(call, witnessed);
}

/* One of those that came in one string. */
static char *
text_of_statement(PlannedStmt *pstmt, const char *query)
{
	int location = Max(pstmt->stmt_location, 0);
	const char *start = query + location;
	int length = pstmt->stmt_len > 0 ? pstmt->stmt_len : strlen(start);

	for (; length > 0 && isspace((unsigned char) *start); length--)
		start++;
	while (length > 0 && (isspace((unsigned char) start[length - 1]) || start[length - 1] == ';'))
		length--;
	return pnstrdup(start, length);
}

static void
guard_process_utility(PlannedStmt *pstmt, const char *query, bool read_only_tree,
					  ProcessUtilityContext context, ParamListInfo params,
					  QueryEnvironment *environment, DestReceiver *dest,
					  QueryCompletion *completion)
{
	UtilityCall call = {pstmt,	query,		 read_only_tree, context,
						params, environment, dest,			 completion};
	bool defines = GetCommandLogLevel(pstmt->utilityStmt) == LOGSTMT_DDL;
	int64 written = pgWalUsage.wal_records;
	char *text = defines ? text_of_statement(pstmt, query) : NULL;

	utility_hook_ran = true;
	if (guard_is_awake() && maintenance_is_on())
		refuse_statement_in_maintenance(pstmt->utilityStmt);
	judge_utility(&call);
	/* a part of a statement leaves things half made, such as a table without its key */
	if (context == PROCESS_UTILITY_SUBCOMMAND)
		return;
	if (guard_after_statement)
		guard_after_statement();
	/* CREATE ... IF NOT EXISTS of what is there writes nothing */
	if (defines && guard_defined && is_our_business())
		guard_defined(written == pgWalUsage.wal_records ? NULL : text);
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
	foresee_late(stmt, effects);
	MemoryContextSwitchTo(save);
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
	if (guard_is_awake() && maintenance_is_on())
		refuse_plan_in_maintenance(query->plannedstmt);
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
	install_object_hook();
	prev_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = guard_executor_start;
}
