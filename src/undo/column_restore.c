/*
 * column_restore.c
 *		Dropped columns come back: which tables, in which order, under which name.
 *		What is done to each is the other column_* files' business.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "commands/tablecmds.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/errors.h"
#include "base/installation.h"
#include "undo/carry.h"
#include "undo/column_restore.h"
#include "undo/kept_copy.h"
#include "undo/relation_state.h"

/* ---------- may it come back ---------- */

static bool
table_is_there(Restore *restore, const BinItem *item)
{
	Oid relid = item->object.objectId;
	Relation rel;

	LockRelationOid(relid, AccessExclusiveLock);
	if (!OidIsValid(get_rel_namespace(relid)))
	{
		report_left_out(restore, "%s %s did not come back: its table is gone.", item->type,
						item->identity);
		return false;
	}
	if (safemig_is_bin_schema(get_rel_namespace(relid)))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("the table of %s is in the bin itself", item->identity),
				 errhint("Bring the table back first.")));
	rel = table_open(relid, NoLock);
	CheckTableNotInUse(rel, "undrop");
	table_close(rel, NoLock);
	return true;
}

static void
refuse_taken_name(Restore *restore, ReturningColumn *column)
{
	if (get_attnum(column->relid, column->name) == InvalidAttrNumber)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("there is a column \"%s\" again, so %s cannot come back under its name",
					column->name, column->item->identity),
			 column->item->named
				 ? errhint("SELECT %s.undrop_id(" INT64_FORMAT ", as_name => %s);", SAFEMIG_NAME,
						   restore->entry, quote_literal_cstr(psprintf("%s_kept", column->name)))
				 : errhint("Rename the new one first.")));
}

/* ---------- inheritance ---------- */

static void
inherit_again(ReturningColumn *column)
{
	char *children = word_of_state(column->state->detail, "children");
	char *saved = detail_with(children ? children : "{}", psprintf("%u", column->relid),
							  column->state->local ? "true" : "false");
	char *child;

	child = ask_about("SELECT safemig.bin_child_without($1, $2)", column->relid, column->name);
	if (child != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s cannot come back: child table %s has no such column",
						column->item->identity, child),
				 errhint("ALTER TABLE %s ADD COLUMN %s %s;", child, quote_identifier(column->name),
						 type_clause(column->state))));
	(void) ask_about(
		psprintf("SELECT safemig.bin_inherit_column($1, $2, %s)", quote_literal_cstr(saved)),
		column->relid, column->name);
	CommandCounterIncrement();
}

/* ---------- all of an entry ---------- */

static ReturningColumn *
returning(Restore *restore, const BinItem *item)
{
	ReturningColumn *column = palloc0(sizeof(ReturningColumn));

	column->item = item;
	column->state = column_state(item->detail);
	column->relid = item->object.objectId;
	column->attnum = item->object.objectSubId;
	column->name = takes_new_name(restore, item) ? restore->as_name : column->state->name;
	column->only = get_rel_relkind(column->relid) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ";
	return column;
}

static void
bring_back(Restore *restore, List *columns, ColumnMode mode)
{
	ListCell *lc;

	/* all names first: a column that is added to a parent is added to its children */
	foreach(lc, columns)
		if (((ReturningColumn *) lfirst(lc))->state->mode == mode)
			refuse_taken_name(restore, lfirst(lc));
	foreach(lc, columns)
	{
		ReturningColumn *column = lfirst(lc);

		if (column->state->mode != mode)
			continue;
		if (mode == COLUMN_IN_PLACE)
			undrop_in_place(restore, column);
		else
			add_again(restore, column);
	}
	foreach(lc, columns)
	{
		ReturningColumn *column = lfirst(lc);

		if (column->state->mode != mode)
			continue;
		inherit_again(column);
		restore_parts_of_column(restore, column);
		drop_copy(column->item->bin_oid);
		report_back(restore, column->item);
	}
}

void
restore_columns(Restore *restore, List *items)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, items)
		if (table_is_there(restore, lfirst(lc)))
			columns = lappend(columns, returning(restore, lfirst(lc)));
	bring_back(restore, columns, COLUMN_IN_PLACE);
	drop_kept_triggers(restore->entry);
	bring_back(restore, columns, COLUMN_COPIED);
	bring_back(restore, columns, COLUMN_GENERATED);
}

/* Its bytes stay in the rows until they are rewritten, as those of any dropped column. */
void
purge_column(const BinItem *item)
{
	drop_kept_triggers(item->entry);
	drop_copy(item->bin_oid);
	drop_from_archives(item);
}
