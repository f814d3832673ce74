/*
 * draft_query.c
 *		Which columns does CREATE TABLE AS, or a view, have?  As far as the query's text
 *		tells, and what the draft knows of the relations in it: to have the server analyse
 *		it would lock all that it reads.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "parser/parse_target.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "foresee/draft_parts.h"

typedef struct Source
{
	const char *alias;
	DraftRelation *relation;
} Source;

/* What the query reads at its top, joins included; false: some of it is not a relation */
static bool
add_sources(List *from, List **sources)
{
	bool known = true;
	ListCell *lc;

	foreach(lc, from)
	{
		Node *item = lfirst(lc);
		RangeVar *name = (RangeVar *) item;
		Source *source;

		if (IsA(item, JoinExpr) && !((JoinExpr *) item)->isNatural &&
			((JoinExpr *) item)->usingClause == NIL)
		{
			known &= add_sources(list_make2(((JoinExpr *) item)->larg, ((JoinExpr *) item)->rarg),
								 sources);
			continue;
		}
		if (!IsA(item, RangeVar) || draft_relation(name) == NULL ||
			(name->alias != NULL && name->alias->colnames != NIL))
		{
			known = false;
			continue;
		}
		source = palloc(sizeof(Source));
		source->alias = name->alias ? name->alias->aliasname : name->relname;
		source->relation = draft_relation(name);
		draft_load(source->relation);
		*sources = lappend(*sources, source);
	}
	return known;
}

static DraftColumn *
unknown_column(void)
{
	DraftColumn *column = palloc0(sizeof(DraftColumn));

	column->type_name = "unknown";
	column->typmod = -1;
	return column;
}

/* A column as a query hands it on: its type alone.  The query may have two of one name. */
static void
add_result(DraftRelation *relation, const DraftColumn *from, const char *name)
{
	DraftColumn column = {0};

	column.name = unconstify(char *, name);
	column.type_name = from->type_name;
	column.type = from->type;
	column.typmod = from->typmod;
	column.collation = from->collation;
	draft_add_column(relation, &column, true);
}

static DraftColumn *
column_of_reference(ColumnRef *reference, List *sources)
{
	int length = list_length(reference->fields);
	const char *alias = length > 1 ? strVal(list_nth(reference->fields, length - 2)) : NULL;
	const char *name = strVal(llast(reference->fields));
	ListCell *lc;

	foreach(lc, sources)
	{
		Source *source = lfirst(lc);
		DraftColumn *column;

		if (alias != NULL && strcmp(alias, source->alias) != 0)
			continue;
		column = draft_column(source->relation, name);
		if (column != NULL)
			return column;
	}
	return unknown_column();
}

static DraftColumn *
column_of_cast(TypeCast *cast)
{
	DraftColumn *column = unknown_column();
	Oid type = list_length(cast->typeName->names) <= 2 && cast->typeName->typmods == NIL
		? LookupTypeNameOid(NULL, cast->typeName, true)
		: InvalidOid;

	if (!OidIsValid(type))
		return column;
	column->type = type;
	column->collation = get_typcollation(type);
	column->type_name = format_type_extended(type, -1, FORMAT_TYPE_ALLOW_INVALID);
	return column;
}

static DraftColumn *
column_of_expression(Node *expr, List *sources)
{
	if (IsA(expr, ColumnRef) && IsA(llast(((ColumnRef *) expr)->fields), String))
		return column_of_reference((ColumnRef *) expr, sources);
	return IsA(expr, TypeCast) ? column_of_cast((TypeCast *) expr) : unknown_column();
}

/* * and t.* */
static void
add_all_columns(DraftRelation *relation, ColumnRef *star, List *sources, bool known)
{
	int length = list_length(star->fields);
	const char *alias = length > 1 ? strVal(list_nth(star->fields, length - 2)) : NULL;
	bool found = false;
	ListCell *lc;
	ListCell *lc2;

	foreach(lc, sources)
	{
		Source *source = lfirst(lc);

		if (alias != NULL && strcmp(alias, source->alias) != 0)
			continue;
		found = true;
		relation->opaque |= source->relation->opaque;
		foreach(lc2, source->relation->columns)
			add_result(relation, lfirst(lc2), ((DraftColumn *) lfirst(lc2))->name);
	}
	relation->opaque |= !found || (alias == NULL && !known);
}

static void
name_columns(DraftRelation *relation, List *names)
{
	ListCell *name;
	ListCell *column;

	if (!relation->opaque)
		forboth(name, names, column, relation->columns)
			((DraftColumn *) lfirst(column))->name = pstrdup(strVal(lfirst(name)));
}

void
draft_add_columns_of_query(DraftRelation *relation, Node *query, List *names)
{
	SelectStmt *select = (SelectStmt *) query;
	List *sources = NIL;
	bool known;
	ListCell *lc;

	/* the leftmost of a UNION names them all */
	while (select != NULL && IsA(select, SelectStmt) && select->larg != NULL)
		select = select->larg;
	relation->opaque = select == NULL || !IsA(select, SelectStmt) || select->valuesLists != NIL;
	if (relation->opaque)
		return;
	known = add_sources(select->fromClause, &sources) && select->withClause == NULL;
	/* a CTE may have the name of a relation */
	if (select->withClause != NULL)
		sources = NIL;
	foreach(lc, select->targetList)
	{
		ResTarget *target = lfirst_node(ResTarget, lc);
		ColumnRef *reference = (ColumnRef *) target->val;

		if (IsA(reference, ColumnRef) && IsA(llast(reference->fields), A_Star))
			add_all_columns(relation, reference, sources, known);
		else
			add_result(relation, column_of_expression(target->val, sources),
					   target->name ? target->name : FigureColname(target->val));
	}
	name_columns(relation, names);
}
