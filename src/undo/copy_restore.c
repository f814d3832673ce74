/*
 * copy_restore.c
 *		A column gets its former type back: in rows that are still what the change
 *		made of them the former value, in the others the present one, cast.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "commands/tablecmds.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/column_state.h"
#include "undo/kept_copy.h"
#include "undo/relation_state.h"
#include "undo/restore.h"

typedef struct CopiedTable
{
	Oid relid;
	Oid former;
	Oid present;
} CopiedTable;

static List *
copied_tables(const char *detail)
{
	List *tables = NIL;

	for (int i = 0;; i++)
	{
		CopiedTable *table = palloc(sizeof(CopiedTable));
		char *row = ask_about(
			psprintf("SELECT concat_ws(' ', r ->> 0, r ->> 1, r ->> 2)"
					 " FROM (SELECT $2::jsonb -> 'copies' -> %d, $1) x(r, one) WHERE r IS NOT NULL",
					 i),
			InvalidOid, detail);

		if (row == NULL ||
			sscanf(row, "%u %u %u", &table->relid, &table->former, &table->present) != 3)
			return tables;
		tables = lappend(tables, table);
	}
}

/* ---------- may it ---------- */

/* Said by the statement about what it met; else the server is what is wrong. */
static bool
is_in_the_way(const ErrorData *error)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_FEATURE_NOT_SUPPORTED:
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
		case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
			return true;
		default:
			return false;
	}
}

static ColumnState *
present_state(const BinItem *item)
{
	Oid relid = item->object.objectId;
	AttrNumber attnum = item->object.objectSubId;
	char *name;
	Relation rel;
	ColumnState *now;

	LockRelationOid(relid, AccessExclusiveLock);
	if (!OidIsValid(get_rel_namespace(relid)) || safemig_is_bin_schema(get_rel_namespace(relid)))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO), errmsg("the table of %s is gone", item->identity),
				 errhint("If it is in the bin, bring it back first.")));
	(void) find_all_inheritors(relid, AccessExclusiveLock, NULL);
	rel = table_open(relid, NoLock);
	CheckTableNotInUse(rel, "undrop");
	table_close(rel, NoLock);
	name = live_column_name(relid, attnum);
	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO), errmsg("column %s is dropped", item->identity),
				 errhint("If it is in the bin, bring it back first.")));
	now = column_state(capture_column(relid, attnum));
	if (strcmp(now->type, word_of_state(item->detail, "new_type")) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s has changed its type once more, to %s", item->identity, now->type),
				 errhint("Take back what came last first.")));
	return now;
}

/* ---------- the values ---------- */

/* Rows that were changed or inserted since have no former value. */
static void
report_changed_rows(Restore *restore, const BinItem *item, const ColumnState *now, List *tables,
					const List *key)
{
	uint64 changed = 0;
	ListCell *lc;

	foreach(lc, tables)
	{
		CopiedTable *table = lfirst(lc);
		bool partitioned = get_rel_relkind(table->relid) == RELKIND_PARTITIONED_TABLE;
		char *count = ask_about(
			psprintf("SELECT count(*) FROM %s%s t LEFT JOIN %s c ON %s, (SELECT $1, $2) one"
					 " WHERE c.k1 IS NULL OR NOT record_image_eq(ROW(c.former), ROW(t.%s))",
					 partitioned ? "" : "ONLY ", present_name(table->relid),
					 present_name(table->present), match_of_copy(table->relid, (List *) key),
					 quote_identifier(now->name)),
			table->relid, "");

		changed += strtoull(count, NULL, 10);
	}
	if (changed > 0)
		report_left_out(restore,
						UINT64_FORMAT
						" rows changed since keep their present value of %s, cast to %s.",
						changed, item->identity, type_clause(column_state(item->detail)));
}

/* The key columns of the table by its present names, as "name" or "name type" list. */
static char *
list_of_key(Oid relid, const List *key, bool as_parameters)
{
	StringInfoData text;
	int place = 0;
	ListCell *lc;

	initStringInfo(&text);
	foreach(lc, key)
	{
		char *name = live_column_name(relid, lfirst_int(lc));
		Oid type;
		int32 typmod;
		Oid collation;

		if (name == NULL)
			return NULL;
		get_atttypetypmodcoll(relid, lfirst_int(lc), &type, &typmod, &collation);
		place++;
		if (as_parameters)
			appendStringInfo(&text, ", p%d %s", place,
							 format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY));
		else
			appendStringInfo(&text, ", %s", quote_identifier(name));
	}
	return text.data;
}

/*
 * USING knows no subquery, so a function looks the value up; it lives as long as
 * the statement.
 */
