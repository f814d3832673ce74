/*
 * bin.h
 *		The bin's entries and items: rows of safemig.bin_entry and bin_item.  An
 *		entry is one statement; its items are the things it destroyed.
 */
#ifndef SAFEMIG_BIN_H
#define SAFEMIG_BIN_H

#include "postgres.h"
#include "catalog/objectaddress.h"
#include "effect/effect.h"
#include "nodes/pg_list.h"

typedef struct BinItem
{
	int64 entry;
	int64 item; /* 0 until added: they count from 1, in the order they were kept */
	KeptKind kind;
	Action action;
	ObjectAddress object;
	const char *type;	  /* "table", as pg_identify_object names it */
	const char *identity; /* as it prints it */
	const char *owner;	  /* role name; NULL for what has none */
	bool named;			  /* by the statement */
	Oid bin_oid;		  /* the relation that holds the rows meanwhile, or InvalidOid */
	double rows;		  /* an estimate; below zero: holds none */
	int64 bytes;
	char *detail; /* jsonb as text: what its keeper needs to bring it back */
} BinItem;

/* What is known of an object, before it goes: a new item with type, identity, owner. */
extern BinItem *make_bin_item(KeptKind kind, const Effect *effect);

/* Told of each new entry; safemig.c wires the journal of migrations in here. */
extern void (*bin_witness)(int64 entry);

/* A new entry for the statement that runs now; migration may be NULL. */
extern int64 bin_add_entry(const char *statement, const char *migration);
extern void bin_add_item(int64 entry, BinItem *item);

/* The items of an entry in the order they were kept, in the current memory context. */
extern List *bin_items(int64 entry);

/*
 * A schema of the bin for things of this entry that came from the schema
 * source; made at first use.  Only the schema is a member of the extension: were
 * its tables, then CASCADE from anything they use would take the extension.
 * Nobody but the extension's owner may look into it.
 */
extern Oid bin_schema(int64 entry, Oid source);

/* An error unless the caller had what the statement named, or is a superuser. */
extern void check_bin_rights(List *items);

/* Drops the schemas of the bin that this entry had; they must be empty. */
extern void bin_drop_schemas(int64 entry);

/* The entry whose things lie in that schema; 0 when it is none of the bin's. */
extern int64 bin_entry_of_schema(Oid schema);

/*
 * Who owns what lies in the bin.  ANALYZE and REINDEX run the functions of an
 * index as the owner of its table, whoever wrote them: so it is a role that
 * may do nothing worth having, and that nobody can drop.
 */
extern Oid bin_owner(void);

/*
 * kept -> restored or purged, with a row in the history; false when another
 * session was faster.  Locks the row.
 */
extern bool bin_claim(int64 entry);
extern void bin_set_state(int64 entry, const char *state, const char *reason);

/* A relation goes: an error if it is the table of entries, and there are some. */
extern void refuse_end_of_full_bin(Oid relid);

#endif /* SAFEMIG_BIN_H */
