/*
 * few_rows.c
 *		Does a statement write a handful of rows, whatever the table holds?  Rows that
 *		are written out one by one, or those of given values of a unique key.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "nodes/parsenodes.h"

#include "foresee/change_facts.h"

static const char *
column_of(Node *expr)
{
	Node *last;

	if (expr == NULL || !IsA(expr, ColumnRef))
		return NULL;
	last = llast(((ColumnRef *) expr)->fields);
	return IsA(last, String) ? strVal(last) : NULL;
}

static bool
is_constant(Node *expr)
{
	while (expr != NULL && IsA(expr, TypeCast))
		expr = ((TypeCast *) expr)->arg;
	return expr != NULL && (IsA(expr, A_Const) || IsA(expr, ParamRef));
}

static bool
are_constants(Node *expr)
{
	ListCell *lc;

	if (expr == NULL || !IsA(expr, List))
		return false;
	foreach(lc, (List *) expr)
		if (!is_constant(lfirst(lc)))
			return false;
	return true;
}

/* Columns that the condition fixes: id = 5, id IN (5, 6), of conditions that all hold */
static List *
fixed_columns(Node *condition)
{
	List *columns = NIL;

	if (condition == NULL)
		return NIL;
	if (IsA(condition, BoolExpr) && ((BoolExpr *) condition)->boolop == AND_EXPR)
	{
		ListCell *lc;

		foreach(lc, ((BoolExpr *) condition)->args)
			columns = list_concat(columns, fixed_columns(lfirst(lc)));
	}
	else if (IsA(condition, A_Expr))
	{
		A_Expr *expr = (A_Expr *) condition;
		bool equals =
			list_length(expr->name) == 1 && strcmp(strVal(linitial(expr->name)), "=") == 0;

		if (!equals)
			return NIL;
		if (expr->kind == AEXPR_OP && column_of(expr->lexpr) && is_constant(expr->rexpr))
			columns = lappend(columns, unconstify(char *, column_of(expr->lexpr)));
		else if (expr->kind == AEXPR_OP && column_of(expr->rexpr) && is_constant(expr->lexpr))
			columns = lappend(columns, unconstify(char *, column_of(expr->rexpr)));
		else if (expr->kind == AEXPR_IN && column_of(expr->lexpr) && are_constants(expr->rexpr))
			columns = lappend(columns, unconstify(char *, column_of(expr->lexpr)));
	}
	return columns;
}

static bool
fixes_unique_key(DraftRelation *relation, Node *condition)
{
	List *fixed = fixed_columns(condition);
	ListCell *lc, *lc2;

	if (relation == NULL || fixed == NIL)
		return false;
	draft_load(relation);
	foreach(lc, relation->indexes)
	{
		const DraftIndex *index = lfirst(lc);
		bool all = index->unique && index->valid && !index->partial;

		foreach(lc2, index->columns)
			all = all && lfirst(lc2) != NULL && is_in_texts(fixed, lfirst(lc2));
		if (all)
			return true;
	}
	return false;
}

bool
writes_few_rows(const Change *change)
{
	Node *node = change->node;

	if (node == NULL)
		return false;
	if (IsA(node, InsertStmt))
	{
		SelectStmt *source = (SelectStmt *) ((InsertStmt *) node)->selectStmt;

		return source == NULL || source->valuesLists != NIL ||
			(source->fromClause == NIL && source->op == SETOP_NONE);
	}
	if (IsA(node, UpdateStmt))
		return ((UpdateStmt *) node)->fromClause == NIL &&
			fixes_unique_key(change->relation, ((UpdateStmt *) node)->whereClause);
	if (IsA(node, DeleteStmt))
		return ((DeleteStmt *) node)->usingClause == NIL &&
			fixes_unique_key(change->relation, ((DeleteStmt *) node)->whereClause);
	return false;
}
