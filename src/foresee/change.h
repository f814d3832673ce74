/*
 * change.h
 *		A statement of a script taken apart into the things it changes, each told
 *		apart once, here: the draft follows them (draft_change.c), locks, rewrites and
 *		scans are foretold of them (touch*.c), and the rules of src/lint look at
 *		nothing else.
 */
#ifndef SAFEMIG_CHANGE_H
#define SAFEMIG_CHANGE_H

#include "foresee/draft.h"

typedef enum ChangeKind
{
	CHANGE_NOTHING, /* SELECT, SHOW, and what touches no relation that anybody has */

	/* columns; name: of the column */
	CHANGE_ADD_COLUMN, /* also each column of CREATE TABLE */
	CHANGE_DROP_COLUMN,
	CHANGE_COLUMN_TYPE,
	CHANGE_SET_DEFAULT,
	CHANGE_DROP_DEFAULT,
	CHANGE_SET_NOT_NULL,
	CHANGE_DROP_NOT_NULL,
	CHANGE_ADD_IDENTITY,
	CHANGE_SET_IDENTITY,
	CHANGE_DROP_IDENTITY,
	CHANGE_SET_EXPRESSION, /* of a generated column */
	CHANGE_DROP_EXPRESSION,
	CHANGE_COLUMN_OPTION, /* statistics target, storage, compression, n_distinct */

	/* constraints; name: of the constraint, made up by the server's rules where none is given */
	CHANGE_ADD_CHECK,
	CHANGE_ADD_NOT_NULL, /* as a named constraint of the table, 18 */
	CHANGE_ADD_FOREIGN_KEY,
	CHANGE_ADD_UNIQUE,
	CHANGE_ADD_PRIMARY_KEY,
	CHANGE_ADD_EXCLUDE,
	CHANGE_VALIDATE_CONSTRAINT,
	CHANGE_ALTER_CONSTRAINT,
	CHANGE_DROP_CONSTRAINT,

	/* tables */
	CHANGE_CREATE_TABLE,
	CHANGE_CREATE_TABLE_AS, /* also SELECT INTO and CREATE MATERIALIZED VIEW */
	CHANGE_SET_LOGGED,
	CHANGE_SET_UNLOGGED,
	CHANGE_SET_ACCESS_METHOD,
	CHANGE_SET_TABLESPACE,
	CHANGE_SET_OPTIONS, /* SET and RESET (...) */
	CHANGE_CLUSTER_ON,	/* and SET WITHOUT CLUSTER */
	CHANGE_REPLICA_IDENTITY,
	CHANGE_OWNER,
	CHANGE_ENABLE_TRIGGER,
	CHANGE_DISABLE_TRIGGER,
	CHANGE_ENABLE_ROW_SECURITY, /* and FORCE */
	CHANGE_DISABLE_ROW_SECURITY,
	CHANGE_INHERIT,			 /* other: the parent */
	CHANGE_NO_INHERIT,		 /* other: the parent */
	CHANGE_ATTACH_PARTITION, /* other: the partition */
	CHANGE_DETACH_PARTITION, /* other: the partition */
	CHANGE_OF_TYPE,
	CHANGE_ALTER_OTHER, /* a subcommand of no interest but for its lock */

	/* indexes; name: of the index */
	CHANGE_CREATE_INDEX,
	CHANGE_DROP_INDEX,
	CHANGE_REINDEX, /* relation: the table; NULL for a schema or database */
	CHANGE_ALTER_INDEX,
	CHANGE_ATTACH_INDEX,

	/* what goes; relation: what is dropped, or what it belongs to; name: of a part */
	CHANGE_DROP_TABLE,
	CHANGE_DROP_VIEW,
	CHANGE_DROP_MATVIEW,
	CHANGE_DROP_SEQUENCE,
	CHANGE_DROP_FOREIGN_TABLE,
	CHANGE_DROP_TRIGGER,
	CHANGE_DROP_RULE,
	CHANGE_DROP_POLICY,
	CHANGE_DROP_STATISTICS,
	CHANGE_DROP_SCHEMA,
	CHANGE_DROP_TYPE,
	CHANGE_DROP_FUNCTION,
	CHANGE_DROP_EXTENSION,
	CHANGE_DROP_PUBLICATION,
	CHANGE_DROP_DATABASE,
	CHANGE_DROP_OTHER,
	CHANGE_TRUNCATE,

	/* names; name and new_name */
	CHANGE_RENAME_RELATION,
	CHANGE_RENAME_COLUMN,
	CHANGE_RENAME_CONSTRAINT,
	CHANGE_RENAME_INDEX,
	CHANGE_RENAME_SCHEMA,
	CHANGE_RENAME_TYPE,
	CHANGE_RENAME_ENUM_VALUE,
	CHANGE_RENAME_OTHER,
	CHANGE_SET_SCHEMA,

	/* what is made besides tables and indexes */
	CHANGE_CREATE_SCHEMA,
	CHANGE_CREATE_SEQUENCE,
	CHANGE_ALTER_SEQUENCE,
	CHANGE_CREATE_VIEW, /* replaces: the view is there */
	CHANGE_CREATE_TRIGGER,
	CHANGE_CREATE_RULE,
	CHANGE_CREATE_POLICY,
	CHANGE_ALTER_POLICY,
	CHANGE_CREATE_STATISTICS,
	CHANGE_ALTER_STATISTICS,
	CHANGE_CREATE_FUNCTION,
	CHANGE_CREATE_TYPE,
	CHANGE_ADD_ENUM_VALUE,
	CHANGE_ALTER_TYPE, /* attributes of a composite type */
	CHANGE_DOMAIN_ADD_CONSTRAINT,
	CHANGE_DOMAIN_VALIDATE,
	CHANGE_DOMAIN_SET_NOT_NULL,
	CHANGE_DOMAIN_DROP_CONSTRAINT, /* and DROP NOT NULL */
	CHANGE_DOMAIN_DEFAULT,
	CHANGE_CREATE_EXTENSION,
	CHANGE_ALTER_EXTENSION,
	CHANGE_CREATE_PUBLICATION,
	CHANGE_ALTER_PUBLICATION,
	CHANGE_COMMENT,
	CHANGE_GRANT,
	CHANGE_REVOKE,
	CHANGE_CREATE_OTHER,

	/* upkeep */
	CHANGE_VACUUM_FULL,
	CHANGE_VACUUM, /* also ANALYZE */
	CHANGE_CLUSTER,
	CHANGE_REFRESH,

	/* rows */
	CHANGE_SELECT, /* also FOR UPDATE */
	CHANGE_INSERT,
	CHANGE_UPDATE,
	CHANGE_DELETE,
	CHANGE_MERGE,
	CHANGE_COPY_FROM,
	CHANGE_LOCK_TABLE,

	/* the script itself */
	CHANGE_BEGIN,
	CHANGE_COMMIT, /* also ROLLBACK and PREPARE TRANSACTION */
	CHANGE_SAVEPOINT,
	CHANGE_SET_VARIABLE, /* name: of the setting; new_name: its value as text, NULL for RESET */
	CHANGE_DO,			 /* also CALL: runs what cannot be seen here */
	CHANGE_NEEDS_CLIENT	 /* COPY from or to the client */
} ChangeKind;

