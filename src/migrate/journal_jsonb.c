/*
 * journal_jsonb.c
 *		The journal of a script as it is stored: what takes back each thing it did,
 *		without what goes by itself.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "lib/stringinfo.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "base/installation.h"
#include "effect/inverse.h"
#include "migrate/journal.h"
#include "migrate/journal_step.h"
#include "undo/capture.h"

/* Rows that go with a table or column of the script's own are nobody's. */
static bool
writes_what_it_made(const Step *step, List *created)
{
	ListCell *lc;

	foreach(lc, step->columns)
	{
		ObjectAddress column = step->object;

		column.objectSubId = lfirst_int(lc);
		if (!is_one_of_objects(&column, created))
			return false;
	}
	return step->columns != NIL;
}

static bool
is_harmless(const Step *step, List *created)
{
	/* for want of room a log may have been given up since */
	if (step->captured && !some_log_was_given_up())
		return true;
	return writes_what_it_made(step, created);
}

/* Had it its name frozen before this step renamed it? */
static bool
is_called_otherwise(const Step *altered)
{
	List *steps = journal_steps();
	int at = 0;
	ListCell *lc;

	if (!altered->renames || !object_exists(&altered->object))
		return false;
	while (list_nth(steps, at) != altered)
		at++;
	foreach(lc, steps)
	{
		Step *step = lfirst(lc);

		if (step->kind == STEP_CREATED && step->sql != NULL && step->frozen <= at &&
			memcmp(&step->object, &altered->object, sizeof(ObjectAddress)) == 0)
			return true;
	}
	return false;
}

static void
append_step(StringInfo text, const Step *step, const char *what, const char *sql)
{
	appendStringInfo(text, "%s{\"statement\": %d, \"what\": ", text->len > 1 ? ", " : "",
					 step->statement);
	escape_json(text, what);
	if (step->kind == STEP_ENTRY)
		appendStringInfo(text, ", \"entry\": " INT64_FORMAT, step->entry);
	else if (sql != NULL)
	{
		appendStringInfoString(text, ", \"sql\": ");
		escape_json(text, sql);
	}
	else
		appendStringInfoString(text, ", \"unknown\": true");
	appendStringInfoChar(text, '}');
}

static void
append_creation(StringInfo text, const Step *step, List *created)
{
	if (!goes_along(&step->object, created) && object_exists(&step->object) &&
		!is_of_session(&step->object) &&
		!(step->object.classId == NamespaceRelationId &&
		  safemig_is_bin_schema(step->object.objectId)))
		append_step(text, step, psprintf("create %s", object_in_words(&step->object)),
					step->sql ? step->sql : drop_of_object(&step->object));
}

/*
 * What was created is dropped under its last name, so that nothing done to it
 * needs to be taken back.
 */
char *
journal_as_jsonb(void)
{
	List *created = journal_all_created();
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	foreach(lc, journal_steps())
	{
		Step *step = lfirst(lc);

		if (step->kind == STEP_CREATED)
			append_creation(&text, step, created);
		else if (step->kind == STEP_ENTRY)
			append_step(&text, step, "what it destroyed", NULL);
		else if (is_one_of_objects(&step->object, created) ? is_called_otherwise(step)
														   : !is_harmless(step, created))
			append_step(&text, step, step->what, step->sql);
	}
	appendStringInfoChar(&text, ']');
	return text.data;
}
