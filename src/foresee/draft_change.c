/*
 * draft_change.c
 *		The draft follows a change: afterwards it is what the catalogs would be.  Here
 *		are names, locks, rows and the rest; columns, constraints with their indexes,
 *		what is made and what goes have rooms of their own.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lockdefs.h"
#include "utils/memutils.h"

#include "foresee/change_parts.h"
#include "foresee/draft_parts.h"

/* ---- names ---- */

/* Its indexes and sequences go with it into another schema. */
static void
move_to(DraftRelation *relation, const char *schema, const char *name)
{
	ListCell *lc;

	draft_set_name(relation->schema, relation->name, NULL, NULL);
	if (strcmp(schema, relation->schema) != 0)
	{
		draft_load(relation);
		foreach(lc, relation->indexes)
		{
			DraftIndex *index = lfirst(lc);

			draft_set_name(relation->schema, index->name, NULL, NULL);
			draft_set_name(schema, index->name, NULL, index);
		}
		foreach(lc, draft_sequences_of(relation))
			move_to(lfirst(lc), schema, ((DraftRelation *) lfirst(lc))->name);
		relation->schema = pstrdup(schema);
	}
	relation->name = pstrdup(name);
	relation->swapped = true;
	draft_set_name(relation->schema, relation->name, relation, NULL);
}

static void
follow_rename(Change *change, const char *schema, const char *name)
{
	DraftThing there;

	if (change->relation == NULL || schema == NULL || name == NULL || !draft_has_schema(schema))
		return;
	there = draft_find_in(schema, name);
	if (there.relation == NULL && there.index == NULL)
		move_to(change->relation, schema, name);
}

/* ---- locks ---- */

static void
hold(const Touch *touch)
{
	DraftRelation *relation = touch->relation;

	if (relation == NULL || touch->lock <= relation->held)
		return;
	if (relation->held == NoLock)
		open_draft->holding = lappend(open_draft->holding, relation);
	relation->held = touch->lock;
	relation->held_by = open_draft->statement;
}

/* What runs outside a transaction gives its locks back at its end. */
static void
follow_locks(Change *change)
{
	ListCell *lc;

	if (!change->outside)
		foreach(lc, change->touches)
			hold(lfirst(lc));
}

/* ---- rows ---- */

static void
fill(DraftRelation *relation)
{
	ListCell *lc;

	if (relation->kind != RELKIND_PARTITIONED_TABLE)
	{
		relation->filled = true;
		return;
	}
	/* nobody knows which partition */
	foreach(lc, draft_tree(relation))
		((DraftRelation *) lfirst(lc))->filled = true;
}

/* COPY TO brings none, nor does REFRESH ... WITH NO DATA. */
static bool
brings_rows(Node *stmt)
{
	if (stmt != NULL && IsA(stmt, CopyStmt))
		return ((CopyStmt *) stmt)->is_from;
	return stmt == NULL || !IsA(stmt, RefreshMatViewStmt) ||
		!((RefreshMatViewStmt *) stmt)->skipData;
}

/* What cannot be seen may have put rows into whatever the script made or emptied. */
static void
fill_unseen(void)
{
	ListCell *lc;

	foreach(lc, open_draft->relations)
	{
		DraftRelation *relation = lfirst(lc);

		if (draft_is_new(relation) || relation->emptied)
			relation->filled = true;
	}
}

/* ---- the script itself ---- */

/* change_settings.c has it set for real, so that the server looks names up by it too. */
static void
follow_search_path(Change *change)
{
	if (change->name == NULL || pg_strcasecmp(change->name, "search_path") != 0)
		return;
	if (change->node == NULL || !IsA(change->node, VariableSetStmt) ||
		!((VariableSetStmt *) change->node)->is_local)
		open_draft->path_before_local = NULL;
	else if (open_draft->path_before_local == NULL)
		open_draft->path_before_local = pstrdup(namespace_search_path);
}