/* How much a default has to be worked out */
typedef enum DefaultKind
{
	DEFAULT_NONE,
	DEFAULT_CONSTANT, /* the same for every row: kept once (attmissingval) */
	DEFAULT_VOLATILE  /* another one for each row: they are all written; serial, identity too */
} DefaultKind;

/* Why every row is written anew */
typedef enum RewriteCause
{
	REWRITE_NONE,
	REWRITE_TYPE,
	REWRITE_VOLATILE_DEFAULT,
	REWRITE_SERIAL,
	REWRITE_IDENTITY,
	REWRITE_GENERATED,
	REWRITE_DOMAIN,
	REWRITE_LOGGED,
	REWRITE_UNLOGGED,
	REWRITE_ACCESS_METHOD,
	REWRITE_TABLESPACE, /* copied, not rewritten */
	REWRITE_VACUUM_FULL,
	REWRITE_CLUSTER,
	REWRITE_REFRESH
} RewriteCause;

/* Why every row is read under the lock */
typedef enum ScanCause
{
	SCAN_NONE,
	SCAN_CHECK,
	SCAN_NOT_NULL,
	SCAN_FOREIGN_KEY,
	SCAN_INDEX,
	SCAN_PARTITION,
	SCAN_DOMAIN,
	SCAN_REWRITE /* of what is rewritten */
} ScanCause;

/* What a change does to one relation. */
typedef struct Touch
{
	DraftRelation *relation;
	LOCKMODE lock;
	bool rewrites;
	bool scans;
} Touch;

