/*
 * locks.h
 *		How a migration gets its locks without making others wait for long: what it
 *		will lock is foreseen, asked for, and given back when it cannot be had; what
 *		could not be foreseen makes it go back to its start.
 */
#ifndef SAFEMIG_LOCKS_H
#define SAFEMIG_LOCKS_H

#include "postgres.h"
#include "nodes/pg_list.h"
#include "storage/lock.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "migrate/attempt.h"

/* How long others may have to wait behind a lock that is queued for, in ms */
#define LONGEST_QUEUE 50

typedef struct LockAhead
{
	Oid oid;
	LOCKMODE mode;
	char kind;		/* as pg_class.relkind */
	char *identity; /* "public.users", as the script finds it */
	int failed_in;	/* locks_take.c: the later it could not be had, the higher */
} LockAhead;

/*
 * locks_foreseen.c: of LockAhead *, for scripts that run one after the other (of
 * const Script *).  Only what is there now and only what keeps others out from
 * ShareUpdateExclusiveLock on; partitions are relations of their own.
 */
extern List *foresee_locks(const List *scripts);

/* Likewise; NIL where the guard will refuse something, which needs no lock. */
extern List *foresee_locks_of_permitted(const List *scripts);

/*
 * How a migration goes on asking.  Where nothing may be held between two tries
 * (CALL), it outlives their transactions, and its owner does the pauses.
 */
typedef struct LockPatience
{
	MemoryContext context; /* that it lives in */
	bool pauses_itself;
	TimestampTz asked_since; /* for locks ahead; 0: not yet */
	int failures;			 /* of the script itself */
	double pause;			 /* ms, before the next try */
	List *queued_behind;	 /* VirtualTransactionId *: who outlived it is no short writer */
	List *failed;			 /* relations that were not got, the newest last */
	LOCKTAG missing;		 /* what could not be had last, and how */
	LOCKMODE missing_mode;
	bool is_missing;
	char *missing_name;
} LockPatience;

/* locks_retry.c.  In CurrentMemoryContext. */
extern LockPatience *new_patience(bool pauses_itself);

/* As new: for the next migration of the same call. */
extern void renew_patience(LockPatience *patience);

/* Waits for what it takes until the next try; the caller holds nothing. */
extern void pause_for_locks(LockPatience *patience);

/*
 * Takes the locks and does work(arg), all of it in a subtransaction, again and
 * again.  false: not got, nothing is held, and the caller is to try anew after
 * pause_for_locks(); only where the attempt has a patience that does not pause
 * itself.  SM005 when it is at its end.  SPI must be connected.
 */
extern bool run_behind_locks(Attempt *attempt, List *locks, void (*work)(void *arg), void *arg);

/*
 * locks_take.c: one round: first what the last ones failed at, the newest first, then
 * relations by OID, then indexes.  false,
 * or an error for which is_lock_error() holds: not all got; the caller rolls the
 * subtransaction back, which lets go of those that were.
 */
extern bool take_locks(LockPatience *patience, List *locks);
extern bool is_lock_error(const ErrorData *error);

/* locks_blockers.c: who is in the way of what is missing, in words, and what to do about it; or NULL. */
extern char *blockers_in_words(const LockPatience *patience, char **hint);

/* locks_awaited.c: notes what the script's statements wait for; in patience->missing. */
extern void watch_waits(LockPatience *patience);
extern void watch_waits_of_statement(void);
extern void unwatch_waits(void);

#endif /* SAFEMIG_LOCKS_H */