static char *
make_lookup(const BinItem *item, const ColumnState *now, List *tables, const List *key)
{
	const ColumnState *state = column_state(item->detail);
	char *name = psprintf("%s.former_" INT64_FORMAT,
						  quote_identifier(get_namespace_name(get_rel_namespace(item->bin_oid))),
						  item->item);
	bool partitioned = get_rel_relkind(item->object.objectId) == RELKIND_PARTITIONED_TABLE;
	StringInfoData copies;
	ListCell *lc;

	initStringInfo(&copies);
	foreach(lc, tables)
	{
		CopiedTable *table = lfirst(lc);
		char *both;

		lend_copy(table->former, role_of_table(item->object.objectId));
		lend_copy(table->present, role_of_table(item->object.objectId));
		both = psprintf("%s f JOIN %s p USING (k1", present_name(table->former),
						present_name(table->present));

		appendStringInfo(&copies, "%sSELECT true AS hit, f.former FROM %s",
						 copies.len > 0 ? " UNION ALL " : "", both);
		for (int i = 2; i <= list_length(key); i++)
			appendStringInfo(&copies, ", k%d", i);
		appendStringInfo(&copies, ") WHERE %s AND record_image_eq(ROW(p.former), ROW(present))",
						 match_of_parameters(table->relid, (List *) key));
		if (!partitioned)
			appendStringInfo(&copies, " AND tab = %u", table->relid);
	}
	(void) write_as_owner(
		psprintf(
			"CREATE FUNCTION %s (tab oid%s, present %s) RETURNS %s LANGUAGE sql STABLE AS %s", name,
			list_of_key(item->object.objectId, key, true), now->type, state->type,
			quote_literal_cstr(psprintf("SELECT CASE WHEN c.hit THEN c.former ELSE present::%s END"
										" FROM (SELECT) one LEFT JOIN (%s) c ON true",
										state->type, copies.data))),
		0, NULL, NULL, NULL);
	return name;
}

/* What came since may not go with the former type: a foreign key, a generated column, an index. */
static void
change_type(const BinItem *item, const ColumnState *now, const char *using)
{
	char *sql =
		psprintf("ALTER TABLE %s ALTER COLUMN %s TYPE %s%s", present_name(item->object.objectId),
				 quote_identifier(now->name), type_clause(column_state(item->detail)), using);
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		(void) work_as_role(role_of_table(item->object.objectId), sql);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (!is_in_the_way(error))
			PG_RE_THROW();
		FlushErrorState();
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: %s", item->identity, error->message),
				 error->detail ? errdetail("%s", error->detail) : 0,
				 errhint("Nothing was changed. Rename or drop what is in its way.")));
	}
	PG_END_TRY();
}

static void
change_values(Restore *restore, const BinItem *item, const ColumnState *now)
{
	const ColumnState *state = column_state(item->detail);
	List *tables = copied_tables(item->detail);
	char *keys = list_of_key(item->object.objectId, state->key, false);
	char *lookup;

	if (keys == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: a column of the key its values were kept by is gone",
						item->identity)));
	if (tables == NIL)
	{
		change_type(item, now, psprintf(" USING %s::%s", quote_identifier(now->name), state->type));
		return;
	}
	report_changed_rows(restore, item, now, tables, state->key);
	lookup = make_lookup(item, now, tables, state->key);
	change_type(item, now,
				psprintf(" USING %s(tableoid%s, %s)", lookup, keys, quote_identifier(now->name)));
	(void) write_as_owner(psprintf("DROP FUNCTION %s", lookup), 0, NULL, NULL, NULL);
}

/* ---------- the default ---------- */

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* A default of the new type may not be cast to the former one; the one it had then can stand again. */
static void
give_default(Restore *restore, const BinItem *item, const ColumnState *now)
{
	const ColumnState *state = column_state(item->detail);
	const char *text = same_text(now->default_text, word_of_state(item->detail, "new_default"))
		? state->default_text
		: now->default_text;

	if (text != NULL)
		(void) restore_statement(restore, psprintf("default of %s", item->identity),
								 psprintf("ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s",
										  present_name(item->object.objectId),
										  quote_identifier(now->name), text));
}

static void
restore_type(Restore *restore, BinItem *item)
{
	ColumnState *now = present_state(item);
	ColumnMode mode = column_state(item->detail)->mode;

	if (now->default_text != NULL && mode != COLUMN_GENERATED)
		(void) write_as_owner(psprintf("ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT",
									   present_name(item->object.objectId),
									   quote_identifier(now->name)),
							  0, NULL, NULL, NULL);
	if (mode == COLUMN_GENERATED)
		change_type(item, now, "");
	else if (mode == COLUMN_CAST)
		change_type(item, now,
					psprintf(" USING %s::%s", quote_identifier(now->name),
							 column_state(item->detail)->type));
	else
		change_values(restore, item, now);
	CommandCounterIncrement();
	if (mode != COLUMN_GENERATED)
		give_default(restore, item, now);
	report_back(restore, item);
}

void
restore_copies(Restore *restore, List *items)
{
	/* the last change first */
	for (int i = list_length(items) - 1; i >= 0; i--)
	{
		restore_type(restore, list_nth(items, i));
		purge_copy(list_nth(items, i));
	}
}

void
purge_copy(const BinItem *item)
{
	ListCell *lc;

	foreach(lc, copied_tables(item->detail))
	{
		drop_copy(((CopiedTable *) lfirst(lc))->former);
		drop_copy(((CopiedTable *) lfirst(lc))->present);
	}
}
