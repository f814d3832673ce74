/*
 * change.c
 *		Takes a statement of a script apart into its changes, and tells each: what is
 *		common to the rooms that know the statements (change_*.c).
 *
 * Nothing here raises an error on account of what a statement says: what the
 * server will refuse is the server's to refuse, and a name that leads nowhere is a
 * change without a relation.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"

#include "base/tokens.h"
#include "foresee/change_parts.h"
#include "effect/place.h"

const char *
lock_name(LOCKMODE lock)
{
	return lock == NoLock ? "" : GetLockmodeName(DEFAULT_LOCKMETHOD, lock);
}

/* ---------- the source of a part ---------- */

char *
source_between(ChangeWalk *walk, int from, int until)
{
	int length = strlen(walk->text);

	if (from < 0 || from > length)
		from = 0;
	if (until < from || until > length)
		until = length;
	while (from < until && scanner_isspace(walk->text[from]))
		from++;
	while (until > from && scanner_isspace(walk->text[until - 1]))
		until--;
	return pnstrdup(walk->text + from, until - from);
}

int
end_of_part(ChangeWalk *walk, int from)
{
	int length = strlen(walk->text);
	int end = length;
	int depth = 0;
	TokenScan *scan;
	Token token;

	if (from < 0 || from >= length)
		return length;
	scan = token_scan_begin(walk->text + from);
	while (token_scan_next(scan, &token))
	{
		char first = walk->text[from + token.offset];

		if (first == '(' || first == '[')
			depth++;
		else if ((first == ')' || first == ']') && depth > 0)
			depth--;
		else if ((first == ')' || first == ',' || first == ';') && depth == 0)
		{
			end = from + token.offset;
			break;
		}
	}
	token_scan_end(scan);
	return end;
}

/* Its own words, without the comments before them. */
static int
first_word(const char *text)
{
	TokenScan *scan = token_scan_begin(text);
	Token token;
	int offset = token_scan_next(scan, &token) ? token.offset : 0;

	token_scan_end(scan);
	return offset;
}

/* ---------- names ---------- */

RangeVar *
range_var_of(List *names)
{
	ListCell *lc;

	foreach(lc, names)
		if (!IsA(lfirst(lc), String))
			return NULL;
	if (names == NIL || list_length(names) > 3)
		return NULL;
	return makeRangeVarFromNameList(names);
}

DraftRelation *
relation_named(const RangeVar *name)
{
	return name != NULL ? draft_relation(name) : NULL;
}

static char *
written_name(const RangeVar *name)
{
	return name->schemaname != NULL ? quote_qualified_identifier(name->schemaname, name->relname)
									: pstrdup(quote_identifier(name->relname));
}

/* ---------- changes ---------- */

Change *
new_change(ChangeWalk *walk, ChangeKind kind, Node *node, DraftRelation *relation)
{
	Change *change = palloc0(sizeof(Change));

	change->kind = kind;
	change->node = node;
	change->relation = relation;
	change->statement = walk->text + walk->start;
	change->text = change->statement;
	change->offset = walk->start;
	change->outside = walk->outside;
	return change;
}

Change *
new_relation_change(ChangeWalk *walk, ChangeKind kind, Node *node, const RangeVar *name)
{
	Change *change = new_change(walk, kind, node, relation_named(name));

	if (name != NULL)
	{
		change->written = written_name(name);
		change->unqualified = name->schemaname == NULL;
		change->only = !name->inh;
	}
	return change;
}

void
tell_change(ChangeWalk *walk, Change *change)
{
	CHECK_FOR_INTERRUPTS();
	foretell(change);
	walk->visit(change, walk->arg);
	draft_follow(change);
}

void
foresee_statement(Node *stmt, const char *text, ChangeVisitor visit, void *arg)
{
	ChangeWalk walk = {0};

	if (IsA(stmt, RawStmt))
		stmt = castNode(RawStmt, stmt)->stmt;
	walk.text = text;
	walk.start = first_word(text);
	walk.visit = visit;
	walk.arg = arg;
	walk.outside = statement_place(stmt) == PLACE_OUTSIDE_TRANSACTION;
	changes_of_statement(&walk, stmt);
}

void
changes_of_statement(ChangeWalk *walk, Node *stmt)
{
	if (stmt == NULL)
		return;
	check_stack_depth();
	if (IsA(stmt, AlterTableStmt))
		changes_of_alter_table(walk, castNode(AlterTableStmt, stmt));
	else if (!changes_of_rows(walk, stmt) && !changes_of_create(walk, stmt) &&
			 !changes_of_drop(walk, stmt) && !changes_of_names(walk, stmt) &&
			 !changes_of_others(walk, stmt))
		tell_change(walk, new_change(walk, CHANGE_NOTHING, stmt, NULL));
}
