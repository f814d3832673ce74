/*
 * row_type.h
 *		Where rows of a relation's type are kept besides the relation itself.
 */
#ifndef SAFEMIG_ROW_TYPE_H
#define SAFEMIG_ROW_TYPE_H

#include "effect/effect.h"

/* Tables made OF the composite type: they change with it under CASCADE. */
extern List *typed_tables(Oid composite);

/* Is a value of the type kept anywhere: in a column, or as the rows of a typed table? */
extern bool row_type_is_stored(Oid relid);

/* A column, with rows in its table, that holds values of the row type; NULL: there is none. */
extern ObjectAddress *column_filled_with(Oid relid);

/* What a change of the row type does to the columns that keep values of it, as part of whole. */
extern List *same_where_stored(Effect *whole);

#endif /* SAFEMIG_ROW_TYPE_H */
