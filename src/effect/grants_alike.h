/*
 * grants_alike.h
 *		The rights that roles have on a relation, granted on another one, as SQL.
 */
#ifndef SAFEMIG_GRANTS_ALIKE_H
#define SAFEMIG_GRANTS_ALIKE_H

#include "postgres.h"

/* "\nGRANT SELECT ON x TO y;" for each role; of rows only, not of columns.  "": none but the owner's. */
extern char *grants_alike(Oid relid, const char *on);

/* The same of USAGE and CREATE of a schema */
extern char *schema_grants_alike(Oid schema, const char *on);

#endif /* SAFEMIG_GRANTS_ALIKE_H */
