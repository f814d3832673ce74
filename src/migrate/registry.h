/*
 * registry.h
 *		safemig.migration, the table of versions: read and written as the extension's
 *		owner.  SPI must be connected; the caller holds the runner lock to write.
 */
#ifndef SAFEMIG_REGISTRY_H
#define SAFEMIG_REGISTRY_H

#include "postgres.h"
#include "nodes/pg_list.h"

typedef struct RegisteredMigration
{
	char *version;
	char *key;
	char *name;
	char *state;
	char *up;
	char *down; /* or NULL */
	char *checksum;
	char *token_checksum;
	bool has_journal; /* of what takes it back */
} RegisteredMigration;

/* Strings that may be NULL are stored as null; lists are of char *. */
typedef struct NewMigration
{
	const char *version;
	const char *key;
	const char *name;
	const char *up;
	const char *down;
	const char *checksum;
	const char *token_checksum;
	List *permits;
	const char *reason;
	const char *check_sql;
	List *environments; /* NIL: all */
	const char *release;
	int64 statements;
	int64 rows;
	double seconds;
	const char *note;
	const char *inverse; /* jsonb text of its journal, NULL where a down script is there */
} NewMigration;

/* NULL when there is none */
extern RegisteredMigration *find_migration(const char *key);
extern RegisteredMigration *newest_applied(void);
extern bool is_applied(const RegisteredMigration *migration);
extern bool is_rolled_back(const RegisteredMigration *migration);

/* Applied versions above the key, newest first: of RegisteredMigration *. */
extern List *applied_above(const char *key);

/* At most two applied versions below the key and two above, in order: of char *. */
extern List *applied_around(const char *key);

extern void save_applied(const NewMigration *migration);

/* false when it says nothing new, or the version is known in another state, which it keeps */
extern bool save_skipped(const NewMigration *migration);

extern void save_rolled_back(const char *key);

#endif /* SAFEMIG_REGISTRY_H */
