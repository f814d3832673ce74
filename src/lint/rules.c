/*
 * rules.c
 *		The list of rules as data: names, severities, and what safemig.set_rule()
 *		has decided on them otherwise.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "utils/builtins.h"

#include "base/installation.h"
#include "base/settings.h"
#include "foresee/change.h"
#include "guard/rule.h"
#include "lint/lint_rule.h"

static const LintRule rules[RULE_COUNT] = {
#define RULE(symbol, id, category, strict, lax, detects, safe_way)                                 \
	{id, #category, SEVERITY_##strict, SEVERITY_##lax, detects, safe_way},
#include "lint/rules.h"
#undef RULE
};

static const char *const severity_names[] = {"off", "info", "warning", "error"};

const LintRule *
lint_rule(RuleId id)
{
	return &rules[id];
}

const char *
severity_name(Severity severity)
{
	return severity_names[severity];
}

bool
find_lint_rule(const char *name, RuleId *id)
{
	for (int i = 0; i < RULE_COUNT; i++)
		if (strcmp(rules[i].id, name) == 0)
		{
			*id = (RuleId) i;
			return true;
		}
	return false;
}

bool
is_lint_rule(const char *name)
{
	RuleId id;

	return find_lint_rule(name, &id);
}

/* What somebody decided: refuse is an error, and so down to allow, which is nothing. */
static Severity
severity_of_decision(Decision decision)
{
	switch (decision)
	{
		case DECISION_REFUSE:
			return SEVERITY_ERROR;
		case DECISION_WARN:
			return SEVERITY_WARNING;
		case DECISION_LOG:
			return SEVERITY_INFO;
		case DECISION_ALLOW:
			break;
	}
	return SEVERITY_OFF;
}

Severity
standing_severity(RuleId id)
{
	return current_environment() <= ENVIRONMENT_STAGING ? rules[id].strict : rules[id].lax;
}

/* ---------- what set_rule() decided ---------- */

typedef struct Decided
{
	RuleId id;
	Severity severity;
	char *object; /* identity of a relation, or NULL */
	char *schema; /* or NULL */
} Decided;

static List *reading; /* while scan_own_table() runs */

static char *
text_of(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;
	Datum value = own_column(tuple, desc, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static void
take_row(HeapTuple tuple, TupleDesc desc)
{
	char *kind = text_of(tuple, desc, RULE_COLUMN_KIND);
	char *action = text_of(tuple, desc, RULE_COLUMN_ACTION);
	Decided *decided = palloc0(sizeof(Decided));

	if (kind == NULL || action == NULL || strcmp(kind, "lint") != 0 ||
		!find_lint_rule(action + strlen(LINT_RULE_PREFIX), &decided->id))
		return;
	decided->severity =
		severity_of_decision(decision_of_word(text_of(tuple, desc, RULE_COLUMN_DECISION)));
	decided->object = text_of(tuple, desc, RULE_COLUMN_OBJECT);
	decided->schema = text_of(tuple, desc, RULE_COLUMN_SCHEMA);
	reading = lappend(reading, decided);
}

List *
read_decided_severities(void)
{
	Oid relid = safemig_is_installed() ? safemig_find_relation("rule") : InvalidOid;
	List *decided;

	reading = NIL;
	if (OidIsValid(relid))
		scan_own_table(relid, take_row);
	decided = reading;
	reading = NIL;
	return decided;
}

/* The table's word before its schema's before the database's before the environment's. */
Severity
severity_for(RuleId id, const DraftRelation *relation, List *decided)
{
	Severity severity = standing_severity(id);
	int best = -1;
	ListCell *lc;

	foreach(lc, decided)
	{
		const Decided *row = lfirst(lc);
		int weight = row->object ? 2 : row->schema ? 1 : 0;

		if (row->id != id || weight <= best)
			continue;
		if ((row->object &&
			 (relation == NULL || strcmp(row->object, draft_identity(relation)) != 0)) ||
			(row->schema && (relation == NULL || strcmp(row->schema, relation->schema) != 0)))
			continue;
		best = weight;
		severity = row->severity;
	}
	return severity;
}
