/*
 * in_the_way.h
 *		What lies in the bin and needs something that is about to go.
 */
#ifndef SAFEMIG_IN_THE_WAY_H
#define SAFEMIG_IN_THE_WAY_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* An error that names the entry, when something in the bin needs what would go. */
extern void refuse_what_bin_needs(List *effects);

#endif /* SAFEMIG_IN_THE_WAY_H */
