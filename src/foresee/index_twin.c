/*
 * index_twin.c
 *		Does one index do all that another one does?  Both are held side by side as
 *		CREATE INDEX statements, as written or as the server writes them.
 */
#include "postgres.h"

#include "catalog/pg_inherits.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "storage/lockdefs.h"
#include "storage/lmgr.h"
#include "utils/fmgrprotos.h"
#include "utils/ruleutils.h"

#include "foresee/change_facts.h"

/* ---------- expressions, as written and as the server writes them ---------- */

static bool same_expression(Node *one, Node *other);

static bool
same_expressions(List *one, List *other)
{
	ListCell *lc, *lc2;

	if (list_length(one) != list_length(other))
		return false;
	forboth(lc, one, lc2, other)
		if (!same_expression(lfirst(lc), lfirst(lc2)))
			return false;
	return true;
}

/* The server writes casts where the statement leaves them to it. */
static Node *
without_casts(Node *node)
{
	while (node != NULL && IsA(node, TypeCast))
		node = ((TypeCast *) node)->arg;
	return node;
}

static bool
same_last_name(List *one, List *other)
{
	if (one == NIL || other == NIL)
		return one == other;
	return equal(llast(one), llast(other));
}

static bool
same_expression(Node *one, Node *other)
{
	one = without_casts(one);
	other = without_casts(other);
	if (one == NULL || other == NULL || nodeTag(one) != nodeTag(other))
		return one == other;
	if (IsA(one, ColumnRef))
		return same_last_name(((ColumnRef *) one)->fields, ((ColumnRef *) other)->fields);
	if (IsA(one, FuncCall))
		return same_last_name(((FuncCall *) one)->funcname, ((FuncCall *) other)->funcname) &&
			same_expressions(((FuncCall *) one)->args, ((FuncCall *) other)->args);
	if (IsA(one, BoolExpr))
		return ((BoolExpr *) one)->boolop == ((BoolExpr *) other)->boolop &&
			same_expressions(((BoolExpr *) one)->args, ((BoolExpr *) other)->args);
	if (IsA(one, NullTest))
		return ((NullTest *) one)->nulltesttype == ((NullTest *) other)->nulltesttype &&
			same_expression((Node *) ((NullTest *) one)->arg, (Node *) ((NullTest *) other)->arg);
	if (IsA(one, A_Expr))
		return ((A_Expr *) one)->kind == ((A_Expr *) other)->kind &&
			same_last_name(((A_Expr *) one)->name, ((A_Expr *) other)->name) &&
			same_expression(((A_Expr *) one)->lexpr, ((A_Expr *) other)->lexpr) &&
			same_expression(((A_Expr *) one)->rexpr, ((A_Expr *) other)->rexpr);
	return equal(one, other);
}

/* ---------- keys ---------- */

static bool
nulls_come_first(const IndexElem *key)
{
	if (key->nulls_ordering == SORTBY_NULLS_DEFAULT)
		return key->ordering == SORTBY_DESC;
	return key->nulls_ordering == SORTBY_NULLS_FIRST;
}

static bool
same_order(const IndexElem *one, const IndexElem *other)
{
	return (one->ordering == SORTBY_DESC) == (other->ordering == SORTBY_DESC) &&
		nulls_come_first(one) == nulls_come_first(other);
}

static bool
same_key(const IndexElem *one, const IndexElem *other)
{
	if (one->name != NULL && other->name != NULL ? strcmp(one->name, other->name) != 0
												 : one->name != other->name)
		return false;
	return same_expression(one->expr, other->expr) &&
		same_last_name(one->collation, other->collation) &&
		same_last_name(one->opclass, other->opclass) && equal(one->opclassopts, other->opclassopts);
}

static bool
begins_with(List *keys, List *wanted)
{
	/* one key is read backwards as well */
	bool order_matters = list_length(wanted) > 1;
	ListCell *lc, *lc2;

	if (list_length(keys) < list_length(wanted))
		return false;
	forboth(lc, keys, lc2, wanted)
		if (!same_key(lfirst(lc), lfirst(lc2)) ||
			(order_matters && !same_order(lfirst(lc), lfirst(lc2))))
			return false;
	return true;
}

static bool
names_column(List *keys, const char *column)
{
	ListCell *lc;

	foreach(lc, keys)
	{
		const IndexElem *key = lfirst(lc);

		if (key->name != NULL && strcmp(key->name, column) == 0)
			return true;
	}
	return false;
}

