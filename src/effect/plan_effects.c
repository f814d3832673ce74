/*
 * plan_effects.c
 *		Does this plan delete or update every row?  Asked of the plan, not of the
 *		text: WHERE true and 1=1 are gone from it, and rules, views, prepared
 *		statements and CTEs are in it.
 *
 * A delete with any condition on rows is an application's business.  Whether a
 * condition is one is plan_reach.c's question.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "nodes/plannodes.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "base/compat.h"
#include "base/installation.h"
#include "effect/effect.h"
#include "effect/lasting_settings.h"
#include "effect/plan_reach.h"

bool
plan_matters(QueryDesc *query)
{
	return query->plannedstmt->resultRelations != NIL;
}

/*
 * The strongest thing that MERGE may do to a row it meets, if it asks no
 * condition of that row.
 */
static CmdType
merge_command(PlannedStmt *stmt, ModifyTable *modify, RangeTblEntry *named)
{
	CmdType command = CMD_NOTHING;
	ListCell *lc;

	if (modify->mergeActionLists == NIL)
		return CMD_NOTHING;
	foreach(lc, (List *) linitial(modify->mergeActionLists))
	{
		MergeAction *action = lfirst_node(MergeAction, lc);

		if (!merge_condition_is_hollow(stmt, modify, named, action->qual))
			continue;
		if (action->commandType == CMD_DELETE)
			return CMD_DELETE;
		if (action->commandType == CMD_UPDATE)
			command = CMD_UPDATE;
	}
	return command;
}

static List *
attnums_of(Bitmapset *columns)
{
	List *attnums = NIL;
	int column = -1;

	while ((column = bms_next_member(columns, column)) >= 0)
		attnums = lappend_int(attnums, column + FirstLowInvalidHeapAttributeNumber);
	return attnums;
}

/* The same columns in a child, where they may have other numbers. */
static List *
columns_in_child(Effect *whole, Oid child)
{
	List *attnums = NIL;
	ListCell *lc;

	foreach(lc, whole->new_columns)
	{
		char *name = get_attname(whole->relation, lfirst_int(lc), true);

		attnums = lappend_int(attnums, name ? get_attnum(child, name) : InvalidAttrNumber);
	}
	return attnums;
}

/* The children and partitions that the plan reaches, as part of the whole. */
static List *
same_in_children(PlannedStmt *stmt, ModifyTable *modify, Effect *whole)
{
	List *effects = NIL;
	ListCell *lc;

	foreach(lc, modify->resultRelations)
	{
		Oid relid = rt_fetch(lfirst_int(lc), stmt->rtable)->relid;
		Effect *effect;

		if (relid == whole->relation)
			continue;
		effect = make_relation_effect(whole->action, relid);
		effect->part = true;
		effect->whole = whole;
		effect->empty_is_harmless = true;
		effect->new_columns = columns_in_child(whole, relid);
		effects = lappend(effects, effect);
	}
	return effects;
}

/* What the statement names, be it a parent that has no rows of its own. */
static RangeTblEntry *
named_target(PlannedStmt *stmt, ModifyTable *modify)
{
	Index target =
		modify->rootRelation ? modify->rootRelation : (Index) linitial_int(modify->resultRelations);

	return rt_fetch(target, stmt->rtable);
}

static List *
effects_of_modify(PlannedStmt *stmt, ModifyTable *modify)
{
	RangeTblEntry *rte = named_target(stmt, modify);
	CmdType command =
		modify->operation == CMD_MERGE ? merge_command(stmt, modify, rte) : modify->operation;
	Effect *effect;

	if ((command != CMD_DELETE && command != CMD_UPDATE) ||
		!plan_reaches_every_row(stmt, modify, rte))
		return NIL;
	/* judged as what they are, however many rows it takes */
	if (rte->relid < FirstNormalObjectId || safemig_owns(rte->relid))
		return NIL;
	effect = make_relation_effect(command == CMD_DELETE ? ACTION_DELETE_ALL : ACTION_UPDATE_ALL,
								  rte->relid);
	effect->named = true;
	effect->empty_is_harmless = true;
	effect->only = !rte->inh;
	if (command == CMD_UPDATE)
		effect->new_columns = attnums_of(updated_columns(stmt, rte));
	return list_concat(list_make1(effect), same_in_children(stmt, modify, effect));
}

/* Adds rows and does nothing else. */
static bool
only_inserts(PlannedStmt *stmt)
{
	return stmt->commandType == CMD_INSERT && !stmt->hasModifyingCTE &&
		IsA(stmt->planTree, ModifyTable) &&
		((ModifyTable *) stmt->planTree)->onConflictAction != ONCONFLICT_UPDATE;
}

