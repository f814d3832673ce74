/*
 * relation_state.h
 *		Owner and grants of a relation, taken over while it lies in the bin and
 *		given back with it.
 */
#ifndef SAFEMIG_RELATION_STATE_H
#define SAFEMIG_RELATION_STATE_H

#include "postgres.h"
#include "undo/restore.h"

/* schema, name, owner and grants as jsonb text */
extern char *state_of_relation(Oid relid);

/* The extension's owner becomes its owner, and nobody has a grant. */
extern void take_relation_over(Oid relid);

/* The other way, as far as the roles are still there. */
extern void give_relation_back(Restore *restore, Oid relid, const char *state);

/* Those of one column alone, from the acl in its state; it must have none yet. */
extern void
give_column_grants_back(Restore *restore, Oid relid, AttrNumber attnum, const char *state);

/* Of grants that could not be given back: a sentence of the report. */
extern void report_lost_grants(Restore *restore, const char *name, const char *state);

/* One word of the state: 'schema', 'name', 'owner'; those of schema and owner by now */
extern char *word_of_state(const char *state, const char *key);
extern Oid oid_of_state(const char *state, const char *key);

#endif /* SAFEMIG_RELATION_STATE_H */
