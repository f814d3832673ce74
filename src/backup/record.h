/*
 * record.h
 *		safemig.backup_record: which backups of this database there are, whoever made
 *		them.
 */
#ifndef SAFEMIG_BACKUP_RECORD_H
#define SAFEMIG_BACKUP_RECORD_H

#include "postgres.h"
#include "datatype/timestamp.h"

typedef struct BackupRecord
{
	const char *location;
	TimestampTz taken_at;
	int64 bytes;		/* 0: not known */
	const char *sha256; /* or NULL */
	bool knows_restore; /* somebody has tried to restore it, */
	bool restored_ok;	/* and this came of it */

	/* of those made by safemig.backup() */
	const char *label; /* NULL for others */
	bool readable;	   /* its file was read, and is a dump */
} BackupRecord;

extern void save_backup(const BackupRecord *record);

/* Of this database, verified, and younger than that many seconds? */
extern bool has_fresh_backup(int64 seconds);

/* A whole sentence: why there is none. */
extern char *why_no_fresh_backup(void);

/* Files of safemig.backup() that are older than backup_keep_for go, and their records. */
extern void remove_old_backups(void);

#endif /* SAFEMIG_BACKUP_RECORD_H */
