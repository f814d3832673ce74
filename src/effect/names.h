/*
 * names.h
 *		What the names in a statement mean: what the catalogs say, or while a script is
 *		foreseen (src/foresee) what they will mean when the statement runs.
 */
#ifndef SAFEMIG_NAMES_H
#define SAFEMIG_NAMES_H

#include "postgres.h"
#include "nodes/primnodes.h"

/* Each gives InvalidOid or 0 where there is nothing of that name, and takes no lock. */
typedef struct NameReader
{
	Oid (*relation)(const RangeVar *name);
	AttrNumber (*column)(Oid relid, const char *name);
	Oid (*constraint)(Oid relid, const char *name);
	Oid (*schema)(const char *name);
} NameReader;

/* lookup.c; the draft of src/foresee puts its own here while it is open */
extern const NameReader *name_reader;
extern const NameReader catalog_names;

#endif /* SAFEMIG_NAMES_H */
