/*
 * stored.h
 *		What the catalogs hold of a thing, written as SQL that means the same under
 *		every search_path.  No lock is taken and no query run.
 */
#ifndef SAFEMIG_STORED_H
#define SAFEMIG_STORED_H

#include "postgres.h"

/* NULL where there is none; also a generated column's expression */
extern char *default_of_column(Oid relid, AttrNumber attnum);

/* "fillfactor='70', autovacuum_enabled='off'", or NULL */
extern char *options_of_relation(Oid relid);

/* "FOR VALUES IN (1)", or NULL for what is no partition */
extern char *partition_bound(Oid relid);

extern char *definition_of_function(Oid function);
extern char *name_of_collation(Oid collation);
extern char *name_of_type(Oid type, int32 typmod);
extern int statistics_target(Oid relid, AttrNumber attnum);

/* pg_trigger.tgenabled; '\0' when it is gone */
extern char trigger_state(Oid trigger);

/* the server's own, of a foreign key or a deferrable constraint */
extern bool trigger_is_internal(Oid trigger);

#endif /* SAFEMIG_STORED_H */
