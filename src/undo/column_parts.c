/*
 * column_parts.c
 *		What a column has beside its values: default, identity and sequence, NOT
 *		NULL, grants, comment, statistics, storage.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "undo/column_restore.h"
#include "undo/relation_state.h"

static bool
alter_column(Restore *restore, ReturningColumn *column, const char *what, const char *clause)
{
	return restore_statement(restore, psprintf("%s of %s", what, column->item->identity),
							 psprintf("ALTER TABLE %s%s ALTER COLUMN %s %s", column->only,
									  present_name(column->relid), quote_identifier(column->name),
									  clause));
}

/* ---------- NOT NULL ---------- */

static uint64
nulls_in(ReturningColumn *column)
{
	char *count = ask_about(
		psprintf("SELECT count(*) FROM %s%s, (SELECT $1, $2) one WHERE %s IS NULL", column->only,
				 present_name(column->relid), quote_identifier(column->name)),
		column->relid, "");

	return strtoull(count, NULL, 10);
}

/* Rows came without it: that is worth a number. */
static bool
restore_not_null(Restore *restore, ReturningColumn *column)
{
	uint64 nulls;

	if (alter_column(restore, column, "NOT NULL", "SET NOT NULL"))
		return true;
	nulls = nulls_in(column);
	if (nulls == 0)
		return false;
	restore->left_out = list_delete_last(restore->left_out);
	report_left_out(restore,
					UINT64_FORMAT " rows inserted since have NULL in %s, so it is not NOT NULL.",
					nulls, column->name);
	return false;
}

/* The values of rows that came since cannot be told from those that had none. */
static void
report_new_rows(Restore *restore, ReturningColumn *column)
{
	char *rows = ask_about(
		psprintf("SELECT pg_stat_get_tuples_inserted($1) + pg_stat_get_xact_tuples_inserted($1)"
				 " - coalesce(($2::jsonb ->> 'inserted')::bigint, 0)"),
		column->relid, column->state->detail);
	long long count = rows ? strtoll(rows, NULL, 10) : 0;

	if (count > 0)
		report_left_out(restore, "About %lld rows inserted since have NULL in %s.", count,
						column->name);
}

/* ---------- sequence ---------- */

static void
own_sequence(ReturningColumn *column)
{
	ObjectAddress sequence;
	ObjectAddress owner;

	ObjectAddressSet(sequence, RelationRelationId, column->state->sequence);
	ObjectAddressSubSet(owner, RelationRelationId, column->relid, column->attnum);
	recordDependencyOn(&sequence, &owner,
					   column->state->identity ? DEPENDENCY_INTERNAL : DEPENDENCY_AUTO);
}

static void
set_identity(ReturningColumn *column)
{
	Relation catalog = table_open(AttributeRelationId, RowExclusiveLock);
	HeapTuple tuple =
		SearchSysCacheCopy2(ATTNUM, ObjectIdGetDatum(column->relid), Int16GetDatum(column->attnum));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for attribute %d of relation %u", column->attnum,
			 column->relid);
	((Form_pg_attribute) GETSTRUCT(tuple))->attidentity = column->state->identity;
	CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	table_close(catalog, RowExclusiveLock);
}

static void
restore_sequence(Restore *restore, ReturningColumn *column, bool not_null)
{
	const ColumnState *state = column->state;

	if (!OidIsValid(state->sequence))
		return;
	if (!OidIsValid(get_rel_namespace(state->sequence)) ||
		safemig_is_bin_schema(get_rel_namespace(state->sequence)))
	{
		report_left_out(restore, "The sequence of %s is gone.", column->item->identity);
		return;
	}
	/* an identity column has no NULL */
	if (state->identity && !not_null)
	{
		report_left_out(restore,
						"%s is no identity column, since it holds NULL; its sequence is %s.",
						column->item->identity, present_name(state->sequence));
		return;
	}
	own_sequence(column);
	if (state->identity)
		set_identity(column);
	CommandCounterIncrement();
}

/* ---------- the rest ---------- */

static const char *
storage_word(char storage)
{
	switch (storage)
	{
		case TYPSTORAGE_PLAIN:
			return "PLAIN";
		case TYPSTORAGE_EXTERNAL:
			return "EXTERNAL";
		case TYPSTORAGE_MAIN:
			return "MAIN";
		default:
			return "EXTENDED";
	}
}

/* In place the attribute still has its storage and compression; a new one has not. */
static void
restore_storage_of_column(Restore *restore, ReturningColumn *column)
{
	const ColumnState *state = column->state;

	if (state->storage != NULL)
		(void) alter_column(restore, column, "storage",
							psprintf("SET STORAGE %s", storage_word(state->storage[0])));
	if (state->compression != NULL)
		(void) alter_column(
			restore, column, "compression",
			psprintf("SET COMPRESSION %s", state->compression[0] == 'l' ? "lz4" : "pglz"));
}

static void
restore_words(Restore *restore, ReturningColumn *column)
{
	const ColumnState *state = column->state;
	char *target =
		psprintf("COLUMN %s.%s", present_name(column->relid), quote_identifier(column->name));

	(void) alter_column(
		restore, column, "statistics target",
		psprintf("SET STATISTICS %s", state->statistics ? state->statistics : "-1"));
	if (state->options != NULL)
		(void) alter_column(restore, column, "options", psprintf("SET (%s)", state->options));
	if (state->comment != NULL)
		(void) restore_statement(
			restore, psprintf("comment on %s", column->item->identity),
			psprintf("COMMENT ON %s IS %s", target, quote_literal_cstr(state->comment)));
	for (int i = 0;; i++)
	{
		char *label = ask_about(
			psprintf(
				"SELECT format('FOR %%I ON COLUMN %%s.%%I IS %%L', l ->> 0, $1::regclass, %s, l ->> 1)"
				" FROM jsonb_array_elements(CASE jsonb_typeof($2::jsonb -> 'labels') WHEN 'array'"
				" THEN $2::jsonb -> 'labels' ELSE '[]' END) WITH ORDINALITY x(l, n) WHERE n = %d",
				quote_literal_cstr(column->name), i + 1),
			column->relid, state->detail);

		if (label == NULL)
			break;
		(void) restore_statement(restore, psprintf("security label of %s", column->item->identity),
								 psprintf("SECURITY LABEL %s", label));
	}
}

void
restore_parts_of_column(Restore *restore, ReturningColumn *column)
{
	const ColumnState *state = column->state;
	bool not_null = false;

	if (state->mode != COLUMN_GENERATED && state->default_text != NULL)
		(void) alter_column(restore, column, "default",
							psprintf("SET DEFAULT %s", state->default_text));
	if (state->not_null)
		not_null = restore_not_null(restore, column);
	else if (state->mode != COLUMN_GENERATED)
		report_new_rows(restore, column);
	restore_sequence(restore, column, not_null);
	restore_storage_of_column(restore, column);
	restore_words(restore, column);
	give_column_grants_back(restore, column->relid, column->attnum, state->detail);
}
