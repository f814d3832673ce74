/*
 * tool_tables.h
 *		The version and lock tables of known migration tools.
 */
#ifndef SAFEMIG_TOOL_TABLES_H
#define SAFEMIG_TOOL_TABLES_H

#include "postgres.h"

extern bool is_tool_table(Oid relid);

#endif /* SAFEMIG_TOOL_TABLES_H */
