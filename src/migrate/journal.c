/*
 * journal.c
 *		Writes down what a script does: objects created, entries of the bin made,
 *		what altered objects had before, rows written.  src/effect says what takes
 *		each back; here it is kept in order, without what rolls back.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "base/transaction_list.h"
#include "effect/describe.h"
#include "effect/effect.h"
#include "effect/inverse.h"
#include "guard/migration.h"
#include "migrate/bring_back.h"
#include "migrate/journal.h"
#include "migrate/journal_step.h"
#include "undo/capture.h"

static TransactionList steps;
static int first;	  /* of the running script */
static int statement; /* of it, from 1 */

/* ---------- writing ---------- */

void
journal_begin(void)
{
	first = list_length(steps.items);
	statement = 0;
}

static char *
lasting(const char *text)
{
	return text ? MemoryContextStrdup(TopTransactionContext, text) : NULL;
}

static Step *
add_step(StepKind kind, const ObjectAddress *object, const char *what, const char *sql)
{
	Step *step = new_transaction_item(sizeof(Step));

	step->kind = kind;
	step->statement = statement;
	if (object != NULL)
		step->object = *object;
	step->what = lasting(what);
	step->sql = lasting(sql);
	transaction_list_add(&steps, step);
	return step;
}

void
journal_statement(int number)
{
	statement = number;
	if (guard_enforce == ENFORCE_OFF)
		(void) add_step(STEP_UNKNOWN, NULL, "it ran with safemig.enforce = off", NULL);
}

void
journal_made(const ObjectAddress *object)
{
	(void) add_step(STEP_CREATED, object, NULL, NULL);
}

void
journal_entry(int64 entry)
{
	if (guard_current_migration() != NULL)
		add_step(STEP_ENTRY, NULL, NULL, NULL)->entry = entry;
}

/*
 * A default's address is that of its column here, and a column's default is
 * ALTER's business; a view's columns are its definition's.
 */
static void
note_created(const ObjectAddress *object)
{
	if (object->classId == AttrDefaultRelationId ||
		(object->classId == RelationRelationId && object->objectSubId != 0 &&
		 get_rel_relkind(object->objectId) == RELKIND_VIEW))
		return;
	journal_made(object);
}

/* Gone with the session, and nobody's business. */
bool
is_of_session(const ObjectAddress *object)
{
	if (object->classId == NamespaceRelationId)
		return isAnyTempNamespace(object->objectId);
	return object->classId == RelationRelationId && get_rel_relkind(object->objectId) != '\0' &&
		get_rel_persistence(object->objectId) == RELPERSISTENCE_TEMP;
}

/* A loop writes many times into the same table. */
static bool
is_noted(const WrittenRelation *written, const char *verb, bool captured)
{
	for (int i = list_length(steps.items) - 1; i >= first; i--)
	{
		Step *step = list_nth(steps.items, i);

		if (step->statement != statement)
			return false;
		if (step->kind == STEP_UNKNOWN && step->object.classId == RelationRelationId &&
			step->object.objectId == written->relid && step->captured == captured &&
			strncmp(step->what, verb, strlen(verb)) == 0 && equal(step->columns, written->columns))
			return true;
	}
	return false;
}

/* What is inserted, also by MERGE or an upsert, nobody keeps. */
static bool
is_captured(const WrittenRelation *written)
{
	return (written->command == CMD_UPDATE || written->command == CMD_DELETE) &&
		captures_rows_of(written->relid);
}

static void
note_written(PlannedStmt *plan)
{
	ListCell *lc;

	foreach(lc, relations_written(plan))
	{
		WrittenRelation *written = lfirst(lc);
		const char *verb = written->command == CMD_INSERT ? "insert into"
			: written->command == CMD_DELETE			  ? "delete from"
			: written->command == CMD_UPDATE			  ? "update"
														  : "insert or update of";
		bool captured = is_captured(written);
		ObjectAddress object;
		MemoryContext save;
		Step *step;

		ObjectAddressSet(object, RelationRelationId, written->relid);
		if (is_of_session(&object) || is_noted(written, verb, captured))
			continue;
		step = add_step(STEP_UNKNOWN, &object,
						psprintf("%s %s", verb, getObjectIdentity(&object, false)), NULL);
		step->captured = captured;
		save = MemoryContextSwitchTo(TopTransactionContext);
		step->columns = list_copy(written->columns);
		MemoryContextSwitchTo(save);
	}
}

/* ---------- around a statement ---------- */

