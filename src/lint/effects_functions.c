/*
 * effects_functions.c
 *		safemig.effects(): what each statement of a script would do, one row for each
 *		effect that the guard would judge and for each relation touched besides.
 */
#include "postgres.h"

#include "utils/guc.h"

#include <math.h>

#include "catalog/pg_class.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/arguments.h"
#include "effect/describe.h"
#include "effect/effect.h"
#include "effect/stored.h"
#include "guard/guard.h"
#include "migrate/walk.h"

PG_FUNCTION_INFO_V1(safemig_effects);
PGDLLEXPORT Datum safemig_effects(PG_FUNCTION_ARGS);

/* What all changes of the statement do to a relation or an index, under its name before them */
typedef struct SumOfTouches
{
	Touch touch; /* relation: NULL for an index */
	Oid oid;
	const void *of; /* the DraftRelation or DraftIndex */
	char *identity;
} SumOfTouches;

typedef struct Telling
{
	const Script *script;
	PlaceCursor cursor;
	ReturnSetInfo *result;
	int number;
	const char *command;
	List *effects;			/* of the statement, of Effect * */
	List *touches;			/* of the statement, of SumOfTouches *, each relation and index once */
	DraftRelation *subject; /* of its first change */
} Telling;

#define EFFECT_COLUMNS 14

/* ---------- gathering ---------- */

static void
begin_statement(int number, const char *command, List *effects, void *arg)
{
	Telling *telling = arg;

	telling->number = number;
	telling->command = command;
	telling->effects = effects;
	telling->touches = NIL;
	telling->subject = NULL;
}

static SumOfTouches *
sum_of(Telling *telling, const void *of)
{
	SumOfTouches *sum;
	ListCell *lc;

	foreach(lc, telling->touches)
		if (((SumOfTouches *) lfirst(lc))->of == of)
			return lfirst(lc);
	sum = palloc0(sizeof(SumOfTouches));
	sum->of = of;
	telling->touches = lappend(telling->touches, sum);
	return sum;
}

static Touch *
touch_of(Telling *telling, DraftRelation *relation)
{
	SumOfTouches *sum = sum_of(telling, relation);

	if (sum->identity == NULL)
	{
		sum->touch.relation = relation;
		sum->oid = relation->oid;
		sum->identity = draft_identity(relation);
	}
	return &sum->touch;
}

static void
gather_index(Telling *telling, const IndexTouch *touch)
{
	SumOfTouches *sum = sum_of(telling, touch->index);

	if (sum->identity == NULL)
	{
		sum->oid = touch->index->oid;
		sum->identity = quote_qualified_identifier(touch->index->table->schema, touch->index->name);
	}
	sum->touch.lock = Max(sum->touch.lock, touch->lock);
	sum->touch.rewrites |= touch->rebuilds;
}

static void
gather(Change *change, void *arg)
{
	Telling *telling = arg;
	ListCell *lc;

	if (telling->subject == NULL)
		telling->subject = change->relation;
	foreach(lc, change->touches)
	{
		const Touch *touch = lfirst(lc);
		Touch *sum = touch_of(telling, touch->relation);

		sum->lock = Max(sum->lock, touch->lock);
		sum->rewrites = sum->rewrites || touch->rewrites;
		sum->scans = sum->scans || touch->scans;
	}
	foreach(lc, change->index_touches)
		gather_index(telling, lfirst(lc));
}

/* ---------- telling ---------- */

static Touch *
touch_of_relation(Telling *telling, Oid relid)
{
	ListCell *lc;

	foreach(lc, telling->touches)
		if (OidIsValid(relid) && ((SumOfTouches *) lfirst(lc))->oid == relid)
			return &((SumOfTouches *) lfirst(lc))->touch;
	return NULL;
}

/* The relation that it is, or is a part of; an index is one of its own. */
static Oid
relation_of_effect(const Effect *effect)
{
	if (OidIsValid(effect->relation) || !OidIsValid(effect->object.objectId))
		return effect->relation;
	return effect->object.classId == RelationRelationId ? effect->object.objectId
														: owning_relation(&effect->object);
}

/*
 * What a relation has for itself goes with it and is nobody's question: its
 * indexes, the server's own triggers, the index of its TOAST table.
 */
