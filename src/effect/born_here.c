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

#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "base/transaction_list.h"
#include "effect/effect.h"

typedef struct Birth
{
	TransactionItem item;
	ObjectAddress object;
} Birth;

static TransactionList births;

void
note_birth(const ObjectAddress *object)
{
	Birth *birth = new_transaction_item(sizeof(Birth));

	birth->object = *object;
	transaction_list_add(&births, birth);
}

typedef struct Rebuilt
{
	TransactionItem item;
	Oid index;
} Rebuilt;

static TransactionList rebuilt;

/* Made by the server for itself: a change of type builds an index anew, under another OID. */
void
note_rebuilt(Oid index)
{
	Rebuilt *made = new_transaction_item(sizeof(Rebuilt));

	made->index = index;
	transaction_list_add(&rebuilt, made);
}

/* The relation whose age an index has. */
static Oid
as_old_as(Oid relid)
{
	ListCell *lc;

	foreach(lc, rebuilt.items)
		if (((Rebuilt *) lfirst(lc))->index == relid)
			return IndexGetRelation(relid, true);
	return relid;
}

static bool
relation_was_born_here(Oid relid)
{
	Relation rel;
	bool born;

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
	ListCell *lc;

	if (object->classId == RelationRelationId &&
		relation_was_born_here(as_old_as(object->objectId)))
		return true;
	foreach(lc, births.items)
	{
		Birth *birth = lfirst(lc);

		if (birth->object.classId == object->classId &&
			birth->object.objectId == object->objectId &&
			birth->object.objectSubId == object->objectSubId)
			return true;
	}
	return false;
}
