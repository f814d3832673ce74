/*
 * registry.h
 *		safemig.migration, the table of versions: read and written as the extension's
 *		owner.  SPI must be connected; the caller holds the runner lock to write what
 *		was applied or taken back.
 */
#ifndef SAFEMIG_REGISTRY_H
#define SAFEMIG_REGISTRY_H

#include "postgres.h"
#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

#include "migrate/version.h"

#define KIND_VERSIONED "versioned"
#define KIND_BASELINE "baseline"
#define KIND_REPEATABLE "repeatable"
#define KIND_SEED "seed"

#define STATE_PENDING "pending"
#define STATE_APPLIED "applied"
#define STATE_ROLLED_BACK "rolled back"
#define STATE_SKIPPED "skipped"

/*
 * One migration, as it is given or as it is kept.  Strings that may be NULL are
 * stored as null; lists are of char *.
 */
typedef struct NewMigration
{
	const char *kind;
	const char *version; /* NULL for what has only a name: repeatable, seed */
	const char *key;	 /* sorts versions, then "repeatable NAME", then "seed NAME" */
	const char *title;	 /* "1.3.0", "seed plans": on record */
	const char *label;	 /* "version 1.3.0", "seed plans": in messages */
	VersionScheme scheme;
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
	bool out_of_order;
	TimestampTz read_as_of; /* what is run from the registry: its changed_at then; else 0 */
	int64 statements;
	int64 rows;
	double seconds;
	const char *note;
	const char *row_changes; /* jsonb text, NULL when nothing was counted */
	const char *inverse;	 /* jsonb text of its journal, NULL where a down script is there */
} NewMigration;

typedef struct RegisteredMigration
{
	char *version; /* NULL as above */
	char *key;
	char *title;
	char *label;
	char *name;
	char *kind;
	char *state;
	char *up;
	char *down; /* or NULL */
	char *checksum;
	char *token_checksum;
	List *permits;
	char *reason;
	char *check_sql;
	List *environments;
	char *release;
	char *note;
	bool out_of_order;
	bool has_journal; /* of what takes it back */
	char *taken_back; /* checksum of the script that a rollback took back last, else NULL */
	char *registered_by;
	TimestampTz changed_at; /* since when it is in this state, with this script */
	char *accepts;			/* why another script is taken over when it comes next, else NULL */
} RegisteredMigration;

/* "version 1.3.0" for what has a version, else the title */
extern char *migration_label(const char *version, const char *title);

/* NULL when there is none */
extern RegisteredMigration *find_migration(const char *key);
extern RegisteredMigration *newest_applied(void);
extern bool is_applied(const RegisteredMigration *migration);
extern bool is_pending(const RegisteredMigration *migration);

/* Did somebody write to the script on record?  Its checksum is of the one that was put there. */
extern bool is_written_to(const RegisteredMigration *migration);

/* The newest applied version, or if there is none, one that waits: it decides the scheme. */
extern const RegisteredMigration *first_of_scheme(const RegisteredMigration *newest);

/* The baseline at or above a key, NULL when the key is above it. */
extern RegisteredMigration *baseline_over(const char *key);

/*
 * What migrate runs next, up to target by its key (NULL: all); what has no
 * version only when no version waits any more.
 */
extern RegisteredMigration *next_pending(const char *target);

/* What was passed over and is wanted by now waits again.  seeds: whether those are. */
extern void let_wanted_wait(const char *environment, bool seeds);

/* All that runs next, with what was passed over and is wanted by now, in order: of RegisteredMigration *. */
extern List *all_waiting(const char *target, const char *environment, bool seeds);

/* Applied versions above the key, newest first: of RegisteredMigration *. */
extern List *applied_above(const char *key);

/* Repeatable ones that ran since the first of those was applied, newest first. */
extern List *repeatables_since(const char *key);

/* At most two applied versions below the key and two above, in order: of char *. */
extern List *applied_around(const char *key);

/* Applied ones whose stored script no longer gives its checksum, in order: their labels. */
extern List *applied_and_written_to(void);

extern void save_applied(const NewMigration *migration);

/* false when it is applied already, or waits just as it is given */
extern bool save_pending(const NewMigration *migration);

/* false when it says nothing new, or the version is known in another state, which it keeps */
extern bool save_skipped(const NewMigration *migration);

/* Without running it; what it did is not known, and no rollback without a down script takes it back. */
extern void save_marked_applied(const char *key);

extern void save_note(const char *key, const char *note);

/* The script that is brought next is taken over. */
extern void save_accepts(const char *key, const char *reason);

/* Of an applied one: its scripts, the checksums, and its name. */
extern void save_script(const NewMigration *migration);

extern void save_rolled_back(const char *key);

#endif /* SAFEMIG_REGISTRY_H */
