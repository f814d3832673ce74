/*
 * follow_key.c
 *		Values of a column that were copied aside belong to rows by their key.  A
 *		row that gets another key, as one that changes its partition always does,
 *		takes its value along.
 *
 * The trigger fires for every update, since another trigger may change the key
 * of a row whose key the statement does not name.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/owner.h"
#include "undo/bin.h"
#include "undo/column_state.h"
#include "undo/follow_key.h"
#include "undo/kept_copy.h"

#define ARGUMENT_PREFIX "copy:" /* copy:16400:1,2 */

char *
follow_argument(Oid copy, List *key)
{
	return psprintf(ARGUMENT_PREFIX "%u:%s", copy, text_of_key(key));
}

bool
follows_key(const Trigger *trigger)
{
	return trigger->tgnargs == 2 &&
		strncmp(trigger->tgargs[1], ARGUMENT_PREFIX, strlen(ARGUMENT_PREFIX)) == 0;
}

/* Former and new key, one after the other; false when they are the same. */
static bool
keys_of(const TriggerData *data, List *key, Oid *types, Datum *values)
{
	TupleDesc desc = RelationGetDescr(data->tg_relation);
	int count = list_length(key);
	bool differs = false;

	for (int i = 0; i < count; i++)
	{
		AttrNumber attnum = (AttrNumber) list_nth_int(key, i);
		Form_pg_attribute att = TupleDescAttr(desc, attnum - 1);
		bool was_null;
		bool is_null;

		types[i] = types[count + i] = att->atttypid;
		values[i] = heap_getattr(data->tg_trigtuple, attnum, desc, &was_null);
		values[count + i] = heap_getattr(data->tg_newtuple, attnum, desc, &is_null);
		/* NOT NULL is checked later, and raises the error */
		if (was_null || is_null)
			return false;
		differs =
			differs || !datum_image_eq(values[i], values[count + i], att->attbyval, att->attlen);
	}
	return differs;
}

void
follow_key(const TriggerData *data)
{
	const char *argument = data->tg_trigger->tgargs[1] + strlen(ARGUMENT_PREFIX);
	Oid copy = (Oid) strtoul(argument, NULL, 10);
	List *key = key_of_text(strchr(argument, ':') + 1);
	int count = list_length(key);
	Oid *types = palloc(sizeof(Oid) * 2 * count);
	Datum *values = palloc(sizeof(Datum) * 2 * count);
	Oid relid = RelationGetRelid(data->tg_relation);
	StringInfoData sql;

	/* the entry was purged, and this was no partition of its table any more */
	if (!OidIsValid(get_rel_namespace(copy)) || !keys_of(data, key, types, values))
		return;
	/*
	 * The row that had this key is gone, or its own update is about to fail; but
	 * 1.0 and 1.00 are one key, and that is the row itself.
	 */
	(void) write_as_owner(psprintf("DELETE FROM %s f WHERE %s AND NOT (%s)", present_name(copy),
								   match_of_arguments(relid, key, count + 1),
								   match_of_arguments(relid, key, 1)),
						  2 * count, types, values, NULL);
	initStringInfo(&sql);
	appendStringInfo(&sql, "UPDATE %s f SET ", present_name(copy));
	for (int i = 1; i <= count; i++)
		appendStringInfo(&sql, "%sk%d = $%d", i > 1 ? ", " : "", i, count + i);
	appendStringInfo(&sql, " WHERE %s", match_of_arguments(relid, key, 1));
	(void) write_as_owner(sql.data, 2 * count, types, values, NULL);
}
