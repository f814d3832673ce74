/*
 * change_parts.h
 *		Between the rooms that take statements apart: change.c (all but ALTER TABLE),
 *		change_alter_table.c, change_columns.c (columns and constraints, of both CREATE
 *		TABLE and ALTER TABLE), draft_change.c and touch*.c.
 */
#ifndef SAFEMIG_CHANGE_PARTS_H
#define SAFEMIG_CHANGE_PARTS_H

#include "foresee/change.h"

typedef struct ChangeWalk
{
	const char *text; /* of the statement; locations in its tree are places in it */
	int start;		  /* of its first word: comments may stand before it */
	bool outside;	  /* it cannot run in a transaction */
	ChangeVisitor visit;
	void *arg;
} ChangeWalk;

/* Also of a statement inside another one: EXPLAIN ANALYZE, CREATE SCHEMA */
extern void changes_of_statement(ChangeWalk *walk, Node *stmt);

/* A change of that kind, of the whole statement */
extern Change *new_change(ChangeWalk *walk, ChangeKind kind, Node *node, DraftRelation *relation);

/* Foretell it, tell it, and let the draft follow. */
extern void tell_change(ChangeWalk *walk, Change *change);

/* The relation that a change is about, with the words for one that is not there. */
extern Change *
new_relation_change(ChangeWalk *walk, ChangeKind kind, Node *node, const RangeVar *name);

/* The source between two places of the statement; until < 0: to the end of it. */
extern char *source_between(ChangeWalk *walk, int from, int until);

/* Where the part that begins there ends: at the comma or parenthesis behind it. */
extern int end_of_part(ChangeWalk *walk, int from);

/* The text of a literal; NULL for anything else */
extern char *literal_text(Node *node);

/* NULL where that many names cannot be a relation */
extern RangeVar *range_var_of(List *names);
extern DraftRelation *relation_named(const RangeVar *name);

/*
 * The rooms that take statements apart.  false: not their statement.
 * change_create.c, change_drop.c, change_names.c, change_rows.c, change_others.c
 */
extern bool changes_of_create(ChangeWalk *walk, Node *stmt);
extern bool changes_of_drop(ChangeWalk *walk, Node *stmt);
extern bool changes_of_names(ChangeWalk *walk, Node *stmt);
extern bool changes_of_rows(ChangeWalk *walk, Node *stmt);
extern bool changes_of_others(ChangeWalk *walk, Node *stmt);

/* The change of a row statement or query; NULL: not one */
extern void tell_rows(ChangeWalk *walk, Node *stmt);

/* change_alter_table.c: also ALTER INDEX, VIEW, SEQUENCE, FOREIGN TABLE where they are AlterTableStmt */
extern void changes_of_alter_table(ChangeWalk *walk, AlterTableStmt *stmt);

/* change_columns.c */
extern void tell_new_column(ChangeWalk *walk, DraftRelation *relation, ColumnDef *def, Node *node,
							bool within, const char *text, int offset);
extern void
tell_new_constraint(ChangeWalk *walk, DraftRelation *relation, Constraint *constraint, Node *node,
					const char *column, bool within, const char *text, int offset);
extern DraftColumn *column_of_definition(ColumnDef *def);

/* change_constraints.c: a name as the server would choose it, by the draft */
extern char *
choose_constraint_name(DraftRelation *relation, const char *addition, const char *label);
extern char *choose_index_name(DraftRelation *relation, List *columns, const char *label);
extern char *joined_names(List *columns);

/* default_kind.c: does an expression give the same for every row? */
extern DefaultKind default_kind_of(Node *raw);

/* touch.c: fills in rewrite, scan and touches of all but ALTER TABLE's subcommands */
extern void foretell(Change *change);
/* touch_alter_table.c: the same of those */
extern void foretell_alter_table(Change *change, AlterTableCmd *cmd);
extern void
add_touch(Change *change, DraftRelation *relation, LOCKMODE lock, bool rewrites, bool scans);

extern void add_index_touch(Change *change, DraftIndex *index, LOCKMODE lock, bool rebuilds);

/* touch_tree.c: the relation with its children and partitions; where there are rows, these are read */
extern void
touch_tree(Change *change, DraftRelation *relation, LOCKMODE lock, bool rewrites, bool scans);
extern bool holds_rows(DraftRelation *relation);
extern void touch_oid(Change *change, Oid relid, LOCKMODE lock);

/* touch_drop.c: all that goes with it is locked */
extern void foretell_drop(Change *change);
extern void foretell_truncate(Change *change);

/* change_rows.c: does EXPLAIN run it? */
extern bool explain_runs(ExplainStmt *stmt);

/* touch_rows.c: the query or call that any statement is or holds; NULL: none */
extern Node *query_of(Node *stmt);
/* what a query reads, locks and writes, through views, rules and foreign keys */
extern void touch_query(Change *change, Node *stmt);
/* what is only planned: EXPLAIN, DECLARE */
extern void touch_plan(Change *change, Node *stmt);
/* and what is only analysed: the query of a view, a policy's condition, a body in SQL */
extern void touch_names(Change *change, Node *stmt);
extern void foretell_lock_table(Change *change, DraftRelation *relation, LOCKMODE lock, bool tree);

/* draft_change.c */
extern void draft_follow(Change *change);

#endif /* SAFEMIG_CHANGE_PARTS_H */