static void
follow_end_of_transaction(void)
{
	ListCell *lc;

	draft_forget_locks();
	foreach(lc, open_draft->passing)
	{
		DraftRelation *relation = lfirst(lc);

		relation->gone |= relation_parts(relation)->drop_on_commit;
		if (relation_parts(relation)->empty_on_commit)
			relation->filled = false;
	}
	open_draft->path_after_local = open_draft->path_before_local;
	open_draft->path_before_local = NULL;
}

/* ---- one property of a table ---- */

/* Sequences of its columns go along (from 15 on). */
static void
set_persistence(DraftRelation *relation, char persistence)
{
	ListCell *lc;

	relation->persistence = persistence;
	foreach(lc, draft_sequences_of(relation))
		((DraftRelation *) lfirst(lc))->persistence = persistence;
}

static bool
is_command(const Change *change, AlterTableType subtype)
{
	AlterTableCmd *cmd = (AlterTableCmd *) change->node;

	return cmd != NULL && IsA(cmd, AlterTableCmd) && cmd->subtype == subtype;
}

static char
replica_identity_of(const Change *change)
{
	AlterTableCmd *cmd = (AlterTableCmd *) change->node;

	return cmd != NULL && IsA(cmd, AlterTableCmd) && IsA(cmd->def, ReplicaIdentityStmt)
		? ((ReplicaIdentityStmt *) cmd->def)->identity_type
		: change->relation->replica_identity;
}

static void
follow_alter_table(Change *change)
{
	DraftRelation *relation = change->relation;

	if (relation == NULL)
		return;
	switch (change->kind)
	{
		case CHANGE_SET_LOGGED:
			set_persistence(relation, RELPERSISTENCE_PERMANENT);
			break;
		case CHANGE_SET_UNLOGGED:
			set_persistence(relation, RELPERSISTENCE_UNLOGGED);
			break;
		case CHANGE_SET_ACCESS_METHOD:
			relation->access_method = change->new_name ? pstrdup(change->new_name) : NULL;
			break;
		case CHANGE_ENABLE_ROW_SECURITY:
			relation->row_security |= is_command(change, AT_EnableRowSecurity);
			break;
		case CHANGE_DISABLE_ROW_SECURITY:
			relation->row_security &= !is_command(change, AT_DisableRowSecurity);
			break;
		case CHANGE_REPLICA_IDENTITY:
			relation->replica_identity = replica_identity_of(change);
			break;
		default:
			break;
	}
}

static void
follow_family(Change *change)
{
	DraftRelation *relation = change->relation;
	DraftRelation *other = change->other;

	if (relation == NULL || other == NULL)
		return;
	switch (change->kind)
	{
		case CHANGE_INHERIT:
			draft_set_parent(relation, other);
			break;
		case CHANGE_NO_INHERIT:
			draft_unset_parent(relation, other);
			break;
		case CHANGE_ATTACH_PARTITION:
			draft_set_parent(other, relation);
			other->is_partition = true;
			draft_index_partition(relation, other);
			draft_refer_like_parent(relation, other);
			break;
		case CHANGE_DETACH_PARTITION:
			draft_unset_parent(other, relation);
			draft_release_indexes(other);
			draft_refer_no_more(relation, other);
			other->is_partition = false;
			break;
		default:
			break;
	}
}

/* CREATE DOMAIN with NOT NULL or a CHECK: rows of a column of it are checked one by one. */
static bool
makes_constrained_domain(const Change *change)
{
	ListCell *lc;

	if (change->node == NULL || !IsA(change->node, CreateDomainStmt))
		return false;
	foreach(lc, ((CreateDomainStmt *) change->node)->constraints)
		if (lfirst_node(Constraint, lc)->contype == CONSTR_CHECK ||
			lfirst_node(Constraint, lc)->contype == CONSTR_NOTNULL)
			return true;
	return false;
}

