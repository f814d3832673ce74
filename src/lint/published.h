/*
 * published.h
 *		Who is told of the rows of a table that are updated or deleted?
 */
#ifndef SAFEMIG_PUBLISHED_H
#define SAFEMIG_PUBLISHED_H

#include "foresee/draft.h"

/* The name of a publication that tells of UPDATE or DELETE there; NULL: none */
extern char *publication_of(DraftRelation *relation);

#endif /* SAFEMIG_PUBLISHED_H */
