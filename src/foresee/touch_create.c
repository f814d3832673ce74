/*
 * touch_create.c
 *		What CREATE locks and reads of relations that are there: parents, partners of
 *		foreign keys, the tables that it stands upon or is filled from.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "foresee/change_facts.h"
#include "foresee/proof.h"
#include "foresee/touch_parts.h"

/* ---------- tables ---------- */

/* Its foreign keys, and those of others to it, come to the new partition as well. */
static void
touch_keys_of_parent(Change *change, DraftRelation *parent)
{
	List *tables;
	ListCell *lc;

	draft_load(parent);
	foreach(lc, parent->constraints)
		if (((DraftConstraint *) lfirst(lc))->type == CONSTRAINT_FOREIGN)
			add_touch(change, ((DraftConstraint *) lfirst(lc))->target, ShareRowExclusiveLock,
					  false, false);
	(void) draft_references_to(parent, &tables);
	foreach(lc, tables)
		add_touch(change, lfirst(lc), ShareRowExclusiveLock, false, false);
}

/* The default partition is read for rows that belong into the new one, unless its constraints say so. */
static void
touch_parent_of_partition(Change *change, DraftRelation *parent, PartitionBoundSpec *bound)
{
	DraftRelation *other = default_partition(parent);
	ListCell *lc;

	add_touch(change, parent, AccessExclusiveLock, false, false);
	touch_keys_of_parent(change, parent);
	if (other == NULL)
		return;
	touch_tree(change, other, AccessExclusiveLock, false, false);
	foreach(lc, draft_tree(other))
	{
		DraftRelation *member = lfirst(lc);

		if (!holds_rows(member) || default_is_proved(parent, member, bound))
			continue;
		add_touch(change, member, AccessExclusiveLock, false, true);
		change->scan = SCAN_PARTITION;
	}
}

static void
foretell_create_table(Change *change)
{
	CreateStmt *stmt = (CreateStmt *) change->node;
	ListCell *lc;

	add_touch(change, change->relation, AccessExclusiveLock, false, false);
	foreach(lc, stmt->inhRelations)
	{
		DraftRelation *parent = relation_named(lfirst_node(RangeVar, lc));

		if (parent != NULL && stmt->partbound != NULL)
			touch_parent_of_partition(change, parent, stmt->partbound);
		else
			add_touch(change, parent, ShareUpdateExclusiveLock, false, false);
	}
	foreach(lc, stmt->tableElts)
		if (IsA(lfirst(lc), TableLikeClause))
			add_touch(change, relation_named(((TableLikeClause *) lfirst(lc))->relation),
					  AccessShareLock, false, false);
}

/* A column of the row type of a table looks at that table. */
static void
foretell_new_column(Change *change)
{
	Oid relid;

	add_touch(change, change->relation, AccessExclusiveLock, false, false);
	if (change->part != NULL)
		touch_names(change, change->part); /* nextval('...') of its default */
	if (change->new_column == NULL || !OidIsValid(change->new_column->type))
		return;
	relid = get_typ_typrelid(getBaseType(change->new_column->type));
	if (ROW_TYPE_LOCK != NoLock && OidIsValid(relid) &&
		get_rel_relkind(relid) != RELKIND_COMPOSITE_TYPE)
		touch_oid(change, relid, ROW_TYPE_LOCK);
}

static void
foretell_foreign_key(Change *change)
{
	add_touch(change, change->relation, AccessExclusiveLock, false, false);
	if (change->other != NULL && change->other->kind == RELKIND_PARTITIONED_TABLE)
		touch_tree(change, change->other, ShareRowExclusiveLock, false, false);
	else
		add_touch(change, change->other, ShareRowExclusiveLock, false, false);
}

/* ---------- indexes ---------- */

static void
foretell_index(Change *change)
{
	LOCKMODE lock = change->concurrently ? ShareUpdateExclusiveLock : ShareLock;
	ListCell *lc;

	if (change->relation == NULL)
		return;
	if (change->relation->kind == RELKIND_PARTITIONED_TABLE && !change->only)
		foreach(lc, draft_tree(change->relation))
			add_touch(change, lfirst(lc), lock, false,
					  holds_rows(lfirst(lc)) && !has_index_like(lfirst(lc), change->index));
	else
		add_touch(change, change->relation, lock, false, holds_rows(change->relation));
	change->scan = SCAN_INDEX;
}

/* ---------- what stands upon a relation ---------- */

static void
foretell_trigger(Change *change)
{
	CreateTrigStmt *stmt = castNode(CreateTrigStmt, change->node);

	if (change->relation != NULL && change->relation->kind == RELKIND_PARTITIONED_TABLE &&
		stmt->row)
		touch_tree(change, change->relation, ShareRowExclusiveLock, false, false);
	else
		add_touch(change, change->relation, ShareRowExclusiveLock, false, false);
	add_touch(change, change->other, AccessShareLock, false, false);
}

static void
foretell_rule(Change *change)
{
	RuleStmt *stmt = castNode(RuleStmt, change->node);
	ListCell *lc;

	add_touch(change, change->relation, AccessExclusiveLock, false, false);
	foreach(lc, stmt->actions)
		touch_names(change, query_of(lfirst(lc)));
	if (stmt->whereClause != NULL)
		touch_names(change, stmt->whereClause);
}

