/*
 * place.c
 *		Where a statement may run, by its kind and options alone: the callers of
 *		PreventInTransactionBlock in the server's sources, asked beforehand, so that
 *		a script is refused before its first statement and not in its middle.
 *
 *		What only the catalogs can tell at the moment itself stays the server's to
 *		refuse: DROP SUBSCRIPTION (fine once the slot's name is NONE), and what a
 *		procedure or DO block does inside.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"

#include "effect/place.h"

static DefElem *
find_option(List *options, const char *name)
{
	ListCell *cell;

	foreach(cell, options)
	{
		DefElem *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, name) == 0)
			return option;
	}
	return NULL;
}

/* The option's value; a value that is no boolean is the server's to refuse. */
static bool
option_is_on(List *options, const char *name, bool otherwise)
{
	DefElem *option = find_option(options, name);

	return option == NULL ? otherwise : defGetBoolean(option);
}

/*
 * CLUSTER and REINDEX take a partitioned table in one transaction for each
 * partition.  A table that is not there yet may be made by the same script.
 */
static bool
is_partitioned(RangeVar *relation)
{
	Oid relid = RangeVarGetRelid(relation, NoLock, true);
	char kind = OidIsValid(relid) ? get_rel_relkind(relid) : '\0';

	return kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_PARTITIONED_INDEX;
}

static bool
reindex_commits(ReindexStmt *stmt)
{
	if (option_is_on(stmt->params, "concurrently", false))
		return true;
	if (stmt->kind == REINDEX_OBJECT_INDEX || stmt->kind == REINDEX_OBJECT_TABLE)
		return is_partitioned(stmt->relation);
	return true; /* SCHEMA, SYSTEM, DATABASE */
}

static bool
alter_table_commits(AlterTableStmt *stmt)
{
	ListCell *cell;

	foreach(cell, stmt->cmds)
	{
		AlterTableCmd *command = lfirst_node(AlterTableCmd, cell);

		if (command->subtype == AT_DetachPartition &&
			castNode(PartitionCmd, command->def)->concurrent)
			return true;
	}
	return false;
}

/* It makes a replication slot on the publisher, unless told not to. */
static bool
create_subscription_commits(CreateSubscriptionStmt *stmt)
{
	bool connects = option_is_on(stmt->options, "connect", true);

	return option_is_on(stmt->options, "create_slot", connects);
}

/*
 * A refresh talks to the publisher, and so do (from 17 and 18 on) the options
 * that live in the slot there.
 */
static bool
alter_subscription_commits(AlterSubscriptionStmt *stmt)
{
	switch (stmt->kind)
	{
		case ALTER_SUBSCRIPTION_REFRESH:
			return true;
		case ALTER_SUBSCRIPTION_SET_PUBLICATION:
		case ALTER_SUBSCRIPTION_ADD_PUBLICATION:
		case ALTER_SUBSCRIPTION_DROP_PUBLICATION:
			return option_is_on(stmt->options, "refresh", true);
		case ALTER_SUBSCRIPTION_OPTIONS:
			return find_option(stmt->options, "failover") != NULL ||
				!option_is_on(stmt->options, "two_phase", true);
		default:
			return false;
	}
}

static bool
runs_outside_transaction(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_IndexStmt:
			return castNode(IndexStmt, stmt)->concurrent;
		case T_DropStmt:
			return castNode(DropStmt, stmt)->concurrent;
		case T_ReindexStmt:
			return reindex_commits(castNode(ReindexStmt, stmt));
		case T_AlterTableStmt:
			return alter_table_commits(castNode(AlterTableStmt, stmt));
		case T_VacuumStmt:
			return castNode(VacuumStmt, stmt)->is_vacuumcmd;
		case T_ClusterStmt:
		{
			RangeVar *relation = castNode(ClusterStmt, stmt)->relation;

			return relation == NULL || is_partitioned(relation);
		}
		case T_CreatedbStmt:
		case T_DropdbStmt:
		case T_CreateTableSpaceStmt:
		case T_DropTableSpaceStmt:
		case T_AlterSystemStmt:
			return true;
		case T_AlterDatabaseStmt:
			return find_option(castNode(AlterDatabaseStmt, stmt)->options, "tablespace") != NULL;
		case T_CreateSubscriptionStmt:
			return create_subscription_commits(castNode(CreateSubscriptionStmt, stmt));
		case T_AlterSubscriptionStmt:
			return alter_subscription_commits(castNode(AlterSubscriptionStmt, stmt));
		case T_DiscardStmt:
			return castNode(DiscardStmt, stmt)->target == DISCARD_ALL;
		default:
			return false;
	}
}

StatementPlace
statement_place(Node *stmt)
{
	if (IsA(stmt, RawStmt))
		stmt = castNode(RawStmt, stmt)->stmt;
	if (IsA(stmt, TransactionStmt))
		return PLACE_TRANSACTION_CONTROL;
	if (IsA(stmt, CopyStmt) && castNode(CopyStmt, stmt)->filename == NULL)
		return PLACE_NEEDS_CLIENT;
	if (runs_outside_transaction(stmt))
		return PLACE_OUTSIDE_TRANSACTION;
	return PLACE_ANYWHERE;
}
