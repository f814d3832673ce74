/*
 * copy.c
 *		ALTER COLUMN TYPE that rewrites: the former values are copied with their key
 *		before, and what the change made of them after it, so that a row that was
 *		changed since can be told from one that was not.
 *
 * When casting the new value back gives the old one in every row, that is how it
 * is taken back, and nothing is copied.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "parser/parse_type.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/apart.h"
#include "base/errors.h"
#include "base/owner.h"
#include "undo/column_state.h"
#include "undo/keep.h"
#include "undo/kept_copy.h"

typedef struct ChangedType
{
	Effect *effect;
	Oid relid;
	AttrNumber attnum;
	AlterTableCmd *cmd;
	BinItem *item;
	ColumnState *state;
	List *key;
	List *tables; /* of Oid: each with copies of its own */
	List *former; /* of Oid: the copies, in the same order */
} ChangedType;

/* ---------- which columns ---------- */

static AlterTableCmd *
command_on(Keep *keep, const char *column)
{
	ListCell *lc;

	if (!IsA(keep->stmt, AlterTableStmt) || column == NULL)
		return NULL;
	foreach(lc, ((AlterTableStmt *) keep->stmt)->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->subtype == AT_AlterColumnType && strcmp(cmd->name, column) == 0)
			return cmd;
	}
	return NULL;
}

/* Those that the statement names; in partitions and children the same is done. */
static List *
types_that_change(Keep *keep)
{
	List *changes = NIL;
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);
		ChangedType *change;

		if (effect->action != ACTION_ALTER_COLUMN_TYPE || effect->part)
			continue;
		change = palloc0(sizeof(ChangedType));
		change->effect = effect;
		change->relid = effect->object.objectId;
		change->attnum = effect->object.objectSubId;
		lock_tree(change->relid);
		change->cmd = command_on(keep, get_attname(change->relid, change->attnum, true));
		if (change->cmd == NULL ||
			!is_target_of(keep->stmt, lookup_relation(((AlterTableStmt *) keep->stmt)->relation),
						  change->relid))
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("the table was changed while this statement waited for it"),
					 errhint("Run it again.")));
		changes = lappend(changes, change);
	}
	return changes;
}

/* Columns of a table that this statement changes or drops: no key of a copy. */
static List *
unsteady_columns(Keep *keep, Oid relid)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, keep->effects)
	{
		Effect *effect = lfirst(lc);

		if (effect->object.classId == RelationRelationId && effect->object.objectId == relid &&
			effect->object.objectSubId > 0 &&
			(effect->action == ACTION_ALTER_COLUMN_TYPE || effect->action == ACTION_DROP_COLUMN))
			columns = lappend_int(columns, effect->object.objectSubId);
	}
	return columns;
}

/* ---------- by casting back ---------- */

