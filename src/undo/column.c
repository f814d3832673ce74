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
#include "catalog/dependency.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/errors.h"
#include "base/owner.h"
#include "undo/carry.h"
#include "undo/column_state.h"
#include "undo/definition.h"
#include "undo/keep.h"
#include "undo/kept_copy.h"
#include "undo/moved.h"
#include "undo/restore.h"

typedef struct DroppedColumn
{
	Effect *effect;
	Oid relid;
	AttrNumber attnum;
	BinItem *item;
	ColumnState *state;
	char *argument; /* for the trigger */
} DroppedColumn;

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
			(void) find_all_inheritors(relid, AccessExclusiveLock, NULL);
		if (lookup_relation(name) != relid)
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("table \"%s\" was replaced while this statement waited for it",
							name->relname),
					 errhint("Run it again.")));
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

/* ---------- how each is kept ---------- */

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

static ColumnMode
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
copy_aside(Keep *keep, DroppedColumn *column, List *columns)
{
	CopyPlan plan = {0};

	refuse_foreign_partitions(keep, column);
	plan.relid = column->relid;
	plan.attnum = column->attnum;
	plan.type = column->state->type;
	plan.type_oid = column->state->type_oid;
	plan.as_text = loses_its_type(keep, plan.type_oid);
	plan.only = get_rel_relkind(plan.relid) != RELKIND_PARTITIONED_TABLE;
	plan.key = key_of_table(plan.relid, going_columns(columns, plan.relid));
	if (plan.key == NIL && !relation_is_empty(plan.relid, plan.only))
		refuse_unkept(
			keep, column->effect,
			"the values must be copied aside, and no primary key that stays says which row each belongs to");
	if (plan.key != NIL)
		column->item->bin_oid =
			copy_column(keep_entry(keep), &plan, "", false, &column->item->rows);
	column->item->detail = detail_with_text(column->item->detail, "key", text_of_key(plan.key));
	column->item->detail =
		detail_with(column->item->detail, "as_text", plan.as_text ? "true" : "false");
	column->state = column_state(column->item->detail);
}

/* ---------- sequences ---------- */

static ObjectAddress *
address_of(Oid class, Oid oid)
{
	ObjectAddress *object = palloc(sizeof(ObjectAddress));

	ObjectAddressSet(*object, class, oid);
	return object;
}

/* What else uses the sequence: defaults of other columns, or things we cannot part from it. */
static List *
other_users(DroppedColumn *column)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[3] = {OIDOID, OIDOID, INT2OID};
	Datum values[3] = {ObjectIdGetDatum(column->state->sequence), ObjectIdGetDatum(column->relid),
					   Int16GetDatum(column->attnum)};
	List *users = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT * FROM safemig.bin_sequence_users($1, $2, $3)", 3, types,
							values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		Oid class = DatumGetObjectId(SPI_getbinval(row, desc, 1, &isnull));
		Oid oid = DatumGetObjectId(SPI_getbinval(row, desc, 2, &isnull));
		MemoryContext spi = MemoryContextSwitchTo(caller);

		users = lappend(users, address_of(class, oid));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return users;
}

static bool
cascades(Keep *keep)
{
	ListCell *lc;

	if (!IsA(keep->stmt, AlterTableStmt))
		return true;
	foreach(lc, ((AlterTableStmt *) keep->stmt)->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->subtype == AT_DropColumn && cmd->behavior == DROP_CASCADE)
			return true;
	}
	return false;
}

/*
 * The sequence of a serial or identity column goes into the bin where it stands.
 * The column must not own it any more then, or its drop would take it along.
 */
static void
move_sequence(Keep *keep, DroppedColumn *column)
{
	Oid sequence = column->state->sequence;
	List *victims = list_make1(address_of(RelationRelationId, sequence));
	List *users;
	ListCell *lc;

	LockRelationOid(sequence, AccessExclusiveLock);
	users = other_users(column);
	/* the server's own error, if it says RESTRICT */
	if (users != NIL && !cascades(keep))
		return;
	foreach(lc, users)
		if (((ObjectAddress *) lfirst(lc))->classId != AttrDefaultRelationId)
			refuse_unkept(keep, column->effect,
						  "something else than defaults of columns uses its sequence");
	(void) deleteDependencyRecordsForClass(RelationRelationId, sequence, RelationRelationId,
										   column->state->identity ? DEPENDENCY_INTERNAL
																   : DEPENDENCY_AUTO);
	CommandCounterIncrement();
	(void) move_aside(keep, list_concat(victims, users));
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
			refuse_unkept(keep, effect, "it goes with a column; drop it in a statement before");
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

/* false: it is none of ours after all */
static bool
write_down(Keep *keep, DroppedColumn *column, List *columns)
{
	Relation rel = table_open(column->relid, NoLock);
	Form_pg_attribute att = attribute_of(rel, column->attnum);
	ColumnMode mode;

	if (att == NULL || att->attisdropped || is_part_of_another(column, columns) ||
		comes_with_parent(rel, att))
	{
		table_close(rel, NoLock);
		return false;
	}
	CheckTableNotInUse(rel, "ALTER TABLE");
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

static void
hang_triggers(Keep *keep, List *columns)
{
	List *done = NIL;
	ListCell *lc;
	ListCell *other;

	foreach(lc, columns)
	{
		DroppedColumn *column = lfirst(lc);
		List *arguments = NIL;

		if (column->argument == NULL || list_member_oid(done, column->relid))
			continue;
		foreach(other, columns)
			if (((DroppedColumn *) lfirst(other))->relid == column->relid &&
				((DroppedColumn *) lfirst(other))->argument != NULL)
				arguments = lappend(arguments, ((DroppedColumn *) lfirst(other))->argument);
		done = lappend_oid(done, column->relid);
		(void) hang_carry_trigger(column->relid, keep_entry(keep), arguments);
	}
}

/* A row that changes its partition changes its key. */
static void
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