static bool
holds_all(const IndexStmt *index, List *included)
{
	ListCell *lc;

	foreach(lc, included)
	{
		const IndexElem *column = lfirst(lc);

		if (column->name == NULL ||
			(!names_column(index->indexParams, column->name) &&
			 !names_column(index->indexIncludingParams, column->name)))
			return false;
	}
	return true;
}

static bool
does_the_same(const IndexStmt *have, const IndexStmt *wanted)
{
	bool as_long = list_length(have->indexParams) == list_length(wanted->indexParams);

	if (strcmp(have->accessMethod, wanted->accessMethod) != 0 ||
		(!as_long && strcmp(have->accessMethod, "btree") != 0))
		return false;
	if (wanted->unique &&
		(!have->unique || !as_long || have->nulls_not_distinct != wanted->nulls_not_distinct))
		return false;
	return same_expression(have->whereClause, wanted->whereClause) &&
		begins_with(have->indexParams, wanted->indexParams) &&
		holds_all(have, wanted->indexIncludingParams);
}

/* ---------- indexes ---------- */

/* NULL for one that a constraint of the script makes, or that somebody holds exclusively */
static IndexStmt *
statement_of(const DraftIndex *index, List *made)
{
	ListCell *lc;

	if (OidIsValid(index->oid))
	{
		List *parsed;

		if (!ConditionalLockRelationOid(index->table->oid, AccessShareLock))
			return NULL;
		parsed = raw_parser(pg_get_indexdef_string(index->oid), RAW_PARSE_DEFAULT);

		return castNode(IndexStmt, linitial_node(RawStmt, parsed)->stmt);
	}
	/* the draft has a copy of what the change made */
	foreach(lc, made)
	{
		const Change *change = lfirst(lc);

		if (change->relation == index->table && change->index != NULL &&
			strcmp(change->index->name, index->name) == 0 && IsA(change->node, IndexStmt))
			return (IndexStmt *) change->node;
	}
	return NULL;
}

static DraftIndex *
find_twin(DraftRelation *relation, const IndexStmt *wanted, const DraftIndex *except, List *made,
		  bool valid)
{
	ListCell *lc;

	foreach(lc, relation->indexes)
	{
		DraftIndex *index = lfirst(lc);
		const IndexStmt *have;

		if (index == except || index->valid != valid)
			continue;
		have = statement_of(index, made);
		if (have != NULL && does_the_same(have, wanted))
			return index;
	}
	return NULL;
}

DraftIndex *
index_like_new(const Change *change, List *made)
{
	if (!IsA(change->node, IndexStmt))
		return NULL;
	draft_load(change->relation);
	return find_twin(change->relation, (IndexStmt *) change->node, change->index, made, true);
}

DraftIndex *
index_left_invalid(const Change *change)
{
	if (!IsA(change->node, IndexStmt))
		return NULL;
	draft_load(change->relation);
	return find_twin(change->relation, (IndexStmt *) change->node, change->index, NIL, false);
}

DraftIndex *
index_in_place_of(DraftRelation *relation, DraftIndex *gone, List *made)
{
	const IndexStmt *was = statement_of(gone, made);

	draft_load(relation);
	return was != NULL ? find_twin(relation, was, gone, made, true) : NULL;
}

bool
index_leads_with(const DraftIndex *index, List *columns)
{
	ListCell *lc;

	if (index->partial || !index->valid || list_length(index->columns) < list_length(columns))
		return false;
	for (int i = 0; i < list_length(columns); i++)
	{
		const char *leading = list_nth(index->columns, i);
		bool wanted = false;

		foreach(lc, columns)
			wanted = wanted || (leading != NULL && strcmp(leading, lfirst(lc)) == 0);
		if (!wanted)
			return false;
	}
	return columns != NIL;
}

int64
index_scans(const DraftIndex *index)
{
	int64 scans = 0;
	ListCell *lc;

	if (!OidIsValid(index->oid))
		return 0;
	foreach(lc, find_all_inheritors(index->oid, NoLock, NULL))
		scans += DatumGetInt64(
			DirectFunctionCall1(pg_stat_get_numscans, ObjectIdGetDatum(lfirst_oid(lc))));
	return scans;
}
