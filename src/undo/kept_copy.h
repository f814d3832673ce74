/*
 * kept_copy.h
 *		Values of a column copied into a table of the bin, with the key of their row.
 */
#ifndef SAFEMIG_KEPT_COPY_H
#define SAFEMIG_KEPT_COPY_H

#include "postgres.h"
#include "nodes/pg_list.h"

typedef struct CopyPlan
{
	Oid relid;			  /* the table; partitions and children with it */
	AttrNumber attnum;	  /* its column */
	const char *type;	  /* of the column, as format_type() prints it: the column may be dropped */
	Oid type_oid;		  /* for as_text only */
	bool as_text;		  /* the type goes, so the value is kept as it is printed */
	bool only;			  /* without children */
	const char *argument; /* of the carry trigger, for a dropped column; else NULL */
	List *key;			  /* of AttrNumber, in an order of its own */
} CopyPlan;

/*
 * Is a value to be kept as it is printed?  Types that can be dropped: a table of
 * the bin must not stand in their way.
 */
extern bool is_kept_as_text(Oid type);

/* Columns that tell a row, none of them among avoid (List of int); NIL when there are none. */
extern List *key_of_table(Oid relid, List *avoid);

/*
 * Copies, as of now, into a new table of the bin: k1, k2, ... and former.  Rows
 * with NULL are left out unless with_nulls.  Returns the table.
 */
extern Oid
copy_column(int64 entry, const CopyPlan *plan, const char *suffix, bool with_nulls, double *rows);

/* The same in two steps: the table without rows, and the rows and their index. */
extern Oid make_copy_table(int64 entry, const CopyPlan *plan, const char *suffix);
extern double fill_copy_table(Oid copy, const CopyPlan *plan, bool with_nulls);

/* "t.id OPERATOR(pg_catalog.=) c.k1 AND ...", t being the table and c the copy; NULL when a key is gone */
extern char *match_of_copy(Oid relid, List *key);

/* "p1 OPERATOR(pg_catalog.=) f.k1 AND ...", f being the copy */
extern char *match_of_parameters(Oid relid, List *key);

/* "$3 OPERATOR(pg_catalog.=) f.k1 AND ...", the arguments beginning with that number */
extern char *match_of_arguments(Oid relid, List *key, int first);

/* "OPERATOR(pg_catalog.=)"; that by which keys of a type are compared */
extern const char *operator_words(Oid operator);
extern const char *equality_of_type(Oid type);

/* "1,2" as kept in an item's detail */
extern char *text_of_key(List *key);
extern List *key_of_text(const char *text);

/* Such a table is the extension's: no dump takes it, nobody drops it. */
extern void make_copy_member(Oid relid);
extern void drop_copy(Oid copy);

#endif /* SAFEMIG_KEPT_COPY_H */
