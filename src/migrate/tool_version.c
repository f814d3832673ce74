/*
 * tool_version.c
 *		What does a row of a migration tool's own table say?  tool_tables.c knows
 *		which columns to ask.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/owner.h"
#include "migrate/tool_version.h"

/* NULL when it is null, or the table has no such column: tools' versions differ. */
static char *
value_of(HeapTuple tuple, TupleDesc desc, const char *column)
{
	int number = column == NULL ? SPI_ERROR_NOATTRIBUTE : SPI_fnumber(desc, column);

	return number <= 0 ? NULL : SPI_getvalue(tuple, desc, number);
}

static bool
is_so(HeapTuple tuple, TupleDesc desc, const char *column)
{
	char *value = value_of(tuple, desc, column);

	return value != NULL && strcmp(value, "f") != 0;
}

static bool
has_value(HeapTuple tuple, TupleDesc desc, const ToolValue *wanted)
{
	char *value = value_of(tuple, desc, wanted->column);

	return value != NULL && strcmp(value, wanted->value) == 0;
}

/* NULL when all are null */
static char *
joined_values(HeapTuple tuple, TupleDesc desc, const char *const *columns, int count,
			  const char *between)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < count; i++)
	{
		char *value = value_of(tuple, desc, columns[i]);

		if (value != NULL)
			appendStringInfo(&text, "%s%s", text.len > 0 ? between : "", value);
	}
	return text.len > 0 ? text.data : NULL;
}

static ToolState
state_of(const ToolTable *table, HeapTuple tuple, TupleDesc desc)
{
	if (is_so(tuple, desc, table->taken_back) || has_value(tuple, desc, &table->taken_back_when))
		return TOOL_TAKEN_BACK;
	if (is_so(tuple, desc, table->unfinished))
		return TOOL_WAITS;
	if (table->done != NULL && !is_so(tuple, desc, table->done))
		return table->not_done;
	return TOOL_APPLIED;
}

ToolVersion *
read_tool_version(const ToolTable *table, HeapTuple tuple, TupleDesc desc)
{
	ToolVersion *found = palloc0(sizeof(ToolVersion));

	if (has_value(tuple, desc, &table->no_version))
		return NULL;
	found->version = joined_values(tuple, desc, table->version, lengthof(table->version), ".");
	if (found->version == NULL)
		found->version = value_of(tuple, desc, table->instead);
	if (found->version == NULL)
		return NULL;
	found->label = value_of(tuple, desc, table->label);
	if (found->label != NULL && found->label[0] == '\0')
		found->label = NULL;
	found->identity = joined_values(tuple, desc, table->identity, lengthof(table->identity), " ");
	if (found->identity == NULL)
		found->identity = found->version;
	found->checksum = value_of(tuple, desc, table->checksum);
	found->state = state_of(table, tuple, desc);
	return found;
}

/* In the order in which they were written, as far as the table tells. */
static char *
query_for(const ToolTable *table, Oid relid)
{
	char *name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
											get_rel_name(relid));

	const char *order = table->order ? table->order : table->key;

	if (order == NULL || get_attnum(relid, order) == InvalidAttrNumber)
		return psprintf("SELECT * FROM ONLY %s", name);
	return psprintf("SELECT * FROM ONLY %s ORDER BY %s", name, quote_identifier(order));
}

static Oid
owner_of(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

List *
read_tool_versions(const ToolTable *table, Oid relid)
{
	MemoryContext caller = CurrentMemoryContext;
	List *found = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	/* anybody may have made it, with policies and index expressions of his own */
	read_as_role(owner_of(relid), query_for(table, relid));
	MemoryContextSwitchTo(caller);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ToolVersion *version =
			read_tool_version(table, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);

		if (version != NULL)
			found = lappend(found, version);
	}
	SPI_finish();
	return found;
}
