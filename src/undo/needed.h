/*
 * needed.h
 *		What is dropped while something in the bin stands on it.
 */
#ifndef SAFEMIG_NEEDED_H
#define SAFEMIG_NEEDED_H

#include "postgres.h"
#include "undo/keep.h"

/* What in the bin stands on what this statement drops: a list of BinNeed. */
extern List *needs_of_bin(Keep *keep);

/*
 * Nobody brings back or purges what stands on it, and nobody puts more on it,
 * until this transaction ends.
 */
extern void lock_what_bin_needs(Keep *keep);

/* Entries (int64 *) on whose things those of this entry stand, newest first. */
extern List *entries_needed_by(int64 entry);

/* An error that names an entry which stands on this one; false: just say whether there is one. */
extern bool is_needed(int64 entry, bool refuse);

#endif /* SAFEMIG_NEEDED_H */
