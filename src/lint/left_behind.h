/*
 * left_behind.h
 *		What a dry run cannot take back, and says so: where sequences stand, dead
 *		rows, WAL; and what it can put back itself, in the session.
 */
#ifndef SAFEMIG_LEFT_BEHIND_H
#define SAFEMIG_LEFT_BEHIND_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* Where the sequences of this database stand: of SequenceState * */
extern List *look_at_sequences(void);

/* The NOTICE.  sequences: as they stood before; dead_rows: of DeadRows * */
extern void tell_what_is_left(List *sequences, List *dead_rows, uint64 wal_bytes);

/*
 * Prepared statements and advisory locks of the session, which no rollback puts
 * back.  SPI must be connected for both.
 */
typedef struct SessionState SessionState;

extern SessionState *look_at_session(void);
extern void put_session_back(const SessionState *before);

#endif /* SAFEMIG_LEFT_BEHIND_H */