/* A right that PUBLIC does not have so far. */
typedef struct PublicRight
{
	char *privileges; /* "SELECT, INSERT" */
	char *kind;		  /* as GRANT says it: "TABLE" */
	char *identity;	  /* "public.users"; NULL: what is made later (ALTER DEFAULT PRIVILEGES) */
} PublicRight;

/* And to an index, where that is locked more strongly than its table. */
typedef struct IndexTouch
{
	DraftIndex *index;
	LOCKMODE lock;
	bool rebuilds;
} IndexTouch;

typedef struct Change
{
	ChangeKind kind;
	ChangeKind skipped;		 /* of CHANGE_NOTHING: what IF [NOT] EXISTS made nothing of */
	Node *node;				 /* for src/foresee only */
	Node *part;				 /* likewise: of a statement of several objects, this one */
	DraftRelation *relation; /* that is changed; NULL: none, or a name that leads nowhere */
	DraftRelation *other;	 /* the partner: what a foreign key refers to, a partition, a parent */
	const char *name;
	const char *new_name;
	const char *schema;	   /* CHANGE_*_SCHEMA: its name; SET_SCHEMA: the new one */
	const char *written;   /* the relation as the statement names it, where relation is NULL */
	const char *text;	   /* source of this part: the subcommand, or the whole statement */
	int offset;			   /* of it in the statement's text, bytes */
	const char *statement; /* source of the whole statement */

	bool if_exists; /* IF EXISTS, IF NOT EXISTS, OR REPLACE */
	bool cascade;
	bool concurrently;
	bool only;
	bool within;	  /* a part of CREATE TABLE or ADD COLUMN, not a subcommand of its own */
	bool unqualified; /* the relation is named without its schema */
	bool outside;	  /* cannot run inside a transaction */

	/* columns, as they are before the change and as they will be */
	DraftColumn *column;	 /* before; NULL when it is not there */
	DraftColumn *new_column; /* ADD_COLUMN, COLUMN_TYPE */
	DefaultKind default_kind;
	const char *default_text; /* source of DEFAULT or USING, or NULL */
	bool is_serial;
	bool lossless; /* COLUMN_TYPE: every stored value stays as it is */
	bool using;	   /* COLUMN_TYPE: has USING other than the plain cast */

	/* constraints and indexes, as they will be */
	DraftConstraint
		*constraint;   /* ADD_*: the new one; VALIDATE, DROP: the one that is there, or NULL */
	DraftIndex *index; /* likewise */
	bool not_valid;
	bool using_index;
	bool proved; /* SET NOT NULL, ATTACH: a valid CHECK proves it, nothing is read */

	bool has_position; /* ADD_ENUM_VALUE: BEFORE or AFTER another one */

	/* rows */
	bool has_where;
	bool creates_rows; /* CREATE TABLE AS without WITH NO DATA */

	List *public_rights; /* GRANT: what PUBLIC gets and has not yet: PublicRight * */

	/* foretold */
	RewriteCause rewrite;
	ScanCause scan;
	List *touches;		 /* Touch *, one for each relation, the changed one first */
	List *index_touches; /* IndexTouch *, one for each index */
} Change;

/*
 * What is worth knowing of the changes of a statement:
 *
 * What a statement makes (relation of CREATE_TABLE, ..._AS, CREATE_VIEW,
 * CREATE_SEQUENCE; new_column, constraint and index of ADD_* and CREATE_INDEX) is
 * made new here and is not yet in the draft when the change is told; the draft
 * takes it in afterwards.  CREATE TABLE is told first, with what it has of parents,
 * of LIKE and of its type already in it, then the columns and constraints that it
 * spells out, each with within set.  NOT NULL of a new column is in new_column alone.
 *
 * IF EXISTS of what is not there, and IF NOT EXISTS of what is: CHANGE_NOTHING
 * with if_exists set, skipped saying what it would have been, and the relation or
 * index that is there already.
 *
 * A statement of several objects (DROP TABLE a, b) is a change for each.
 */

/*
 * Tells each change of a raw statement to visit before the draft follows it.
 * A draft must be open.  text: the statement's source, to which its locations belong.
 */
typedef void (*ChangeVisitor)(Change *change, void *arg);
extern void foresee_statement(Node *stmt, const char *text, ChangeVisitor visit, void *arg);

/* public_rights.c: of a GRANT on that object, NULL: on all of its; ALTER DEFAULT PRIVILEGES too */
extern List *rights_new_to_public(Node *stmt, Node *object);

/* "AccessExclusiveLock" */
extern const char *lock_name(LOCKMODE lock);

#endif /* SAFEMIG_CHANGE_H */
