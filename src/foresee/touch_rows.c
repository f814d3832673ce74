/*
 * touch_rows.c
 *		What a query reads, locks and writes, by the names in its raw tree: analysing it
 *		would wait for locks, and not know what the script made.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "foresee/touch_parts.h"

typedef struct QueryWalk
{
	Change *change;
	List *ctes;		/* names (char *) of WITH that hide relations */
	List *columns;	/* names in the condition of the level at work */
	bool only_read; /* analysed and not planned: what lies behind the names is left alone */
	bool only_plan; /* planned and not run */
} QueryWalk;

static bool walk_query(Node *node, void *context);

/* ---------- names ---------- */

static DraftRelation *
relation_read(QueryWalk *walk, RangeVar *name)
{
	ListCell *lc;

	if (name == NULL)
		return NULL;
	if (name->schemaname == NULL)
		foreach(lc, walk->ctes)
			if (strcmp(lfirst(lc), name->relname) == 0)
				return NULL;
	return relation_named(name);
}

/* nextval('name') and its like say which sequence they change. */
static void
touch_sequence_call(QueryWalk *walk, FuncCall *call)
{
	const char *function = strVal(llast(call->funcname));
	Node *arg = call->args != NIL ? linitial(call->args) : NULL;
	List *names;
	char *text;
	ListCell *lc;
	List *strings = NIL;

	if (strcmp(function, "nextval") != 0 && strcmp(function, "setval") != 0)
		return;
	if (arg != NULL && IsA(arg, TypeCast))
		arg = castNode(TypeCast, arg)->arg;
	if (arg == NULL || !IsA(arg, A_Const) || castNode(A_Const, arg)->isnull ||
		!IsA(&castNode(A_Const, arg)->val, String))
		return;
	text = pstrdup(strVal(&castNode(A_Const, arg)->val));
	if (!SplitIdentifierString(text, '.', &names) || names == NIL)
		return;
	foreach(lc, names)
		strings = lappend(strings, makeString(lfirst(lc)));
	if (range_var_of(strings) != NULL)
		add_touch(walk->change, relation_named(range_var_of(strings)),
				  walk->only_read ? AccessShareLock : RowExclusiveLock, false, false);
}

/* ---------- conditions ---------- */

static bool
collect_names(Node *node, void *context)
{
	List **names = context;

	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
	{
		Node *last = llast(((ColumnRef *) node)->fields);

		if (IsA(last, String))
			*names = lappend(*names, strVal(last));
		return false;
	}
	return raw_expression_tree_walker(node, collect_names, context);
}

static List *
names_in(Node *condition)
{
	List *names = NIL;

	(void) collect_names(condition, &names);
	return names;
}

/* Does an index begin with a column of the condition?  Then not every row is read, as far as we can say. */
static bool
reads_every_row(QueryWalk *walk, DraftRelation *relation)
{
	ListCell *lc;
	ListCell *of;

	if (walk->only_plan || relation == NULL)
		return false;
	if (walk->columns == NIL)
		return true;
	draft_load(relation);
	foreach(lc, relation->indexes)
	{
		DraftIndex *index = lfirst(lc);
		const char *first = index->columns != NIL ? linitial(index->columns) : NULL;

		if (!index->valid)
			continue;
		if (first == NULL)
			return false;
		foreach(of, walk->columns)
			if (strcmp(first, lfirst(of)) == 0)
				return false;
	}
	return true;
}

/* ---------- FROM and targets ---------- */

