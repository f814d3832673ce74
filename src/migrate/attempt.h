/*
 * attempt.h
 *		One call of apply or rollback: where it may be made, all or nothing, and how
 *		it goes on record when it fails.
 */
#ifndef SAFEMIG_ATTEMPT_H
#define SAFEMIG_ATTEMPT_H

#include "postgres.h"
#include "fmgr.h"
#include "nodes/pg_list.h"

#include "base/compat.h"
#include "guard/migration.h"
#include "migrate/run.h"

typedef struct Attempt
{
	const char *function; /* "safemig.apply()" */
	const char *version;  /* at work, NULL before any is */
	const char *name;
	ScriptRun run;
	GuardedMigration *guarded;	   /* NULL outside the scripts */
	struct LockPatience *patience; /* of a call that pauses between transactions; else NULL */

	/* what attempt.c needs to go back to */
	MemoryContext context;
	struct Attempt *outer;
} Attempt;

/* Outlives the error that ends it: made in the context of the function's call. */
extern Attempt *new_attempt(const char *function);

/*
 * Does work(arg) with SPI connected.  An error is recorded as a failure of the
 * version at work, and goes on.
 */
extern void make_attempt(Attempt *attempt, void (*work)(void *arg), void *arg);

/* Of an attempt that is over: the error of the commit behind it, within PG_CATCH. */
extern void record_failed_commit(const Attempt *attempt);

/* SM008 where a migration cannot run; within make_attempt, to be on record. */
extern void check_caller(const Attempt *attempt);

/* An argument of type text[], of char *; 22004 for a null in it; NIL for a null array. */
extern List *text_list(FunctionCallInfo fcinfo, int number, const char *what);

/* "version 1.3.0", "seed plans" */
extern const char *title_in_words(const char *title);

/* "a, b, c" */
extern char *joined(List *words);

/* "shop, public": the schemas in which the caller's names are looked up now */
extern char *schemas_searched(void);

#endif /* SAFEMIG_ATTEMPT_H */
