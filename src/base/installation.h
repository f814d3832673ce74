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

#include "base/compat.h"

#define SAFEMIG_NAME "safemig"

/* true when CREATE EXTENSION has completed here; cheap, fit for a hot path */
extern bool safemig_is_installed(void);

/* the parts; valid only while safemig_is_installed() */
extern Oid safemig_extension(void);
extern Oid safemig_schema(void);
extern Oid safemig_owner(void);
extern Oid safemig_config(void);
extern Oid safemig_relation(const char *name);
pg_noreturn extern void refuse_old_table(const char *name);

/*
 * The library is replaced before ALTER EXTENSION UPDATE runs, so it meets the
 * SQL of the version before.  What only reads asks whether its table is there,
 * and takes NULL for a column that is not.
 */
extern Oid safemig_find_relation(const char *name);
extern Datum own_column(HeapTuple tuple, TupleDesc desc, int column, bool *isnull);

/* Tell every session that the parts are others now. */
extern void safemig_has_changed(void);

/* hands each row of one of our tables to take; fit for a hook */
extern void scan_own_table(Oid relid, void (*take)(HeapTuple tuple, TupleDesc desc));

/* may this object be a member of ours?  Two comparisons; false is certain, true is not */
extern bool safemig_may_own(Oid oid);

/* is this relation one of ours?  Two comparisons for nearly all others */
extern bool safemig_owns(Oid relid);

/* Every session looks for the members again. */
extern void safemig_members_changed(void);

/*
 * Schemas of the bin.  The server reserves the prefix, so that nobody else makes
 * one; pg_dump, and whoever looks for a user's tables, leaves them out.
 */
#define BIN_SCHEMA_PREFIX "pg_safemig_bin_"
extern bool safemig_is_bin_schema(Oid schema);

/* true while the extension's own install or update script runs */
extern bool safemig_script_is_running(void);

/* grows with every invalidation: what was read under another number is stale */
extern uint64 safemig_generation(void);

#endif /* SAFEMIG_INSTALLATION_H */
