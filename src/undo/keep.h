/*
 * keep.h
 *		The way of a destroying statement that was let pass: what it would destroy
 *		is kept first, then it runs, or the keeper does its work in another way.
 */
#ifndef SAFEMIG_KEEP_H
#define SAFEMIG_KEEP_H

#include "postgres.h"
#include "base/compat.h"
#include "nodes/parsenodes.h"
#include "undo/bin.h"

typedef struct Keep
{
	Node *stmt;
	const char *query;			/* the text it came from */
	const char *migration;		/* version, or NULL */
	List *effects;				/* of Effect: what is worth keeping */
	List *let_go;				/* of Effect: what goes with it and is nobody's loss */
	int64 entry;				/* 0 until keep_entry() */
	List *told;					/* of BinItem: what the statement named */
	List *definitions;			/* definition.c's, read before anything moved */
	List *left_behind;			/* of Effect: kept as definitions by moved.c's wish */
	void (*execute)(void *arg); /* runs the statement */
	void *arg;
} Keep;

/* The entry of this statement, made at first use. */
extern int64 keep_entry(Keep *keep);

/* Add a thing that was kept to the entry. */
extern void keep_item(Keep *keep, BinItem *item);

/*
 * Runs the statement with everything kept that it destroys.  effects: what the
 * guard let pass and is somebody's loss; let_go: the other effects.
 */
extern void keep_and_execute(Node *stmt, const char *query, const char *migration, List *effects,
							 List *let_go, void (*execute)(void *arg), void *arg);

/*
 * SM006: this cannot be kept.  For a keeper that meets what it cannot bring
 * back; the statement is refused, unless its permit says 'without undo'.
 */
pg_noreturn extern void refuse_unkept(Keep *keep, const Effect *effect, const char *why);

/* Is any effect of that kind among them? */
extern bool keeps_kind(Keep *keep, KeptKind kind);

/* Does the bin stand on any of them? */
extern bool keeps_for_bin(Keep *keep);

/* Does moved.c do the statement's work, or some of it? */
extern bool is_for_movers(Keep *keep);

/*
 * The keepers.  Each takes the effects that are its own; keep->effects holds
 * all.  before runs when the statement was judged, and takes the statement's
 * locks itself where it needs them; it returns what after gets, when the
 * statement has run, or NULL when there is nothing of its kind.
 */
extern bool keep_moved(Keep *keep); /* true: it has done the statement's work */
extern void *keep_storage_before(Keep *keep);
extern bool must_run_apart(void *storage); /* the statement, in a subtransaction of its own */
extern void keep_storage_after(Keep *keep, void *state);
extern void *keep_columns_before(Keep *keep);
extern void keep_columns_after(Keep *keep, void *state);
extern void *keep_copies_before(Keep *keep);
extern void keep_copies_after(Keep *keep, void *state);
extern void *keep_definitions_before(Keep *keep);
extern void keep_definitions_after(Keep *keep, void *state);

#endif /* SAFEMIG_KEEP_H */
