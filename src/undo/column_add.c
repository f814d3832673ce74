/*
 * column_add.c
 *		A column whose bytes are not in the rows any more gets the values of its
 *		copy, where it was; or it is added again, at the end of the table: when
 *		there is no place for it any more, or it is computed anew.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/column_restore.h"
#include "undo/kept_copy.h"

static Oid
present_type(ReturningColumn *column)
{
	char *type = ask_about("SELECT to_regtype($2)::oid FROM (SELECT $1) one", InvalidOid,
						   column->state->type);

	if (type == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: its type %s is gone", column->item->identity,
						column->state->type),
				 errhint("If the type is in the bin, bring it back first.")));
	return (Oid) strtoul(type, NULL, 10);
}

/* Nobody changed these rows: no trigger and no rule of the user's is to see it. */
static uint64
update_unseen(Oid role, const char *sql)
{
	int nest_level = print_exactly();
	uint64 rows;

	(void) set_config_option("session_replication_role", "replica", PGC_SUSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	rows = work_as_role(role, sql);
	AtEOXact_GUC(true, nest_level);
	return rows;
}

static uint64
rows_in(Oid copy)
{
	char *count = ask_about(
		psprintf("SELECT count(*) FROM %s, (SELECT $1, $2) one", present_name(copy)), copy, "");

	return strtoull(count, NULL, 10);
}

/* Rows that the copy does not know may have bytes of a type that is no more. */
static void
forget_bytes(ReturningColumn *column, const char *match)
{
	(void) update_unseen(role_of_table(column->relid),
						 psprintf("UPDATE %s%s t SET %s = NULL WHERE %s IS DISTINCT FROM NULL"
								  " AND NOT EXISTS (SELECT FROM %s c WHERE %s)",
								  column->only, present_name(column->relid),
								  quote_identifier(column->name), quote_identifier(column->name),
								  present_name(column->item->bin_oid), match));
}

static void
fill_from_copy(Restore *restore, ReturningColumn *column, bool in_place_of_other_type)
{
	Oid copy = column->item->bin_oid;
	char *match = match_of_copy(column->relid, column->state->key);
	uint64 kept;
	uint64 filled;

	if (!OidIsValid(get_rel_namespace(copy)) || match == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: %s", column->item->identity,
						match == NULL ? "a column of the key its values were kept by is gone"
									  : "the copy of its values is gone")));
	kept = rows_in(copy);
	lend_copy(copy, role_of_table(column->relid));
	if (in_place_of_other_type)
		forget_bytes(column, match);
	filled =
		update_unseen(role_of_table(column->relid),
					  psprintf("UPDATE %s%s t SET %s = c.former%s FROM %s c WHERE %s", column->only,
							   present_name(column->relid), quote_identifier(column->name),
							   column->state->as_text ? psprintf("::%s", column->state->type) : "",
							   present_name(copy), match));
	if (filled < kept)
		report_left_out(restore,
						UINT64_FORMAT " values of %s found no row: theirs were deleted since.",
						kept - filled, column->item->identity);
}

/* A child that would not get it, as ALTER TABLE ADD COLUMN would give it. */
static bool
some_child_lacks_it(Restore *restore, ReturningColumn *column)
{
	ListCell *child;
	ListCell *lc;

	if (column->only[0] == '\0')
		return false;
	foreach(child, find_inheritance_children(column->relid, NoLock))
	{
		bool has_it = get_attnum(lfirst_oid(child), column->name) != InvalidAttrNumber;

		foreach(lc, restore->items)
		{
			BinItem *item = lfirst(lc);

			has_it |= item->kind == KEPT_COLUMN && item->object.objectId == lfirst_oid(child);
		}
		if (!has_it)
			return true;
	}
	return false;
}

static void
add_column(ReturningColumn *column)
{
	const ColumnState *state = column->state;
	Relation rel = table_open(column->relid, NoLock);

	refuse_odd_tables(column, rel);
	table_close(rel, NoLock);
	(void) work_as_role(
		role_of_table(column->relid),
		psprintf("ALTER TABLE %s ADD COLUMN %s %s%s", present_name(column->relid),
				 quote_identifier(column->name), type_clause(state),
				 state->mode == COLUMN_GENERATED
					 ? psprintf(" GENERATED ALWAYS AS (%s) STORED", state->default_text)
					 : ""));
}

void
add_again(Restore *restore, ReturningColumn *column)
{
	const ColumnState *state = column->state;
	Oid type = present_type(column);
	/* the parent's may have brought it along */
	bool is_there = get_attnum(column->relid, column->name) != InvalidAttrNumber;
	bool in_place = !is_there && state->mode == COLUMN_COPIED &&
		!some_child_lacks_it(restore, column) && undrop_empty(column, type);

	if (!is_there && !in_place)
		add_column(column);
	CommandCounterIncrement();
	column->attnum = get_attnum(column->relid, column->name);
	if (state->mode == COLUMN_COPIED && OidIsValid(column->item->bin_oid))
		fill_from_copy(restore, column, in_place && type != state->type_oid);
	if (state->mode == COLUMN_GENERATED)
		report_left_out(restore, "%s was computed again, and stands last in its table.",
						column->item->identity);
	else if (!in_place)
		report_left_out(restore,
						"%s was filled from the copy of its values, and stands last in its table.",
						column->item->identity);
}
