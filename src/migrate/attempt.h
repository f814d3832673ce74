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
#include "utils/resowner.h"

#include "base/compat.h"
#include "guard/migration.h"
#include "migrate/run.h"

typedef struct Attempt
{
	const char *function; /* "safemig.apply()" */
	const char *version;  /* at work, NULL before any is */
	const char *name;
	ScriptRun run;
	GuardedMigration *guarded; /* NULL outside the scripts */

	/* what attempt.c needs to go back to */
	MemoryContext context;
	ResourceOwner owner;
	struct Attempt *outer;
} Attempt;

/* Outlives the error that ends it: made in the context of the function's call. */
extern Attempt *new_attempt(const char *function);

/*
 * begin connects SPI and opens a subtransaction; end closes both.  Between them
 * stands a PG_TRY block with fail_attempt in its PG_CATCH, which rolls back,
 * records the error, and throws it on.
 */
extern void begin_attempt(Attempt *attempt);
extern void end_attempt(Attempt *attempt);
pg_noreturn extern void fail_attempt(Attempt *attempt);

/* SM008 where a migration cannot run; after begin_attempt, to be on record. */
extern void check_caller(const Attempt *attempt);

/* An argument of type text[], of char *; 22004 for a null in it; NIL for a null array. */
extern List *text_list(FunctionCallInfo fcinfo, int number, const char *what);

/* "a, b, c" */
extern char *joined(List *words);

#endif /* SAFEMIG_ATTEMPT_H */
