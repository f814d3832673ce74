/*
 * change_rows.c
 *		Statements about rows, and those that only concern the script itself: queries,
 *		COPY, LOCK, settings, transactions, and what runs other statements.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/compat.h"
#include "foresee/change_parts.h"
#include "foresee/change_settings.h"

/* ---------- queries ---------- */

/* A query inside that writes is a change of its own. */
static bool
tell_writes_inside(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, CommonTableExpr))
	{
		Node *query = castNode(CommonTableExpr, node)->ctequery;

		if (!IsA(query, SelectStmt))
			tell_rows(context, query);
		else
			raw_expression_tree_walker(query, tell_writes_inside, context);
		return false;
	}
	return raw_expression_tree_walker(node, tell_writes_inside, context);
}

static Change *
new_row_change(ChangeWalk *walk, Node *stmt)
{
	Change *change;

	switch (nodeTag(stmt))
	{
		case T_InsertStmt:
			return new_relation_change(walk, CHANGE_INSERT, stmt,
									   castNode(InsertStmt, stmt)->relation);
		case T_UpdateStmt:
			change = new_relation_change(walk, CHANGE_UPDATE, stmt,
										 castNode(UpdateStmt, stmt)->relation);
			change->has_where = castNode(UpdateStmt, stmt)->whereClause != NULL;
			return change;
		case T_DeleteStmt:
			change = new_relation_change(walk, CHANGE_DELETE, stmt,
										 castNode(DeleteStmt, stmt)->relation);
			change->has_where = castNode(DeleteStmt, stmt)->whereClause != NULL;
			return change;
		case T_MergeStmt:
			return new_relation_change(walk, CHANGE_MERGE, stmt,
									   castNode(MergeStmt, stmt)->relation);
		default:
			return new_change(walk, CHANGE_SELECT, stmt, NULL);
	}
}

void
tell_rows(ChangeWalk *walk, Node *stmt)
{
	if (stmt == NULL)
		return;
	check_stack_depth();
	raw_expression_tree_walker(stmt, tell_writes_inside, walk);
	tell_change(walk, new_row_change(walk, stmt));
}

/* SELECT ... INTO makes a table. */
static IntoClause *
into_of(SelectStmt *stmt)
{
	while (stmt->larg != NULL)
		stmt = stmt->larg;
	return stmt->intoClause;
}

static void
change_of_select(ChangeWalk *walk, SelectStmt *stmt)
{
	IntoClause *into = into_of(stmt);
	CreateTableAsStmt *create;

	if (into != NULL)
	{
		create = makeNode(CreateTableAsStmt);
		create->query = (Node *) stmt;
		create->into = into;
		create->objtype = OBJECT_TABLE;
		create->is_select_into = true;
		changes_of_statement(walk, (Node *) create);
		return;
	}
	if (!tell_set_config(walk, stmt))
		tell_rows(walk, (Node *) stmt);
}

static void
change_of_copy(ChangeWalk *walk, CopyStmt *stmt)
{
	bool client = stmt->filename == NULL;
	Change *change;

	if (stmt->query != NULL && !IsA(stmt->query, SelectStmt))
	{
		tell_rows(walk, stmt->query);
		return;
	}
	change = new_relation_change(walk,
								 client				 ? CHANGE_NEEDS_CLIENT
									 : stmt->is_from ? CHANGE_COPY_FROM
													 : CHANGE_SELECT,
								 (Node *) stmt, stmt->relation);
	change->creates_rows = stmt->is_from;
	tell_change(walk, change);
}

static void
changes_of_lock(ChangeWalk *walk, LockStmt *stmt)
{
	ListCell *lc;

	foreach(lc, stmt->relations)
		tell_change(
			walk,
			new_relation_change(walk, CHANGE_LOCK_TABLE, (Node *) stmt, lfirst_node(RangeVar, lc)));
}

/* ---------- what runs or keeps other statements ---------- */

bool
explain_runs(ExplainStmt *stmt)
{
	ListCell *lc;
	bool runs = false;

	foreach(lc, stmt->options)
	{
		DefElem *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, "analyze") == 0)
			runs = option->arg == NULL || defGetBoolean(option);
	}
	return runs;
}

static void
change_of_explain(ChangeWalk *walk, ExplainStmt *stmt)
{
	if (explain_runs(stmt))
		changes_of_statement(walk, stmt->query);
	else
		/* planned only, which takes the locks all the same */
		tell_change(walk, new_change(walk, CHANGE_SELECT, (Node *) stmt, NULL));
}

/* ---------- the transaction ---------- */

static void
change_of_transaction(ChangeWalk *walk, TransactionStmt *stmt)
{
	Change *change = new_change(walk, CHANGE_COMMIT, (Node *) stmt, NULL);

	switch (stmt->kind)
	{
		case TRANS_STMT_BEGIN:
		case TRANS_STMT_START:
			change->kind = CHANGE_BEGIN;
			break;
		case TRANS_STMT_SAVEPOINT:
		case TRANS_STMT_RELEASE:
		case TRANS_STMT_ROLLBACK_TO:
			change->kind = CHANGE_SAVEPOINT;
			change->name = stmt->savepoint_name;
			break;
		default:
			break;
	}
	tell_change(walk, change);
}

bool
changes_of_rows(ChangeWalk *walk, Node *stmt)
{
	Change *change;

	switch (nodeTag(stmt))
	{
		case T_SelectStmt:
			change_of_select(walk, castNode(SelectStmt, stmt));
			return true;
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
			tell_rows(walk, stmt);
			return true;
		case T_CopyStmt:
			change_of_copy(walk, castNode(CopyStmt, stmt));
			return true;
		case T_LockStmt:
			changes_of_lock(walk, castNode(LockStmt, stmt));
			return true;
		case T_ExplainStmt:
			change_of_explain(walk, castNode(ExplainStmt, stmt));
			return true;
		case T_DeclareCursorStmt:
			tell_change(walk, new_change(walk, CHANGE_SELECT, stmt, NULL));
			return true;
		case T_PrepareStmt:
			/* analysed, not run: the locks are those of the query */
			change = new_change(walk, CHANGE_NOTHING, castNode(PrepareStmt, stmt)->query, NULL);
			change->name = castNode(PrepareStmt, stmt)->name;
			tell_change(walk, change);
			return true;
		case T_DoStmt:
		case T_CallStmt:
		case T_ExecuteStmt:
			tell_change(walk, new_change(walk, CHANGE_DO, stmt, NULL));
			return true;
		case T_TransactionStmt:
			change_of_transaction(walk, castNode(TransactionStmt, stmt));
			return true;
		case T_VariableSetStmt:
			tell_setting(walk, castNode(VariableSetStmt, stmt));
			return true;
		case T_DiscardStmt:
			if (castNode(DiscardStmt, stmt)->target == DISCARD_ALL)
				reset_settings();
			return false;
		default:
			return false;
	}
}