static void
follow(Change *change)
{
	switch (change->kind)
	{
		case CHANGE_ADD_COLUMN:
		case CHANGE_DROP_COLUMN:
		case CHANGE_COLUMN_TYPE:
		case CHANGE_SET_DEFAULT:
		case CHANGE_DROP_DEFAULT:
		case CHANGE_SET_NOT_NULL:
		case CHANGE_DROP_NOT_NULL:
		case CHANGE_ADD_IDENTITY:
		case CHANGE_SET_IDENTITY:
		case CHANGE_DROP_IDENTITY:
		case CHANGE_DROP_EXPRESSION:
		case CHANGE_RENAME_COLUMN:
			draft_follow_column(change);
			break;
		case CHANGE_ADD_CHECK:
		case CHANGE_ADD_NOT_NULL:
		case CHANGE_ADD_FOREIGN_KEY:
		case CHANGE_ADD_UNIQUE:
		case CHANGE_ADD_PRIMARY_KEY:
		case CHANGE_ADD_EXCLUDE:
		case CHANGE_VALIDATE_CONSTRAINT:
		case CHANGE_ALTER_CONSTRAINT:
		case CHANGE_DROP_CONSTRAINT:
		case CHANGE_RENAME_CONSTRAINT:
			draft_follow_constraint(change);
			break;
		case CHANGE_CREATE_INDEX:
		case CHANGE_DROP_INDEX:
		case CHANGE_RENAME_INDEX:
		case CHANGE_REINDEX:
		case CHANGE_ATTACH_INDEX:
			draft_follow_index(change);
			break;
		case CHANGE_CREATE_TABLE:
		case CHANGE_CREATE_TABLE_AS:
		case CHANGE_CREATE_SEQUENCE:
		case CHANGE_CREATE_VIEW:
			draft_follow_create(change);
			break;
		case CHANGE_DROP_TABLE:
		case CHANGE_DROP_VIEW:
		case CHANGE_DROP_MATVIEW:
		case CHANGE_DROP_SEQUENCE:
		case CHANGE_DROP_FOREIGN_TABLE:
		case CHANGE_DROP_SCHEMA:
		case CHANGE_DROP_TYPE:
		case CHANGE_DROP_FUNCTION:
		case CHANGE_DROP_EXTENSION:
		case CHANGE_DROP_OTHER:
		case CHANGE_TRUNCATE:
			draft_follow_drop(change);
			break;
		case CHANGE_CREATE_TYPE:
			if (change->name != NULL)
				draft_note_type(change->name, makes_constrained_domain(change));
			break;
		case CHANGE_CREATE_SCHEMA:
			if (change->schema != NULL)
				draft_create_schema(change->schema);
			break;
		case CHANGE_RENAME_SCHEMA:
			if (change->schema != NULL && change->new_name != NULL)
				draft_rename_schema(change->schema, change->new_name);
			break;
		case CHANGE_RENAME_RELATION:
			if (change->relation != NULL)
				follow_rename(change, change->relation->schema, change->new_name);
			break;
		case CHANGE_SET_SCHEMA:
			if (change->relation != NULL)
				follow_rename(change, change->schema, change->relation->name);
			break;
		case CHANGE_INHERIT:
		case CHANGE_NO_INHERIT:
		case CHANGE_ATTACH_PARTITION:
		case CHANGE_DETACH_PARTITION:
			follow_family(change);
			break;
		case CHANGE_INSERT:
		case CHANGE_MERGE:
		case CHANGE_COPY_FROM:
		case CHANGE_NEEDS_CLIENT:
		case CHANGE_REFRESH:
			if (change->relation != NULL && brings_rows(change->node))
				fill(change->relation);
			break;
		case CHANGE_DO:
			fill_unseen();
			break;
		case CHANGE_SET_VARIABLE:
			follow_search_path(change);
			break;
		case CHANGE_BEGIN:
			draft_forget_locks();
			break;
		case CHANGE_COMMIT:
			follow_end_of_transaction();
			break;
		default:
			follow_alter_table(change);
			break;
	}
}

void
draft_follow(Change *change)
{
	MemoryContext caller = MemoryContextSwitchTo(open_draft->context);

	follow(change);
	follow_locks(change);
	MemoryContextSwitchTo(caller);
}
