/*
 * query_effects.c
 *		Effects of a query that has not run: it is analyzed and planned, as EXPLAIN
 *		does, and its plan is asked.  Where it names what only the script will have
 *		made, its text must do: no WHERE, every row.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "catalog/namespace.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/snapmgr.h"

#include "base/apart.h"
#include "base/owner.h"
#include "foresee/change_parts.h"
#include "foresee/query_effects.h"

typedef struct NamesWalk
{
	List *relations;
	List *ctes; /* names */
} NamesWalk;

static bool
collect_names(Node *node, void *context)
{
	NamesWalk *walk = context;

	if (node == NULL)
		return false;
	if (IsA(node, RangeVar))
		walk->relations = lappend(walk->relations, node);
	else if (IsA(node, CommonTableExpr))
		walk->ctes = lappend(walk->ctes, makeString(((CommonTableExpr *) node)->ctename));
	return raw_expression_tree_walker(node, collect_names, context);
}

List *
relations_named(Node *stmt)
{
	NamesWalk walk = {NIL, NIL};
	List *named = NIL;
	ListCell *lc;

	(void) collect_names(stmt, &walk);
	foreach(lc, walk.relations)
	{
		RangeVar *relation = lfirst(lc);

		if (relation->schemaname != NULL || !list_member(walk.ctes, makeString(relation->relname)))
			named = lappend(named, relation);
	}
	return named;
}

static bool
is_query(Node *stmt)
{
	return IsA(stmt, InsertStmt) || IsA(stmt, UpdateStmt) || IsA(stmt, DeleteStmt) ||
		IsA(stmt, MergeStmt) || IsA(stmt, SelectStmt);
}

/* Do all its names lead to what is there now, as they will when it runs? */
static bool
is_settled(Node *stmt)
{
	ListCell *lc;

	foreach(lc, relations_named(stmt))
	{
		DraftRelation *relation = draft_relation(lfirst(lc));

		if (relation == NULL || draft_is_new(relation) ||
			relation->oid != RangeVarGetRelid(lfirst_node(RangeVar, lc), NoLock, true))
			return false;
	}
	return true;
}

typedef struct Plannable
{
	Node *stmt;
	const char *text;
	List *queries;
	List *plans;
	List *effects;
	bool planned;
} Plannable;

/* The planner works out what it takes for constant, be it a function of the script's author. */
static void
plan(void *arg)
{
	Plannable *plannable = arg;

	plannable->plans =
		pg_plan_queries(plannable->queries, plannable->text, CURSOR_OPT_PARALLEL_OK, NULL);
}

static void
plan_and_ask(void *arg)
{
	Plannable *plannable = arg;
	RawStmt *raw = makeNode(RawStmt);
	ListCell *lc;

	raw->stmt = copyObject(plannable->stmt);
	PushActiveSnapshot(GetTransactionSnapshot());
	plannable->queries = pg_analyze_and_rewrite_fixedparams(raw, plannable->text, NULL, 0, NULL);
	call_as_nobody(plan, plannable);
	foreach(lc, plannable->plans)
		if (lfirst_node(PlannedStmt, lc)->commandType != CMD_UTILITY)
			plannable->effects =
				list_concat(plannable->effects, effects_of_plan(lfirst_node(PlannedStmt, lc)));
	PopActiveSnapshot();
	plannable->planned = true;
}

/* By its words alone */
static List *
effects_of_text(Node *stmt)
{
	RangeVar *target = NULL;
	Action action = ACTION_UPDATE_ALL;
	Oid relid;
	List *effects;

	if (IsA(stmt, UpdateStmt) && ((UpdateStmt *) stmt)->whereClause == NULL &&
		((UpdateStmt *) stmt)->fromClause == NIL)
		target = ((UpdateStmt *) stmt)->relation;
	else if (IsA(stmt, DeleteStmt) && ((DeleteStmt *) stmt)->whereClause == NULL &&
			 ((DeleteStmt *) stmt)->usingClause == NIL)
	{
		target = ((DeleteStmt *) stmt)->relation;
		action = ACTION_DELETE_ALL;
	}
	relid = target ? draft_relid(target) : InvalidOid;
	if (!OidIsValid(relid))
		return NIL;
	effects = list_make1(make_relation_effect(action, relid));
	((Effect *) linitial(effects))->named = true;
	((Effect *) linitial(effects))->empty_is_harmless = true;
	return effects;
}

static List *
effects_of_query(Node *stmt, const char *text)
{
	Plannable plannable = {.stmt = stmt, .text = text};
	int wait = LockTimeout;

	if (IsA(stmt, SelectStmt) && ((SelectStmt *) stmt)->withClause == NULL)
		return NIL;
	if (is_settled(stmt))
	{
		/* only for the look: what the script itself has set is not to be touched */
		LockTimeout = LOOK_LOCK_MS;
		PG_TRY();
		{
			(void) try_apart(plan_and_ask, &plannable);
		}
		PG_FINALLY();
		{
			LockTimeout = wait;
		}
		PG_END_TRY();
	}
	return plannable.planned ? plannable.effects : effects_of_text(stmt);
}

/* A query that the statement runs besides: EXPLAIN ANALYZE, COPY, CREATE TABLE AS */
static Node *
query_within(Node *stmt)
{
	Node *query = NULL;

	if (IsA(stmt, ExplainStmt) && explain_runs(castNode(ExplainStmt, stmt)))
		query = castNode(ExplainStmt, stmt)->query;
	else if (IsA(stmt, CopyStmt))
		query = castNode(CopyStmt, stmt)->query;
	else if (IsA(stmt, CreateTableAsStmt))
		query = castNode(CreateTableAsStmt, stmt)->query;
	if (query == NULL || is_query(query))
		return query;
	return query_within(query);
}

List *
effects_of_raw_statement(Node *stmt, const char *text)
{
	Node *query = is_query(stmt) ? stmt : query_within(stmt);
	List *effects = NIL;

	if (query != stmt && statement_matters(stmt))
		effects = effects_of_statement(stmt);
	return query ? list_concat(effects, effects_of_query(query, text)) : effects;
}
