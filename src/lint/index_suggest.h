/*
 * index_suggest.h
 *		The safe way for statements on indexes, as SQL.
 */
#ifndef SAFEMIG_INDEX_SUGGEST_H
#define SAFEMIG_INDEX_SUGGEST_H

#include "foresee/change.h"

extern char *index_identity(const DraftIndex *index);

/* "(a, b)" */
extern char *key_words(const DraftIndex *index);

extern char *build_concurrently(const Change *change);
extern char *build_by_partition(const Change *change);
extern char *build_as_btree(const Change *change);
extern char *build_with_fewer_keys(const Change *change, int keys);
extern char *rebuild_concurrently(const Change *change);

/* Who uses it, to be asked for a while before it is dropped */
extern char *look_at_use(const DraftIndex *index);

#endif /* SAFEMIG_INDEX_SUGGEST_H */
