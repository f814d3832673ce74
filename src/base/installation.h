/*
 * installation.h
 *		Is the extension installed in this database, and where are its parts?
 *		Answered from a cache that the server's invalidation messages keep true.
 */
#ifndef SAFEMIG_INSTALLATION_H
#define SAFEMIG_INSTALLATION_H

#include "postgres.h"
#include "access/htup.h"
#include "access/tupdesc.h"

#define SAFEMIG_NAME "safemig"

/* true when CREATE EXTENSION has completed here; cheap, fit for a hot path */
extern bool safemig_is_installed(void);

/* the parts; valid only while safemig_is_installed() */
extern Oid safemig_extension(void);
extern Oid safemig_schema(void);
extern Oid safemig_owner(void);
extern Oid safemig_config(void);
extern Oid safemig_relation(const char *name);

/* hands each row of one of our tables to take; fit for a hook */
extern void scan_own_table(Oid relid, void (*take)(HeapTuple tuple, TupleDesc desc));

/* is this relation one of ours?  Two comparisons for nearly all others */
extern bool safemig_owns(Oid relid);

/* true while the extension's own install or update script runs */
extern bool safemig_script_is_running(void);

/* grows with every invalidation: what was read under another number is stale */
extern uint64 safemig_generation(void);

#endif /* SAFEMIG_INSTALLATION_H */
