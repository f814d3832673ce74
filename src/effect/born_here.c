/*
 * born_here.c
 *		Was this object made by the transaction that now destroys it?  Then nobody
 *		loses anything.
 *
 * Relations answer from the relcache (rd_createSubid).  For everything else a
 * list is kept, fed by OAT_POST_CREATE and cut back when a subtransaction rolls
 * back.  xmin is no answer: ALTER and CREATE OR REPLACE move it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "effect/effect.h"

typedef struct Birth
{
	ObjectAddress object;
	SubTransactionId subxact;
} Birth;

static List *births = NIL;		/* in TopTransactionContext */
static bool callbacks_registered = false;

static void
at_transaction_end(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		births = NIL;
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId mine,
					  SubTransactionId parent, void *arg)
{
	ListCell   *lc;

	if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	foreach(lc, births)
	{
		Birth	   *birth = lfirst(lc);

		if (birth->subxact != mine)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			birth->subxact = parent;
		else
			births = foreach_delete_current(births, lc);
	}
}

void
note_birth(const ObjectAddress *object)
{
	MemoryContext save = MemoryContextSwitchTo(TopTransactionContext);
	Birth	   *birth = palloc(sizeof(Birth));

	if (!callbacks_registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		callbacks_registered = true;
	}
	birth->object = *object;
	birth->subxact = GetCurrentSubTransactionId();
	births = lappend(births, birth);
	MemoryContextSwitchTo(save);
}

static bool
relation_was_born_here(Oid relid)
{
	Relation	rel;
	bool		born;

	if (!OidIsValid(relid) || get_rel_relkind(relid) == '\0')
		return false;
	rel = RelationIdGetRelation(relid);
	if (!RelationIsValid(rel))
		return false;
	born = rel->rd_createSubid != InvalidSubTransactionId;
	RelationClose(rel);
	return born;
}

bool
born_in_this_transaction(const ObjectAddress *object)
{
	ListCell   *lc;

	if (object->classId == RelationRelationId && relation_was_born_here(object->objectId))
		return true;
	foreach(lc, births)
	{
		Birth	   *birth = lfirst(lc);

		if (birth->object.classId == object->classId &&
			birth->object.objectId == object->objectId &&
			birth->object.objectSubId == object->objectSubId)
			return true;
	}
	return false;
}
