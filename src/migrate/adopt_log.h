/*
 * adopt_log.h
 *		safemig.tool_version and safemig.tool_statement: what adopted tools have
 *		run, and with which statements.
 */
#ifndef SAFEMIG_ADOPT_LOG_H
#define SAFEMIG_ADOPT_LOG_H

#include "postgres.h"
#include "migrate/tool_version.h"

/* Which tool's which table. */
typedef struct ToolLog
{
	const ToolTable *table;
	char *relation; /* its identity, which a dump carries and an OID is not */
} ToolLog;

extern ToolLog tool_log(const ToolTable *table, Oid relid);

/* A row that says so was written, or is gone. */
extern void log_tool_version(const ToolLog *log, const ToolVersion *version);
extern void log_tool_end(const ToolLog *log, const ToolVersion *version);

/* What the log holds as applied, newest first: of ToolVersion *. */
extern List *applied_tool_versions(const ToolLog *log);

/* The end in three steps, for what may turn out to be none. */
extern void claim_statements_for_end(const ToolLog *log, const ToolVersion *version);
extern void release_statements_of_end(const ToolLog *log, const ToolVersion *version);
extern void end_tool_version_with_claimed(const ToolLog *log, const ToolVersion *version);

/*
 * adopt_heads.c: where a table that has only its heads moves from (NULL: nowhere)
 * and to, and a head that is gone.
 */
extern void log_tool_head(const ToolLog *log, const ToolVersion *old, const ToolVersion *new);
extern void log_tool_head_gone(const ToolLog *log, const ToolVersion *version);

/*
 * What the log has and the table has not was taken back; with baseline, what
 * the table has and the log has not was there before.  Returns how many those are.
 */
extern int64 reconcile_tool_log(const ToolLog *log, Oid relid, bool baseline);

/* A statement that a version may claim; returns its id.  And one that no version may. */
extern int64 log_tool_statement(const char *statement);
extern void forget_tool_statement(int64 id);

#endif /* SAFEMIG_ADOPT_LOG_H */
