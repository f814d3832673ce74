/*
 * change_alter_table.c
 *		ALTER TABLE, and what else the grammar makes of it, taken apart into one change
 *		for each subcommand, each with its own piece of the source.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/tokens.h"
#include "foresee/change_parts.h"
#include "effect/effect.h"
#include "effect/place.h"
#include "foresee/proof.h"

typedef struct Part
{
	int offset;
	int length;
} Part;

typedef struct AlterWalk
{
	ChangeWalk *walk;
	AlterTableStmt *stmt;
	DraftRelation *relation;
	AlterTableCmd *cmd;
	int offset; /* of the subcommand's source */
	char *text; /* its source */
} AlterWalk;

/* ---------- source ---------- */

/* The subcommands are parted by commas outside of parentheses; the first follows the name. */
static List *
parts_of_source(const char *text, int count)
{
	TokenScan *scan = token_scan_begin(text);
	List *parts = NIL;
	Part *part = NULL;
	Token token;
	int depth = 0;
	bool before_name = true;
	bool after_name = false;
	int words = 0;

	while (token_scan_next(scan, &token))
	{
		char first = text[token.offset];

		if (before_name)
		{
			/* ALTER, the kind in up to two words, IF EXISTS, ONLY; then name, or (name) */
			if (words++ == 0 || token_is(text, &token, "table") || token_is(text, &token, "if") ||
				token_is(text, &token, "exists") || token_is(text, &token, "only") ||
				token_is(text, &token, "index") || token_is(text, &token, "view") ||
				token_is(text, &token, "materialized") || token_is(text, &token, "foreign") ||
				token_is(text, &token, "sequence") || token_is(text, &token, "type") ||
				first == '(')
				continue;
			before_name = false;
			after_name = true;
			continue;
		}
		if (after_name && part == NULL)
		{
			bool of_name = first == '.' || first == '*' || first == ')';
			bool behind_dot = false;

			for (int i = token.offset - 1; i >= 0 && !behind_dot; i--)
			{
				if (text[i] == '.')
					behind_dot = true;
				else if (text[i] != ' ' && text[i] != '\n' && text[i] != '\t')
					break;
			}
			if (of_name || behind_dot)
				continue;
		}
		if (first == '(' || first == '[')
			depth++;
		else if (first == ')' || first == ']')
			depth--;
		if (first == ',' && depth == 0)
		{
			part = NULL;
			after_name = false;
			continue;
		}
		if (part == NULL)
		{
			part = palloc(sizeof(Part));
			part->offset = token.offset;
			parts = lappend(parts, part);
		}
		part->length = token.offset + token.length - part->offset;
	}
	token_scan_end(scan);
	/* not understood: each gets the whole */
	return list_length(parts) == count ? parts : NIL;
}

/* ---------- one subcommand ---------- */

static Change *
new_part(AlterWalk *alter, ChangeKind kind)
{
	Change *change = new_change(alter->walk, kind, (Node *) alter->cmd, alter->relation);

	change->name = alter->cmd->name;
	change->text = alter->text;
	change->offset = alter->offset;
	change->only = !alter->stmt->relation->inh;
	change->unqualified = alter->stmt->relation->schemaname == NULL;
	change->if_exists = alter->cmd->missing_ok;
	change->cascade = alter->cmd->behavior == DROP_CASCADE;
	change->outside = statement_place((Node *) alter->stmt) == PLACE_OUTSIDE_TRANSACTION;
	if (alter->relation == NULL)
		change->written = alter->stmt->relation->relname;
	return change;
}

static Change *
new_column_part(AlterWalk *alter, ChangeKind kind)
{
	Change *change = new_part(alter, kind);

	if (alter->relation != NULL && alter->cmd->name != NULL)
		change->column = draft_column(alter->relation, alter->cmd->name);
	return change;
}

static const char *
source_after(const char *text, const char *word)
{
	TokenScan *scan = token_scan_begin(text);
	const char *found = NULL;
	Token token;

	while (found == NULL && token_scan_next(scan, &token))
		if (token_is(text, &token, word))
			found = text + token.offset + token.length;
	token_scan_end(scan);
	while (found != NULL && *found == ' ')
		found++;
	return found ? pstrdup(found) : NULL;
}

static Change *
change_of_type(AlterWalk *alter)
{
	Change *change = new_column_part(alter, CHANGE_COLUMN_TYPE);
	ColumnDef *def = castNode(ColumnDef, alter->cmd->def);
	DraftColumn *old = change->column;
	DraftColumn *new_column = column_of_definition(def);

	new_column->name = unconstify(char *, change->name);
	change->new_column = new_column;
	change->default_text = def->raw_default ? source_after(alter->text, "using") : NULL;
	if (old == NULL)
		return change;
	new_column->attnum = old->attnum;
	new_column->not_null = old->not_null;
	new_column->has_default = old->has_default;
	new_column->identity = old->identity;
	new_column->generated = old->generated;
	new_column->local = old->local;
	new_column->statement = old->statement;
	change->lossless = OidIsValid(new_column->type) &&
		type_change_keeps_values(old->name, old->type, old->typmod, old->collation, old->attnum,
								 def);
	change->using = def->raw_default != NULL &&
		!using_is_plain_cast(old->name, new_column->type, new_column->typmod, def);
	return change;
}

