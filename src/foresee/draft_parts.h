/*
 * draft_parts.h
 *		Between the rooms of the draft: draft.c (opened, closed, asked), draft_names.c
 *		(schemas and names), draft_load.c (read from the catalogs), draft_change.c and
 *		those that follow one kind of change each.
 */
#ifndef SAFEMIG_DRAFT_PARTS_H
#define SAFEMIG_DRAFT_PARTS_H

#include "catalog/objectaddress.h"
#include "utils/hsearch.h"

#include "foresee/change.h"
#include "foresee/draft.h"

/* This session's temporary schema, whatever its number */
#define TEMP_SCHEMA "pg_temp"

typedef struct DraftSchema
{
	char name[NAMEDATALEN]; /* key */
	Oid oid;				/* InvalidOid: made by the script */
	bool there;
	bool hidden;  /* its user may not look into it */
	bool swapped; /* the script renamed it */
} DraftSchema;

/* What a name stands for; both NULL: nothing */
typedef struct DraftThing
{
	DraftRelation *relation;
	DraftIndex *index;
} DraftThing;

struct Draft
{
	Draft *before;
	MemoryContext context;
	MemoryContextCallback callback;
	int guc_level;
	int statement;
	HTAB *names;		   /* by schema and name: what is there by now */
	HTAB *oids;			   /* by OID */
	HTAB *schemas;		   /* of DraftSchema */
	List *changed_schemas; /* DraftSchema * with an OID, renamed or dropped */
	List *relations;	   /* in the order they were met */
	List *holding;		   /* those with a lock held */
	List *passing;		   /* temporary tables with something to do at the end of a transaction */
	List *types;		   /* String *, that the script makes */
	List *constrained;	   /* String *, the domains with constraints among them */
	uint32 mark;		   /* of the last walk over a tree */

	/* search_path taken apart, and of what */
	char *path_text;
	Oid path_role;
	List *path;				 /* char * */
	char *creation;			 /* schema that CREATE uses; NULL: none */
	char *path_before_local; /* SET LOCAL came upon it in the transaction at work */
	char *path_after_local;	 /* the same once it has ended: in force from the next statement on */
};

/* What no rule asks for */
typedef struct RelationParts
{
	List *referrers; /* DraftRelation *, with foreign keys to it that the script made */
	List *readers;	 /* views that the script made over it */
	List *sequences; /* that the script made for its columns */
	List *typed;	 /* tables that the script made OF this type */
	char *column;	 /* of a sequence: the column it was made for */
	bool drop_on_commit;
	bool empty_on_commit;
	uint32 mark; /* of the last walk that met it */
} RelationParts;

typedef struct IndexParts
{
	DraftIndex index;
	List *uses; /* of one that the script made: all columns in it, by name */
	DraftIndex *parent;
	Oid parent_oid; /* of one that was there */
} IndexParts;

#define index_parts(it) ((IndexParts *) (it))

extern Draft *open_draft;

/* draft_names.c */
extern void
draft_set_name(const char *schema, const char *name, DraftRelation *relation, DraftIndex *index);
extern void draft_set_oid(Oid oid, DraftRelation *relation, DraftIndex *index);
extern DraftSchema *draft_schema(const char *name);
extern DraftThing draft_find(const RangeVar *name);
extern DraftThing draft_find_in(const char *schema, const char *name);
extern DraftThing draft_find_oid(Oid oid);
extern const char *draft_place(const RangeVar *name);
extern void draft_create_schema(const char *name);
extern void draft_rename_schema(const char *name, const char *new_name);
extern void draft_forget_path(void);
extern const char *draft_schema_of(Oid namespace, bool *there, bool *swapped);

/* draft.c */
extern RelationParts *relation_parts(DraftRelation *relation);
extern DraftRelation *draft_make_relation(const char *schema, const char *name, char kind);
extern DraftIndex *draft_make_index(DraftRelation *table, const char *name);
extern void draft_enter(DraftRelation *relation);
extern List *draft_list_of_names(List *names);
extern bool draft_names_column(List *names, const char *column);

/* draft_load.c */
extern DraftRelation *draft_read_relation(Oid relid);
extern List *draft_catalog_references(Oid relid);
extern bool draft_index_uses(DraftIndex *index, const char *column);
extern bool draft_check_proves(DraftConstraint *check, DraftColumn *column);

/* draft_columns.c */
extern void draft_add_column(DraftRelation *relation, const DraftColumn *column, bool local);
extern void draft_follow_column(Change *change);
extern void draft_drop_column(DraftRelation *relation, const char *name, bool cascade);

/* draft_constraints.c */
extern void draft_follow_constraint(Change *change);
extern DraftConstraint *
draft_add_constraint(DraftRelation *relation, const DraftConstraint *constraint);
extern void draft_remove_constraint(DraftRelation *relation, DraftConstraint *constraint);

/* draft_foreign_keys.c */
extern void draft_add_foreign_key(DraftRelation *relation, const DraftConstraint *key);
extern List *draft_keys_to_partitions(DraftRelation *relation, const DraftConstraint *key);
extern void draft_refer_like_parent(DraftRelation *parent, DraftRelation *partition);
extern void draft_refer_no_more(DraftRelation *parent, DraftRelation *partition);

/* draft_indexes.c */
extern void draft_follow_index(Change *change);
extern DraftIndex *draft_index_of_name(DraftRelation *relation, const char *name);
extern DraftIndex *draft_index_of_change(Change *change);
extern void draft_enter_index(DraftIndex *index);
extern DraftIndex *
draft_copy_index(const DraftIndex *index, DraftRelation *table, const char *name);
extern void draft_rename_index(DraftIndex *index, const char *new_name);
extern void draft_remove_index(DraftIndex *index);
extern void draft_index_partition(DraftRelation *parent, DraftRelation *partition);
extern void draft_index_like(DraftRelation *from, DraftRelation *to);
extern void draft_index_partitions(DraftIndex *index);
extern void draft_release_indexes(DraftRelation *partition);
extern char *draft_words_of_columns(List *columns);
extern bool draft_collect_columns(Node *node, List **names);

/* draft_create.c */
extern void draft_follow_create(Change *change);
extern void draft_set_parent(DraftRelation *child, DraftRelation *parent);
extern void draft_unset_parent(DraftRelation *child, DraftRelation *parent);
extern void draft_make_sequence(DraftRelation *table, const char *column);

/* draft_query.c */
extern void draft_add_columns_of_query(DraftRelation *relation, Node *query, List *names);

/* draft_drop.c */
extern void draft_follow_drop(Change *change);
extern void draft_drop_relation(DraftRelation *relation, bool cascade);
extern void draft_drop_readers(DraftRelation *relation, const DraftColumn *column);
extern List *draft_sequences_of(DraftRelation *table);
extern void draft_drop_sequences(DraftRelation *table, const char *column);

#endif /* SAFEMIG_DRAFT_PARTS_H */
