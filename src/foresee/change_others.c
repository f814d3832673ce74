/*
 * change_others.c
 *		Types, functions, extensions, publications, upkeep, and all the rest.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "tcop/cmdtag.h"
#include "tcop/utility.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "foresee/change_parts.h"

static bool
option_is_on(List *options, const char *name)
{
	ListCell *lc;
	bool on = false;

	foreach(lc, options)
	{
		DefElem *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, name) == 0)
			on = option->arg == NULL || defGetBoolean(option);
	}
	return on;
}

static void
tell_named(ChangeWalk *walk, ChangeKind kind, Node *stmt, const char *name, bool if_exists)
{
	Change *change = new_change(walk, kind, stmt, NULL);

	change->name = name;
	change->if_exists = if_exists;
	tell_change(walk, change);
}

static const char *
last_name(List *names)
{
	return names != NIL && IsA(llast(names), String) ? strVal(llast(names)) : NULL;
}

/* ---------- types ---------- */

static void
change_of_enum(ChangeWalk *walk, AlterEnumStmt *stmt)
{
	Change *change =
		new_change(walk, stmt->oldVal != NULL ? CHANGE_RENAME_ENUM_VALUE : CHANGE_ADD_ENUM_VALUE,
				   (Node *) stmt, NULL);

	change->written = NameListToString(stmt->typeName);
	change->name = stmt->oldVal != NULL ? stmt->oldVal : stmt->newVal;
	change->new_name = stmt->newVal;
	change->if_exists = stmt->skipIfNewValExists;
	change->has_position = stmt->newValNeighbor != NULL;
	tell_change(walk, change);
}

static void
change_of_domain(ChangeWalk *walk, AlterDomainStmt *stmt)
{
	Change *change = new_change(walk, CHANGE_DOMAIN_DEFAULT, (Node *) stmt, NULL);

	change->written = NameListToString(stmt->typeName);
	change->name = stmt->name;
	change->cascade = stmt->behavior == DROP_CASCADE;
	change->if_exists = stmt->missing_ok;
	switch (stmt->subtype)
	{
		case 'C':
			change->kind = CHANGE_DOMAIN_ADD_CONSTRAINT;
			change->not_valid =
				IsA(stmt->def, Constraint) && castNode(Constraint, stmt->def)->skip_validation;
			if (IsA(stmt->def, Constraint))
				change->name = castNode(Constraint, stmt->def)->conname;
			break;
		case 'V':
			change->kind = CHANGE_DOMAIN_VALIDATE;
			break;
		case 'O':
			change->kind = CHANGE_DOMAIN_SET_NOT_NULL;
			break;
		case 'N':
		case 'X':
			change->kind = CHANGE_DOMAIN_DROP_CONSTRAINT;
			break;
		default:
			break;
	}
	tell_change(walk, change);
}

static bool
changes_of_types(ChangeWalk *walk, Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_AlterEnumStmt:
			change_of_enum(walk, castNode(AlterEnumStmt, stmt));
			return true;
		case T_AlterDomainStmt:
			change_of_domain(walk, castNode(AlterDomainStmt, stmt));
			return true;
		case T_CreateEnumStmt:
			tell_named(walk, CHANGE_CREATE_TYPE, stmt,
					   last_name(castNode(CreateEnumStmt, stmt)->typeName), false);
			return true;
		case T_CreateDomainStmt:
			tell_named(walk, CHANGE_CREATE_TYPE, stmt,
					   last_name(castNode(CreateDomainStmt, stmt)->domainname), false);
			return true;
		case T_CompositeTypeStmt:
			tell_named(walk, CHANGE_CREATE_TYPE, stmt,
					   castNode(CompositeTypeStmt, stmt)->typevar->relname, false);
			return true;
		case T_CreateRangeStmt:
			tell_named(walk, CHANGE_CREATE_TYPE, stmt,
					   last_name(castNode(CreateRangeStmt, stmt)->typeName), false);
			return true;
		case T_DefineStmt:
			tell_named(walk,
					   castNode(DefineStmt, stmt)->kind == OBJECT_TYPE ? CHANGE_CREATE_TYPE
						   : castNode(DefineStmt, stmt)->kind == OBJECT_AGGREGATE
						   ? CHANGE_CREATE_FUNCTION
						   : CHANGE_CREATE_OTHER,
					   stmt, last_name(castNode(DefineStmt, stmt)->defnames),
					   castNode(DefineStmt, stmt)->if_not_exists);
			return true;
		default:
			return false;
	}
}

/* ---------- functions, extensions, publications ---------- */

