/*
 * touch_parts.h
 *		Between the rooms that foretell locks, rewrites and scans (touch*.c).
 */
#ifndef SAFEMIG_TOUCH_PARTS_H
#define SAFEMIG_TOUCH_PARTS_H

#include "catalog/pg_class.h"

#include "foresee/change_parts.h"

/* touch_tree.c */
typedef bool (*TakeRelation)(Form_pg_class form, void *arg);
extern void touch_relations(Change *change, TakeRelation take, void *arg, LOCKMODE lock,
							bool rewrites, bool scans);
extern void touch_users_of_domain(Change *change, Oid domain, LOCKMODE lock);
extern void touch_sequences(Change *change, DraftRelation *relation, LOCKMODE lock);

/* Is there an index that can be made a part of such a one of the parent?  As DefineIndex() looks for it. */
extern bool has_index_like(DraftRelation *relation, const DraftIndex *wanted);
/* Is it the partition's share in a foreign key of its parent? */
extern bool is_from_parent(DraftRelation *relation, const DraftConstraint *constraint);

/* touch_partition.c */
extern void foretell_partition(Change *change);

/* touch_create.c, touch_upkeep.c; false: not theirs */
extern bool foretell_create(Change *change);
extern bool foretell_upkeep(Change *change);

/* touch_views.c: what the stored query of a view or a rule reads and writes */
extern void touch_view(Change *change, DraftRelation *view, LOCKMODE lock, bool scans);
extern void
touch_writes_through(Change *change, DraftRelation *relation, CmdType command, bool scans);

/* touch_written.c: a relation that a query reads or writes, with all that this leads to */
extern void
touch_source(Change *change, DraftRelation *relation, LOCKMODE lock, bool tree, bool scans);
extern void touch_written(Change *change, DraftRelation *relation, CmdType command, List *columns,
						  bool tree, bool scans);

#endif /* SAFEMIG_TOUCH_PARTS_H */
