/*
 * touch.c
 *		Which locks a change takes, what it writes anew and what it reads: foretold as
 *		the server's sources have it, nothing locked or waited for.  Here is what
 *		renames, moves and says something of things that are there; the rest is in
 *		touch_create.c, touch_drop.c, touch_rows.c, touch_upkeep.c, and ALTER TABLE in
 *		touch_alter_table.c.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "effect/row_type.h"
#include "foresee/touch_parts.h"

/* ---------- names ---------- */

static bool
reaches_children(const Change *change)
{
	return !change->only && change->relation != NULL &&
		(change->kind == CHANGE_RENAME_COLUMN ||
		 (change->kind == CHANGE_RENAME_CONSTRAINT && change->constraint != NULL &&
		  change->constraint->index == NULL && !change->constraint->no_inherit));
}

/* With CASCADE the tables OF a composite type rename their columns too. */
static void
touch_typed_tables(Change *change)
{
	ListCell *lc;

	if (!change->cascade || draft_is_new(change->relation) ||
		change->relation->kind != RELKIND_COMPOSITE_TYPE)
		return;
	foreach(lc, typed_tables(change->relation->oid))
		touch_tree(change, draft_relation_by_oid(lfirst_oid(lc)), AccessExclusiveLock, false,
				   false);
}

static void
foretell_rename(Change *change)
{
	RenameStmt *stmt = castNode(RenameStmt, change->node);

	if (change->kind == CHANGE_RENAME_INDEX)
		add_index_touch(change, change->index,
						stmt->renameType == OBJECT_INDEX ? ShareUpdateExclusiveLock
														 : AccessExclusiveLock,
						false);
	if (change->relation == NULL || change->kind == CHANGE_RENAME_INDEX)
		return;
	if (reaches_children(change) ||
		(stmt->renameType == OBJECT_TRIGGER && !change->only &&
		 change->relation->kind == RELKIND_PARTITIONED_TABLE))
		touch_tree(change, change->relation, AccessExclusiveLock, false, false);
	else
		add_touch(change, change->relation, AccessExclusiveLock, false, false);
	touch_typed_tables(change);
}

static void
foretell_set_schema(Change *change)
{
	add_touch(change, change->relation, AccessExclusiveLock, false, false);
	if (change->relation != NULL)
		touch_sequences(change, change->relation, AccessExclusiveLock);
}

static void
foretell_comment(Change *change)
{
	CommentStmt *stmt = castNode(CommentStmt, change->node);

	if (stmt->objtype == OBJECT_INDEX)
	{
		add_index_touch(change, change->index, ShareUpdateExclusiveLock, false);
		return;
	}
	add_touch(change, change->relation,
			  stmt->objtype == OBJECT_TABCONSTRAINT || stmt->objtype == OBJECT_TRIGGER ||
					  stmt->objtype == OBJECT_RULE || stmt->objtype == OBJECT_POLICY
				  ? AccessShareLock
				  : ShareUpdateExclusiveLock,
			  false, false);
}

/* ALTER ... DEPENDS ON EXTENSION: of a trigger its table is only looked at */
static void
foretell_depends(Change *change)
{
	if (!IsA(change->node, AlterObjectDependsStmt))
		return;
	if (change->index != NULL)
		add_index_touch(change, change->index, AccessExclusiveLock, false);
	else
		add_touch(change, change->relation,
				  castNode(AlterObjectDependsStmt, change->node)->objectType == OBJECT_TRIGGER
					  ? AccessShareLock
					  : AccessExclusiveLock,
				  false, false);
}

/* ---------- indexes and composite types, where ALTER TABLE is what the grammar makes of them ---------- */

static void
foretell_alter_index(Change *change, AlterTableCmd *cmd)
{
	DraftIndex *child;

	switch (cmd->subtype)
	{
		case AT_AttachPartition:
			child = draft_index(castNode(PartitionCmd, cmd->def)->name);
			add_index_touch(change, change->index, ShareUpdateExclusiveLock, false);
			add_index_touch(change, child, AccessExclusiveLock, false);
			if (change->index != NULL && child != NULL)
			{
				add_touch(change, change->index->table, AccessShareLock, false, false);
				add_touch(change, child->table, AccessShareLock, false, false);
			}
			break;
		case AT_SetTableSpace:
			add_index_touch(change, change->index, AccessExclusiveLock, true);
			break;
		case AT_SetRelOptions:
		case AT_ResetRelOptions:
		case AT_SetStatistics:
			add_index_touch(change, change->index, ShareUpdateExclusiveLock, false);
			break;
		default:
			add_index_touch(change, change->index, AccessExclusiveLock, false);
			break;
	}
}