static bool
goes_unsaid(const Effect *effect)
{
	return effect->part && !effect->into_bin &&
		(effect->action == ACTION_DROP_INDEX ||
		 (effect->action == ACTION_DROP_TRIGGER && trigger_is_internal(effect->object.objectId)));
}

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	if (text != NULL)
		values[column] = CStringGetTextDatum(text);
}

static void
put_row(Telling *telling, Effect *effect, const Touch *touch, const char *object)
{
	const ScriptStatement *statement = &telling->script->statements[telling->number - 1];
	Datum values[EFFECT_COLUMNS] = {0};
	bool nulls[EFFECT_COLUMNS] = {false};
	Decision decision = effect ? decision_on(effect) : DECISION_ALLOW;
	Oid relid = effect ? relation_of_effect(effect) : InvalidOid;
	Stake stake = {0};
	int line;
	int column;

	place_in_script(&telling->cursor, telling->script, statement->offset, &line, &column);
	values[0] = Int32GetDatum(telling->number);
	values[1] = Int32GetDatum(line);
	values[2] = Int32GetDatum(column);
	put_text(values, nulls, 3, telling->command);
	put_text(values, nulls, 4, effect ? action_name(effect->action) : NULL);
	put_text(values, nulls, 5, effect ? category_name(action_category(effect->action)) : NULL);
	put_text(values, nulls, 6, object);
	put_text(values, nulls, 7, touch && touch->lock != NoLock ? lock_name(touch->lock) : NULL);
	values[8] = BoolGetDatum(touch && touch->rewrites);
	values[9] = BoolGetDatum(touch && touch->scans);
	if (!OidIsValid(relid) && touch && touch->relation)
		relid = touch->relation->oid;
	if (OidIsValid(relid))
		stake = stake_of_relation(relid, effect ? effect->only : true);
	nulls[10] = nulls[11] = !OidIsValid(relid) && !(touch && touch->relation);
	values[10] = Int64GetDatum((int64) rint(stake.rows));
	values[11] = Int64GetDatum(stake.bytes);
	put_text(values, nulls, 12, word_of_decision(decision));
	put_text(values, nulls, 13,
			 decision == DECISION_REFUSE && takes_permit(effect) ? effect_text(effect) : NULL);
	tuplestore_putvalues(telling->result->setResult, telling->result->setDesc, values, nulls);
}

/* What only the statement has a name for is told of the relation that it makes or changes. */
static void
tell_effect(Telling *telling, Effect *effect, List **told)
{
	/* statistics have a name that does not say whose they are: their table has a row of its own */
	Touch *touch = effect->action == ACTION_DROP_STATISTICS
		? NULL
		: touch_of_relation(telling, relation_of_effect(effect));
	const char *object;

	if (goes_unsaid(effect))
		return;
	describe_effect(effect);
	object = effect->identity;
	if (!OidIsValid(effect->object.objectId))
	{
		if (telling->subject != NULL)
			touch = touch_of(telling, telling->subject);
		object = telling->subject ? draft_identity(telling->subject) : NULL;
	}
	if (touch != NULL)
		*told = lappend(*told, touch);
	put_row(telling, effect, touch, object);
}

static void
end_statement(void *arg)
{
	Telling *telling = arg;
	List *told = NIL;
	ListCell *lc;

	foreach(lc, telling->effects)
	{
		CHECK_FOR_INTERRUPTS();
		tell_effect(telling, lfirst(lc), &told);
	}
	foreach(lc, telling->touches)
	{
		SumOfTouches *sum = lfirst(lc);

		if (!list_member_ptr(told, &sum->touch))
			put_row(telling, NULL, &sum->touch, sum->identity);
	}
	/* of what touches nothing that anybody has, or cannot be seen here (DO), that it is there */
	if (telling->effects == NIL && telling->touches == NIL)
		put_row(telling, NULL, NULL, NULL);
	telling->effects = telling->touches = NIL;
}

Datum
safemig_effects(PG_FUNCTION_ARGS)
{
	Telling *telling = palloc0(sizeof(Telling));
	Walk walk = {
		.begin = begin_statement, .visit = gather, .end_statement = end_statement, .arg = telling};
	char *text = required_text(fcinfo, 0, "the script");
	int level = begin_quiet();

	InitMaterializedSRF(fcinfo, 0);
	telling->result = (ReturnSetInfo *) fcinfo->resultinfo;
	telling->script = read_script("script", text);
	walk_script(telling->script, &walk);
	AtEOXact_GUC(false, level);
	return (Datum) 0;
}
