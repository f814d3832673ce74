/*
 * compat.h
 *		Every difference between server versions, each with its reason.  No other
 *		file asks for PG_VERSION_NUM.
 */
#ifndef SAFEMIG_COMPAT_H
#define SAFEMIG_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "safemig needs PostgreSQL 15 or newer"
#endif

/* 16: ownership and privilege checks became two functions for all classes */
#if PG_VERSION_NUM >= 160000
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "utils/acl.h"
#define pg_class_ownercheck(relid, role) object_ownercheck(RelationRelationId, relid, role)
#define pg_namespace_ownercheck(oid, role) object_ownercheck(NamespaceRelationId, oid, role)
#endif

/* 17: a module may say its name and version; 18 has a magic block for both */
#if PG_VERSION_NUM >= 180000
#define SAFEMIG_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "safemig", .version = SAFEMIG_VERSION)
#else
#define SAFEMIG_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* 16: what a query may and does write moved from the range table to its permission infos */
#include "nodes/plannodes.h"
#if PG_VERSION_NUM >= 160000
#include "parser/parse_relation.h"
#endif
static inline Bitmapset *
updated_columns(PlannedStmt *stmt, RangeTblEntry *rte)
{
#if PG_VERSION_NUM >= 160000
	return rte->perminfoindex == 0 ? NULL : getRTEPermissionInfo(stmt->permInfos, rte)->updatedCols;
#else
	return rte->updatedCols;
#endif
}

/* 16: an anti join may have its sides the other way round */
static inline bool
is_anti_join(JoinType type)
{
#if PG_VERSION_NUM >= 160000
	return type == JOIN_ANTI || type == JOIN_RIGHT_ANTI;
#else
	return type == JOIN_ANTI;
#endif
}

/* 18: what Append and MergeAppend prune at run time moved to the PlannedStmt */
#if PG_VERSION_NUM >= 180000
#define PRUNES_AT_RUN_TIME(append) ((append)->part_prune_index >= 0)
#else
#define PRUNES_AT_RUN_TIME(append) ((append)->part_prune_info != NULL)
#endif

/* 17: the entry of a backend is got by its index under another name */
#include "utils/backend_status.h"
#if PG_VERSION_NUM >= 170000
#define pgstat_fetch_stat_local_beentry(index) pgstat_get_local_beentry_by_index(index)
#endif

#endif /* SAFEMIG_COMPAT_H */
