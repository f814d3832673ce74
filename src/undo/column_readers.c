/*
 * column_readers.c
 *		Views, rules, policies and functions with a parsed body that were made while
 *		a column was away know its number as that of a dropped one.  The server never
 *		brings a column back, and loses count when it prints their joins then
 *		(set_join_column_names() of ruleutils.c: pg_dump would not come to an end).
 *		So they are printed before, and defined anew when the column is there; and
 *		it is checked that they mean the same columns still.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_type.h"
#include "commands/view.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "parser/parsetree.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/owner.h"
#include "undo/column_readers.h"

PG_FUNCTION_INFO_V1(safemig_bin_define_view);
PGDLLEXPORT Datum safemig_bin_define_view(PG_FUNCTION_ARGS);

typedef struct Reader
{
	Oid class;
	Oid object;
	Oid view;			   /* to be given the text as its query; InvalidOid: the text is run */
	const char *tree;	   /* as the catalog has it */
	const char *statement; /* or query */
} Reader;

/* ---------- who ---------- */

static Oid
oid_of(HeapTuple row, TupleDesc desc, int column)
{
	bool isnull;

	return DatumGetObjectId(SPI_getbinval(row, desc, column, &isnull));
}

/* All that read the table, with their trees. */
static List *
readers_of(Oid relid)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(relid)};
	List *readers = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT * FROM safemig.bin_readers($1)", 1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		MemoryContext spi = MemoryContextSwitchTo(caller);
		Reader *reader = palloc0(sizeof(Reader));

		reader->class = oid_of(row, desc, 1);
		reader->object = oid_of(row, desc, 2);
		reader->tree = SPI_getvalue(row, desc, 3);
		readers = lappend(readers, reader);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return readers;
}

typedef struct Column
{
	Oid relid;
	AttrNumber attnum;
	bool by_function; /* set: a function returns the rows */
} Column;

/* The table itself, or a function that returns its rows */
static bool
has_rows_of(RangeTblEntry *rte, Column *column)
{
	RangeTblFunction *function;

	if (rte->rtekind == RTE_RELATION)
		return rte->relid == column->relid;
	if (rte->rtekind != RTE_FUNCTION)
		return false;
	function = linitial_node(RangeTblFunction, rte->functions);
	if (get_typ_typrelid(exprType(function->funcexpr)) != column->relid)
		return false;
	column->by_function = true;
	return true;
}

/* A dropped column's name is empty there. */
static bool
knows_as_dropped(Node *node, void *context)
{
	Column *column = context;

	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = (RangeTblEntry *) node;

		return rte->eref != NULL && list_length(rte->eref->colnames) >= column->attnum &&
			strVal(list_nth(rte->eref->colnames, column->attnum - 1))[0] == '\0' &&
			has_rows_of(rte, column);
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, knows_as_dropped, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, knows_as_dropped, context);
}

static void
print(Reader *reader)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[2] = {OIDOID, OIDOID};
	Datum values[2] = {ObjectIdGetDatum(reader->class), ObjectIdGetDatum(reader->object)};
	HeapTuple row;
	TupleDesc desc;
	char *statement;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT * FROM safemig.bin_reader($1, $2)", 2, types, values, NULL);
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	reader->view = oid_of(row, desc, 1);
	statement = SPI_getvalue(row, desc, 2);
	reader->statement = MemoryContextStrdup(caller, statement);
	SPI_finish();
}

static bool
is_among(List *readers, const Reader *reader)
{
	ListCell *lc;

	foreach(lc, readers)
	{
		Reader *other = lfirst(lc);

		if (other->class == reader->class && other->object == reader->object)
			return true;
	}
	return false;
}

pg_noreturn static void
refuse_reader(const Reader *reader, const char *why)
{
	ObjectAddress object;

	ObjectAddressSet(object, reader->class, reader->object);
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("a column cannot come back: %s %s was made while it was away",
					getObjectTypeDescription(&object, false), getObjectIdentity(&object, false)),
			 errdetail("%s", why), errhint("Drop it, and make it again when the column is back.")));
}

