/*
 * hidden_conditions.c
 *		Does a DELETE or UPDATE of a foreign table ask anything of its rows?  The
 *		plan does not tell: conditions that the other server checks are in it as
 *		text, and of a join that is done over there nothing else is left.  So the
 *		query is asked when it is planned, and the answer travels with the plan.
 *
 * The answer is an invalidation item of a cache that does not exist: the one
 * list in a PlannedStmt that is copied into and out of the plan cache and holds
 * no node that anybody executes.  PlanCacheObjectCallback() passes over items of
 * other caches, and parallel workers get none.
 *
 * A plan without it is taken for one that asks nothing.  So the plans made
 * before the library was loaded are made again (guard_install_hooks).
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteManip.h"

#include "effect/hidden_conditions.h"
#include "effect/plan_reach.h"

#define NO_CACHE (-1) /* its hashValue is the OID of a relation */

bool
conditions_are_told(char relkind)
{
	return relkind == RELKIND_FOREIGN_TABLE || relkind == RELKIND_PARTITIONED_TABLE;
}

/* clauses: any expression, or a list of them */
static bool
asks_of_target(Node *clauses, Query *query)
{
	ListCell *lc;

	if (clauses == NULL || !rangeTableEntry_used(clauses, query->resultRelation, 0))
		return false;
	if (!IsA(clauses, List))
		clauses = (Node *) make_ands_implicit(
			(Expr *) eval_const_expressions(NULL, (Node *) copyObject(clauses)));
	foreach(lc, (List *) clauses)
		if (rangeTableEntry_used(lfirst(lc), query->resultRelation, 0) &&
			!clause_always_holds(lfirst(lc), query->rtable))
			return true;
	return false;
}

/* FROM a JOIN b ON ... WHERE ...: each condition on the way */
static bool
tree_asks(Node *node, Query *query)
{
	ListCell *lc;

	if (IsA(node, JoinExpr))
	{
		JoinExpr *join = (JoinExpr *) node;

		return asks_of_target(join->quals, query) || tree_asks(join->larg, query) ||
			tree_asks(join->rarg, query);
	}
	if (!IsA(node, FromExpr))
		return false;
	foreach(lc, ((FromExpr *) node)->fromlist)
		if (tree_asks(lfirst(lc), query))
			return true;
	return asks_of_target(((FromExpr *) node)->quals, query);
}

/* The relations of one query, its CTEs aside: those asked of, and those not. */
static void
look_at(Query *query, List **asked, List **not_asked)
{
	RangeTblEntry *target;

	if (query->commandType != CMD_DELETE && query->commandType != CMD_UPDATE)
		return;
	target = rt_fetch(query->resultRelation, query->rtable);
	if (!conditions_are_told(target->relkind))
		return;
	/* what a view or a policy adds counts too */
	if (tree_asks((Node *) query->jointree, query) ||
		asks_of_target((Node *) target->securityQuals, query))
		*asked = lappend_oid(*asked, target->relid);
	else
		*not_asked = lappend_oid(*not_asked, target->relid);
}

List *
conditioned_targets(Query *query)
{
	List *asked = NIL;
	List *not_asked = NIL;
	ListCell *lc;

	look_at(query, &asked, &not_asked);
	foreach(lc, query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, lc);

		if (IsA(cte->ctequery, Query))
			look_at((Query *) cte->ctequery, &asked, &not_asked);
	}
	/* a table that one part of the statement empties is emptied */
	return list_difference_oid(asked, not_asked);
}

void
mark_conditioned(PlannedStmt *stmt, List *relids)
{
	ListCell *lc;

	foreach(lc, relids)
	{
		PlanInvalItem *item = makeNode(PlanInvalItem);

		item->cacheId = NO_CACHE;
		item->hashValue = lfirst_oid(lc);
		stmt->invalItems = lappend(stmt->invalItems, item);
	}
}

bool
is_conditioned(PlannedStmt *stmt, Oid relid)
{
	ListCell *lc;

	foreach(lc, stmt->invalItems)
	{
		PlanInvalItem *item = lfirst_node(PlanInvalItem, lc);

		if (item->cacheId == NO_CACHE && item->hashValue == relid)
			return true;
	}
	return false;
}
