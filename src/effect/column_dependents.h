/*
 * column_dependents.h
 *		What stands on a column, as far as the server will not touch it.
 */
#ifndef SAFEMIG_COLUMN_DEPENDENTS_H
#define SAFEMIG_COLUMN_DEPENDENTS_H

#include "postgres.h"
#include "catalog/objectaddress.h"
#include "nodes/pg_list.h"

/*
 * Views, rules, triggers, policies, functions, generated columns and row filters of
 * publications for which ALTER COLUMN ... TYPE of the column, or of the same in a
 * child, is refused: ObjectAddress *.
 */
extern List *blocking_type_change(Oid relid, AttrNumber attnum);

/* Labels of an enum in their order (char *); NIL: it is none */
extern List *enum_labels(Oid type);

#endif /* SAFEMIG_COLUMN_DEPENDENTS_H */
