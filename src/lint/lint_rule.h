/*
 * lint_rule.h
 *		Rules by name, and how grave they are here.
 */
#ifndef SAFEMIG_LINT_RULE_H
#define SAFEMIG_LINT_RULE_H

#include "lint/lint.h"

/* how safemig.set_rule() names one: 'lint ban-drop-column' */
#define LINT_RULE_PREFIX "lint "

extern bool find_lint_rule(const char *name, RuleId *id);

/* For the guard, which knows nothing of lint; safemig.c wires it in. */
extern bool is_lint_rule(const char *name);

/* The environment's word, and with what set_rule() decided otherwise. */
extern Severity standing_severity(RuleId id);
extern List *read_decided_severities(void);
extern Severity severity_for(RuleId id, const DraftRelation *relation, List *decided);

#endif /* SAFEMIG_LINT_RULE_H */