typedef struct Around
{
	int before; /* how many steps there were */
	List *inverses;
	bool keeps;		   /* an entry of the bin is to be made */
	List *constraints; /* of ConstraintName: that a change of type makes anew */
	List *statistics;  /* of char *: likewise */
	List *loose;	   /* of ObjectAddress *: what partitions have of their own */
	Oid filled;		   /* by COPY */
} Around;

bool
is_one_of_objects(const ObjectAddress *object, List *objects)
{
	ListCell *lc;

	foreach(lc, objects)
	{
		ObjectAddress *other = lfirst(lc);

		if (other->classId == object->classId && other->objectId == object->objectId &&
			(other->objectSubId == 0 || other->objectSubId == object->objectSubId))
			return true;
	}
	return false;
}

List *
journal_steps(void)
{
	return list_copy_tail(steps.items, first);
}

/* Also what is gone again. */
List *
journal_all_created(void)
{
	List *created = NIL;
	ListCell *lc;

	foreach(lc, journal_steps())
		if (((Step *) lfirst(lc))->kind == STEP_CREATED)
			created = lappend(created, &((Step *) lfirst(lc))->object);
	return created;
}

/*
 * Something gets another name.  What was made within it is then called otherwise,
 * but it is dropped when the name was given back; and what was made itself may
 * take the name of something that is to come back before it is dropped.
 */
static void
freeze_names(void)
{
	ListCell *lc;

	foreach(lc, journal_steps())
	{
		Step *step = lfirst(lc);

		if (step->kind != STEP_CREATED || step->sql != NULL || !object_exists(&step->object))
			continue;
		step->sql = lasting(drop_of_object(&step->object));
		step->frozen = list_length(steps.items) - first;
	}
}

static void
note_inverse(const Inverse *inverse)
{
	add_step(inverse->sql ? STEP_ALTERED : STEP_UNKNOWN, &inverse->object, inverse->what,
			 inverse->sql)
		->renames = inverse->renames;
}

/* Is what a lost default or NOT NULL was among the inverses? */
static bool
is_altered_back(const Effect *effect, List *inverses)
{
	ListCell *lc;

	foreach(lc, inverses)
	{
		Inverse *inverse = lfirst(lc);

		if (inverse->unless_kept && inverse->object.objectId == effect->relation &&
			effect->action != ACTION_ALTER_COLUMN_TYPE)
			return true;
	}
	return false;
}

/* What nobody keeps; told of now, while it has a name. */
static void
note_lost(List *lost, List *inverses)
{
	List *created = NIL;
	ListCell *lc;

	foreach(lc, lost)
	{
		Effect *effect = lfirst(lc);
		ObjectAddress relation;

		if (effect->part || !action_destroys(effect->action) || is_altered_back(effect, inverses))
			continue;
		if (created == NIL)
			created = journal_all_created();
		ObjectAddressSet(relation, RelationRelationId, effect->relation);
		if (is_one_of_objects(&effect->object, created) || is_one_of_objects(&relation, created) ||
			is_of_session(&relation))
			continue;
		describe_effect(effect);
		(void) add_step(STEP_UNKNOWN, &effect->object,
						psprintf("%s %s", action_name(effect->action), effect->identity), NULL);
	}
}

static void *
before_statement(Node *stmt, List *lost, bool keeps)
{
	Around *around = palloc0(sizeof(Around));
	/* what an extension's script alters is its own */
	List *inverses = creating_extension ? NIL : inverses_of_statement(stmt);
	ListCell *lc;

	around->loose = loose_in_partitions(stmt);
	around->filled = relation_copied_into(stmt);
	around->keeps = keeps;
	foreach(lc, inverses)
	{
		Inverse *inverse = lfirst(lc);

		if (is_of_session(&inverse->object))
			continue;
		if (inverse->renames &&
			(!is_one_of_objects(&inverse->object, journal_all_created()) ||
			 journal_entries() != NIL))
			freeze_names();
		if (inverse->retypes)
		{
			around->constraints =
				list_concat(around->constraints, constraints_around(inverse->object.objectId));
			around->statistics =
				list_concat(around->statistics, statistics_of(inverse->object.objectId));
		}
		around->inverses = lappend(around->inverses, inverse);
		if (!inverse->before_drops && !inverse->unless_kept)
			note_inverse(inverse);
	}
	note_lost(lost, around->inverses);
	around->before = list_length(steps.items);
	return around;
}

