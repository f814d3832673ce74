/*
 * restore_point.c
 *		Writes a named restore point before each migration or rollback that has permits,
 *		and keeps its name where it is found.  Recovery that ends there has all that was committed
 *		before, and nothing of the migration, which commits behind it.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "access/xlog_internal.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "backup/restore_point.h"
#include "base/installation.h"
#include "base/owner.h"

#define TITLE_SHOWN 24 /* characters of it; the whole name has to stay below MAXFNAMELEN */

/* "safemig_1.3.0_20261121T081500.123456Z": recovery ends at the first of a name, so each is new */
static char *
name_of_point(const char *what, TimestampTz at)
{
	pg_time_t seconds = timestamptz_to_time_t(at);
	int microseconds = (int) (((at % USECS_PER_SEC) + USECS_PER_SEC) % USECS_PER_SEC);
	char *title = psprintf("%.*s", TITLE_SHOWN, what);
	char stamp[32];

	for (char *c = title; *c != '\0'; c++)
		if (!isalnum((unsigned char) *c) && strchr("._-", *c) == NULL)
			*c = '_';
	pg_strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", pg_gmtime(&seconds));
	return psprintf("%s_%s_%s.%06dZ", SAFEMIG_NAME, title, stamp, microseconds);
}

static void
save_point(const char *version, TimestampTz at, const char *name, const char *lsn, const char *note)
{
	Oid types[5] = {TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID};
	Datum values[5];
	char nulls[6] = "     ";

	values[0] = CStringGetTextDatum(version);
	values[1] = TimestampTzGetDatum(at);
	values[2] = name ? CStringGetTextDatum(name) : (Datum) 0;
	nulls[2] = name ? ' ' : 'n';
	values[3] = lsn ? CStringGetTextDatum(lsn) : (Datum) 0;
	nulls[3] = lsn ? ' ' : 'n';
	values[4] = note ? CStringGetTextDatum(note) : (Datum) 0;
	nulls[4] = note ? ' ' : 'n';
	(void) write_as_owner("INSERT INTO safemig.restore_point (version, at, name, lsn, note)"
						  " VALUES ($1, $2, $3, $4, $5)",
						  5, types, values, nulls);
}

void
set_restore_point(const char *version, List *permits, const char *target)
{
	TimestampTz now = GetCurrentTimestamp();
	char *note = target ? psprintf("before the rollback to %s", target) : NULL;
	XLogRecPtr lsn;
	char *name;

	if (permits == NIL || !OidIsValid(safemig_find_relation("restore_point")))
		return;
	if (!XLogIsNeeded())
	{
		save_point(
			version, now, NULL, NULL,
			psprintf("%s%snone was set: wal_level is minimal", note ? note : "", note ? ", " : ""));
		return;
	}
	name = name_of_point(target ? psprintf("rollback_%s", version) : version, now);
	Assert(strlen(name) < MAXFNAMELEN);
	lsn = XLogRestorePoint(name);
	save_point(version, now, name, psprintf("%X/%X", LSN_FORMAT_ARGS(lsn)), note);
}
