/*
 * breaking_rules.c
 *		What stands on a name that the script takes away: views, on which the server
 *		refuses the drop, and the bodies of functions, of which it knows nothing.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "utils/builtins.h"

#include "effect/bodies.h"
#include "effect/dependents.h"
#include "lint/contract.h"

/* What the room keeps, once for a script */
typedef struct Seen
{
	List *bodies; /* FunctionBody *, read when first asked for */
	bool have_read;
	List *made;	 /* names of functions that the script makes, changes or drops */
	List *views; /* DraftRelation *, views that the script makes anew */
} Seen;

static Seen *
seen_so_far(LintRun *run)
{
	if (run->notes[RULE_BREAKING_DEPENDENT] == NIL)
		run->notes[RULE_BREAKING_DEPENDENT] = list_make1(palloc0(sizeof(Seen)));
	return linitial(run->notes[RULE_BREAKING_DEPENDENT]);
}

/* ---------- views ---------- */

static bool
drops(ChangeKind kind)
{
	return kind == CHANGE_DROP_COLUMN || kind == CHANGE_DROP_TABLE || kind == CHANGE_DROP_VIEW ||
		kind == CHANGE_DROP_MATVIEW || kind == CHANGE_DROP_FOREIGN_TABLE;
}

/* With CASCADE they go along, which is another rule's. */
static void
views_stand_on_it(LintRun *run, const LostName *lost)
{
	const Change *change = lost->at.change;
	StringInfoData names, first;
	ListCell *lc;

	if (!drops(change->kind) || change->cascade)
		return;
	initStringInfo(&names);
	initStringInfo(&first);
	foreach(lc, views_on(change->relation->oid, lost->column ? change->column->attnum : 0))
	{
		DraftRelation *view = draft_relation_by_oid(lfirst_oid(lc));

		if (view == NULL || view->gone || list_member_ptr(seen_so_far(run)->views, view))
			continue;
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", draft_identity(view));
		appendStringInfo(&first, "DROP %sVIEW %s;\n",
						 view->kind == RELKIND_MATVIEW ? "MATERIALIZED " : "",
						 draft_identity(view));
	}
	if (names.len > 0)
		find_at(run, RULE_BREAKING_DEPENDENT, change, lost->identity,
				psprintf("the server will refuse, since %s reads it: %s",
						 strchr(names.data, ',') ? "more than one view" : "a view", names.data),
				psprintf("%s%s;", first.data, change->statement));
}

/* ---------- functions ---------- */

static List *
bodies_of(LintRun *run)
{
	Seen *seen = seen_so_far(run);

	if (!seen->have_read)
		seen->bodies = function_bodies();
	seen->have_read = true;
	return seen->bodies;
}

/* The function, behind the statement: its new names are there then */
static char *
changed_function(const LostName *lost, const FunctionBody *body, List *mentions)
{
	const Change *change = lost->at.change;
	char *definition = NULL;

	if (change->kind == CHANGE_SET_SCHEMA)
		definition = function_with(
			body, mentions, quote_qualified_identifier(change->schema, lost->relation), true);
	else if (change->kind == CHANGE_RENAME_COLUMN || change->kind == CHANGE_RENAME_RELATION)
		definition = function_with(body, mentions, quote_identifier(change->new_name), false);
	/* what it should do without the name only its author knows */
	return definition ? psprintf("%s;\n%s", change->statement, definition) : NULL;
}

static void
functions_name_it(LintRun *run, const LostName *lost)
{
	const Change *change = lost->at.change;
	BodyTarget target = {.relid = change->relation->oid,
						 .schema = lost->schema,
						 .relation = lost->relation,
						 .column = lost->column};
	ListCell *lc;

	if (lost->column != NULL)
		target.trigger_functions = trigger_functions(change->relation->oid);
	foreach(lc, bodies_of(run))
	{
		const FunctionBody *body = lfirst(lc);
		List *mentions;

		if (is_in_texts(seen_so_far(run)->made, body->name))
			continue;
		mentions = mentions_in_body(body, &target);
		if (mentions == NIL)
			continue;
		find_at_noted(
			run, RULE_BREAKING_DEPENDENT, &lost->at, function_identity(body),
			psprintf(
				"%s names %s and fails at its next call, which the server does not notice here",
				function_identity(body), lost->identity),
			changed_function(lost, body, mentions));
	}
}

/* ---------- the room ---------- */

/* lost: the name that this change takes away, or NULL */
void
breaking_rules(LintRun *run, const Change *change, const LostName *lost)
{
	Seen *seen = seen_so_far(run);

	if ((change->kind == CHANGE_CREATE_FUNCTION || change->kind == CHANGE_DROP_FUNCTION) &&
		change->name != NULL)
	{
		const char *dot = strrchr(change->name, '.');

		seen->made = lappend(seen->made, pstrdup(dot ? dot + 1 : change->name));
	}
	if (change->kind == CHANGE_CREATE_VIEW && change->relation != NULL)
		seen->views = lappend(seen->views, change->relation);
	if (lost != NULL && rule_is_on(run, RULE_BREAKING_DEPENDENT))
		views_stand_on_it(run, lost);
}

/* Of views nothing breaks, since they follow a rename. */
void
breaking_rules_at_end(LintRun *run, const LostName *lost)
{
	if (rule_is_on(run, RULE_BREAKING_DEPENDENT))
		functions_name_it(run, lost);
}
