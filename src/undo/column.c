/*
 * column.c
 *		DROP COLUMN, by whatever statement: the column's bytes stay in the rows, so
 *		all there is to do is to write down what the catalog forgets, and to hang
 *		a trigger on the table that carries the value through updates (carry.c).
 *
 * Where that does not hold the values are copied aside before the statement: in
 * partitions, since a row that changes its partition is written anew; under
 * another table access method; when the type goes along.  A generated column is
 * kept as its expression.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/dependency.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "effect/row_type.h"
#include "undo/carry.h"
#include "undo/column_keep.h"
#include "undo/definition.h"
#include "undo/keep.h"
#include "undo/kept_copy.h"

/* ---------- which columns ---------- */

static bool
drops_whole(Keep *keep, Oid relid)
{
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (effect->object.classId == RelationRelationId && effect->object.objectId == relid &&
			effect->object.objectSubId == 0 && action_kept_as(effect->action) == KEPT_MOVED)
			return true;
	}
	return false;
}

/* Columns that go while their table stays. */
static List *
columns_that_go(Keep *keep)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);
		DroppedColumn *column;
		char relkind;

		if (effect->action != ACTION_DROP_COLUMN || drops_whole(keep, effect->object.objectId))
			continue;
		relkind = get_rel_relkind(effect->object.objectId);
		if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
			continue;
		column = palloc0(sizeof(DroppedColumn));
		column->effect = effect;
		column->relid = effect->object.objectId;
		column->attnum = effect->object.objectSubId;
		columns = lappend(columns, column);
	}
	return columns;
}

/*
 * In the server's order: the table that is named and its children, parents first;
 * others, which a cascade reaches, by OID.  The statement was judged by what its
 * names meant then; when they mean something else now, it was judged in vain.
 */
static void
lock_tables(Keep *keep, List *columns)
{
	List *relids = NIL;
	ListCell *lc;

	if (IsA(keep->stmt, AlterTableStmt))
	{
		RangeVar *name = ((AlterTableStmt *) keep->stmt)->relation;
		Oid relid = lookup_relation(name);

		if (OidIsValid(relid))
			lock_tree(relid);
		foreach(lc, columns)
		{
			DroppedColumn *column = lfirst(lc);

			if (lookup_relation(name) != relid ||
				(column->effect->named && !is_target_of(keep->stmt, relid, column->relid)))
				ereport(ERROR,
						(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						 errmsg("table \"%s\" was replaced while this statement waited for it",
								name->relname),
						 errhint("Run it again.")));
		}
	}
	foreach(lc, columns)
		relids = list_append_unique_oid(relids, ((DroppedColumn *) lfirst(lc))->relid);
	list_sort(relids, list_oid_cmp);
	foreach(lc, relids)
		LockRelationOid(lfirst_oid(lc), AccessExclusiveLock);
}

static Form_pg_attribute
attribute_of(Relation rel, AttrNumber attnum)
{
	return attnum <= RelationGetNumberOfAttributes(rel)
		? TupleDescAttr(RelationGetDescr(rel), attnum - 1)
		: NULL;
}

/* Whatever else the statement would destroy with the columns, and that can be moved only by DROP. */
static void
keep_others(Keep *keep, List *columns)
{
	ListCell *lc;

	if (!IsA(keep->stmt, AlterTableStmt))
		return;
	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (action_kept_as(effect->action) == KEPT_MOVED &&
			get_rel_relkind(effect->object.objectId) != RELKIND_SEQUENCE &&
			!keep_definition_of(keep, effect))
			refuse_unkept(keep, effect,
						  "it goes with a column, and has no statement that would make it again");
	}
}

/* ---------- before ---------- */

static void
refuse_later_trigger(Keep *keep, DroppedColumn *column, Relation rel)
{
	const char *trigger = trigger_after_carry(rel);

	if (trigger != NULL)
		refuse_unkept(
			keep, column->effect,
			psprintf("trigger \"%s\" would fire after the one that keeps the values", trigger));
}

/* Values within other values: no trigger carries them, and no copy has them. */
static void
refuse_stored_elsewhere(Keep *keep, DroppedColumn *column)
{
	ObjectAddress *other = column_filled_with(column->relid);

	if (other != NULL)
		refuse_unkept(
			keep, column->effect,
			psprintf("its values also stand in rows within %s", getObjectIdentity(other, false)));
}