/* Names in FROM of one level, those of FOR UPDATE with its lock */
static void
touch_from(QueryWalk *walk, Node *item, LOCKMODE lock, List *locked, bool scans)
{
	ListCell *lc;

	if (item == NULL)
		return;
	if (IsA(item, RangeVar))
	{
		RangeVar *name = castNode(RangeVar, item);
		const char *called = name->alias != NULL ? name->alias->aliasname : name->relname;
		LOCKMODE wanted = locked == NIL ? lock : AccessShareLock;

		foreach(lc, locked)
			if (strcmp(castNode(RangeVar, lfirst(lc))->relname, called) == 0)
				wanted = lock;
		if (walk->only_read)
			add_touch(walk->change, relation_read(walk, name), wanted, false, false);
		else
		{
			DraftRelation *relation = relation_read(walk, name);

			touch_source(walk->change, relation, wanted, name->inh,
						 scans && reads_every_row(walk, relation));
		}
	}
	else if (IsA(item, JoinExpr))
	{
		touch_from(walk, castNode(JoinExpr, item)->larg, lock, locked, scans);
		touch_from(walk, castNode(JoinExpr, item)->rarg, lock, locked, scans);
	}
	else if (IsA(item, RangeSubselect) && locked == NIL && lock == RowShareLock &&
			 IsA(castNode(RangeSubselect, item)->subquery, SelectStmt))
		foreach(lc, castNode(SelectStmt, castNode(RangeSubselect, item)->subquery)->fromClause)
			touch_from(walk, lfirst(lc), lock, NIL, scans);
}

static void
touch_select(QueryWalk *walk, SelectStmt *stmt)
{
	bool scans = stmt->limitCount == NULL;
	ListCell *lc;
	ListCell *of;

	foreach(lc, stmt->fromClause)
	{
		touch_from(walk, lfirst(lc), AccessShareLock, NIL, scans);
		foreach(of, stmt->lockingClause)
			touch_from(walk, lfirst(lc), RowShareLock, lfirst_node(LockingClause, of)->lockedRels,
					   scans);
	}
}

static List *
columns_set(List *targets)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, targets)
		if (IsA(lfirst(lc), ResTarget) && castNode(ResTarget, lfirst(lc))->name != NULL)
			columns = lappend(columns, castNode(ResTarget, lfirst(lc))->name);
	return columns;
}

static void
touch_target(QueryWalk *walk, RangeVar *name, CmdType command, List *columns, bool scans)
{
	if (name == NULL)
		return;
	if (walk->only_read)
		add_touch(walk->change, relation_named(name), RowExclusiveLock, false, false);
	else
		touch_written(walk->change, relation_named(name), command, columns, name->inh,
					  scans && reads_every_row(walk, relation_named(name)));
}

static void
touch_insert(QueryWalk *walk, InsertStmt *stmt)
{
	touch_target(walk, stmt->relation, CMD_INSERT, NIL, false);
	if (stmt->onConflictClause != NULL && stmt->onConflictClause->action == ONCONFLICT_UPDATE)
		touch_target(walk, stmt->relation, CMD_UPDATE,
					 columns_set(stmt->onConflictClause->targetList), false);
}

static void
touch_merge(QueryWalk *walk, MergeStmt *stmt)
{
	ListCell *lc;

	/* each may happen, and takes its locks whether it does or not */
	touch_target(walk, stmt->relation, CMD_UPDATE, NIL, true);
	foreach(lc, stmt->mergeWhenClauses)
	{
		MergeWhenClause *when = lfirst_node(MergeWhenClause, lc);

		if (when->commandType != CMD_NOTHING)
			touch_target(walk, stmt->relation, when->commandType, columns_set(when->targetList),
						 false);
	}
	touch_from(walk, stmt->sourceRelation, AccessShareLock, NIL, true);
}

/* ---------- the walk ---------- */

static WithClause *
with_clause_of(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_SelectStmt:
			return castNode(SelectStmt, stmt)->withClause;
		case T_InsertStmt:
			return castNode(InsertStmt, stmt)->withClause;
		case T_UpdateStmt:
			return castNode(UpdateStmt, stmt)->withClause;
		case T_DeleteStmt:
			return castNode(DeleteStmt, stmt)->withClause;
		case T_MergeStmt:
			return castNode(MergeStmt, stmt)->withClause;
		default:
			return NULL;
	}
}

