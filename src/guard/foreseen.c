/*
 * foreseen.c
 *		What the statements that run now were judged for: a drop or a change that
 *		none of them foresaw is judged by itself.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/extension.h"
#include "utils/hsearch.h"

#include "guard/foreseen.h"
#include "guard/guard.h"

/*
 * The objects judged for the statements that run now, innermost first.
 */
struct Foreseen
{
	HTAB *objects; /* of ForeseenObject */
	Node *stmt;	   /* what they were judged for */
	bool looked_again;
	struct Foreseen *outer;
};

typedef struct ForeseenObject
{
	ObjectAddress object; /* key */
	bool dropped;		  /* all of it: its columns need no word of their own */
} ForeseenObject;

static Foreseen *foreseen = NULL;

/* The same for the statement that loaded the library: no frame of ours is around it. */
static Foreseen *judged_late = NULL;

static bool
drops_its_object(const Effect *effect)
{
	Action action;

	return OidIsValid(effect->object.objectId) &&
		action_of_dropped_object(&effect->object, &action) && action == effect->action;
}

static void
add_foreseen(Foreseen *entry, List *effects)
{
	ListCell *lc;

	foreach(lc, effects)
	{
		Effect *effect = lfirst(lc);
		bool found;
		ForeseenObject *object = hash_search(entry->objects, &effect->object, HASH_ENTER, &found);

		object->dropped = drops_its_object(effect) || (found && object->dropped);
	}
}

static Foreseen *
foresee(Node *stmt, List *effects)
{
	Foreseen *entry = palloc(sizeof(Foreseen));
	HASHCTL ctl = {0};

	ctl.keysize = sizeof(ObjectAddress);
	ctl.entrysize = sizeof(ForeseenObject);
	ctl.hcxt = CurrentMemoryContext;
	entry->objects =
		hash_create("safemig foreseen", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	entry->outer = foreseen;
	entry->stmt = stmt;
	entry->looked_again = false;
	add_foreseen(entry, effects);
	return entry;
}

/*
 * A column whose type is another table's row type is reported as a drop of its
 * own when both tables go in one statement.
 */
static bool
holds(Foreseen *entry, const ObjectAddress *object)
{
	ObjectAddress whole = *object;
	ForeseenObject *table;

	if (hash_search(entry->objects, object, HASH_FIND, NULL))
		return true;
	if (object->objectSubId == 0)
		return false;
	whole.objectSubId = 0;
	table = hash_search(entry->objects, &whole, HASH_FIND, NULL);
	return table != NULL && table->dropped;
}

bool
was_foreseen(const ObjectAddress *object)
{
	for (Foreseen *entry = foreseen; entry != NULL; entry = entry->outer)
		if (holds(entry, object))
			return true;
	return judged_late != NULL && holds(judged_late, object);
}

/*
 * At the level of an extension's own script?  An event trigger that fires for a
 * statement of the script runs within that statement's frame.
 */
bool
extension_script_speaks(void)
{
	return creating_extension && (foreseen == NULL || runs_extension_script(foreseen->stmt));
}

Foreseen *
enter_foreseen(Node *stmt, List *effects)
{
	Foreseen *outer = foreseen;

	foreseen = foresee(stmt, effects);
	return outer;
}

void
leave_foreseen(Foreseen *outer)
{
	foreseen = outer;
}

static void
forget_late(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		judged_late = NULL;
}

void
foresee_late(Node *stmt, List *effects)
{
	RegisterXactCallback(forget_late, NULL);
	judged_late = foresee(stmt, effects);
}

Node *
look_again_at_statement(void)
{
	if (foreseen == NULL || foreseen->looked_again)
		return NULL;
	foreseen->looked_again = true;
	return foreseen->stmt;
}

void
add_to_foreseen(List *effects)
{
	add_foreseen(foreseen, effects);
}