/* nextval('...') is looked up, and called where rows get its value. */
static void
touch_sequence_of_default(Change *change, AlterTableCmd *cmd)
{
	if (change->kind == CHANGE_ADD_COLUMN && change->part != NULL)
	{
		if (change->rewrite != REWRITE_NONE)
			touch_query(change, change->part);
		else
			touch_names(change, change->part);
	}
	else if (change->kind == CHANGE_SET_DEFAULT && cmd->def != NULL)
		touch_names(change, cmd->def);
}

/* With CASCADE the tables OF a composite type are altered like any other. */
static void
touch_tables_of_type(Change *change, AlterTableCmd *cmd)
{
	bool rewrites = change->kind == CHANGE_COLUMN_TYPE && !change->lossless;
	ListCell *lc;

	if (change->relation == NULL || change->relation->kind != RELKIND_COMPOSITE_TYPE ||
		cmd->behavior != DROP_CASCADE || draft_is_new(change->relation))
		return;
	foreach(lc, typed_tables(change->relation->oid))
		touch_tree(change, draft_relation_by_oid(lfirst_oid(lc)), AccessExclusiveLock, rewrites,
				   rewrites);
	if (rewrites && change->touches != NIL)
		change->rewrite = REWRITE_TYPE;
}

/* ---------- domains ---------- */

static void
foretell_domain(Change *change)
{
	AlterDomainStmt *stmt = castNode(AlterDomainStmt, change->node);
	Oid domain = list_length(stmt->typeName) <= 2
		? LookupTypeNameOid(NULL, makeTypeNameFromNameList(stmt->typeName), true)
		: InvalidOid;

	if (!OidIsValid(domain) || change->not_valid)
		return;
	touch_users_of_domain(change, domain,
						  change->kind == CHANGE_DOMAIN_VALIDATE ? DOMAIN_VALIDATION_LOCK
																 : ShareLock);
	if (change->touches != NIL)
		change->scan = SCAN_DOMAIN;
}

/* ---------- publications and extensions ---------- */

static void
touch_published(Change *change, List *objects)
{
	ListCell *lc;

	foreach(lc, objects)
	{
		PublicationObjSpec *object = lfirst_node(PublicationObjSpec, lc);
		DraftRelation *relation;

		if (object->pubtable == NULL || object->pubtable->relation == NULL)
			continue;
		relation = relation_named(object->pubtable->relation);
		if (relation == NULL)
			continue;
		if (object->pubtable->relation->inh && relation->kind != RELKIND_PARTITIONED_TABLE)
			touch_tree(change, relation, ShareUpdateExclusiveLock, false, false);
		else
			add_touch(change, relation, ShareUpdateExclusiveLock, false, false);
		if (object->pubtable->whereClause != NULL)
			touch_names(change, object->pubtable->whereClause);
	}
}

/* SET TABLE takes out what is in it and not named. */
static void
touch_published_now(Change *change, const char *name)
{
	Oid publication = get_publication_oid(name, true);
	ListCell *lc;

	if (OidIsValid(publication))
		foreach(lc, GetPublicationRelations(publication, PUBLICATION_PART_ROOT))
			touch_oid(change, lfirst_oid(lc), ShareUpdateExclusiveLock);
}

static void
foretell_publication(Change *change)
{
	AlterPublicationStmt *stmt;

	if (IsA(change->node, CreatePublicationStmt))
	{
		touch_published(change, castNode(CreatePublicationStmt, change->node)->pubobjects);
		return;
	}
	stmt = castNode(AlterPublicationStmt, change->node);
	touch_published(change, stmt->pubobjects);
	if (stmt->pubobjects != NIL && stmt->action == AP_SetObjects)
		touch_published_now(change, stmt->pubname);
}

static void
foretell_extension(Change *change)
{
	AlterExtensionContentsStmt *stmt;

	if (!IsA(change->node, AlterExtensionContentsStmt))
		return;
	stmt = castNode(AlterExtensionContentsStmt, change->node);
	switch (stmt->objtype)
	{
		case OBJECT_TABLE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_SEQUENCE:
		case OBJECT_FOREIGN_TABLE:
			add_touch(change, relation_named(range_var_of(castNode(List, stmt->object))),
					  ShareUpdateExclusiveLock, false, false);
			break;
		default:
			break;
	}
}

