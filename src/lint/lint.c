/*
 * lint.c
 *		Walks over a script: asks src/foresee what each statement will do, lets the
 *		rooms of rules look at it, and gathers what they find.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "base/apart.h"
#include "base/errors.h"
#include "base/settings.h"
#include "lint/ignore.h"
#include "lint/lint_run.h"
#include "migrate/walk.h"

/* What is known besides what the rooms see. */
typedef struct Lint
{
	LintRun run; /* must be first: the rooms get this part */
	const Script *script;
	List *ignores;
	List *decided;
	List *effects; /* of the statement, not told yet */
	PlaceCursor cursor;
} Lint;

/* ---------- findings ---------- */

bool
rule_is_on(LintRun *run, RuleId rule)
{
	return standing_severity(rule) != SEVERITY_OFF || ((Lint *) run)->decided != NIL;
}

static void
keep_finding(Lint *lint, RuleId rule, Severity severity, int statement, int offset,
			 const char *object, char *message, char *suggestion)
{
	Finding *finding;

	if (severity == SEVERITY_OFF || is_ignored(lint->ignores, rule, statement))
		return;
	finding = palloc0(sizeof(Finding));
	finding->statement = statement;
	finding->offset = offset;
	place_in_script(&lint->cursor, lint->script, offset, &finding->line, &finding->column);
	finding->rule = lint_rule(rule);
	finding->severity = severity;
	finding->object = object ? pstrdup(object) : NULL;
	finding->message = message;
	finding->suggestion = suggestion;
	lint->run.findings = lappend(lint->run.findings, finding);
}

/* A rule that is off stays off, and what set_rule() says stands. */
static Severity
severity_by(Lint *lint, RuleId rule, int steps, const DraftRelation *relation)
{
	Severity severity = severity_for(rule, relation, lint->decided);

	if (severity == SEVERITY_OFF || severity != standing_severity(rule))
		return severity;
	return Max(SEVERITY_INFO, Min(SEVERITY_ERROR, (int) severity + steps));
}

void
find_at_by(LintRun *run, RuleId rule, int steps, const Change *change, const char *object,
		   char *message, char *suggestion)
{
	Lint *lint = (Lint *) run;
	const ScriptStatement *statement = &lint->script->statements[run->statement - 1];

	if (object == NULL && change->relation != NULL)
		object = draft_identity(change->relation);
	keep_finding(lint, rule, severity_by(lint, rule, steps, change->relation), run->statement,
				 statement->offset + change->offset, object, message, suggestion);
}

void
find_at(LintRun *run, RuleId rule, const Change *change, const char *object, char *message,
		char *suggestion)
{
	find_at_by(run, rule, 0, change, object, message, suggestion);
}

void
find_in_statement_by(LintRun *run, RuleId rule, int steps, int number,
					 const DraftRelation *relation, const char *object, char *message,
					 char *suggestion)
{
	Lint *lint = (Lint *) run;
	const ScriptStatement *statement = &lint->script->statements[number - 1];

	keep_finding(lint, rule, severity_by(lint, rule, steps, relation), number, statement->offset,
				 object, message, suggestion);
}

void
find_in_statement(LintRun *run, RuleId rule, int number, const char *object, char *message,
				  char *suggestion)
{
	find_in_statement_by(run, rule, 0, number, NULL, object, message, suggestion);
}

/* ---------- one statement ---------- */

static void
look_at_change(Change *change, void *arg)
{
	Lint *lint = arg;
	LintRun *run = &lint->run;
	ListCell *lc;

	foreach(lc, lint->effects)
		data_rules_of_effect(run, change, lfirst(lc), lint->effects);
	lint->effects = NIL;

	transaction_rules(run, change);
	data_rules(run, change);
	rewrite_rules(run, change);
	constraint_rules(run, change);
	index_rules(run, change);
	partition_rules(run, change);
	contract_rules(run, change);
	lock_rules(run, change);
	style_rules(run, change);
	security_rules(run, change);
}

static void
begin_statement(int number, const char *command, List *effects, void *arg)
{
	Lint *lint = arg;

	lint->run.statement = number;
	lint->effects = effects;
}

static void
end_script(void *arg)
{
	Lint *lint = arg;
	LintRun *run = &lint->run;
	ListCell *lc;

	data_rules_at_end(run);
	constraint_rules_at_end(run);
	index_rules_at_end(run);
	contract_rules_at_end(run);
	lock_rules_at_end(run);
	transaction_rules_at_end(run);
	style_rules_at_end(run);
	security_rules_at_end(run);
	foreach(lc, lint->ignores)
	{
		Ignore *ignore = lfirst(lc);

		if (ignore->used || ignore->place == 0)
			continue;
		run->statement = ignore->place;
		keep_finding(lint, RULE_UNUSED_IGNORE, severity_by(lint, RULE_UNUSED_IGNORE, 0, NULL),
					 ignore->place, ignore->offset, NULL,
					 ignore->known ? psprintf("nothing here is a case of %s", ignore->name)
								   : psprintf("there is no rule \"%s\"", ignore->name),
					 NULL);
	}
}

static int
by_place(const ListCell *a, const ListCell *b)
{
	const Finding *one = lfirst(a);
	const Finding *other = lfirst(b);

	if (one->statement != other->statement)
		return one->statement - other->statement;
	if (one->offset != other->offset)
		return one->offset - other->offset;
	if (one->severity != other->severity)
		return (int) other->severity - (int) one->severity;
	return one->rule < other->rule ? -1 : one->rule > other->rule;
}

/* A text that the server cannot read is a finding too, in the same words as its error. */
static List *
finding_of_error(const ErrorData *error)
{
	Finding *finding = palloc0(sizeof(Finding));
	const char *place = error->context ? strstr(error->context, "statement ") : NULL;

	finding->statement = finding->line = finding->column = 1;
	if (place != NULL)
		(void) sscanf(place, "statement %d, line %d, column %d", &finding->statement,
					  &finding->line, &finding->column);
	finding->rule = lint_rule(RULE_SYNTAX_ERROR);
	finding->severity = SEVERITY_ERROR;
	finding->message = pstrdup(error->message);
	finding->suggestion = NULL;
	return list_make1(finding);
}

static void
read_for_lint(void *arg)
{
	Lint *lint = arg;

	lint->script = read_script("script", unconstify(char *, (const char *) lint->script));
}

List *
lint_script(const char *text)
{
	Lint *lint = palloc0(sizeof(Lint));
	ErrorData *error;
	Walk walk = {.begin = begin_statement, .visit = look_at_change, .end = end_script, .arg = lint};
	int level = begin_quiet();

	/* a script that cannot be read has no statement to look at */
	lint->script = (const Script *) text;
	error = run_apart(read_for_lint, lint);
	if (error != NULL)
	{
		if (error->sqlerrcode != ERRCODE_SYNTAX_ERROR &&
			error->sqlerrcode != ERRCODE_INVALID_SCRIPT)
			ReThrowError(error);
		AtEOXact_GUC(false, level);
		return finding_of_error(error);
	}
	lint->ignores = read_ignores(lint->script);
	lint->decided = read_decided_severities();
	lint->run.count = lint->script->count;
	lint->run.strict = current_environment() <= ENVIRONMENT_STAGING;
	walk_script(lint->script, &walk);
	AtEOXact_GUC(false, level);
	list_sort(lint->run.findings, by_place);
	return lint->run.findings;
}
