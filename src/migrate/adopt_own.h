/*
 * adopt_own.h
 *		The statements by which an adopted tool makes its own tables.
 */
#ifndef SAFEMIG_ADOPT_OWN_H
#define SAFEMIG_ADOPT_OWN_H

#include "postgres.h"
#include "nodes/pg_list.h"

extern void own_hears_of_relation(Oid relid);

/* Has the statement that ran last made a table of one of these tools (of char *)? */
extern bool made_tool_table(List *tools);

/* A row of a tool's table was written; and a statement went into the log. */
extern void own_hears_of_row(void);
extern void own_hears_of_statement(int64 id);

#endif /* SAFEMIG_ADOPT_OWN_H */