List *
readers_unaware_of(Oid relid, AttrNumber attnum)
{
	Column column = {relid, attnum, false};
	List *unaware = NIL;
	ListCell *lc;

	foreach(lc, readers_of(relid))
	{
		Reader *reader = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (is_among(unaware, reader) || !knows_as_dropped(stringToNode(reader->tree), &column))
			continue;
		/* the server prints names for the columns of its rows, which would be those of others */
		if (column.by_function)
			refuse_reader(reader, "It reads the rows of the table by a function.");
		print(reader);
		unaware = lappend(unaware, reader);
	}
	return unaware;
}

/* ---------- the same columns? ---------- */

typedef struct Columns
{
	List *rtables; /* of the queries around, innermost first */
	List *numbers; /* of varno and varattno, in the order of the tree */
} Columns;

static bool
collect_columns(Node *node, void *context)
{
	Columns *columns = context;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		columns->rtables = lcons(((Query *) node)->rtable, columns->rtables);
		(void) query_tree_walker((Query *) node, collect_columns, context, QTW_IGNORE_JOINALIASES);
		columns->rtables = list_delete_first(columns->rtables);
		return false;
	}
	if (IsA(node, Var))
	{
		Var *var = (Var *) node;
		List *rtable = var->varlevelsup < list_length(columns->rtables)
			? list_nth(columns->rtables, var->varlevelsup)
			: NIL;

		/* a join's columns have other numbers when a table of it has more */
		if (rtable != NIL && var->varno <= list_length(rtable) &&
			rt_fetch(var->varno, rtable)->rtekind == RTE_JOIN)
			return false;
		columns->numbers = lappend_int(columns->numbers, var->varno);
		columns->numbers = lappend_int(columns->numbers, var->varattno);
		return false;
	}
	return expression_tree_walker(node, collect_columns, context);
}

static List *
columns_in(const char *tree)
{
	Columns columns = {NIL, NIL};

	(void) collect_columns(stringToNode(tree), &columns);
	return columns.numbers;
}

/* Names that somebody gave to columns by their place would be those of others. */
static void
check_same_columns(Oid relid, const Reader *reader)
{
	ListCell *lc;
	List *trees = NIL;
	List *numbers = columns_in(reader->tree);
	bool same = false;

	foreach(lc, readers_of(relid))
	{
		Reader *now = lfirst(lc);

		if (now->class == reader->class && now->object == reader->object)
			trees = lappend(trees, now);
	}
	foreach(lc, trees)
		same |= equal(numbers, columns_in(((Reader *) lfirst(lc))->tree));
	if (!same)
		refuse_reader(reader, "It would mean other columns.");
}

/* ---------- anew ---------- */

static void
define(const Reader *reader)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[2] = {OIDOID, TEXTOID};
	Datum values[2] = {ObjectIdGetDatum(reader->view), CStringGetTextDatum(reader->statement)};

	PG_TRY();
	{
		if (OidIsValid(reader->view))
			(void) write_as_owner("SELECT safemig.bin_define_view($1, $2)", 2, types, values, NULL);
		else
			(void) write_as_owner(reader->statement, 0, NULL, NULL, NULL);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED ||
			error->sqlerrcode == ERRCODE_ADMIN_SHUTDOWN)
			PG_RE_THROW();
		FlushErrorState();
		refuse_reader(reader, psprintf("It cannot be defined anew: %s.", error->message));
	}
	PG_END_TRY();
	CommandCounterIncrement();
}

void
define_anew(Oid relid, List *readers)
{
	ListCell *lc;

	foreach(lc, readers)
		define(lfirst(lc));
	foreach(lc, readers)
		check_same_columns(relid, lfirst(lc));
}

/* CREATE OR REPLACE VIEW would take options away, and there is none for materialized views. */
Datum
safemig_bin_define_view(PG_FUNCTION_ARGS)
{
	Oid view = PG_GETARG_OID(0);
	char *query = text_to_cstring(PG_GETARG_TEXT_PP(1));
	RawStmt *raw = linitial_node(RawStmt, pg_parse_query(query));

	StoreViewQuery(view, parse_analyze_fixedparams(raw, query, NULL, 0, NULL), true);
	PG_RETURN_VOID();
}
