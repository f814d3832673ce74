/*
 * effect.h
 *		"What will this statement do?"  The answer is a list of effects, made here
 *		and nowhere else; guard, undo, lint, dry run and audit only read it.
 *
 * Nothing in this folder takes a lock that outlives the call, or waits for one.
 */
#ifndef SAFEMIG_EFFECT_H
#define SAFEMIG_EFFECT_H

#include "postgres.h"
#include "catalog/objectaddress.h"
#include "executor/execdesc.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"

typedef enum Category
{
	CATEGORY_DATA,
	CATEGORY_BREAK,
	CATEGORY_CODE,
	CATEGORY_UPKEEP,
	CATEGORY_CHANGE,
	CATEGORY_SELF
} Category;

/* How what an action destroys is kept, so that it can be taken back */
typedef enum KeptKind
{
	KEPT_MOVED,		 /* the object lies in a schema of the bin */
	KEPT_STORAGE,	 /* its files hang under a table of the bin */
	KEPT_COLUMN,	 /* the column is still in its table */
	KEPT_COPY,		 /* key and former value in a table of the bin */
	KEPT_DEFINITION, /* statements that make it again */
	KEPT_ROWS,		 /* rows as they were, in a table of the bin; only when asked for */
	KEPT_NOT
} KeptKind;

typedef enum Action
{
#define ACTION(symbol, name, category, kept, lost) ACTION_##symbol,
#include "effect/actions.h"
#undef ACTION
	ACTION_COUNT
} Action;

extern const char *action_name(Action action);
extern Category action_category(Action action);
extern const char *action_loss(Action action);
extern KeptKind action_kept_as(Action action);
extern bool action_destroys(Action action);
extern const char *category_name(Category category);

/* The action that text begins with, and what follows it; false if none. */
extern bool action_of_text(const char *text, Action *action, const char **rest);

typedef struct Effect
{
	Action action;
	ObjectAddress object;	 /* InvalidOid objectId: not in this database's catalogs */
	char *type;				 /* "table", "foreign key", ... for messages */
	char *identity;			 /* as pg_identify_object prints it */
	Oid relation;			 /* whose rows are at stake, or InvalidOid */
	bool named;				 /* by the statement; false: the closure found it */
	bool part;				 /* goes with another effect and needs no permit of its own ... */
	struct Effect *whole;	 /* ... if that one was judged: the effect it goes with */
	bool exempted;			 /* passed because it is nobody's loss (set by the guard) */
	bool found_empty;		 /* passed because there was no row (likewise) */
	bool empty_is_harmless;	 /* loses nothing when the relation has no row */
	bool row_by_row;		 /* INSERT: a restore by INSERT comes back for the next rows */
	bool only;				 /* this relation without its children (ONLY) */
	double excess;			 /* change rows: how many were changed when more than max_rows were */
	bool sealed;			 /* no permit opens it */
	bool without_undo;		 /* its permit says that it is to go for good */
	bool permitted;			 /* a permit was used for it (set by the guard) */
	bool later;				 /* happens when this session's temporary objects go */
	List *new_columns;		 /* update all: the columns written (attnums) */
	ObjectAddress needed_by; /* what in the bin stands on it; InvalidOid objectId: nothing */
	bool into_bin;			 /* so it goes there itself, as it is, and is not destroyed */
} Effect;

/* Is this a statement whose effects are worth asking for?  Very cheap. */
extern bool statement_matters(Node *stmt);

/* CREATE EXTENSION and ALTER EXTENSION UPDATE run a script of their own. */
extern bool runs_extension_script(Node *stmt);

/* All effects of a utility statement, closure included.  NIL: nothing to judge. */
extern List *effects_of_statement(Node *stmt);

/*
 * Permanent data that goes with this session's temporary objects, all of it and
 * what came to it, and whether a statement may make such a dependency.
 */
extern bool may_lean_on_temporary(Node *stmt);
extern List *effects_of_session_end(void);
extern List *effects_of_session_end_since(List *before);
extern bool creates_temporary(Node *stmt);

/* The relation that an ALTER TABLE names, without a lock; InvalidOid for every other statement. */
extern Oid altered_relation(Node *stmt);

/* Does it drop the extension of that name? */
extern bool drops_extension(Node *stmt, const char *name);

/* Effects that reach databases other than this one; no object: every one. */
extern List *effects_on_databases(Node *stmt);
extern List *effects_of_plan_on_databases(PlannedStmt *plan);

/* The effect of one object dropped (OAT_DROP); false when it is nobody's business. */
extern bool effect_of_drop(const ObjectAddress *object, Effect *effect);

