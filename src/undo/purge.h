/*
 * purge.h
 *		Room in the bin.
 */
#ifndef SAFEMIG_PURGE_H
#define SAFEMIG_PURGE_H

#include "postgres.h"

/*
 * Is there room for so many bytes more?  By the setting keep_when_full the oldest
 * entries go, or it raises SM006, or it says false: not to be kept.
 */
extern bool make_room_in_bin(int64 wanted);

#endif /* SAFEMIG_PURGE_H */
