/*
 * touch_upkeep.c
 *		What upkeep locks, reads and writes anew: VACUUM, ANALYZE, REINDEX, CLUSTER,
 *		REFRESH and moves to another tablespace, be they of one table or of all.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "commands/tablespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "foresee/touch_parts.h"

/* ---------- of all tables ---------- */

static bool
take_vacuumed(Form_pg_class form, void *arg)
{
	return (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_MATVIEW) &&
		form->relpersistence != RELPERSISTENCE_TEMP;
}

static bool
take_indexed(Form_pg_class form, void *arg)
{
	Oid schema = *(Oid *) arg;

	return form->relhasindex && take_vacuumed(form, NULL) &&
		(!OidIsValid(schema) || form->relnamespace == schema);
}

static bool
take_clustered(Form_pg_class form, void *arg)
{
	Relation rel;
	bool clustered = false;
	ListCell *lc;

	if (!form->relhasindex || !take_vacuumed(form, NULL))
		return false;
	rel = RelationIdGetRelation(form->oid);
	if (!RelationIsValid(rel))
		return false;
	foreach(lc, RelationGetIndexList(rel))
		clustered |= get_index_isclustered(lfirst_oid(lc));
	RelationClose(rel);
	return clustered;
}

typedef struct MoveAll
{
	ObjectType type;
	Oid from;
	Oid to;
	List *roles;
} MoveAll;

static bool
take_moved(Form_pg_class form, void *arg)
{
	MoveAll *move = arg;
	bool kind = move->type == OBJECT_TABLE
		? form->relkind == RELKIND_RELATION || form->relkind == RELKIND_PARTITIONED_TABLE
		: move->type == OBJECT_INDEX
		? form->relkind == RELKIND_INDEX || form->relkind == RELKIND_PARTITIONED_INDEX
		: form->relkind == RELKIND_MATVIEW;

	return kind && form->reltablespace == move->from &&
		form->relpersistence != RELPERSISTENCE_TEMP &&
		(move->roles == NIL || list_member_oid(move->roles, form->relowner));
}

/* As AlterTableMoveAll(): the default tablespace of the database is stored as none */
static Oid
stored_tablespace(const char *name)
{
	Oid oid = get_tablespace_oid(name, true);

	return oid == MyDatabaseTableSpace ? InvalidOid : oid;
}

static void
foretell_move_all(Change *change)
{
	AlterTableMoveAllStmt *stmt = castNode(AlterTableMoveAllStmt, change->node);
	MoveAll move = {stmt->objtype, stored_tablespace(stmt->orig_tablespacename),
					stored_tablespace(stmt->new_tablespacename), NIL};
	ListCell *lc;

	if (move.from == move.to || !OidIsValid(get_tablespace_oid(stmt->orig_tablespacename, true)))
		return;
	foreach(lc, stmt->roles)
		move.roles = lappend_oid(move.roles, get_rolespec_oid(lfirst_node(RoleSpec, lc), true));
	touch_relations(change, take_moved, &move, AccessExclusiveLock, true, false);
	change->rewrite = REWRITE_TABLESPACE;
}

typedef struct Reassignment
{
	List *roles;
} Reassignment;

static bool
take_owned(Form_pg_class form, void *arg)
{
	return (form->relkind == RELKIND_RELATION || form->relkind == RELKIND_PARTITIONED_TABLE ||
			form->relkind == RELKIND_VIEW || form->relkind == RELKIND_MATVIEW ||
			form->relkind == RELKIND_SEQUENCE || form->relkind == RELKIND_FOREIGN_TABLE) &&
		list_member_oid(((Reassignment *) arg)->roles, form->relowner);
}

static void
foretell_reassign(Change *change)
{
	Reassignment reassignment = {NIL};
	ListCell *lc;

	foreach(lc, castNode(ReassignOwnedStmt, change->node)->roles)
		reassignment.roles =
			lappend_oid(reassignment.roles, get_rolespec_oid(lfirst_node(RoleSpec, lc), true));
	touch_relations(change, take_owned, &reassignment, AccessExclusiveLock, false, false);
}

/* ---------- of one ---------- */

/* ANALYZE of a parent reads samples of its children too. */
static void
touch_children(Change *change, DraftRelation *relation, LOCKMODE lock)
{
	ListCell *lc;

	foreach(lc, draft_tree(relation))
		if (lfirst(lc) != relation)
			add_touch(change, lfirst(lc), lock, false, false);
}