static bool
changes_of_modules(ChangeWalk *walk, Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateFunctionStmt:
			tell_named(walk, CHANGE_CREATE_FUNCTION, stmt,
					   last_name(castNode(CreateFunctionStmt, stmt)->funcname),
					   castNode(CreateFunctionStmt, stmt)->replace);
			return true;
		case T_CreateExtensionStmt:
			tell_named(walk, CHANGE_CREATE_EXTENSION, stmt,
					   castNode(CreateExtensionStmt, stmt)->extname,
					   castNode(CreateExtensionStmt, stmt)->if_not_exists);
			return true;
		case T_AlterExtensionStmt:
			tell_named(walk, CHANGE_ALTER_EXTENSION, stmt,
					   castNode(AlterExtensionStmt, stmt)->extname, false);
			return true;
		case T_AlterExtensionContentsStmt:
			tell_named(walk, CHANGE_ALTER_EXTENSION, stmt,
					   castNode(AlterExtensionContentsStmt, stmt)->extname, false);
			return true;
		case T_CreatePublicationStmt:
			tell_named(walk, CHANGE_CREATE_PUBLICATION, stmt,
					   castNode(CreatePublicationStmt, stmt)->pubname, false);
			return true;
		case T_AlterPublicationStmt:
			tell_named(walk, CHANGE_ALTER_PUBLICATION, stmt,
					   castNode(AlterPublicationStmt, stmt)->pubname, false);
			return true;
		default:
			return false;
	}
}

/* ---------- sequences and statistics ---------- */

static void
change_of_alter_sequence(ChangeWalk *walk, AlterSeqStmt *stmt)
{
	Change *change =
		new_relation_change(walk, CHANGE_ALTER_SEQUENCE, (Node *) stmt, stmt->sequence);

	change->if_exists = stmt->missing_ok;
	if (stmt->missing_ok && change->relation == NULL)
	{
		change->skipped = change->kind;
		change->kind = CHANGE_NOTHING;
	}
	tell_change(walk, change);
}

/* ---------- upkeep ---------- */

static void
changes_of_vacuum(ChangeWalk *walk, VacuumStmt *stmt)
{
	ChangeKind kind = stmt->is_vacuumcmd && option_is_on(stmt->options, "full") ? CHANGE_VACUUM_FULL
																				: CHANGE_VACUUM;
	ListCell *lc;

	if (stmt->rels == NIL)
		tell_change(walk, new_change(walk, kind, (Node *) stmt, NULL));
	foreach(lc, stmt->rels)
		tell_change(walk,
					new_relation_change(walk, kind, (Node *) stmt,
										lfirst_node(VacuumRelation, lc)->relation));
}

static void
change_of_reindex(ChangeWalk *walk, ReindexStmt *stmt)
{
	Change *change = new_relation_change(walk, CHANGE_REINDEX, (Node *) stmt, stmt->relation);

	change->concurrently = option_is_on(stmt->params, "concurrently");
	change->name = stmt->relation != NULL ? stmt->relation->relname : stmt->name;
	if (stmt->kind == REINDEX_OBJECT_INDEX && stmt->relation != NULL)
	{
		change->index = draft_index(stmt->relation);
		change->relation = change->index != NULL ? change->index->table : NULL;
	}
	else if (stmt->kind == REINDEX_OBJECT_SCHEMA)
		change->schema = stmt->name;
	tell_change(walk, change);
}

static void
change_of_cluster(ChangeWalk *walk, ClusterStmt *stmt)
{
	Change *change = new_relation_change(walk, CHANGE_CLUSTER, (Node *) stmt, stmt->relation);

	change->name = stmt->indexname;
	tell_change(walk, change);
}

static void
change_of_refresh(ChangeWalk *walk, RefreshMatViewStmt *stmt)
{
	Change *change = new_relation_change(walk, CHANGE_REFRESH, (Node *) stmt, stmt->relation);

	change->concurrently = stmt->concurrent;
	change->creates_rows = !stmt->skipData;
	tell_change(walk, change);
}

/* ALTER TABLE ALL IN TABLESPACE: which relations only the catalogs can tell */
static void
change_of_move_all(ChangeWalk *walk, Node *stmt)
{
	tell_change(walk, new_change(walk, CHANGE_SET_TABLESPACE, stmt, NULL));
}

static bool
changes_of_upkeep(ChangeWalk *walk, Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_VacuumStmt:
			changes_of_vacuum(walk, castNode(VacuumStmt, stmt));
			return true;
		case T_ReindexStmt:
			change_of_reindex(walk, castNode(ReindexStmt, stmt));
			return true;
		case T_ClusterStmt:
			change_of_cluster(walk, castNode(ClusterStmt, stmt));
			return true;
		case T_RefreshMatViewStmt:
			change_of_refresh(walk, castNode(RefreshMatViewStmt, stmt));
			return true;
		case T_AlterTableMoveAllStmt:
			change_of_move_all(walk, stmt);
			return true;
		case T_AlterSeqStmt:
			change_of_alter_sequence(walk, castNode(AlterSeqStmt, stmt));
			return true;
		case T_AlterStatsStmt:
			tell_named(walk, CHANGE_ALTER_STATISTICS, stmt,
					   last_name(castNode(AlterStatsStmt, stmt)->defnames),
					   castNode(AlterStatsStmt, stmt)->missing_ok);
			return true;
		default:
			return false;
	}
}

bool
changes_of_others(ChangeWalk *walk, Node *stmt)
{
	if (changes_of_types(walk, stmt) || changes_of_modules(walk, stmt) ||
		changes_of_upkeep(walk, stmt))
		return true;

	/* whatever makes or alters something and has no name of its own here */
	if (GetCommandLogLevel(stmt) != LOGSTMT_DDL)
		return false;
	tell_change(walk, new_change(walk, CHANGE_CREATE_OTHER, stmt, NULL));
	return true;
}
