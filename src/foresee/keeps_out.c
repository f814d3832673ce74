/*
 * keeps_out.c
 *		Does a statement lock what is there so that others must wait?
 */
#include "postgres.h"

#include "nodes/parsenodes.h"

#include "foresee/keeps_out.h"

static bool
refers_elsewhere(List *elements)
{
	ListCell *lc;

	foreach(lc, elements)
	{
		Node *element = lfirst(lc);

		if (IsA(element, Constraint) && castNode(Constraint, element)->contype == CONSTR_FOREIGN)
			return true;
		if (IsA(element, ColumnDef) && refers_elsewhere(castNode(ColumnDef, element)->constraints))
			return true;
	}
	return false;
}

/* A parent, and what a foreign key refers to, are altered along with it. */
static bool
stands_alone(const CreateStmt *table)
{
	return table->inhRelations == NIL && table->partbound == NULL &&
		!refers_elsewhere(table->tableElts) && !refers_elsewhere(table->constraints);
}

bool
keeps_nobody_out(Node *stmt)
{
	if (IsA(stmt, CreateStmt))
		return stands_alone(castNode(CreateStmt, stmt));
	return IsA(stmt, InsertStmt) || IsA(stmt, UpdateStmt) || IsA(stmt, DeleteStmt) ||
		IsA(stmt, SelectStmt);
}
