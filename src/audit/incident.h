/*
 * incident.h
 *		What was refused, warned of, or failed: a record that survives the rollback
 *		which the refusal causes, also when the client swallows the error.
 */
#ifndef SAFEMIG_INCIDENT_H
#define SAFEMIG_INCIDENT_H

#include "postgres.h"
#include "nodes/pg_list.h"

typedef struct Incident
{
	const char *verdict;   /* 'refused', 'warned', 'failed', 'off' or 'dry run' */
	int sqlstate;		   /* as in ErrorData, or 0 */
	const char *statement; /* NULL: what the client sent */
	List *effects;		   /* of char *: 'drop table public.users' */
	const char *message;
	const char *hint;	 /* or NULL */
	const char *version; /* the migration's, or NULL */
	const char *name;	 /* the migration's, or NULL */
} Incident;

extern void record_incident(const Incident *incident);

/*
 * Move the recorded incidents into their tables.  For any function of the
 * extension that writes; does nothing when another session is at it.
 */
extern void drain_incidents(void);

#endif /* SAFEMIG_INCIDENT_H */