static Change *
change_of_default(AlterWalk *alter)
{
	Change *change =
		new_column_part(alter, alter->cmd->def ? CHANGE_SET_DEFAULT : CHANGE_DROP_DEFAULT);

	if (alter->cmd->def != NULL)
		change->default_text = source_after(alter->text, "default");
	return change;
}

static Change *
change_of_constraint(AlterWalk *alter, ChangeKind kind)
{
	Change *change = new_part(alter, kind);

	if (kind == CHANGE_ALTER_CONSTRAINT)
		change->name = ALTERED_CONSTRAINT(alter->cmd);
	if (alter->relation != NULL && change->name != NULL)
		change->constraint = draft_constraint(alter->relation, change->name);
	if (change->constraint != NULL)
		change->other = change->constraint->target;
	return change;
}

static Change *
change_of_partition(AlterWalk *alter, ChangeKind kind)
{
	PartitionCmd *partition = castNode(PartitionCmd, alter->cmd->def);
	Change *change = new_part(alter, kind);

	change->other = draft_relation(partition->name);
	change->concurrently = partition->concurrent;
	if (kind == CHANGE_ATTACH_PARTITION && change->relation != NULL && change->other != NULL)
		change->proved = bound_is_proved(change->relation, change->other, partition->bound);
	return change;
}

static Change *
change_of_parent(AlterWalk *alter, ChangeKind kind)
{
	Change *change = new_part(alter, kind);

	change->other = draft_relation(castNode(RangeVar, alter->cmd->def));
	return change;
}

static Change *
change_of_access_method(AlterWalk *alter)
{
	Change *change = new_part(alter, CHANGE_SET_ACCESS_METHOD);

	change->name = NULL;
	change->new_name = alter->cmd->name;
	return change;
}

/* Subcommands that are told by their kind and their name alone */
static ChangeKind
plain_kind(AlterTableType subtype)
{
	switch (subtype)
	{
		case AT_DropExpression:
			return CHANGE_DROP_EXPRESSION;
		case AT_DropColumn:
			return CHANGE_DROP_COLUMN;
		case AT_SetNotNull:
			return CHANGE_SET_NOT_NULL;
		case AT_DropNotNull:
			return CHANGE_DROP_NOT_NULL;
		case AT_AddIdentity:
			return CHANGE_ADD_IDENTITY;
		case AT_SetIdentity:
			return CHANGE_SET_IDENTITY;
		case AT_DropIdentity:
			return CHANGE_DROP_IDENTITY;
		case AT_SetStatistics:
		case AT_SetOptions:
		case AT_ResetOptions:
		case AT_SetStorage:
		case AT_SetCompression:
			return CHANGE_COLUMN_OPTION;
		case AT_SetLogged:
			return CHANGE_SET_LOGGED;
		case AT_SetUnLogged:
			return CHANGE_SET_UNLOGGED;
		case AT_SetTableSpace:
			return CHANGE_SET_TABLESPACE;
		case AT_SetRelOptions:
		case AT_ResetRelOptions:
		case AT_ReplaceRelOptions:
		case AT_GenericOptions:
		case AT_AlterColumnGenericOptions:
			return CHANGE_SET_OPTIONS;
		case AT_ClusterOn:
		case AT_DropCluster:
			return CHANGE_CLUSTER_ON;
		case AT_ReplicaIdentity:
			return CHANGE_REPLICA_IDENTITY;
		case AT_ChangeOwner:
			return CHANGE_OWNER;
		case AT_EnableTrig:
		case AT_EnableAlwaysTrig:
		case AT_EnableTrigAll:
		case AT_EnableTrigUser:
		case AT_EnableRule:
		case AT_EnableAlwaysRule:
			return CHANGE_ENABLE_TRIGGER;
		case AT_DisableTrig:
		case AT_DisableTrigAll:
		case AT_DisableTrigUser:
		case AT_DisableRule:
		case AT_EnableReplicaTrig: /* fires no more for anybody but a replica */
		case AT_EnableReplicaRule:
			return CHANGE_DISABLE_TRIGGER;
		case AT_EnableRowSecurity:
		case AT_ForceRowSecurity:
			return CHANGE_ENABLE_ROW_SECURITY;
		case AT_DisableRowSecurity:
		case AT_NoForceRowSecurity:
			return CHANGE_DISABLE_ROW_SECURITY;
		case AT_AddOf:
		case AT_DropOf:
			return CHANGE_OF_TYPE;
		default:
			return CHANGE_ALTER_OTHER;
	}
}

/* ALTER INDEX and what else is said of an index */
static void
tell_index_command(AlterWalk *alter)
{
	bool attaches = alter->cmd->subtype == AT_AttachPartition;
	Change *change = new_part(alter, attaches ? CHANGE_ATTACH_INDEX : CHANGE_ALTER_INDEX);

	change->index = draft_index(alter->stmt->relation);
	change->name = alter->stmt->relation->relname;
	tell_change(alter->walk, change);
}