static bool
is_one_of(Oid constraint, List *names)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	bool found = false;
	ListCell *lc;

	if (!HeapTupleIsValid(tuple))
		return false;
	foreach(lc, names)
	{
		ConstraintName *name = lfirst(lc);
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		found = found ||
			(form->conrelid == name->relid &&
			 strcmp(NameStr(form->conname), NameStr(name->name)) == 0);
	}
	ReleaseSysCache(tuple);
	return found;
}

static bool
is_named(const ObjectAddress *object, List *identities)
{
	char *identity = getObjectIdentity(object, true);
	ListCell *lc;

	foreach(lc, identities)
		if (identity != NULL && strcmp(identity, lfirst(lc)) == 0)
			return true;
	return false;
}

/* With another OID, but the same as before. */
static void
forget_made_anew(const Around *around)
{
	if (around->constraints == NIL && around->statistics == NIL)
		return;
	CommandCounterIncrement();
	for (int i = list_length(steps.items) - 1; i >= around->before; i--)
	{
		Step *step = list_nth(steps.items, i);

		if (step->kind != STEP_CREATED)
			continue;
		if (step->object.classId == ConstraintRelationId
				? is_one_of(step->object.objectId, around->constraints)
				: step->object.classId == StatisticExtRelationId &&
					is_named(&step->object, around->statistics))
			steps.items = list_delete_nth_cell(steps.items, i);
	}
}

/* Where a partition had such an index or foreign key, it is now a part of the new one. */
static void
note_taken_in(const Around *around)
{
	ListCell *lc;

	if (around->loose != NIL)
		CommandCounterIncrement();
	foreach(lc, around->loose)
	{
		ObjectAddress *object = lfirst(lc);

		if (object_exists(object) && is_part_in_partition(object))
			(void) add_step(STEP_UNKNOWN, NULL,
							psprintf("%s made part of a new one", object_in_words(object)), NULL);
	}
}

static void
move_step(int from, int to)
{
	Step *step = list_nth(steps.items, from);

	for (int i = from; i > to; i--)
		lfirst(list_nth_cell(steps.items, i)) = list_nth(steps.items, i - 1);
	lfirst(list_nth_cell(steps.items, to)) = step;
}

/*
 * What the statement has made is dropped before what it has destroyed comes back:
 * the two may have one name.
 */
static bool
put_entries_first(const Around *around)
{
	int at = around->before;

	for (int i = at; i < list_length(steps.items); i++)
	{
		Step *step = list_nth(steps.items, i);

		if (step->kind == STEP_ENTRY)
			move_step(i, at++);
	}
	return at > around->before;
}

/*
 * What the statement's entry keeps may be another part of it.  Run when the entry
 * is back, this finds what it would give back, or gives it.
 */
static void
note_behind_entry(const Around *around, const Inverse *inverse)
{
	note_inverse(inverse);
	move_step(list_length(steps.items) - 1, around->before);
}

static void
after_statement(void *state)
{
	Around *around = state;
	bool kept = put_entries_first(around);
	ObjectAddress filled;
	ListCell *lc;

	forget_made_anew(around);
	note_taken_in(around);
	if (around->keeps && !kept)
		(void) add_step(STEP_UNKNOWN, NULL, "what it destroyed was not kept", NULL);
	foreach(lc, around->inverses)
	{
		Inverse *inverse = lfirst(lc);

		if (inverse->before_drops || (inverse->unless_kept && !kept))
			note_inverse(inverse);
		else if (inverse->unless_kept && inverse->sql != NULL)
			note_behind_entry(around, inverse);
	}
	ObjectAddressSet(filled, RelationRelationId, around->filled);
	if (OidIsValid(around->filled) && !is_of_session(&filled))
		(void) add_step(STEP_UNKNOWN, &filled,
						psprintf("copy into %s", getObjectIdentity(&filled, false)), NULL);
}

const GuardWitness migration_witness = {bring_back_for_statement, before_statement, after_statement,
										note_created, note_written};

/* ---------- reading ---------- */

List *
journal_creations(void)
{
	List *created = NIL;
	ListCell *lc;

	foreach(lc, journal_all_created())
		if (object_exists(lfirst(lc)))
			created = lappend(created, lfirst(lc));
	return created;
}

List *
journal_entries(void)
{
	List *entries = NIL;
	ListCell *lc;

	foreach(lc, journal_steps())
		if (((Step *) lfirst(lc))->kind == STEP_ENTRY)
			entries = lappend(entries, &((Step *) lfirst(lc))->entry);
	return entries;
}
