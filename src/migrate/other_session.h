/*
 * other_session.h
 *		Another session that is in the way, in words.
 */
#ifndef SAFEMIG_OTHER_SESSION_H
#define SAFEMIG_OTHER_SESSION_H

#include "postgres.h"

/* What pg_stat_activity says of a process; strings that may be NULL. */
typedef struct OtherSession
{
	int pid; /* 0: a prepared transaction */
	char *application;
	char *state;
	char *age;
	char *query;
} OtherSession;

/* Of others' only what the view shows to the caller.  SPI must be connected. */
extern OtherSession look_at_other_session(int pid);

/* "process 12, application "shop", active, in its transaction for 00:00:01: SELECT ..." */
extern char *session_in_words(const OtherSession *session);

/* "Wait until it is done, or SELECT pg_cancel_backend(12)" */
extern char *way_to_end(const OtherSession *session);

#endif /* SAFEMIG_OTHER_SESSION_H */
