/*
 * rename_effects.h
 *		What RENAME and SET SCHEMA do to the names that running code uses.
 */
#ifndef SAFEMIG_RENAME_EFFECTS_H
#define SAFEMIG_RENAME_EFFECTS_H

#include "effect/effect.h"

extern List *effects_of_rename(RenameStmt *stmt);
extern List *effects_of_set_schema(AlterObjectSchemaStmt *stmt);

#endif /* SAFEMIG_RENAME_EFFECTS_H */
