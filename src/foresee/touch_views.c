/*
 * touch_views.c
 *		What a query touches through views and rules, as the rewriter would find it:
 *		read from their stored queries, without a lock.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteHandler.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "foresee/touch_parts.h"

typedef struct StoredWalk
{
	Change *change;
	Oid of;		   /* the relation whose rule it is: OLD and NEW stand for it */
	LOCKMODE lock; /* of what it reads; NoLock: as stored */
	bool scans;	   /* it runs, without a condition from outside */
} StoredWalk;

static bool
touch_stored(Node *node, void *context)
{
	StoredWalk *walk = context;
	Query *query;
	bool scans;
	ListCell *lc;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, touch_stored, context);
	check_stack_depth();
	query = castNode(Query, node);
	scans = walk->scans && query->jointree->quals == NULL && query->limitCount == NULL;
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);
		DraftRelation *relation;

		if (rte->rtekind != RTE_RELATION || rte->relid == walk->of)
			continue;
		relation = draft_relation_by_oid(rte->relid);
		if (relation == NULL)
			continue;
		if (query->resultRelation == foreach_current_index(lc) + 1)
			touch_written(walk->change, relation, query->commandType, NIL, rte->inh, false);
		else
			touch_source(walk->change, relation,
						 walk->lock != NoLock ? walk->lock : rte->rellockmode, rte->inh, scans);
	}
	return query_tree_walker(query, touch_stored, context, QTW_IGNORE_JOINALIASES);
}

/* The stored queries for an event, in the caller's memory */
static List *
stored_queries(Oid relid, CmdType event)
{
	Relation rel = RelationIdGetRelation(relid);
	List *queries = NIL;

	if (!RelationIsValid(rel))
		return NIL;
	for (int i = 0; rel->rd_rules != NULL && i < rel->rd_rules->numLocks; i++)
		if (rel->rd_rules->rules[i]->event == event)
			queries = list_concat(queries, copyObject(rel->rd_rules->rules[i]->actions));
	RelationClose(rel);
	return queries;
}

static void
walk_queries(Change *change, Oid of, List *queries, LOCKMODE lock, bool scans)
{
	StoredWalk walk = {change, of, lock, scans};
	ListCell *lc;

	check_stack_depth();
	foreach(lc, queries)
		(void) touch_stored(lfirst(lc), &walk);
}

void
touch_view(Change *change, DraftRelation *view, LOCKMODE lock, bool scans)
{
	if (!draft_is_new(view))
		walk_queries(change, view->oid, stored_queries(view->oid, CMD_SELECT), lock, scans);
}

/* The one relation that an automatically updatable view stands for; NULL: it is none */
static DraftRelation *
base_of_view(DraftRelation *view, bool *tree)
{
	List *queries = stored_queries(view->oid, CMD_SELECT);
	Query *query = queries != NIL ? linitial_node(Query, queries) : NULL;
	RangeTblEntry *rte;

	if (query == NULL || view_query_is_auto_updatable(query, false) != NULL)
		return NULL;
	rte = list_nth_node(RangeTblEntry, query->rtable,
						linitial_node(RangeTblRef, query->jointree->fromlist)->rtindex - 1);
	*tree = rte->inh;
	return rte->rtekind == RTE_RELATION ? draft_relation_by_oid(rte->relid) : NULL;
}

static bool
has_instead_trigger(Oid relid, CmdType command)
{
	Relation rel = RelationIdGetRelation(relid);
	TriggerDesc *triggers = RelationIsValid(rel) ? rel->trigdesc : NULL;
	bool has = false;

	if (triggers != NULL)
		has = command == CMD_INSERT ? triggers->trig_insert_instead_row
			: command == CMD_UPDATE ? triggers->trig_update_instead_row
									: triggers->trig_delete_instead_row;
	if (RelationIsValid(rel))
		RelationClose(rel);
	return has;
}

/* Rules of the relation, and what a view passes on */
void
touch_writes_through(Change *change, DraftRelation *relation, CmdType command, bool scans)
{
	List *queries;
	bool tree = true;

	if (draft_is_new(relation))
		return;
	queries = stored_queries(relation->oid, command);
	walk_queries(change, relation->oid, queries, NoLock, false);
	if (relation->kind != RELKIND_VIEW)
		return;
	if (queries == NIL && !has_instead_trigger(relation->oid, command))
		touch_written(change, base_of_view(relation, &tree), command, NIL, tree, scans);
	touch_view(change, relation, NoLock, false);
}