static void
foretell_vacuum(Change *change)
{
	VacuumStmt *stmt = castNode(VacuumStmt, change->node);

	if (change->relation == NULL)
	{
		touch_relations(change, take_vacuumed, NULL, ShareUpdateExclusiveLock, false,
						stmt->is_vacuumcmd);
		return;
	}
	if (change->relation->kind == RELKIND_PARTITIONED_TABLE)
		touch_tree(change, change->relation, ShareUpdateExclusiveLock, false, false);
	else
		add_touch(change, change->relation, ShareUpdateExclusiveLock, false, false);
	if (!stmt->is_vacuumcmd)
		touch_children(change, change->relation, AccessShareLock);
}

static void
foretell_vacuum_full(Change *change)
{
	change->rewrite = REWRITE_VACUUM_FULL;
	change->scan = SCAN_REWRITE;
	if (change->relation == NULL)
		touch_relations(change, take_vacuumed, NULL, AccessExclusiveLock, true, true);
	else if (change->relation->kind == RELKIND_PARTITIONED_TABLE)
		touch_tree(change, change->relation, AccessExclusiveLock, true, true);
	else
		add_touch(change, change->relation, AccessExclusiveLock, holds_rows(change->relation),
				  holds_rows(change->relation));
}

static void
foretell_cluster(Change *change)
{
	change->rewrite = REWRITE_CLUSTER;
	change->scan = SCAN_REWRITE;
	if (change->relation == NULL && change->written == NULL)
		touch_relations(change, take_clustered, NULL, AccessExclusiveLock, true, true);
	else if (change->relation != NULL && change->relation->kind == RELKIND_PARTITIONED_TABLE)
		touch_tree(change, change->relation, AccessExclusiveLock, true, true);
	else
		add_touch(change, change->relation, AccessExclusiveLock, true, true);
}

static bool
has_index(DraftRelation *relation)
{
	draft_load(relation);
	return relation->indexes != NIL;
}

/* Readers that would use it wait for an index that is rebuilt. */
static void
touch_rebuilt(Change *change)
{
	LOCKMODE lock = change->concurrently ? ShareUpdateExclusiveLock : AccessExclusiveLock;
	ListCell *lc;
	ListCell *of;

	if (change->index != NULL)
	{
		add_index_touch(change, change->index, lock, true);
		return;
	}
	foreach(lc, change->touches)
	{
		DraftRelation *relation = ((Touch *) lfirst(lc))->relation;

		draft_load(relation);
		foreach(of, relation->indexes)
			if (holds_rows(relation))
				add_index_touch(change, lfirst(of), lock, true);
	}
}

static void
foretell_reindex(Change *change)
{
	ReindexStmt *stmt = castNode(ReindexStmt, change->node);
	LOCKMODE lock = change->concurrently ? ShareUpdateExclusiveLock : ShareLock;
	Oid schema = InvalidOid;

	change->scan = SCAN_INDEX;
	if (stmt->relation == NULL)
	{
		if (stmt->kind == REINDEX_OBJECT_SYSTEM)
			return;
		if (stmt->kind == REINDEX_OBJECT_SCHEMA)
		{
			schema = get_namespace_oid(stmt->name, true);
			if (!OidIsValid(schema))
				return;
		}
		touch_relations(change, take_indexed, &schema, lock, false, true);
		touch_rebuilt(change);
		return;
	}
	if (change->relation == NULL)
		return;
	if (change->relation->kind == RELKIND_PARTITIONED_TABLE)
		touch_tree(change, change->relation, lock, false, true);
	else
		add_touch(change, change->relation, lock, false,
				  holds_rows(change->relation) &&
					  (change->index != NULL || has_index(change->relation)));
	touch_rebuilt(change);
}

static void
foretell_refresh(Change *change)
{
	if (change->relation == NULL)
		return;
	if (change->concurrently)
		add_touch(change, change->relation, ExclusiveLock, false, true);
	else
	{
		add_touch(change, change->relation, AccessExclusiveLock, true, false);
		change->rewrite = REWRITE_REFRESH;
	}
	if (change->creates_rows)
		touch_view(change, change->relation, NoLock, true);
}

bool
foretell_upkeep(Change *change)
{
	switch (change->kind)
	{
		case CHANGE_VACUUM:
			foretell_vacuum(change);
			return true;
		case CHANGE_VACUUM_FULL:
			foretell_vacuum_full(change);
			return true;
		case CHANGE_CLUSTER:
			foretell_cluster(change);
			return true;
		case CHANGE_REINDEX:
			foretell_reindex(change);
			return true;
		case CHANGE_REFRESH:
			foretell_refresh(change);
			return true;
		case CHANGE_SET_TABLESPACE:
			foretell_move_all(change);
			return true;
		case CHANGE_CREATE_OTHER:
			if (IsA(change->node, ReassignOwnedStmt))
				foretell_reassign(change);
			return true;
		default:
			return false;
	}
}
