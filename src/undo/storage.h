/*
 * storage.h
 *		What storage.c notes of a relation that lost its files, and the steps of
 *		giving it its rows back.
 */
#ifndef SAFEMIG_STORAGE_H
#define SAFEMIG_STORAGE_H

#include "postgres.h"
#include "base/compat.h"
#include "undo/archive.h"
#include "undo/restore.h"

typedef struct SequenceState
{
	Oid relid;
	int64 last_value;
	bool is_called;
} SequenceState;

/* bin_item.detail */
typedef struct KeptDetail
{
	char *restrictions; /* jsonb: what every row fulfilled */
	List *indexes;		/* of IndexPair */
	List *sequences;	/* of SequenceState: those that were restarted */
} KeptDetail;

/* A relation whose rows come back. */
typedef struct Return
{
	BinItem *item;
	KeptDetail detail;
	Oid target;	 /* the relation they came from */
	Oid archive; /* InvalidOid: a partitioned table, which has none of its own */
	bool copied; /* they were inserted, not exchanged */
} Return;

/* storage_detail.c */
extern void note_restrictions(Oid relid, KeptDetail *detail);
extern SequenceState *sequence_state(Oid relid);
extern char *detail_as_text(const KeptDetail *detail);
extern KeptDetail detail_from_text(const char *text);

/* Would every row that was kept pass as the table is now? */
extern bool restrictions_still_hold(Oid relid, const KeptDetail *detail);
extern bool same_columns(Oid relid, Oid archive, bool carried_too);

/* Only what is ahead of where the sequence stands now. */
extern void put_sequences_forward(Restore *restore, const Return *back);

/* storage_copy.c: the archive's rows into table, as the table's owner */
extern void copy_rows_back(Restore *restore, Oid table, const Return *back, bool by_number);

extern Oid owner_of_relation(Oid relid);

/* storage_keys.c: what cannot be checked at once is NOT VALID, and reported */
extern void check_foreign_keys(Restore *restore, Return *back);

/* storage_rescue.c: into new tables, the first of that name */
extern void restore_into_new_tables(Restore *restore, List *returns);

/* SM006 with the way out */
pg_noreturn extern void refuse_return(Restore *restore, const BinItem *item, const char *why);

#endif /* SAFEMIG_STORAGE_H */
