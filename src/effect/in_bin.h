/*
 * in_bin.h
 *		What lies in a schema of the bin, and what may go there.
 */
#ifndef SAFEMIG_IN_BIN_H
#define SAFEMIG_IN_BIN_H

#include "postgres.h"
#include "catalog/objectaddress.h"

/*
 * The schema of the bin in which it lies, or what it belongs to as a column, a
 * rule, a trigger; InvalidOid when it lies elsewhere.
 */
extern Oid bin_schema_of(const ObjectAddress *object);

/* Could it be moved there as it is?  What has a schema of its own, and is no part of an extension. */
extern bool may_go_into_bin(const ObjectAddress *object);

/* The relation that an object is, or is a part of; InvalidOid for what is part of none. */
extern Oid relation_of_part(const ObjectAddress *object);

#endif /* SAFEMIG_IN_BIN_H */
