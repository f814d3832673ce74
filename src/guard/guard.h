/*
 * guard.h
 *		Refuses what nobody permitted.  hooks.c hears of a statement, src/effect
 *		says what it does, verdict.c decides, judge.c acts, refusal.c words it.
 */
#ifndef SAFEMIG_GUARD_H
#define SAFEMIG_GUARD_H

#include "postgres.h"
#include "base/compat.h"
#include "effect/effect.h"

typedef enum Enforce
{
	ENFORCE_ON,
	ENFORCE_WARN,
	ENFORCE_OFF
} Enforce;

extern int guard_enforce;		   /* the setting safemig.enforce */
extern bool guard_loaded_at_start; /* level 2: by shared_preload_libraries */

typedef enum Decision
{
	DECISION_ALLOW,
	DECISION_LOG,
	DECISION_WARN,
	DECISION_REFUSE
} Decision;

/* hooks.c */
extern void guard_install_hooks(void);
extern bool guard_is_awake(void);
extern bool extension_script_speaks(void);

/* The event trigger's way in: the statement that loaded the library. */
extern void guard_judge_late(Node *stmt);

/*
 * How a statement runs that destroys what can be kept: safemig.c wires src/undo in
 * here, which the guard knows nothing of.
 */
typedef void (*GuardKeeper)(Node *stmt, const char *query, const char *migration, List *effects,
							List *let_go, void (*execute)(void *arg), void *arg);
extern GuardKeeper guard_keeper;

/* How a statement runs that may rewrite a table in whose rows something is kept; likewise. */
extern void (*guard_run_rewrite)(Oid relid, void (*execute)(void *arg), void *arg);

/* Asked when a relation is about to go, also while the guard sleeps; likewise. */
extern void (*guard_before_end)(Oid relid);

/* Raises an error when something in the bin needs what would go; likewise. */
extern void (*guard_ask_bin)(List *effects);

/* Told of each relation that the server makes for itself, as when it rewrites a table; likewise. */
extern void (*guard_before_rewrite)(Oid relid);

/*
 * Who follows what the script of a migration does, statement by statement;
 * likewise.  Nobody else's statements are told.
 */
typedef struct GuardWitness
{
	/* may take away what need not be made, since it came back; NULL: all of it */
	Node *(*first)(Node *stmt);
	/* lost: what it destroys that is not kept; keeps: something is.  The result is for after. */
	void *(*before)(Node *stmt, List *lost, bool keeps);
	void (*after)(void *state);
	void (*created)(const ObjectAddress *object);
	void (*writes)(PlannedStmt *plan);
} GuardWitness;
extern const GuardWitness *guard_witness;

/* Told in a dry run of what each statement does, before it is judged; likewise. */
extern void (*guard_foretells)(List *effects);

/* Told of each trigger that is made or renamed while the guard is awake; likewise. */
extern void (*guard_trigger_changed)(Oid trigger);

/* A table got or lost a parent; and a whole statement has run.  Awake or not; likewise. */
extern void (*guard_parent_changed)(void);
extern void (*guard_after_statement)(void);

/* A relation was made; and a whole statement of DDL has run, NULL when it wrote nothing; likewise. */
extern void (*guard_relation_made)(Oid relid);
extern void (*guard_defined)(const char *text);

/* verdict.c: those of the effects that are somebody's loss and can be kept */
extern List *effects_to_keep(List *effects);

/* verdict.c: the decision on one effect, permits aside */
extern Decision decide(Effect *effect);
extern bool is_member(const ObjectAddress *object);
extern bool is_self(const ObjectAddress *object);
extern Oid owning_relation(const ObjectAddress *object);
extern bool is_protected(Effect *effect);
extern void defend_database(Effect *effect);
extern Decision standing_decision(Action action);
extern bool loses_nothing(Effect *effect);
extern Decision decision_of_word(const char *word);
extern const char *word_of_decision(Decision decision);

/* judge.c: returns when all may pass, else raises the one refusal */
extern void judge(List *effects);
/* What it would decide on one of a statement's effects, permits aside, and whether one opens it */
extern Decision decision_on(Effect *effect);
extern bool takes_permit(Effect *effect);
/* those of them that judge() would refuse; spends no permit */
extern List *refused_if_on(List *effects);
extern void lock_what_must_stay_empty(List *effects);

/* refusal.c */
pg_noreturn extern void refuse(List *refused, List *warned, List *effects);
extern void record_passed(List *refused);
extern void warn(List *warned, List *effects, bool would_refuse);

/* arming.c: the preload setting of this database */
extern void arm_database(void);
extern void disarm_database(void);
extern bool database_is_armed(Oid database);
extern bool some_database_is_armed(void);

#endif /* SAFEMIG_GUARD_H */