/* ---------- rows ---------- */

/*
 * IF EXISTS of nothing locks nothing; CREATE INDEX IF NOT EXISTS locks the table all
 * the same.  PREPARE is analysed, ALTER TRIGGER ... DEPENDS ON looks at its table.
 */
static void
foretell_nothing(Change *change)
{
	if (change->node == NULL)
		return;
	switch (nodeTag(change->node))
	{
		case T_IndexStmt:
			add_touch(change, change->relation,
					  change->concurrently ? ShareUpdateExclusiveLock : ShareLock, false, false);
			break;
		case T_SelectStmt:
		case T_InsertStmt:
		case T_UpdateStmt:
		case T_DeleteStmt:
		case T_MergeStmt:
			touch_names(change, change->node);
			break;
		default:
			break;
	}
}

static void
foretell_copy(Change *change)
{
	CopyStmt *stmt = castNode(CopyStmt, change->node);

	if (stmt->query != NULL)
		touch_query(change, stmt->query);
	else
		add_touch(change, change->relation, stmt->is_from ? RowExclusiveLock : AccessShareLock,
				  false, !stmt->is_from);
	if (stmt->whereClause != NULL)
		touch_query(change, stmt->whereClause);
}

static void
foretell_rows(Change *change)
{
	if (IsA(change->node, CopyStmt))
		foretell_copy(change);
	else if (IsA(change->node, LockStmt))
	{
		LockStmt *stmt = castNode(LockStmt, change->node);

		foretell_lock_table(change, change->relation, stmt->mode, !change->only);
	}
	else if (IsA(change->node, ExplainStmt))
		touch_plan(change, castNode(ExplainStmt, change->node)->query);
	else if (IsA(change->node, DeclareCursorStmt))
		touch_plan(change, castNode(DeclareCursorStmt, change->node)->query);
	else
		touch_query(change, change->node);
}

void
foretell(Change *change)
{
	if (change->node != NULL && IsA(change->node, AlterTableCmd))
	{
		AlterTableCmd *cmd = castNode(AlterTableCmd, change->node);

		if (change->kind == CHANGE_ALTER_INDEX || change->kind == CHANGE_ATTACH_INDEX)
			foretell_alter_index(change, cmd);
		else
		{
			foretell_alter_table(change, cmd);
			touch_tables_of_type(change, cmd);
			touch_sequence_of_default(change, cmd);
		}
		return;
	}
	if (foretell_create(change) || foretell_upkeep(change))
		return;
	switch (change->kind)
	{
		case CHANGE_NOTHING:
			foretell_nothing(change);
			break;
		case CHANGE_RENAME_RELATION:
		case CHANGE_RENAME_COLUMN:
		case CHANGE_RENAME_CONSTRAINT:
		case CHANGE_RENAME_INDEX:
		case CHANGE_RENAME_OTHER:
			foretell_rename(change);
			break;
		case CHANGE_SET_SCHEMA:
			foretell_set_schema(change);
			break;
		case CHANGE_COMMENT:
			foretell_comment(change);
			break;
		case CHANGE_GRANT:
		case CHANGE_REVOKE:
			if (GRANT_LOCK != NoLock)
				add_touch(change, change->relation, GRANT_LOCK, false, false);
			break;
		case CHANGE_DOMAIN_ADD_CONSTRAINT:
		case CHANGE_DOMAIN_VALIDATE:
		case CHANGE_DOMAIN_SET_NOT_NULL:
			foretell_domain(change);
			break;
		case CHANGE_CREATE_PUBLICATION:
		case CHANGE_ALTER_PUBLICATION:
			foretell_publication(change);
			break;
		case CHANGE_ALTER_EXTENSION:
			foretell_extension(change);
			break;
		case CHANGE_TRUNCATE:
			foretell_truncate(change);
			break;
		case CHANGE_SELECT:
		case CHANGE_INSERT:
		case CHANGE_UPDATE:
		case CHANGE_DELETE:
		case CHANGE_MERGE:
		case CHANGE_COPY_FROM:
		case CHANGE_LOCK_TABLE:
		case CHANGE_NEEDS_CLIENT:
			foretell_rows(change);
			break;
		case CHANGE_DROP_INDEX:
			foretell_drop(change);
			break;
		case CHANGE_ALTER_OTHER:
			foretell_depends(change);
			break;
		default:
			if (change->kind >= CHANGE_DROP_TABLE && change->kind <= CHANGE_DROP_OTHER)
				foretell_drop(change);
			break;
	}
}