/* Catalogs written by hand, and the extension's own tables by anybody. */
static List *
effects_on_targets(PlannedStmt *stmt)
{
	List *effects = NIL;
	ListCell *lc;

	foreach(lc, stmt->resultRelations)
	{
		Oid relid = rt_fetch(lfirst_int(lc), stmt->rtable)->relid;
		Effect *effect;

		if (relid >= FirstNormalObjectId && !safemig_owns(relid))
			continue;
		effect = make_relation_effect(is_catalog_of_databases(relid)	? ACTION_DISARM
										  : relid < FirstNormalObjectId ? ACTION_CHANGE_CATALOG
																		: ACTION_ALTER,
									  relid);
		effect->named = true;
		effect->row_by_row = effect->action == ACTION_ALTER && only_inserts(stmt);
		effect->empty_is_harmless = effect->row_by_row;
		effects = lappend(effects, effect);
	}
	return effects;
}

List *
effects_of_plan_on_databases(PlannedStmt *stmt)
{
	ListCell *lc;

	foreach(lc, stmt->resultRelations)
	{
		Oid relid = rt_fetch(lfirst_int(lc), stmt->rtable)->relid;

		if (unlikely(is_catalog_of_databases(relid)))
			return list_make1(make_relation_effect(ACTION_DISARM, relid));
	}
	return NIL;
}

/* The ModifyTable nodes of a plan: its top, and those of writable CTEs. */
static List *
modifications_of(PlannedStmt *stmt)
{
	List *found = NIL;
	ListCell *lc;

	if (IsA(stmt->planTree, ModifyTable))
		found = lappend(found, stmt->planTree);
	if (stmt->hasModifyingCTE)
		foreach(lc, stmt->subplans)
			if (lfirst(lc) != NULL && IsA(lfirst(lc), ModifyTable))
				found = lappend(found, lfirst(lc));
	return found;
}

/* On the way of every INSERT, UPDATE and DELETE: allocates nothing where nothing is found. */
List *
effects_of_plan(PlannedStmt *stmt)
{
	List *effects = effects_on_targets(stmt);
	ListCell *lc;

	if (!stmt->hasModifyingCTE)
		return IsA(stmt->planTree, ModifyTable)
			? list_concat(effects, effects_of_modify(stmt, (ModifyTable *) stmt->planTree))
			: effects;
	foreach(lc, modifications_of(stmt))
		effects = list_concat(effects, effects_of_modify(stmt, lfirst(lc)));
	return effects;
}

static bool
changes_existing_rows(ModifyTable *modify)
{
	return modify->operation != CMD_INSERT || modify->onConflictAction == ONCONFLICT_UPDATE;
}

List *
effects_of_row_changes(PlannedStmt *stmt)
{
	List *effects = NIL;
	ListCell *lc;
	ListCell *target;

	foreach(lc, modifications_of(stmt))
	{
		ModifyTable *modify = lfirst(lc);

		if (!changes_existing_rows(modify))
			continue;
		foreach(target, modify->resultRelations)
		{
			Effect *effect = make_relation_effect(
				ACTION_CHANGE_ROWS, rt_fetch(lfirst_int(target), stmt->rtable)->relid);

			effect->named = true;
			effects = lappend(effects, effect);
		}
	}
	return effects;
}

/* Those of the extension itself carry along what is dropped, and nothing else. */
static bool
is_foreign_writer(const Trigger *trigger)
{
	char *schema = get_namespace_name(get_func_namespace(trigger->tgfoid));

	return TRIGGER_FOR_ROW(trigger->tgtype) && TRIGGER_FOR_UPDATE(trigger->tgtype) &&
		!TRIGGER_FOR_AFTER(trigger->tgtype) &&
		(schema == NULL || strcmp(schema, SAFEMIG_NAME) != 0);
}

/* A trigger before the row may write into columns that the statement does not name. */
static bool
trigger_may_write_more(PlannedStmt *stmt, ModifyTable *modify)
{
	ListCell *lc;

	foreach(lc, modify->resultRelations)
	{
		Relation rel = RelationIdGetRelation(rt_fetch(lfirst_int(lc), stmt->rtable)->relid);
		TriggerDesc *triggers = RelationIsValid(rel) ? rel->trigdesc : NULL;
		bool found = false;

		for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
			found = found || is_foreign_writer(&triggers->triggers[i]);
		if (RelationIsValid(rel))
			RelationClose(rel);
		if (found)
			return true;
	}
	return false;
}

List *
relations_written(PlannedStmt *stmt)
{
	List *written = NIL;
	ListCell *lc;

	foreach(lc, modifications_of(stmt))
	{
		ModifyTable *modify = lfirst(lc);
		RangeTblEntry *rte = named_target(stmt, modify);
		WrittenRelation *relation = palloc(sizeof(WrittenRelation));

		relation->relid = rte->relid;
		relation->command =
			modify->onConflictAction == ONCONFLICT_UPDATE ? CMD_MERGE : modify->operation;
		relation->columns = relation->command == CMD_UPDATE && !trigger_may_write_more(stmt, modify)
			? attnums_of(updated_columns(stmt, rte))
			: NIL;
		written = lappend(written, relation);
	}
	return written;
}
