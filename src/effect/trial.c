/*
 * trial.c
 *		Runs a dropping statement in a subtransaction, notes what OAT_DROP reports,
 *		and rolls it back: name lookup, rights, RESTRICT and the cascade's notices
 *		are the server's own, and so is the list of victims.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "commands/tablecmds.h"
#include "commands/user.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "effect/effect.h"
#include "effect/trial.h"

static bool trial_runs = false;
static List *victims;
static MemoryContext victims_context;

void
note_tried_drop(const ObjectAddress *object)
{
	MemoryContext save;
	ObjectAddress *copy;

	if (likely(!trial_runs))
		return;
	save = MemoryContextSwitchTo(victims_context);
	copy = palloc(sizeof(ObjectAddress));
	*copy = *object;
	victims = lappend(victims, copy);
	MemoryContextSwitchTo(save);
}

bool
drops_relations_only(Node *stmt)
{
	if (!IsA(stmt, DropStmt))
		return false;
	switch (((DropStmt *) stmt)->removeType)
	{
		case OBJECT_TABLE:
		case OBJECT_SEQUENCE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
			return true;
		default:
			return false;
	}
}

bool
can_try_drop(Node *stmt)
{
	return IsA(stmt, DropOwnedStmt) || (IsA(stmt, DropStmt) && !((DropStmt *) stmt)->concurrent);
}

DropBehavior
behavior_of_drop(Node *stmt)
{
	return IsA(stmt, DropOwnedStmt) ? ((DropOwnedStmt *) stmt)->behavior
									: ((DropStmt *) stmt)->behavior;
}

/* Until the trial is rolled back: they would make the server refuse, or go along with CASCADE. */
static void
forget_needs(List *needs)
{
	ListCell *lc;

	foreach(lc, needs)
	{
		BinNeed *need = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		(void) deleteDependencyRecordsForSpecific(need->dependent.classId, need->dependent.objectId,
												  need->deptype, need->referenced.classId,
												  need->referenced.objectId);
		/* a view has many of them on one table, and they are all gone at once */
		CommandCounterIncrement();
	}
}

static void
run_drop(Node *stmt)
{
	if (IsA(stmt, DropOwnedStmt))
		DropOwnedObjects((DropOwnedStmt *) stmt);
	else if (drops_relations_only(stmt) || ((DropStmt *) stmt)->removeType == OBJECT_INDEX)
		RemoveRelations((DropStmt *) stmt);
	else
		RemoveObjects((DropStmt *) stmt);
}

List *
try_drop(Node *stmt, List *needs)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	victims = NIL;
	victims_context = context;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		forget_needs(needs);
		trial_runs = true;
		run_drop(stmt);
		trial_runs = false;
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		trial_runs = false;
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return victims;
}
