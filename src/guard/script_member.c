/*
 * script_member.c
 *		Was this object a member of the extension whose script runs, before the
 *		transaction began?
 *
 * The script itself can change what is a member: an update lets its own view go
 * (ALTER EXTENSION ... DROP VIEW) to drop it, and anybody's table could be made
 * a member (ADD TABLE) to be dropped.  So the rows of pg_depend are read as they
 * were: those that this transaction wrote do not count, those that it deleted do.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "guard/script_member.h"

static bool
stood_before_this_transaction(HeapTupleHeader tuple)
{
	TransactionId writer = HeapTupleHeaderGetXmin(tuple);

	if (HeapTupleHeaderXminInvalid(tuple) || TransactionIdIsCurrentTransactionId(writer) ||
		!TransactionIdDidCommit(writer))
		return false;
	/* deleted by somebody else and committed: gone before us */
	return (tuple->t_infomask & HEAP_XMAX_INVALID) != 0 ||
		HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_infomask) ||
		!TransactionIdDidCommit(HeapTupleHeaderGetUpdateXid(tuple));
}

bool
was_member_of_script(const ObjectAddress *object)
{
	Relation rel = table_open(DependRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	bool found = false;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->classId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->objectId));
	scan = systable_beginscan(rel, DependDependerIndexId, true, SnapshotAny, 2, keys);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		found = form->deptype == DEPENDENCY_EXTENSION && form->refclassid == ExtensionRelationId &&
			form->refobjid == CurrentExtensionObject &&
			stood_before_this_transaction(tuple->t_data);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}
