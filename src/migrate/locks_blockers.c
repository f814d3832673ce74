/*
 * locks_blockers.c
 *		Who is in the way of a lock, in words, and what to do about the first of them.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "storage/proc.h"

#include "migrate/locks.h"
#include "migrate/other_session.h"

#define NAMED_BLOCKERS 5 /* of the rest only the number is told */

char *
blockers_in_words(const LockPatience *patience, char **hint)
{
	VirtualTransactionId *holders;
	StringInfoData out;
	int count = 0;

	if (!patience->is_missing)
		return NULL;
	holders = GetLockConflicts(&patience->missing, patience->missing_mode, NULL);
	initStringInfo(&out);
	for (VirtualTransactionId *at = holders; VirtualTransactionIdIsValid(*at); at++)
	{
		PGPROC *proc = proc_of_transaction(at);
		OtherSession blocker;

		if (count++ >= NAMED_BLOCKERS)
			continue;
		blocker = look_at_other_session(proc ? proc->pid : 0);
		appendStringInfo(&out, "%sIn the way is %s", count > 1 ? "\n" : "",
						 session_in_words(&blocker));
		if (count == 1)
			*hint = way_to_end(&blocker);
	}
	if (count > NAMED_BLOCKERS)
		appendStringInfo(&out, "\nand %d more", count - NAMED_BLOCKERS);
	return count > 0 ? out.data : NULL;
}
