/*
 * dry_run.h
 *		One call of safemig.dry_run(), between the rooms of it.
 */
#ifndef SAFEMIG_DRY_RUN_H
#define SAFEMIG_DRY_RUN_H

#include "postgres.h"
#include "nodes/execnodes.h"

#include "lint/measure.h"
#include "migrate/run.h"
#include "migrate/script.h"

typedef struct DryRun
{
	MemoryContext context; /* of the call; what is measured lives in it */
	const char *text;
	Script *script;
	List **findings; /* for each statement, of char * */
	List *permits;	 /* of char * */
	int lock_wait;	 /* ms */
	bool ran_out;	 /* of dry_run_time */

	ScriptRun run;
	Measurement *measurement;
	Measured *measured; /* one for each statement */
	Measured deferred;	/* the constraints, checked after the last one */
	bool others_fail;	/* those of the transaction around do not hold either */
	ErrorData *permits_error;
	ErrorData *error; /* whichever it was, NULL when all is well */
} DryRun;

/* dry_run_rows.c: the result, when all is taken back */
extern void put_rows(ReturnSetInfo *result, const DryRun *dry);

/* dry_run_rows.c: what lint says of each statement; in CurrentMemoryContext */
extern List **findings_of_script(const char *text, int statements);

/* locks_ahead.c: a NOTICE of what it will lock */
extern void tell_locks_ahead(const Script *script);

#endif /* SAFEMIG_DRY_RUN_H */
