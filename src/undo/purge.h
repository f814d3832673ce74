/*
 * purge.h
 *		Room in the bin.
 */
#ifndef SAFEMIG_PURGE_H
#define SAFEMIG_PURGE_H

#include "postgres.h"
#include "nodes/pg_list.h"

/*
 * Is there room for so many bytes more?  By the setting keep_when_full the oldest
 * entries go, or it raises SM006, or it says false: not to be kept.
 */
extern bool make_room_in_bin(int64 wanted);

/* Ids (int64 *) of what is kept for too long, oldest first. */
extern List *expired_entries(void);

/* In a transaction of its own; nothing when somebody was faster. */
extern void purge_expired_entry(int64 entry);

#endif /* SAFEMIG_PURGE_H */