/* false: it is none of ours after all */
static bool
write_down(Keep *keep, DroppedColumn *column, List *columns)
{
	Relation rel = table_open(column->relid, NoLock);
	Form_pg_attribute att = attribute_of(rel, column->attnum);
	ColumnMode mode;

	if (att == NULL || att->attisdropped || comes_with_another(column, columns, rel, att))
	{
		table_close(rel, NoLock);
		return false;
	}
	CheckTableNotInUse(rel, "ALTER TABLE");
	refuse_stored_elsewhere(keep, column);
	mode = mode_for(keep, rel, att);
	column->item = make_bin_item(KEPT_COLUMN, column->effect);
	column->item->detail = detail_with_text(capture_column(column->relid, column->attnum), "mode",
											column_mode_word(mode));
	column->state = column_state(column->item->detail);
	if (mode == COLUMN_IN_PLACE)
	{
		refuse_later_trigger(keep, column, rel);
		column->argument = carry_argument(RelationGetDescr(rel), column->attnum);
		column->item->rows = stake_of_relation(column->relid, true).rows;
	}
	table_close(rel, NoLock);
	return true;
}

void *
keep_columns_before(Keep *keep)
{
	List *columns = columns_that_go(keep);
	List *kept = NIL;
	ListCell *lc;

	if (columns == NIL)
		return NULL;
	lock_tables(keep, columns);
	foreach(lc, columns)
		if (write_down(keep, lfirst(lc), columns))
			kept = lappend(kept, lfirst(lc));
	foreach(lc, kept)
	{
		DroppedColumn *column = lfirst(lc);

		if (column->state->mode == COLUMN_COPIED)
			copy_aside(keep, column, columns);
	}
	keep_others(keep, columns);
	foreach(lc, kept)
		if (OidIsValid(((DroppedColumn *) lfirst(lc))->state->sequence))
			move_sequence(keep, lfirst(lc));
	return kept;
}

/* ---------- after ---------- */

static bool
is_dropped_now(DroppedColumn *column)
{
	HeapTuple tuple =
		SearchSysCache2(ATTNUM, ObjectIdGetDatum(column->relid), Int16GetDatum(column->attnum));
	bool dropped;

	if (!HeapTupleIsValid(tuple))
		return false;
	dropped = ((Form_pg_attribute) GETSTRUCT(tuple))->attisdropped;
	ReleaseSysCache(tuple);
	return dropped;
}

/* Its bytes are gone with the old file; the error brings them back. */
static void
refuse_rewritten(DroppedColumn *column)
{
	if (column->state->mode != COLUMN_IN_PLACE ||
		file_is_known(column->item->detail, column->relid))
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_CANNOT_UNDO),
		 errmsg(
			 "drop column %s cannot be kept for taking it back: the same statement rewrites the table",
			 column->item->identity),
		 errdetail("Nothing was changed."),
		 errhint(
			 "Rewrite it in a statement of its own before, or permit the drop so: 'drop column %s without undo'.",
			 column->item->identity)));
}

/*
 * Without its type a value means nothing: DROP TYPE names our trigger, and by its
 * name the entry, instead of taking the type away.
 */
static void
depend_on_type(Oid trigger, Oid type)
{
	ObjectAddress object;
	ObjectAddress referenced;

	if (!SearchSysCacheExists1(TYPEOID, ObjectIdGetDatum(type)))
		return;
	ObjectAddressSet(object, TriggerRelationId, trigger);
	ObjectAddressSet(referenced, TypeRelationId, type);
	recordDependencyOn(&object, &referenced, DEPENDENCY_NORMAL);
}

static void
hang_trigger_on(Keep *keep, List *columns, Oid relid)
{
	List *arguments = NIL;
	List *types = NIL;
	ListCell *lc;
	Oid trigger;

	foreach(lc, columns)
	{
		DroppedColumn *column = lfirst(lc);

		if (column->relid != relid || column->argument == NULL)
			continue;
		arguments = lappend(arguments, column->argument);
		types = list_append_unique_oid(types, column->state->type_oid);
	}
	trigger = hang_carry_trigger(relid, keep_entry(keep), arguments);
	foreach(lc, types)
		depend_on_type(trigger, lfirst_oid(lc));
}

static void
hang_triggers(Keep *keep, List *columns)
{
	List *done = NIL;
	ListCell *lc;

	foreach(lc, columns)
	{
		DroppedColumn *column = lfirst(lc);

		if (column->argument == NULL || list_member_oid(done, column->relid))
			continue;
		done = lappend_oid(done, column->relid);
		hang_trigger_on(keep, columns, column->relid);
	}
}

void
keep_columns_after(Keep *keep, void *state)
{
	List *dropped = NIL;
	ListCell *lc;

	foreach(lc, (List *) state)
	{
		DroppedColumn *column = lfirst(lc);

		if (!is_dropped_now(column))
		{
			drop_copy(column->item->bin_oid);
			continue;
		}
		refuse_rewritten(column);
		keep_item(keep, column->item);
		hang_follow_triggers(keep, column);
		dropped = lappend(dropped, column);
	}
	hang_triggers(keep, dropped);
}
