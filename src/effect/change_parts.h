/*
 * change_parts.h
 *		Between the rooms that take statements apart: change.c (all but ALTER TABLE),
 *		change_alter_table.c, change_columns.c (columns and constraints, of both CREATE
 *		TABLE and ALTER TABLE), draft_change.c and touch*.c.
 */
#ifndef SAFEMIG_CHANGE_PARTS_H
#define SAFEMIG_CHANGE_PARTS_H

#include "effect/change.h"

typedef struct ChangeWalk
{
	const char *text; /* of the statement */
	ChangeVisitor visit;
	void *arg;
} ChangeWalk;

/* A change of that kind, of the whole statement */
extern Change *new_change(ChangeWalk *walk, ChangeKind kind, Node *node, DraftRelation *relation);

/* Foretell it, tell it, and let the draft follow. */
extern void tell_change(ChangeWalk *walk, Change *change);

/* The relation that a change is about, with the words for one that is not there. */
extern Change *
new_relation_change(ChangeWalk *walk, ChangeKind kind, Node *node, const RangeVar *name);

/* change_alter_table.c: also ALTER INDEX, VIEW, SEQUENCE, FOREIGN TABLE where they are AlterTableStmt */
extern void changes_of_alter_table(ChangeWalk *walk, AlterTableStmt *stmt);

/* change_columns.c */
extern void tell_new_column(ChangeWalk *walk, DraftRelation *relation, ColumnDef *def, Node *node,
							bool within, const char *text, int offset);
extern void
tell_new_constraint(ChangeWalk *walk, DraftRelation *relation, Constraint *constraint, Node *node,
					const char *column, bool within, const char *text, int offset);
extern DraftColumn *column_of_definition(ColumnDef *def);

/* touch.c: fills in rewrite, scan and touches of all but ALTER TABLE's subcommands */
extern void foretell(Change *change);
/* touch_alter_table.c: the same of those */
extern void foretell_alter_table(Change *change, AlterTableCmd *cmd);
extern void
add_touch(Change *change, DraftRelation *relation, LOCKMODE lock, bool rewrites, bool scans);

/* draft_change.c */
extern void draft_follow(Change *change);

#endif /* SAFEMIG_CHANGE_PARTS_H */
