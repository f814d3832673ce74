/*
 * inverse.h
 *		"What statement takes this one back?", asked before it runs.
 *
 * Three kinds of statement need different answers: what is created is dropped
 * (created_objects.c), what is destroyed comes back from the bin (src/undo), and
 * what is altered gets what it had before (inverse.c).
 */
#ifndef SAFEMIG_INVERSE_H
#define SAFEMIG_INVERSE_H

#include "postgres.h"
#include "catalog/objectaddress.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

typedef struct Inverse
{
	ObjectAddress object; /* what is altered; InvalidOid classId: nothing by itself */
	char *what;			  /* "add value public.mood": for who asks why not */
	char *sql;			  /* takes it back; NULL: nothing known does */
	bool unless_kept;	  /* not needed when the statement has made an entry of the bin */
	bool before_drops;	  /* runs before what the statement has created is dropped */
	bool retypes;		  /* constraints on the column are made anew by it */
	bool renames;		  /* what is in it is called otherwise from then on */
} Inverse;

/* What a utility statement alters.  NIL: nothing that would have to be taken back. */
extern List *inverses_of_statement(Node *stmt);

/* Would he lose a grant by becoming the owner, and the grant's history with it? */
extern bool has_grant_of(const ObjectAddress *object, RoleSpec *role);

/* inverse_alter_table.c: the same of ALTER TABLE's subcommands */
extern List *inverses_of_alter_table(AlterTableStmt *stmt);
extern Inverse *new_inverse(Oid catalog, Oid oid, int sub, char *what, char *sql);
extern List *one_inverse(Oid catalog, Oid oid, int sub, char *what, char *sql);

/* created_objects.c: "DROP VIEW public.v"; NULL when there is no such statement */
extern char *drop_of_object(const ObjectAddress *object);

/* Its identity, for a statement to name it. */
extern char *object_in_grammar(const ObjectAddress *object);

/* "view public.v" */
extern char *object_in_words(const ObjectAddress *object);

/* As the grammar calls it: "MATERIALIZED VIEW"; NULL for what has no statements of its own. */
extern const char *keyword_of_object(const ObjectAddress *object);

/*
 * Would the drop of another of these take it along?  Of ObjectAddress *; one that is
 * gone takes nothing along.
 */
extern bool goes_along(const ObjectAddress *object, List *objects);

/* Of that relation, and of those that refer to it: list of ConstraintName *. */
typedef struct ConstraintName
{
	Oid relid;
	NameData name;
} ConstraintName;

extern List *constraints_around(Oid relid);

/* Extended statistics of that relation: list of their identities. */
extern List *statistics_of(Oid relid);

/*
 * Indexes and foreign keys of partitions that no parent has a part in, for a
 * statement that may take them in: list of ObjectAddress *.
 */
extern List *loose_in_partitions(Node *stmt);
extern bool is_part_in_partition(const ObjectAddress *object);

/* Is it there? */
extern bool object_exists(const ObjectAddress *object);

/* The relation that COPY FROM fills, or InvalidOid. */
extern Oid relation_copied_into(Node *stmt);

/*
 * made_again.c: the parts of a statement that make something, for one that may be
 * there again already.
 */
typedef struct Making
{
	AlterTableCmd *command; /* NULL: the statement as a whole */
	bool retypes;			/* ALTER COLUMN TYPE: else it adds */
	ObjectAddress object;	/* of that name, as far as there is one; a column's table */
	char *column;			/* the column's name, or NULL */
	Oid type; /* the column's; InvalidOid where it takes an analysis to know (serial) */
	int32 typmod;
} Making;

extern List *makings_of_statement(Node *stmt);

/* The same statement without these of its commands; NULL when nothing is left. */
extern Node *without_commands(Node *stmt, List *commands);

#endif /* SAFEMIG_INVERSE_H */