static char *
new_type(ChangedType *change)
{
	ColumnDef *def = castNode(ColumnDef, change->cmd->def);
	Oid type;
	int32 typmod;

	typenameTypeIdAndMod(NULL, def->typeName, &type, &typmod);
	return format_type_extended(type, typmod,
								FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

typedef struct Search
{
	Oid role;
	const char *sql;
	bool finds_nothing;
} Search;

static void
search(void *arg)
{
	Search *search = arg;

	search->finds_nothing = work_as_role(search->role, search->sql) == 0;
}

/* A cast that does not exist, or fails on some value, is no way back: no error either. */
static bool
finds_nothing(Oid role, const char *sql)
{
	Search one = {role, sql, false};

	return run_apart(search, &one) == NULL && one.finds_nothing;
}

/* An older snapshot does not show every row, so it proves nothing. */
static bool
can_be_cast_back(ChangedType *change)
{
	const char *column = quote_identifier(change->state->name);

	if (IsolationUsesXactSnapshot() ||
		!type_change_is_plain_cast(change->relid, change->attnum,
								   castNode(ColumnDef, change->cmd->def)) ||
		!type_change_obeys_no_setting(change->relid, change->attnum,
									  castNode(ColumnDef, change->cmd->def)))
		return false;
	return finds_nothing(
		role_of_table(change->relid),
		psprintf("SELECT FROM %s t WHERE NOT record_image_eq(ROW(t.%s), ROW(t.%s::%s::%s)) LIMIT 1",
				 present_name(change->relid), column, column, new_type(change),
				 change->state->type));
}

/* ---------- by copies ---------- */

/* The key of the first, by name, must be one in each. */
static bool
is_key_of(Oid relid, List *key, Oid child)
{
	List *child_key = key_of_table(child, NIL);
	ListCell *lc;

	if (list_length(child_key) != list_length(key))
		return false;
	foreach(lc, key)
		if (!list_member_int(child_key,
							 get_attnum(child, get_attname(relid, lfirst_int(lc), false))))
			return false;
	return true;
}

static void
choose_tables(Keep *keep, ChangedType *change)
{
	bool partitioned = get_rel_relkind(change->relid) == RELKIND_PARTITIONED_TABLE;
	ListCell *lc;

	change->tables = partitioned ? list_make1_oid(change->relid)
								 : find_all_inheritors(change->relid, NoLock, NULL);
	change->key = key_of_table(change->relid, unsteady_columns(keep, change->relid));
	foreach(lc, change->tables)
	{
		bool known = change->key != NIL &&
			(lfirst_oid(lc) == change->relid ||
			 is_key_of(change->relid, change->key, lfirst_oid(lc)));

		if (known)
			continue;
		if (!relation_is_empty(lfirst_oid(lc), !partitioned))
			refuse_unkept(
				keep, change->effect,
				"the former values must be copied, and no primary key that stays says which row each belongs to");
		change->tables = foreach_delete_current(change->tables, lc);
	}
}

/* The plan for one table of several; columns have their names in common. */
static CopyPlan
plan_for(ChangedType *change, Oid relid, const char *type)
{
	CopyPlan plan = {0};
	ListCell *lc;

	plan.relid = relid;
	plan.attnum = get_attnum(relid, change->state->name);
	plan.type = type;
	plan.only = get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE;
	foreach(lc, change->key)
		plan.key = lappend_int(
			plan.key, get_attnum(relid, get_attname(change->relid, lfirst_int(lc), false)));
	return plan;
}

static void
copy_former(Keep *keep, ChangedType *change)
{
	ListCell *lc;

	choose_tables(keep, change);
	change->item->rows = 0;
	foreach(lc, change->tables)
	{
		CopyPlan plan = plan_for(change, lfirst_oid(lc), type_clause(change->state));
		double rows;

		change->former =
			lappend_oid(change->former, copy_column(keep_entry(keep), &plan, "_old", true, &rows));
		change->item->rows += rows;
	}
	if (change->former != NIL)
		change->item->bin_oid = linitial_oid(change->former);
	change->item->detail = detail_with_text(change->item->detail, "key", text_of_key(change->key));
}

static void
write_down(Keep *keep, ChangedType *change)
{
	ColumnMode mode = COLUMN_COPIED;

	change->item = make_bin_item(KEPT_COPY, change->effect);
	change->item->detail = capture_column(change->relid, change->attnum);
	change->state = column_state(change->item->detail);
	if (word_is(change->item->detail, "generated"))
		mode = COLUMN_GENERATED;
	else if (can_be_cast_back(change))
		mode = COLUMN_CAST;
	else
		copy_former(keep, change);
	change->item->detail = detail_with_text(change->item->detail, "mode", column_mode_word(mode));
	change->state = column_state(change->item->detail);
}

void *
keep_copies_before(Keep *keep)
{
	List *changes = types_that_change(keep);
	ListCell *lc;

	foreach(lc, changes)
		write_down(keep, lfirst(lc));
	return changes;
}

/* ---------- after ---------- */

/* [[table, former, present], ...] */
static char *
copy_present(Keep *keep, ChangedType *change, const char *type)
{
	StringInfoData copies;
	ListCell *table;
	ListCell *former;

	initStringInfo(&copies);
	forboth(table, change->tables, former, change->former)
	{
		CopyPlan plan = plan_for(change, lfirst_oid(table), type);
		double rows;
		Oid present = copy_column(keep_entry(keep), &plan, "_new", true, &rows);

		appendStringInfo(&copies, "%s[%u, %u, %u]", copies.len > 0 ? ", " : "", lfirst_oid(table),
						 lfirst_oid(former), present);
	}
	return psprintf("[%s]", copies.data);
}

void
keep_copies_after(Keep *keep, void *state)
{
	ListCell *lc;

	foreach(lc, (List *) state)
	{
		ChangedType *change = lfirst(lc);
		ColumnState *now = column_state(capture_column(change->relid, change->attnum));
		char *detail = change->item->detail;

		detail = detail_with_text(detail, "new_type", now->type);
		if (now->default_text != NULL)
			detail = detail_with_text(detail, "new_default", now->default_text);
		if (change->state->mode == COLUMN_COPIED)
			detail = detail_with(detail, "copies", copy_present(keep, change, type_clause(now)));
		change->item->detail = detail;
		keep_item(keep, change->item);
	}
}
