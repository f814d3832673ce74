/*
 * lost_values.h
 *		Which values does a new type of a column not hold?
 */
#ifndef SAFEMIG_LOST_VALUES_H
#define SAFEMIG_LOST_VALUES_H

#include "postgres.h"

/* c: the column as it is called now */
typedef struct Conversion
{
	const char *c;
	Oid from;
	int32 from_typmod;
	Oid to;
	int32 to_typmod;
	const char *from_name;
	const char *to_name;
} Conversion;

/*
 * The condition of a row whose value is lost, or for which the statement fails; NULL:
 * nobody here knows one.
 */
extern char *lost_value(const Conversion *conversion);

/* Not known by its values, then by its types: would the server make this cast by itself? */
extern bool is_widening(const Conversion *conversion);

#endif /* SAFEMIG_LOST_VALUES_H */
