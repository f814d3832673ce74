/*
 * proof.h
 *		What valid constraints prove already, so that the server reads no row.
 */
#ifndef SAFEMIG_PROOF_H
#define SAFEMIG_PROOF_H

#include "foresee/draft.h"

/* Do the partition's constraints prove that all its rows belong within that bound? */
extern bool
bound_is_proved(DraftRelation *parent, DraftRelation *partition, PartitionBoundSpec *bound);

/* And of the rows in the default partition, that none of them belongs there? */
extern bool
default_is_proved(DraftRelation *parent, DraftRelation *other, PartitionBoundSpec *bound);

#endif /* SAFEMIG_PROOF_H */
