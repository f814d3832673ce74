/*
 * defaults.c
 *		The default that a column has, and whether a new one is another.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/rel.h"

#include "base/owner.h"
#include "foresee/change_facts.h"

char *
default_text_of(DraftRelation *relation, const DraftColumn *column)
{
	Relation defaults;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	char *expression = NULL;

	if (draft_is_new(relation) || column->attnum <= 0 || !column->has_default)
		return NULL;
	defaults = table_open(AttrDefaultRelationId, AccessShareLock);
	ScanKeyInit(&keys[0], Anum_pg_attrdef_adrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relation->oid));
	ScanKeyInit(&keys[1], Anum_pg_attrdef_adnum, BTEqualStrategyNumber, F_INT2EQ,
				Int16GetDatum(column->attnum));
	scan = systable_beginscan(defaults, AttrDefaultIndexId, true, NULL, 2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool isnull;
		Datum tree =
			heap_getattr(tuple, Anum_pg_attrdef_adbin, RelationGetDescr(defaults), &isnull);

		int gucs = print_exactly();

		if (!isnull)
			expression = TextDatumGetCString(
				DirectFunctionCall2(pg_get_expr, tree, ObjectIdGetDatum(relation->oid)));
		AtEOXact_GUC(false, gucs);
	}
	systable_endscan(scan);
	table_close(defaults, AccessShareLock);
	return expression;
}

/* As parsed, without the casts that the server adds to literals */
static Node *
bare_expression(const char *text)
{
	List *parsed = raw_parser(text, RAW_PARSE_PLPGSQL_EXPR);
	SelectStmt *select = castNode(SelectStmt, linitial_node(RawStmt, parsed)->stmt);
	Node *expr = linitial_node(ResTarget, select->targetList)->val;

	while (IsA(expr, TypeCast))
		expr = ((TypeCast *) expr)->arg;
	return expr;
}

/* No default is the default NULL. */
static bool
is_null(Node *expr)
{
	return expr == NULL || (IsA(expr, A_Const) && ((A_Const *) expr)->isnull);
}

bool
default_is_same(const Change *change, const char *before)
{
	Node *old_default = before ? bare_expression(before) : NULL;
	Node *new_default = change->default_text ? bare_expression(change->default_text) : NULL;

	if (is_null(old_default) || is_null(new_default))
		return is_null(old_default) && is_null(new_default);
	return equal(old_default, new_default);
}