/* Effects of a plan: DELETE and UPDATE that leave no row alone. */
extern bool plan_matters(QueryDesc *query);
extern List *effects_of_plan(PlannedStmt *plan);

/* What a plan writes into: of WrittenRelation *. */
typedef struct WrittenRelation
{
	Oid relid;		 /* that the statement names, not its partitions */
	CmdType command; /* CMD_MERGE also for INSERT ... ON CONFLICT DO UPDATE */
	List *columns;	 /* of CMD_UPDATE: the columns written (attnums) */
} WrittenRelation;

extern List *relations_written(PlannedStmt *plan);

/* Changes of existing rows, be it one: for tables where that is refused. */
extern List *effects_of_row_changes(PlannedStmt *plan);

/* row_count.c: rows changed, known when the statement has run; for some plans only with INSTRUMENT_ROWS */
extern bool changes_uncounted_rows(PlannedStmt *plan);
extern double rows_changed(QueryDesc *query);

/* Helpers of this folder, shared by its rooms */
extern Effect *make_effect(Action action, const ObjectAddress *object);
extern Effect *make_relation_effect(Action action, Oid relid);
extern Effect *make_truncate_effect(Oid relid);
extern Effect *make_column_effect(Action action, Oid relid, AttrNumber attnum);
extern Effect *make_nameless_effect(Action action, const char *type, const char *identity);

/* identity.c: InvalidOid for what has no owner, or is gone */
extern Oid owner_of_object(const ObjectAddress *object);

/* What the statement itself names, as a list of one; NIL when there is no such object. */
extern List *one_effect(Action action, Oid catalog, Oid oid);

/* Is this sequence there for that column alone, as a serial's or an identity's is? */
extern bool sequence_serves_only(Oid sequence, const ObjectAddress *column);

/* closure.c: effects, with everything that the drop of these objects takes along */
extern List *closure_of_drop(List *objects, DropBehavior behavior);

/* What in the bin stands on that: it goes along with nothing, and keeps what it stands on. */
typedef struct BinNeed
{
	ObjectAddress dependent; /* lies in the bin */
	char deptype;
	ObjectAddress referenced;
} BinNeed;

extern List *bin_needs_of_drop(List *objects, DropBehavior behavior);
extern bool schema_is_empty(Oid schema);
extern List *closure_of_truncate(List *relids, List *only, DropBehavior behavior);

/* lookup.c: the object a statement names, without a lock; false when there is none */
extern bool lookup_object(ObjectType type, Node *name, ObjectAddress *object);
extern Oid lookup_relation(const RangeVar *name);
extern bool lookup_permit_object(Action action, const char *text, ObjectAddress *object);

/* drop_effects.c */
extern bool action_of_dropped_object(const ObjectAddress *object, Action *action);

/* Is the constraint the NOT NULL of a column or domain, as newer servers keep it?  of: which */
extern bool is_not_null_of(const ObjectAddress *constraint, ObjectAddress *of);

/* type_change.c: does ALTER COLUMN ... TYPE leave every stored value as it is? */
extern bool type_change_is_lossless(Oid relid, AttrNumber attnum, ColumnDef *def);
/* likewise of a column that is known without its table */
extern bool type_change_keeps_values(const char *column, Oid old_type, int32 old_typmod,
									 Oid old_collation, AttrNumber attnum, ColumnDef *def);
extern bool using_is_plain_cast(const char *column, Oid type, int32 typmod, ColumnDef *def);
/* and is it what the server would do by itself, without USING? */
extern bool type_change_is_plain_cast(Oid relid, AttrNumber attnum, ColumnDef *def);
/* such a cast, and back: the same in every session, whatever its time zone or DateStyle? */
extern bool type_change_obeys_no_setting(Oid relid, AttrNumber attnum, ColumnDef *def);

/* born_here.c: objects made by this transaction are nobody's loss */
extern void note_birth(const ObjectAddress *object);
extern void note_rebuilt(Oid index);
extern bool born_in_this_transaction(const ObjectAddress *object);

/* stake.c: how much */
typedef struct Stake
{
	double rows; /* an estimate from size and density, never a count */
	int64 bytes; /* with TOAST and indexes */
} Stake;

extern Stake stake_of_relation(Oid relid, bool only);
extern bool relation_is_empty(Oid relid, bool only);
extern bool column_is_empty(Oid relid, AttrNumber attnum);
extern bool is_temporary_elsewhere(Oid relid);

#endif /* SAFEMIG_EFFECT_H */