/* A name of WITH hides a relation in what follows it, of WITH RECURSIVE everywhere. */
static void
enter_with(QueryWalk *walk, WithClause *with)
{
	ListCell *lc;

	if (with == NULL)
		return;
	if (with->recursive)
		foreach(lc, with->ctes)
			walk->ctes = lappend(list_copy(walk->ctes), lfirst_node(CommonTableExpr, lc)->ctename);
	foreach(lc, with->ctes)
	{
		(void) walk_query(lfirst_node(CommonTableExpr, lc)->ctequery, walk);
		walk->ctes = lappend(list_copy(walk->ctes), lfirst_node(CommonTableExpr, lc)->ctename);
	}
}

static Node *
condition_of(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_SelectStmt:
			return castNode(SelectStmt, stmt)->whereClause;
		case T_UpdateStmt:
			return castNode(UpdateStmt, stmt)->whereClause;
		case T_DeleteStmt:
			return castNode(DeleteStmt, stmt)->whereClause;
		default:
			return NULL;
	}
}

static void
touch_statement(QueryWalk *walk, Node *stmt)
{
	ListCell *lc;

	walk->columns = names_in(condition_of(stmt));
	switch (nodeTag(stmt))
	{
		case T_SelectStmt:
			touch_select(walk, castNode(SelectStmt, stmt));
			break;
		case T_InsertStmt:
			touch_insert(walk, castNode(InsertStmt, stmt));
			break;
		case T_UpdateStmt:
			touch_target(walk, castNode(UpdateStmt, stmt)->relation, CMD_UPDATE,
						 columns_set(castNode(UpdateStmt, stmt)->targetList), true);
			foreach(lc, castNode(UpdateStmt, stmt)->fromClause)
				touch_from(walk, lfirst(lc), AccessShareLock, NIL, true);
			break;
		case T_DeleteStmt:
			touch_target(walk, castNode(DeleteStmt, stmt)->relation, CMD_DELETE, NIL, true);
			foreach(lc, castNode(DeleteStmt, stmt)->usingClause)
				touch_from(walk, lfirst(lc), AccessShareLock, NIL, true);
			break;
		case T_MergeStmt:
			touch_merge(walk, castNode(MergeStmt, stmt));
			break;
		default:
			break;
	}
}

static bool
walk_query(Node *node, void *context)
{
	QueryWalk *walk = context;
	List *outside = walk->ctes;

	if (node == NULL)
		return false;
	check_stack_depth();
	switch (nodeTag(node))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
			enter_with(walk, with_clause_of(node));
			touch_statement(walk, node);
			(void) raw_expression_tree_walker(node, walk_query, walk);
			walk->ctes = outside;
			return false;
		case T_WithClause:	  /* entered with its statement */
		case T_RangeVar:	  /* of FROM, or of a target */
		case T_IntoClause:	  /* made, not read */
		case T_LockingClause: /* names of FROM */
			return false;
		case T_FuncCall:
			touch_sequence_call(walk, castNode(FuncCall, node));
			break;
		default:
			break;
	}
	return raw_expression_tree_walker(node, walk_query, walk);
}

/* Where any statement may stand: a rule's actions, a body in SQL, EXPLAIN, CREATE TABLE AS */
Node *
query_of(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
			return stmt;
		case T_CreateTableAsStmt:
			return query_of(castNode(CreateTableAsStmt, stmt)->query);
		case T_DeclareCursorStmt:
			return query_of(castNode(DeclareCursorStmt, stmt)->query);
		case T_CallStmt:
			return (Node *) castNode(CallStmt, stmt)->funccall;
		default:
			return NULL;
	}
}

void
touch_query(Change *change, Node *stmt)
{
	QueryWalk walk = {change};

	(void) walk_query(stmt, &walk);
}

void
touch_names(Change *change, Node *stmt)
{
	QueryWalk walk = {change};

	walk.only_read = true;
	(void) walk_query(stmt, &walk);
}

/* EXPLAIN and DECLARE: as far as planning goes */
void
touch_plan(Change *change, Node *stmt)
{
	QueryWalk walk = {change};

	walk.only_plan = true;
	(void) walk_query(query_of(stmt), &walk);
}