static void
foretell_policy(Change *change)
{
	add_touch(change, change->relation, AccessExclusiveLock, false, false);
	if (IsA(change->node, CreatePolicyStmt))
	{
		touch_names(change, castNode(CreatePolicyStmt, change->node)->qual);
		touch_names(change, castNode(CreatePolicyStmt, change->node)->with_check);
	}
	else
	{
		touch_names(change, castNode(AlterPolicyStmt, change->node)->qual);
		touch_names(change, castNode(AlterPolicyStmt, change->node)->with_check);
	}
}

/* A view is made of its query, which is analysed and not run. */
static void
foretell_view(Change *change)
{
	add_touch(change, change->relation, AccessExclusiveLock, false, false);
	touch_names(change, castNode(ViewStmt, change->node)->query);
}

static void
foretell_table_as(Change *change)
{
	CreateTableAsStmt *stmt = castNode(CreateTableAsStmt, change->node);

	add_touch(change, change->relation, AccessExclusiveLock, false, false);
	if (change->creates_rows)
		touch_query(change, query_of(stmt->query));
	else
		touch_names(change, query_of(stmt->query));
}

/* OWNED BY table.column */
static void
touch_owning_table(Change *change, List *options)
{
	ListCell *lc;

	foreach(lc, options)
	{
		DefElem *option = lfirst_node(DefElem, lc);
		List *names;

		if (strcmp(option->defname, "owned_by") != 0 || option->arg == NULL ||
			!IsA(option->arg, List))
			continue;
		names = castNode(List, option->arg);
		if (list_length(names) > 1)
			add_touch(change,
					  relation_named(
						  range_var_of(list_truncate(list_copy(names), list_length(names) - 1))),
					  AccessShareLock, false, false);
	}
}

/* ---------- functions in SQL: the server reads their bodies ---------- */

static List *
parse_body(const char *body)
{
	List *volatile trees = NIL;
	MemoryContext context = CurrentMemoryContext;

	PG_TRY();
	{
		trees = raw_parser(body, RAW_PARSE_DEFAULT);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION)
			PG_RE_THROW();
		FlushErrorState();
		trees = NIL;
	}
	PG_END_TRY();
	return trees;
}

static void
touch_body(Change *change, Node *body)
{
	ListCell *lc;

	if (body == NULL)
		return;
	if (IsA(body, List))
		foreach(lc, (List *) body)
			touch_body(change, lfirst(lc));
	else if (IsA(body, RawStmt))
		touch_body(change, castNode(RawStmt, body)->stmt);
	else if (IsA(body, ReturnStmt))
		touch_names(change, castNode(ReturnStmt, body)->returnval);
	else
		touch_names(change, query_of(body));
}

static void
foretell_function(Change *change)
{
	CreateFunctionStmt *stmt;
	const char *language = "sql";
	const char *body = NULL;
	ListCell *lc;

	if (!IsA(change->node, CreateFunctionStmt))
		return;
	stmt = castNode(CreateFunctionStmt, change->node);
	foreach(lc, stmt->options)
	{
		DefElem *option = lfirst_node(DefElem, lc);

		if (strcmp(option->defname, "language") == 0 && IsA(option->arg, String))
			language = strVal(option->arg);
		else if (strcmp(option->defname, "as") == 0 && IsA(option->arg, List) &&
				 IsA(linitial((List *) option->arg), String))
			body = strVal(linitial((List *) option->arg));
	}
	if (strcmp(language, "sql") != 0)
		return;
	touch_body(change, stmt->sql_body);
	if (body != NULL && check_function_bodies)
		touch_body(change, (Node *) parse_body(body));
}

bool
foretell_create(Change *change)
{
	switch (change->kind)
	{
		case CHANGE_CREATE_TABLE:
			foretell_create_table(change);
			return true;
		case CHANGE_ADD_COLUMN:
			foretell_new_column(change);
			return true;
		case CHANGE_ADD_FOREIGN_KEY:
			foretell_foreign_key(change);
			return true;
		case CHANGE_ADD_CHECK:
		case CHANGE_ADD_NOT_NULL:
		case CHANGE_ADD_UNIQUE:
		case CHANGE_ADD_PRIMARY_KEY:
		case CHANGE_ADD_EXCLUDE:
			add_touch(change, change->relation, AccessExclusiveLock, false, false);
			return true;
		case CHANGE_CREATE_TABLE_AS:
			foretell_table_as(change);
			return true;
		case CHANGE_CREATE_INDEX:
			foretell_index(change);
			return true;
		case CHANGE_CREATE_VIEW:
			foretell_view(change);
			return true;
		case CHANGE_CREATE_SEQUENCE:
			add_touch(change, change->relation, AccessExclusiveLock, false, false);
			touch_owning_table(change, castNode(CreateSeqStmt, change->node)->options);
			return true;
		case CHANGE_ALTER_SEQUENCE:
			add_touch(change, change->relation, ShareRowExclusiveLock, false, false);
			touch_owning_table(change, castNode(AlterSeqStmt, change->node)->options);
			return true;
		case CHANGE_CREATE_TRIGGER:
			foretell_trigger(change);
			return true;
		case CHANGE_CREATE_RULE:
			foretell_rule(change);
			return true;
		case CHANGE_CREATE_POLICY:
		case CHANGE_ALTER_POLICY:
			foretell_policy(change);
			return true;
		case CHANGE_CREATE_STATISTICS:
			add_touch(change, change->relation, ShareUpdateExclusiveLock, false, false);
			return true;
		case CHANGE_CREATE_FUNCTION:
			foretell_function(change);
			return true;
		default:
			return false;
	}
}
