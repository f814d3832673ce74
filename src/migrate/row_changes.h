/*
 * row_changes.h
 *		Which rows a script wrote, by the server's own counters.
 */
#ifndef SAFEMIG_ROW_CHANGES_H
#define SAFEMIG_ROW_CHANGES_H

#include "postgres.h"

/*
 * Of the current subtransaction, which the script has for itself, as jsonb prints
 * it: {"public.users": {"deleted": 0, "inserted": 3, "updated": 1}}.  NULL when
 * nothing is counted.  SPI must be connected.
 */
extern char *row_changes_as_jsonb(void);

#endif /* SAFEMIG_ROW_CHANGES_H */
