/*
 * lint_functions.c
 *		safemig.lint() and safemig.lint_rules as SQL.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/arguments.h"
#include "lint/lint_rule.h"

PG_FUNCTION_INFO_V1(safemig_lint);
PG_FUNCTION_INFO_V1(safemig_lint_rule_rows);
PGDLLEXPORT Datum safemig_lint(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_lint_rule_rows(PG_FUNCTION_ARGS);

static Datum
text_datum(const char *text, bool *isnull)
{
	*isnull = text == NULL;
	return text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

Datum
safemig_lint(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	List *findings;
	ListCell *lc;

	InitMaterializedSRF(fcinfo, 0);
	findings = lint_script(required_text(fcinfo, 0, "the script"));
	foreach(lc, findings)
	{
		const Finding *finding = lfirst(lc);
		Datum values[8];
		bool nulls[8] = {false};

		values[0] = Int32GetDatum(finding->statement);
		values[1] = Int32GetDatum(finding->line);
		values[2] = Int32GetDatum(finding->column);
		values[3] = CStringGetTextDatum(finding->rule->id);
		values[4] = CStringGetTextDatum(severity_name(finding->severity));
		values[5] = text_datum(finding->object, &nulls[5]);
		values[6] = text_datum(finding->message, &nulls[6]);
		values[7] = text_datum(finding->suggestion, &nulls[7]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

Datum
safemig_lint_rule_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	List *decided = read_decided_severities();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < RULE_COUNT; i++)
	{
		const LintRule *rule = lint_rule(i);
		Datum values[6];
		bool nulls[6] = {false};
		char *category = pstrdup(rule->category);

		for (char *at = category; *at != '\0'; at++)
			*at = pg_tolower(*at);
		values[0] = CStringGetTextDatum(rule->id);
		values[1] = CStringGetTextDatum(category);
		values[2] = CStringGetTextDatum(severity_name(severity_for(i, NULL, decided)));
		values[3] = CStringGetTextDatum(rule->detects);
		values[4] = CStringGetTextDatum(rule->safe_way);
		values[5] = CStringGetTextDatum("15+");
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
