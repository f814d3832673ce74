/*
 * window.h
 *		Hours of the week in which something may be done, as people write them:
 *		'Sun 02:00-05:00 Europe/Berlin, Mon-Fri 22:00-23:30'.
 */
#ifndef SAFEMIG_WINDOW_H
#define SAFEMIG_WINDOW_H

#include "postgres.h"
#include "datatype/timestamp.h"

extern bool windows_are_valid(const char *text);

/* Of a valid text: is one of them open at that time? */
extern bool window_is_open(const char *text, TimestampTz at);

/* "Sat 08:50 Europe/Berlin", in the zone of the first one */
extern char *window_clock(const char *text, TimestampTz at);

#endif /* SAFEMIG_WINDOW_H */
