/*
 * draft.h
 *		The catalog as a script so far would have left it: what earlier statements of
 *		it made, renamed, dropped or filled.  Read from the catalogs when first asked
 *		for, changed in memory only, so that a script can be judged without running it.
 *
 * While a draft is open the lookups of src/effect ask it (effect/names.h).  Nothing here
 * waits for a lock, keeps one, or writes.
 *
 * What the script does in a transaction that it takes back itself (BEGIN ... ROLLBACK)
 * stays in the draft: whoever reads such a script sees each of its statements at work.
 */
#ifndef SAFEMIG_DRAFT_H
#define SAFEMIG_DRAFT_H

#include "postgres.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
#include "storage/lock.h"

typedef struct DraftRelation DraftRelation;

typedef struct DraftColumn
{
	char *name;
	AttrNumber attnum; /* 0: made by the script */
	char *type_name;   /* as SQL */
	Oid type;		   /* InvalidOid: a type that the script makes, or that is not there */
	int32 typmod;
	Oid collation;
	bool not_null;
	bool has_default; /* or an expression that generates it */
	char identity;	  /* as pg_attribute.attidentity */
	char generated;	  /* as pg_attribute.attgenerated */
	bool local;		  /* not only inherited */
	int statement;	  /* of the script that made it; 0: it was there */
} DraftColumn;

typedef struct DraftConstraint
{
	char *name;
	Oid oid;   /* InvalidOid: made by the script */
	char type; /* as pg_constraint.contype */
	bool validated;
	bool not_enforced; /* without triggers, and never valid */
	bool deferrable;
	bool no_inherit;
	List *columns;		   /* names (char *), of a foreign key the referencing ones */
	DraftRelation *target; /* that a foreign key refers to */
	List *target_columns;  /* names */
	char on_delete;		   /* as pg_constraint.confdeltype */
	char *index;		   /* name of the index it stands on, or NULL */
	Node *expression;	   /* of a CHECK that the script makes: as parsed */
	int statement;		   /* of the script that made it; 0: it was there */
	int validated_by;	   /* statement that validated it; 0: none of the script */
} DraftConstraint;

typedef struct DraftIndex
{
	char *name; /* in the schema of its table */
	Oid oid;	/* InvalidOid: made by the script */
	DraftRelation *table;
	char *method;
	bool unique;
	bool primary;
	bool valid;
	bool immediate; /* checked row by row, not deferred */
	bool partial;
	bool concurrently; /* made so by the script */
	List *columns;	   /* names in order; NULL for an expression; no INCLUDE */
	int statement;	   /* of the script that made it; 0: it was there */
} DraftIndex;

struct DraftRelation
{
	Oid oid; /* InvalidOid: made by the script */
	char *schema;
	char *name;
	char kind; /* as pg_class.relkind */
	char persistence;
	char *access_method; /* NULL: the default, or none */
	bool gone;
	bool filled;   /* the script put rows into it */
	bool emptied;  /* the script took all its rows, before it filled it or not */
	bool opaque;   /* it has columns that are not known: of a query, or of what is not there */
	bool swapped;  /* the script renamed or moved it */
	int statement; /* of the script that made it; 0: it was there */
	LOCKMODE held; /* strongest lock that the transaction of the script holds on it so far */
	int held_by;   /* the statement that took it */

	/* of tables and their like; ask draft_load() first */
	bool loaded;
	List *columns;	   /* DraftColumn *, in order */
	List *constraints; /* DraftConstraint * */
	List *indexes;	   /* DraftIndex * */
	List *parents;	   /* DraftRelation * */
	List *children;	   /* DraftRelation *, direct ones, partitions too */
	bool is_partition;
	bool row_security;
	char replica_identity; /* as pg_class.relreplident */

	struct RelationParts *parts; /* the draft's own business */
};

typedef struct Draft Draft;

/*
 * Opened in CurrentMemoryContext; the one before, if any, is back after draft_close(),
 * which belongs into PG_FINALLY: it also puts back what the script set.  Where an error comes
 * past it the draft goes with its memory, and is open no more; closing twice is harmless.
 */
extern Draft *draft_open(void);
extern void draft_close(Draft *draft);
extern bool draft_is_open(void);

/* The script's next statement, counted from 1.  A new transaction forgets the locks held. */
extern void draft_next_statement(void);
extern int draft_statement(void);
extern void draft_forget_locks(void);

/* What a name means by now, by the search_path in force; NULL: nothing. */
extern DraftRelation *draft_relation(const RangeVar *name);
extern DraftRelation *draft_relation_by_oid(Oid relid);
extern void draft_load(DraftRelation *relation);

/*
 * What CREATE would find in its place: in the first schema of search_path, not in
 * those behind it.  And a new one for that place, in the draft's memory, which is
 * there once the draft has followed its creation: a Change of CREATE has it as its relation.
 */
extern DraftRelation *draft_relation_in_place(const RangeVar *name);
extern DraftRelation *draft_new_relation(const RangeVar *name, char kind);

/* A name that nothing in that schema has, by the rules of ChooseRelationName(). */
extern char *
draft_choose_name(const char *schema, const char *name1, const char *name2, const char *label);
extern bool draft_has_schema(const char *name);
extern DraftIndex *draft_index(const RangeVar *name);
extern DraftColumn *draft_column(DraftRelation *relation, const char *name);
extern DraftConstraint *draft_constraint(DraftRelation *relation, const char *name);

/*
 * Types that the script makes, by the last part of their names: what the catalogs
 * know under such a name is another one by then.
 */
extern void draft_note_type(const char *name, bool constrained);
extern bool draft_makes_type(const char *name);
/* of a domain: with constraints of its own */
extern bool draft_makes_constrained(const char *name);

/* All relations that the script touched so far: DraftRelation *. */
extern List *draft_relations(void);

/* The relation with all its children and partitions, itself first. */
extern List *draft_tree(DraftRelation *relation);

/* Foreign keys of other relations (and its own) that refer to it: DraftConstraint *; table: who has each. */
extern List *draft_references_to(DraftRelation *relation, List **tables);

/* Made by this script, so that nobody else can be reading or writing it */
#define draft_is_new(relation) (!OidIsValid((relation)->oid))

/* Has it no row for certain?  A look at the first pages; made by the script and not filled. */
extern bool draft_is_empty(DraftRelation *relation);

/* "public.users", quoted where need be */
extern char *draft_identity(const DraftRelation *relation);
extern char *draft_part_identity(const DraftRelation *relation, const char *part);

/* Does a validated CHECK, or NOT NULL itself, prove that the column holds no null? */
extern bool draft_proves_not_null(DraftRelation *relation, const char *column);

/* Valid indexes that begin with these columns, in any order among themselves; for foreign keys. */
extern DraftIndex *draft_index_on(DraftRelation *relation, List *columns);

/*
 * The OID that a name means by now; of what the script made none, and of what it
 * renamed that of the thing as it is.  A draft must be open.
 */
extern Oid draft_relid(const RangeVar *name);
extern AttrNumber draft_attnum(Oid relid, const char *column);
extern Oid draft_constraint_oid(Oid relid, const char *name);
extern Oid draft_schema_oid(const char *name);

#endif /* SAFEMIG_DRAFT_H */
