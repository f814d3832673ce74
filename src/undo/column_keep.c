/*
 * column_keep.c
 *		How is a dropped column kept: where it is, or must its values be copied?
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/lsyscache.h"

#include "base/apart.h"
#include "undo/carry.h"
#include "undo/column_keep.h"
#include "undo/kept_copy.h"

/* ---------- in place, or how else ---------- */

static bool
goes_along(Keep *keep, Oid type)
{
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (effect->object.classId == TypeRelationId && effect->object.objectId == type)
			return true;
	}
	return false;
}

/*
 * Does the stored form mean nothing without a type that goes?  A domain's is its
 * base type's.  Labels of an enum, rows, ranges and arrays hold OIDs.
 */
static bool
loses_its_type(Keep *keep, Oid type)
{
	Oid base = getBaseType(type);
	Oid element = get_element_type(base);
	Oid subtype = get_range_subtype(base);

	if (goes_along(keep, base))
		return true;
	if (OidIsValid(element))
		return goes_along(keep, element) || loses_its_type(keep, element);
	return OidIsValid(subtype) && loses_its_type(keep, subtype);
}

/* Partitions go with the topmost table that loses the column. */
static bool
is_part_of_another(DroppedColumn *column, List *columns)
{
	ListCell *lc;

	if (!get_rel_relispartition(column->relid))
		return false;
	foreach(lc, columns)
		if (((DroppedColumn *) lfirst(lc))->relid == get_partition_parent(column->relid, true))
			return true;
	return false;
}

/* Of a child whose parent's column is computed again, the child's comes with it. */
static bool
comes_with_parent(Relation rel, Form_pg_attribute att)
{
	return att->attgenerated != '\0' && att->attinhcount > 0 && !att->attislocal;
}

bool
comes_with_another(DroppedColumn *column, List *columns, Relation rel, Form_pg_attribute att)
{
	return is_part_of_another(column, columns) || comes_with_parent(rel, att);
}

ColumnMode
mode_for(Keep *keep, Relation rel, Form_pg_attribute att)
{
	if (att->attgenerated != '\0')
		return COLUMN_GENERATED;
	if (rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE || rel->rd_rel->relispartition ||
		rel->rd_rel->relam != HEAP_TABLE_AM_OID || loses_its_type(keep, att->atttypid))
		return COLUMN_COPIED;
	return COLUMN_IN_PLACE;
}

/* ---------- copies ---------- */

/* Columns of the same table that the statement drops: no key of a copy. */
static List *
going_columns(List *columns, Oid relid)
{
	List *going = NIL;
	ListCell *lc;

	foreach(lc, columns)
	{
		DroppedColumn *column = lfirst(lc);

		if (column->relid == relid)
			going = lappend_int(going, column->attnum);
	}
	return going;
}

static void
refuse_foreign_partitions(Keep *keep, DroppedColumn *column)
{
	ListCell *lc;

	foreach(lc, find_all_inheritors(column->relid, NoLock, NULL))
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			refuse_unkept(keep, column->effect, "a partition is a foreign table");
}

static void
check_update(void *arg)
{
	Relation rel = table_open(*(Oid *) arg, NoLock);

	CheckCmdReplicaIdentity(rel, CMD_UPDATE);
	table_close(rel, NoLock);
}

/* NULL, or why the server would not let the values be written back. */
static const char *
why_not_updated(Oid relid)
{
	ErrorData *error = run_apart(check_update, &relid);

	return error ? error->message : NULL;
}

/* What is published, and has no fitting replica identity. */
static void
refuse_not_updated(Keep *keep, DroppedColumn *column, const CopyPlan *plan)
{
	List *relids =
		plan->only ? list_make1_oid(plan->relid) : find_all_inheritors(plan->relid, NoLock, NULL);
	ListCell *lc;

	foreach(lc, relids)
	{
		const char *why = get_rel_relkind(lfirst_oid(lc)) == RELKIND_RELATION
			? why_not_updated(lfirst_oid(lc))
			: NULL;

		if (why != NULL)
			refuse_unkept(keep, column->effect,
						  psprintf("its values could not be written back: %s", why));
	}
}

/* One that fires after ours may change the key once more. */
static void
refuse_later_triggers(Keep *keep, DroppedColumn *column)
{
	ListCell *lc;

	foreach(lc, find_all_inheritors(column->relid, NoLock, NULL))
	{
		Relation rel = table_open(lfirst_oid(lc), NoLock);
		const char *trigger = trigger_after_carry(rel);

		table_close(rel, NoLock);
		if (trigger != NULL)
			refuse_unkept(
				keep, column->effect,
				psprintf("trigger \"%s\" would fire after the one that follows a row's key",
						 trigger));
	}
}

void
copy_aside(Keep *keep, DroppedColumn *column, List *columns)
{
	CopyPlan plan = {0};

	refuse_foreign_partitions(keep, column);
	refuse_later_triggers(keep, column);
	plan.relid = column->relid;
	plan.attnum = column->attnum;
	plan.type = column->state->type;
	plan.type_oid = column->state->type_oid;
	plan.as_text = is_kept_as_text(plan.type_oid);
	plan.only = get_rel_relkind(plan.relid) != RELKIND_PARTITIONED_TABLE;
	plan.key = key_of_table(plan.relid, going_columns(columns, plan.relid));
	if (plan.key == NIL && !relation_is_empty(plan.relid, plan.only))
		refuse_unkept(
			keep, column->effect,
			"the values must be copied aside, and no primary key that stays says which row each belongs to");
	if (plan.key != NIL)
	{
		refuse_not_updated(keep, column, &plan);
		column->item->bin_oid =
			copy_column(keep_entry(keep), &plan, "", false, &column->item->rows);
	}
	column->item->detail = detail_with_text(column->item->detail, "key", text_of_key(plan.key));
	column->item->detail =
		detail_with(column->item->detail, "as_text", plan.as_text ? "true" : "false");
	column->state = column_state(column->item->detail);
}

/* A row that changes its partition changes its key. */
void
hang_follow_triggers(Keep *keep, DroppedColumn *column)
{
	ListCell *lc;
	ListCell *attnum;

	if (!OidIsValid(column->item->bin_oid))
		return;
	foreach(lc, find_all_inheritors(column->relid, NoLock, NULL))
	{
		List *key = NIL;

		if (get_rel_relkind(lfirst_oid(lc)) != RELKIND_RELATION)
			continue;
		foreach(attnum, column->state->key)
			key = lappend_int(
				key,
				get_attnum(lfirst_oid(lc), get_attname(column->relid, lfirst_int(attnum), false)));
		hang_follow_trigger(lfirst_oid(lc), keep_entry(keep), column->item->bin_oid, key);
	}
}
