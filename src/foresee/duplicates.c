/*
 * duplicates.c
 *		Does a statement name a column twice where the server accepts it once?  The
 *		server says so only when the statement runs.
 */
#include "postgres.h"

#include "nodes/parsenodes.h"

#include "foresee/change_facts.h"

/* names: char * */
static const char *
first_twice(List *names)
{
	ListCell *lc, *lc2;

	foreach(lc, names)
		for_each_cell(lc2, names,
					  lnext(names, lc)) if (strcmp(lfirst(lc), lfirst(lc2)) == 0) return lfirst(lc);
	return NULL;
}

/* Of SET and of an INSERT's list; a part of a column (a.b, a[1]) may stand there again. */
static const char *
target_twice(List *targets)
{
	List *names = NIL;
	ListCell *lc;

	foreach(lc, targets)
	{
		ResTarget *target = lfirst(lc);

		if (target->name != NULL && target->indirection == NIL)
			names = lappend(names, target->name);
	}
	return first_twice(names);
}

static const char *
table_column_twice(List *elements)
{
	List *names = NIL;
	ListCell *lc;

	foreach(lc, elements)
		if (IsA(lfirst(lc), ColumnDef))
			names = lappend(names, ((ColumnDef *) lfirst(lc))->colname);
	return first_twice(names);
}

static const char *
string_twice(List *strings)
{
	List *names = NIL;
	ListCell *lc;

	foreach(lc, strings)
		if (IsA(lfirst(lc), String))
			names = lappend(names, strVal(lfirst(lc)));
	return first_twice(names);
}

/* The name that a column of a query has without being asked for, where it is plain to see */
static char *
output_name(ResTarget *target)
{
	Node *last;

	if (target->name != NULL)
		return target->name;
	if (target->val == NULL || !IsA(target->val, ColumnRef))
		return NULL;
	last = llast(((ColumnRef *) target->val)->fields);
	return IsA(last, String) ? strVal(last) : NULL;
}

/* A view, or a table made of a query */
static const char *
output_twice(Node *query)
{
	List *names = NIL;
	ListCell *lc;

	if (query == NULL || !IsA(query, SelectStmt))
		return NULL;
	while (((SelectStmt *) query)->larg != NULL)
		query = (Node *) ((SelectStmt *) query)->larg;
	foreach(lc, ((SelectStmt *) query)->targetList)
	{
		char *name = output_name(lfirst(lc));

		if (name != NULL)
			names = lappend(names, name);
	}
	return first_twice(names);
}

static const char *
merge_twice(MergeStmt *stmt)
{
	ListCell *lc;

	foreach(lc, stmt->mergeWhenClauses)
	{
		const char *twice = target_twice(((MergeWhenClause *) lfirst(lc))->targetList);

		if (twice != NULL)
			return twice;
	}
	return NULL;
}

const char *
duplicate_column(const Change *change)
{
	Node *node = change->node;
	const char *twice;

	if (node == NULL)
		return NULL;
	switch (nodeTag(node))
	{
		case T_InsertStmt:
			twice = target_twice(((InsertStmt *) node)->cols);
			if (twice == NULL && ((InsertStmt *) node)->onConflictClause != NULL)
				twice = target_twice(((InsertStmt *) node)->onConflictClause->targetList);
			return twice;
		case T_UpdateStmt:
			return target_twice(((UpdateStmt *) node)->targetList);
		case T_MergeStmt:
			return merge_twice((MergeStmt *) node);
		case T_CreateStmt:
			return table_column_twice(((CreateStmt *) node)->tableElts);
		case T_CompositeTypeStmt:
			return table_column_twice(((CompositeTypeStmt *) node)->coldeflist);
		case T_ViewStmt:
			if (((ViewStmt *) node)->aliases != NIL)
				return string_twice(((ViewStmt *) node)->aliases);
			return output_twice(((ViewStmt *) node)->query);
		case T_CreateTableAsStmt:
			if (((CreateTableAsStmt *) node)->into->colNames != NIL)
				return string_twice(((CreateTableAsStmt *) node)->into->colNames);
			return output_twice(((CreateTableAsStmt *) node)->query);
		case T_CopyStmt:
			return string_twice(((CopyStmt *) node)->attlist);
		default:
			return NULL;
	}
}
