/*
 * beyond_rollback.c
 *		Statements that a transaction may hold and that leave more behind than it
 *		can take back: outside the database, and in the session.
 *
 *		Not here: what place.c keeps out of scripts; what the server forgets by
 *		itself with a subtransaction (NOTIFY, LISTEN, cursors made in it, temporary
 *		tables, SET); and what a caller can put back (PREPARE, advisory locks).
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/portal.h"

#include "effect/beyond_rollback.h"

static const char *
done_by_copy(CopyStmt *stmt)
{
	if (stmt->is_program)
		return "runs a program on the server";
	if (stmt->filename != NULL && !stmt->is_from)
		return "writes a file on the server";
	return NULL;
}

/* A cursor of that name that the session has open. */
static bool
is_open_cursor(const char *name)
{
	return name != NULL && PortalIsValid(GetPortalByName(name));
}

const char *
done_beyond_rollback(Node *stmt)
{
	if (IsA(stmt, RawStmt))
		stmt = castNode(RawStmt, stmt)->stmt;
	switch (nodeTag(stmt))
	{
		case T_CopyStmt:
			return done_by_copy(castNode(CopyStmt, stmt));
		case T_DeallocateStmt:
			return "takes away statements that the session has prepared";
		case T_DiscardStmt:
			return castNode(DiscardStmt, stmt)->target == DISCARD_SEQUENCES
				? "makes the session forget what it had of sequences"
				: NULL;
		case T_ClosePortalStmt:
			if (castNode(ClosePortalStmt, stmt)->portalname == NULL)
				return "closes every cursor of the session";
			return is_open_cursor(castNode(ClosePortalStmt, stmt)->portalname)
				? "closes a cursor that the session has open"
				: NULL;
		case T_FetchStmt:
			return is_open_cursor(castNode(FetchStmt, stmt)->portalname)
				? "moves a cursor that the session has open"
				: NULL;
		case T_LoadStmt:
			return "loads a library, which stays in the session";
		case T_CheckPointStmt:
			return "makes the server write all it has in memory";
		default:
			return NULL;
	}
}
