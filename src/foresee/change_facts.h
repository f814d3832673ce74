/*
 * change_facts.h
 *		What is asked of a change only now and then, so that it is worked out when
 *		asked: whether another index does the same, how many rows it writes, which
 *		column it names twice, what a partition's bound demands.
 */
#ifndef SAFEMIG_CHANGE_FACTS_H
#define SAFEMIG_CHANGE_FACTS_H

#include "foresee/change.h"

/*
 * index_twin.c: the index in force that does all that the new one would do, or that
 * one does which is dropped.  made: the script's CREATE INDEX so far, of Change *.
 */
extern DraftIndex *index_like_new(const Change *change, List *made);
/* The same index, which another attempt to build it left invalid */
extern DraftIndex *index_left_invalid(const Change *change);
extern DraftIndex *index_in_place_of(DraftRelation *relation, DraftIndex *gone, List *made);
/* Does it begin with these columns, in any order among themselves? */
extern bool index_leads_with(const DraftIndex *index, List *columns);
/* How often queries used it, by the statistics; with those of its partitions */
extern int64 index_scans(const DraftIndex *index);

/* duplicates.c: the column that the statement names twice where it may stand once, or NULL */
extern const char *duplicate_column(const Change *change);

/* few_rows.c: does it write a handful of rows: VALUES, or those of one value of a unique key? */
extern bool writes_few_rows(const Change *change);

/* partition_bound.c: what rows of the partition to be attached or made fulfil, as SQL; NULL: not to be said */
extern char *bound_condition(const Change *change);
/* The partition of rows that no other one takes, or NULL */
extern DraftRelation *default_partition(DraftRelation *parent);

/* unique_column.c: one that has another value in every row, by the statistics, or NULL */
extern const char *column_that_seems_unique(DraftRelation *relation);

/* defaults.c: as SQL, or NULL; SET DEFAULT: is the new one the same? */
extern char *default_text_of(DraftRelation *relation, const DraftColumn *column);
extern bool default_is_same(const Change *change, const char *before);

#endif /* SAFEMIG_CHANGE_FACTS_H */
