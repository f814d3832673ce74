/*
 * column_state.h
 *		What a column was, as kept in the detail of its item.
 */
#ifndef SAFEMIG_COLUMN_STATE_H
#define SAFEMIG_COLUMN_STATE_H

#include "postgres.h"
#include "nodes/pg_list.h"
#include "undo/bin.h"

/* How its values are kept */
typedef enum ColumnMode
{
	COLUMN_IN_PLACE,  /* in the rows of its table */
	COLUMN_COPIED,	  /* with the key in a table of the bin */
	COLUMN_GENERATED, /* not at all: it is computed again */
	COLUMN_CAST		  /* type changes only: casting the new value back gives the old one */
} ColumnMode;

typedef struct ColumnState
{
	const char *detail;
	ColumnMode mode;
	const char *name;
	const char *type; /* as format_type() prints it */
	Oid type_oid;
	Oid base; /* the type under it when it is a domain, else itself */
	Oid collation_oid;
	const char *collation; /* when it is not its type's */
	bool not_null;
	char identity;			  /* '\0': none */
	const char *default_text; /* or of a generated column its expression */
	const char *statistics;	  /* target */
	const char *storage;	  /* when it is not its type's */
	const char *compression;  /* likewise */
	const char *options;	  /* n_distinct = '5' */
	bool local;				  /* defined here, not only by parents */
	const char *comment;	  /* or NULL */
	const char *missing;	  /* array literal, or NULL */
	Oid sequence;			  /* that the column owned */
	List *key;				  /* of a copy */
	bool as_text;			  /* the copy holds the printed value */
} ColumnState;

/* Everything of a live column, as jsonb text */
extern char *capture_column(Oid relid, AttrNumber attnum);

/* Its name; NULL when it is dropped. */
extern char *live_column_name(Oid relid, AttrNumber attnum);

extern ColumnState *column_state(const char *detail);

/* detail with one more word; value is jsonb text */
extern char *detail_with(const char *detail, const char *key, const char *value);

/* The same, as text: it becomes a jsonb string */
extern char *detail_with_text(const char *detail, const char *key, const char *text);

/* Writes the item's detail and bin_oid. */
extern void update_bin_item(const BinItem *item);

/* Is the file of the table one of those that the column's bytes are known to be in? */
extern bool file_is_known(const char *detail, Oid relid);

extern const char *column_mode_word(ColumnMode mode);

/* The one text that a query of ours gives; its arguments are an oid and a text. */
extern char *ask_about(const char *sql, Oid relid, const char *text);

/* Is it what ALTER names, or, for a composite type that it names, a table of that type? */
extern bool is_target_of(Node *alter, Oid named, Oid relid);

/* The table and then its children, as ALTER TABLE locks them. */
extern void lock_tree(Oid relid);

/* Who runs what is written into it: its owner, whose checks and casts they are */
extern Oid role_of_table(Oid relid);

/* Lets that role read a copy, until it is dropped with its schema. */
extern void lend_copy(Oid copy, Oid role);

/* The name of a relation as it can stand in a statement */
extern char *present_name(Oid relid);

/* Is there such a word? */
extern bool word_is(const char *detail, const char *key);

/* "text COLLATE pg_catalog.\"C\"" */
extern char *type_clause(const ColumnState *state);

#endif /* SAFEMIG_COLUMN_STATE_H */
