/*
 * rule.h
 *		What this database has decided differently from its environment: rules,
 *		protected tables and exempt schemas, read through a cache.
 */
#ifndef SAFEMIG_RULE_H
#define SAFEMIG_RULE_H

#include "guard/guard.h"

/* columns of safemig.rule */
#define RULE_COLUMN_KIND 2
#define RULE_COLUMN_ACTION 3
#define RULE_COLUMN_DECISION 4
#define RULE_COLUMN_OBJECT 5
#define RULE_COLUMN_OBJECT_CLASS 6
#define RULE_COLUMN_OBJECT_OID 7
#define RULE_COLUMN_SCHEMA 8
#define RULE_COLUMN_SCHEMA_OID 9
#define RULE_COLUMN_ROLE 10
#define RULE_COLUMN_ROLE_OID 11
#define RULE_COLUMN_BOUND_TO 12

typedef enum Protection
{
	PROTECTION_NONE,
	PROTECTION_DATA,  /* no update or delete of all rows */
	PROTECTION_ROWS,  /* no change of existing rows without a permit */
	PROTECTION_FROZEN /* as rows, and no permit opens it */
} Protection;

/* The most specific rule for this effect and whoever runs it; false: none. */
extern bool rule_decision(Effect *effect, Oid schema, Decision *decision);

/* The strongest protection of the relation, its parents included. */
extern Protection protection_of(Oid relid);

/* Is that the id of a rule of lint, which the guard knows nothing of?  safemig.c wires it in. */
extern bool (*guard_is_lint_rule)(const char *name);

/* Is any table protected against changes of single rows?  Cheap, for a hot path. */
extern bool rows_are_protected(void);

extern bool schema_is_exempt(Oid schema);

/*
 * Rows that another database wrote (a restore, a clone, pg_upgrade) hold by
 * name, which the next rename would take from them: bind them to what bears
 * the name now.
 */
extern bool rules_are_foreign(void);
extern void bind_foreign_rules(void);

/* Is any row keyed on an object whose name may change? */
extern bool rules_are_named(void);

#endif /* SAFEMIG_RULE_H */
