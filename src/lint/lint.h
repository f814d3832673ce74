/*
 * lint.h
 *		Findings on a script: what src/foresee foretells of its statements, held
 *		against the rules of rules.h.
 */
#ifndef SAFEMIG_LINT_H
#define SAFEMIG_LINT_H

#include "postgres.h"
#include "foresee/change.h"
#include "effect/effect.h"

typedef enum Severity
{
	SEVERITY_OFF,
	SEVERITY_INFO,
	SEVERITY_WARNING,
	SEVERITY_ERROR
} Severity;

typedef enum RuleId
{
#define RULE(symbol, id, category, strict, lax, detects, safe_way) RULE_##symbol,
#include "lint/rules.h"
#undef RULE
	RULE_COUNT
} RuleId;

typedef struct LintRule
{
	const char *id;
	const char *category;
	Severity strict; /* in production and staging */
	Severity lax;	 /* in test and development */
	const char *detects;
	const char *safe_way;
} LintRule;

typedef struct Finding
{
	int statement; /* from 1 */
	int line;	   /* from 1, of the script */
	int column;	   /* from 1, characters */
	int offset;	   /* bytes, of the script */
	const LintRule *rule;
	Severity severity;
	char *object;	  /* identity, or NULL */
	char *message;	  /* what happens in this database */
	char *suggestion; /* SQL ready to run, or NULL */
} Finding;

/* Findings in the order of the script: Finding *.  SM007 and syntax errors as for apply. */
extern List *lint_script(const char *text);
extern const char *severity_name(Severity severity);
extern const LintRule *lint_rule(RuleId id);

#endif /* SAFEMIG_LINT_H */
