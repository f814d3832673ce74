/*
 * unique_column.c
 *		Which column could tell the rows of a relation apart, as far as ANALYZE has seen?
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "utils/syscache.h"

#include "foresee/change_facts.h"

static bool
differs_in_every_row(Oid relid, AttrNumber attnum)
{
	HeapTuple tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relid), Int16GetDatum(attnum),
									  BoolGetDatum(false));
	bool differs;

	if (!HeapTupleIsValid(tuple))
		return false;
	differs = ((Form_pg_statistic) GETSTRUCT(tuple))->stadistinct == -1.0 &&
		((Form_pg_statistic) GETSTRUCT(tuple))->stanullfrac == 0.0;
	ReleaseSysCache(tuple);
	return differs;
}

const char *
column_that_seems_unique(DraftRelation *relation)
{
	ListCell *lc;

	if (draft_is_new(relation))
		return NULL;
	draft_load(relation);
	foreach(lc, relation->columns)
	{
		const DraftColumn *column = lfirst(lc);

		if (column->attnum > 0 && differs_in_every_row(relation->oid, column->attnum))
			return column->name;
	}
	return NULL;
}
