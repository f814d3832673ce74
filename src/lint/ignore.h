/*
 * ignore.h
 *		Which findings a comment of the script takes back.
 */
#ifndef SAFEMIG_IGNORE_H
#define SAFEMIG_IGNORE_H

#include "lint/lint_rule.h"
#include "migrate/script.h"

typedef struct Ignore
{
	int statement; /* from 1; -1: all of the script */
	int place;	   /* the statement that it stands at */
	int offset;	   /* bytes, of the script */
	char *name;
	RuleId rule;
	bool known; /* name is that of a rule */
	bool used;	/* it took a finding back */
} Ignore;

extern List *read_ignores(const Script *script);
extern bool is_ignored(List *ignores, RuleId rule, int statement);

#endif /* SAFEMIG_IGNORE_H */