static bool
is_of_column(ChangeKind kind)
{
	return kind >= CHANGE_ADD_COLUMN && kind <= CHANGE_COLUMN_OPTION;
}

static void
tell_plain_command(AlterWalk *alter)
{
	ChangeKind kind = plain_kind(alter->cmd->subtype);
	Change *change = is_of_column(kind) ? new_column_part(alter, kind) : new_part(alter, kind);

	if (kind == CHANGE_SET_NOT_NULL && change->column != NULL)
		change->proved = draft_proves_not_null(change->relation, change->name);
	if (kind == CHANGE_REPLICA_IDENTITY)
		change->new_name = castNode(ReplicaIdentityStmt, alter->cmd->def)->name;
	if (kind == CHANGE_SET_TABLESPACE)
		change->new_name = alter->cmd->name;
	tell_change(alter->walk, change);
}

static void
tell_command(AlterWalk *alter)
{
	AlterTableCmd *cmd = alter->cmd;

	switch (cmd->subtype)
	{
		case AT_AddColumn:
			tell_new_column(alter->walk, alter->relation, castNode(ColumnDef, cmd->def),
							(Node *) cmd, false, alter->text, alter->offset);
			return;
		case AT_AddConstraint:
			tell_new_constraint(alter->walk, alter->relation, castNode(Constraint, cmd->def),
								(Node *) cmd, NULL, false, alter->text, alter->offset);
			return;
		case AT_AlterColumnType:
			tell_change(alter->walk, change_of_type(alter));
			return;
		case AT_ColumnDefault:
			tell_change(alter->walk, change_of_default(alter));
			return;
		case AT_ValidateConstraint:
			tell_change(alter->walk, change_of_constraint(alter, CHANGE_VALIDATE_CONSTRAINT));
			return;
		case AT_DropConstraint:
			tell_change(alter->walk, change_of_constraint(alter, CHANGE_DROP_CONSTRAINT));
			return;
		case AT_AlterConstraint:
			tell_change(alter->walk, change_of_constraint(alter, CHANGE_ALTER_CONSTRAINT));
			return;
		case AT_AttachPartition:
			tell_change(alter->walk, change_of_partition(alter, CHANGE_ATTACH_PARTITION));
			return;
		case AT_DetachPartition:
		case AT_DetachPartitionFinalize:
			tell_change(alter->walk, change_of_partition(alter, CHANGE_DETACH_PARTITION));
			return;
		case AT_AddInherit:
			tell_change(alter->walk, change_of_parent(alter, CHANGE_INHERIT));
			return;
		case AT_DropInherit:
			tell_change(alter->walk, change_of_parent(alter, CHANGE_NO_INHERIT));
			return;
		case AT_SetAccessMethod:
			tell_change(alter->walk, change_of_access_method(alter));
			return;
		default:
			if (sets_expression(cmd))
				tell_change(alter->walk, new_column_part(alter, CHANGE_SET_EXPRESSION));
			else
				tell_plain_command(alter);
	}
}

/*
 * The server takes the subcommands in passes, whatever the order they stand in:
 * AT_PASS_DROP and so on in tablecmds.c.
 */
static int
pass_of(const AlterTableCmd *cmd)
{
	switch (cmd->subtype)
	{
		case AT_DropColumn:
		case AT_DropConstraint:
		case AT_DropNotNull:
		case AT_DropIdentity:
		case AT_DropExpression:
			return 0;
		case AT_ColumnDefault:
			return cmd->def ? 4 : 0;
		case AT_AlterColumnType:
			return 1;
		case AT_AddColumn:
			return 2;
		case AT_SetNotNull:
			return 3;
		case AT_AddConstraint:
		case AT_AddIdentity:
			return 4;
		default:
			return 5;
	}
}

#define PASSES 6

static void
tell_part(AlterWalk *alter, int number, List *parts)
{
	const char *text = alter->walk->text;
	bool several = list_length(alter->stmt->cmds) > 1;
	Part *part = parts ? list_nth(parts, number) : NULL;

	CHECK_FOR_INTERRUPTS();
	alter->text = part ? pnstrdup(text + part->offset, part->length) : unconstify(char *, text);
	/* of several the place is that of the subcommand, of one that of the statement */
	alter->offset = part && several ? part->offset : 0;
	if (alter->stmt->objtype == OBJECT_INDEX)
		tell_index_command(alter);
	else
		tell_command(alter);
}

void
changes_of_alter_table(ChangeWalk *walk, AlterTableStmt *stmt)
{
	AlterWalk alter = {.walk = walk, .stmt = stmt};
	List *parts = parts_of_source(walk->text, list_length(stmt->cmds));
	ListCell *lc;

	alter.relation = draft_relation(stmt->relation);
	if (alter.relation != NULL)
		draft_load(alter.relation);
	for (int pass = 0; pass < PASSES; pass++)
		foreach(lc, stmt->cmds)
		{
			alter.cmd = lfirst_node(AlterTableCmd, lc);
			if (pass_of(alter.cmd) == pass)
				tell_part(&alter, foreach_current_index(lc), parts);
		}
}
