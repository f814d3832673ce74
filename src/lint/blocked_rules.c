/*
 * blocked_rules.c
 *		Does something stand on a column, so that the server will refuse to change its
 *		type?  What the script has dropped before no longer does.
 */
#include "postgres.h"

#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type_d.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/owner.h"
#include "effect/column_dependents.h"
#include "effect/inverse.h"
#include "lint/data_parts.h"
#include "lint/ways.h"

/* ---------- dropped before ---------- */

void
note_dropped(LintRun *run, Effect *effect)
{
	ObjectAddress *object;

	if (strncmp(action_name(effect->action), "drop ", strlen("drop ")) != 0 ||
		effect->action == ACTION_DROP_NOT_NULL)
		return;
	object = palloc(sizeof(ObjectAddress));
	*object = effect->object;
	run->notes[RULE_CHANGING_TYPE_BLOCKED] =
		lappend(run->notes[RULE_CHANGING_TYPE_BLOCKED], object);
}

static bool
is_dropped(LintRun *run, const ObjectAddress *object)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_CHANGING_TYPE_BLOCKED])
	{
		ObjectAddress *dropped = lfirst(lc);

		if (dropped->classId == object->classId && dropped->objectId == object->objectId &&
			(dropped->objectSubId == 0 || dropped->objectSubId == object->objectSubId))
			return true;
	}
	return false;
}

/* ---------- made again ---------- */

/* Definitions name the relation they hang on by its number. */
static char *
with_names(const char *text)
{
	StringInfoData out;
	const char *place;

	initStringInfo(&out);
	while ((place = strstr(text, "%{")) != NULL)
	{
		char *end;
		Oid relid = (Oid) strtoul(place + 2, &end, 10);
		ObjectAddress relation;

		ObjectAddressSet(relation, RelationRelationId, relid);
		appendBinaryStringInfo(&out, text, place - text);
		appendStringInfoString(&out, getObjectIdentity(&relation, false));
		text = *end == '}' ? end + 1 : end;
	}
	appendStringInfoString(&out, text);
	return out.data;
}

/* Statements that make it again, each with its semicolon; NULL: there are none. */
static char *
definition_of(const ObjectAddress *object)
{
	Oid types[3] = {OIDOID, OIDOID, INT4OID};
	Datum values[3] = {ObjectIdGetDatum(object->classId), ObjectIdGetDatum(object->objectId),
					   Int32GetDatum(object->objectSubId)};
	char *text = text_as_owner(
		"SELECT pg_catalog.string_agg(pg_catalog.rtrim(d, ';'), E';\\n') FROM pg_catalog.unnest(safemig.definition_of($1, $2, $3)) d",
		3, types, values, NULL);

	return text ? psprintf("%s;", with_names(text)) : NULL;
}

/* NULL where one of them cannot simply be made again, as a generated column */
static char *
way_around(const Change *change, List *blocking)
{
	StringInfoData drops;
	StringInfoData makings;
	ListCell *lc;

	initStringInfo(&drops);
	initStringInfo(&makings);
	foreach(lc, blocking)
	{
		ObjectAddress *object = lfirst(lc);
		char *drop = drop_of_object(object);
		char *definition = object->objectSubId == 0 ? definition_of(object) : NULL;

		if (drop == NULL || definition == NULL)
			return NULL;
		appendStringInfo(&drops, "%s;\n", drop);
		appendStringInfo(&makings, "\n%s", definition);
	}
	return psprintf("%s%s;%s", drops.data, alter_table_with(change->relation, change->text),
					makings.data);
}

void
blocked_rules(LintRun *run, const Change *change)
{
	List *blocking = NIL;
	StringInfoData names;
	ListCell *lc;

	if (change->kind != CHANGE_COLUMN_TYPE || change->relation == NULL ||
		draft_is_new(change->relation) || change->column == NULL || change->column->attnum <= 0)
		return;
	initStringInfo(&names);
	foreach(lc, blocking_type_change(change->relation->oid, change->column->attnum))
	{
		if (is_dropped(run, lfirst(lc)))
			continue;
		blocking = lappend(blocking, lfirst(lc));
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", object_in_words(lfirst(lc)));
	}
	if (blocking == NIL)
		return;
	find_at(run, RULE_CHANGING_TYPE_BLOCKED, change,
			draft_part_identity(change->relation, change->name),
			psprintf("fails, since the server changes no type under what stands on the column: %s",
					 names.data),
			way_around(change, blocking));
}
