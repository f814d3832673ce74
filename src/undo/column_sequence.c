/*
 * column_sequence.c
 *		The sequence of a serial or identity column goes into the bin where it stands.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/lmgr.h"

#include "base/owner.h"
#include "undo/column_keep.h"
#include "undo/moved.h"

static ObjectAddress *
address_of(Oid class, Oid oid)
{
	ObjectAddress *object = palloc(sizeof(ObjectAddress));

	ObjectAddressSet(*object, class, oid);
	return object;
}

/* What else uses the sequence: defaults of other columns, or things we cannot part from it. */
static List *
other_users(DroppedColumn *column)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[3] = {OIDOID, OIDOID, INT2OID};
	Datum values[3] = {ObjectIdGetDatum(column->state->sequence), ObjectIdGetDatum(column->relid),
					   Int16GetDatum(column->attnum)};
	List *users = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT * FROM safemig.bin_sequence_users($1, $2, $3)", 3, types,
							values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		Oid class = DatumGetObjectId(SPI_getbinval(row, desc, 1, &isnull));
		Oid oid = DatumGetObjectId(SPI_getbinval(row, desc, 2, &isnull));
		MemoryContext spi = MemoryContextSwitchTo(caller);

		users = lappend(users, address_of(class, oid));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return users;
}

static bool
cascades(Keep *keep)
{
	ListCell *lc;

	if (!IsA(keep->stmt, AlterTableStmt))
		return true;
	foreach(lc, ((AlterTableStmt *) keep->stmt)->cmds)
	{
		AlterTableCmd *cmd = lfirst_node(AlterTableCmd, lc);

		if (cmd->subtype == AT_DropColumn && cmd->behavior == DROP_CASCADE)
			return true;
	}
	return false;
}

/* The column must not own it any more then, or its drop would take it along. */
void
move_sequence(Keep *keep, DroppedColumn *column)
{
	Oid sequence = column->state->sequence;
	List *victims = list_make1(address_of(RelationRelationId, sequence));
	List *users;
	ListCell *lc;

	LockRelationOid(sequence, AccessExclusiveLock);
	users = other_users(column);
	/* the server's own error, if it says RESTRICT */
	if (users != NIL && !cascades(keep))
		return;
	foreach(lc, users)
		if (((ObjectAddress *) lfirst(lc))->classId != AttrDefaultRelationId)
			refuse_unkept(keep, column->effect,
						  "something else than defaults of columns uses its sequence");
	(void) deleteDependencyRecordsForClass(RelationRelationId, sequence, RelationRelationId,
										   column->state->identity ? DEPENDENCY_INTERNAL
																   : DEPENDENCY_AUTO);
	CommandCounterIncrement();
	(void) move_aside(keep, list_concat(victims, users));
}
