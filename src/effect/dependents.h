/*
 * dependents.h
 *		What stands on a relation, a column or a type, or lies in a schema: walks over
 *		the catalogs, without a lock on what they find.
 */
#ifndef SAFEMIG_DEPENDENTS_H
#define SAFEMIG_DEPENDENTS_H

#include "postgres.h"
#include "access/attnum.h"
#include "nodes/pg_list.h"

/* Views and materialized views that read the relation (attnum 0), or that column of it: OIDs. */
extern List *views_on(Oid relid, AttrNumber attnum);

/* Tables, partitioned ones, materialized views, and views too: OIDs by name.  NULL: of all schemas but the server's. */
extern List *relations_of_schema(const char *schema);

/* A column of a table */
typedef struct ColumnOfType
{
	Oid relid;
	char *name;
} ColumnOfType;

/* Of tables, whose type is that one: ColumnOfType * */
extern List *columns_of_type(Oid type);

/* A type as a change names it, without quotes; InvalidOid: there is none, or the script makes it */
extern Oid type_of_name(const char *name);
extern char *last_name_of_type(Oid type); /* without its schema */
extern bool enum_has_label(Oid type, const char *label);

/* Functions that its triggers call: OIDs. */
extern List *trigger_functions(Oid relid);

#endif /* SAFEMIG_DEPENDENTS_H */
