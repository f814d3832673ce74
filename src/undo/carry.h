/*
 * carry.h
 *		The triggers that keep the values of dropped columns with their rows.
 */
#ifndef SAFEMIG_CARRY_H
#define SAFEMIG_CARRY_H

#include "postgres.h"
#include "access/tupdesc.h"
#include "utils/rel.h"

/* What one column needs to be carried: its number, and its missing value where it has one. */
extern char *carry_argument(TupleDesc desc, AttrNumber attnum);

/* The missing value of such an argument; false when it has none. */
extern bool carried_missing_value(const char *argument, TupleDesc desc, Datum *value);

/* Hangs the trigger of an entry on a table; arguments: list of char *.  The caller holds the lock. */
extern Oid hang_carry_trigger(Oid relid, int64 entry, List *arguments);

/*
 * Hangs a trigger on a table whose column is copied: when a row's key changes, so
 * does the copy's.  key: of AttrNumber, in this table's numbers.
 */
extern void hang_follow_trigger(Oid relid, int64 entry, Oid copy, List *key);

/* The trigger of that entry, or of any (0), on an open table; InvalidOid when there is none. */
extern Oid carry_trigger(Relation rel, int64 entry, bool *fires);

/* The argument of that column, or NULL */
extern const char *argument_of_carried(Relation rel, int64 entry, AttrNumber attnum);

/* Both kinds, from whatever table has one of that entry; takes its lock. */
extern void drop_kept_triggers(int64 entry);

/* Those alone that follow a key */
extern void drop_follow_triggers(int64 entry);

/*
 * The table has another file, in which its kept columns are as they were in the
 * last: TRUNCATE emptied it, undrop() filled it, or it lies elsewhere.
 */
extern void note_new_file(Oid relid);

/* A trigger that would fire after ours and could lose what it carried; NULL if there is none. */
extern const char *trigger_after_carry(Relation rel);

/* SM006 when that trigger, which is made or renamed just now, is such a one; or was ours. */
extern void refuse_trigger_after_carry(Oid trigger);

/* SM006 when the new relation is the one that a table with a kept column is rewritten into. */
extern void refuse_rewrite_of_kept(Oid relid);

/* The entry for which that was said last; 0 when it was not said since the last call. */
extern int64 entry_in_the_way_of_rewrite(void);

#endif /* SAFEMIG_CARRY_H */
