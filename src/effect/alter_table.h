/*
 * alter_table.h
 *		What the subcommands of ALTER TABLE, and of ALTER TYPE for composite types, do.
 */
#ifndef SAFEMIG_ALTER_TABLE_H
#define SAFEMIG_ALTER_TABLE_H

#include "effect/effect.h"

extern List *effects_of_alter_table(AlterTableStmt *stmt);

/* The same change of a column in every child of relid, as part of the one in the parent. */
extern List *same_in_children(Effect *whole, Oid relid, const char *column);

#endif /* SAFEMIG_ALTER_TABLE_H */
