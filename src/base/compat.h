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
#include "catalog/pg_proc.h"
#include "utils/acl.h"
#define pg_class_ownercheck(relid, role) object_ownercheck(RelationRelationId, relid, role)
#define pg_namespace_aclcheck(oid, role, mode) object_aclcheck(NamespaceRelationId, oid, role, mode)
#define pg_proc_aclcheck(oid, role, mode) object_aclcheck(ProcedureRelationId, oid, role, mode)
#define pg_namespace_ownercheck(oid, role) object_ownercheck(NamespaceRelationId, oid, role)
#endif

/* 18: stands in front of a declaration and of a definition alike; before it was a macro with () */
#if PG_VERSION_NUM < 180000
#define pg_noreturn __attribute__((noreturn))
#endif

/* 16: the macros over varlena left postgres.h for a header of their own */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16: the list of result relations to look at again; none named means those of the plan */
#include "executor/executor.h"
static inline void
init_recheck(EPQState *recheck, EState *estate)
{
#if PG_VERSION_NUM >= 160000
	EvalPlanQualInit(recheck, estate, NULL, NIL, -1, NIL);
#else
	EvalPlanQualInit(recheck, estate, NULL, NIL, -1);
#endif
}

/* 18: whether a deferrable key will do; before it never did */
#include "utils/relcache.h"
static inline Oid
primary_key_index(Relation rel)
{
#if PG_VERSION_NUM >= 180000
	return RelationGetPrimaryKeyIndex(rel, false);
#else
	return RelationGetPrimaryKeyIndex(rel);
#endif
}

/* 16: where a soft error goes; NULL raises it as before */
#include "utils/regproc.h"
static inline List *
names_of_identity(const char *identity)
{
#if PG_VERSION_NUM >= 160000
	return stringToQualifiedNameList(identity, NULL);
#else
	return stringToQualifiedNameList(identity);
#endif
}

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

/* 17: the entry of a backend is got by its index under another name */
#include "utils/backend_status.h"
#if PG_VERSION_NUM >= 170000
#define pgstat_fetch_stat_local_beentry(index) pgstat_get_local_beentry_by_index(index)
#endif

/*
 * 17: a virtual transaction is known by the number of its process, not of its backend.
 * NULL: it has ended, or was prepared, which leaves its process to the next one.
 */
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/sinvaladt.h"
static inline PGPROC *
proc_of_transaction(const VirtualTransactionId *id)
{
#if PG_VERSION_NUM >= 170000
	PGPROC *proc = ProcNumberGetProc(id->procNumber);

	return proc != NULL && proc->vxid.lxid == id->localTransactionId ? proc : NULL;
#else
	PGPROC *proc = BackendIdGetProc(id->backendId);

	return proc != NULL && proc->lxid == id->localTransactionId ? proc : NULL;
#endif
}

/* 16: the counts of a relation lost the t_ of their names */
#include "pgstat.h"
#if PG_VERSION_NUM >= 160000
#define dead_rows_of_status(status) ((status)->counts.delta_dead_tuples)
#define relation_of_status(status) ((status)->id)
#else
#define dead_rows_of_status(status) ((status)->t_counts.t_delta_dead_tuples)
#define relation_of_status(status) ((status)->t_id)
#endif

/* 17: identity columns of partitions are their parent's, so it asks for the relation */
#include "catalog/dependency.h"
#include "utils/rel.h"
#include "utils/relcache.h"
static inline Oid
identity_sequence(Oid relid, AttrNumber attnum)
{
#if PG_VERSION_NUM >= 170000
	Relation rel = RelationIdGetRelation(relid);
	Oid sequence = InvalidOid;

	if (RelationIsValid(rel))
	{
		sequence = getIdentitySequence(rel, attnum, true);
		RelationClose(rel);
	}
	return sequence;
#else
	return getIdentitySequence(relid, attnum, true);
#endif
}

/* 18: how a plan leaves out partitions moved to the statement, the node has its number there */
#if PG_VERSION_NUM >= 180000
#define PRUNES_PARTITIONS(append) ((append)->part_prune_index >= 0)
#else
#define PRUNES_PARTITIONS(append) ((append)->part_prune_info != NULL)
#endif

/* 16: what was a relfilenode is a RelFileLocator with a relation number */
#include "catalog/pg_class.h"
#include "utils/rel.h"
#if PG_VERSION_NUM >= 160000
#include "storage/relfilelocator.h"
#define RelFileNode RelFileLocator
#define RelFileNodeEquals RelFileLocatorEquals
#define rd_node rd_locator
#define relNode relNumber
#define rd_newRelfilenodeSubid rd_newRelfilelocatorSubid
#define rd_firstRelfilenodeSubid rd_firstRelfilelocatorSubid
#define RelationAssumeNewRelfilenode RelationAssumeNewRelfilelocator
#endif

/* What of a pg_class row speaks of its files.  18: and of pages all frozen */
static inline void
copy_file_columns(Form_pg_class to, const FormData_pg_class *from)
{
	to->relfilenode = from->relfilenode;
	to->reltablespace = from->reltablespace;
	to->relpages = from->relpages;
	to->reltuples = from->reltuples;
	to->relallvisible = from->relallvisible;
	to->relfrozenxid = from->relfrozenxid;
	to->relminmxid = from->relminmxid;
#if PG_VERSION_NUM >= 180000
	to->relallfrozen = from->relallfrozen;
#endif
}

/*
 * An index on table of the same physical form as another one; file: of that
 * number, which is there.  17: options of operator classes are an argument.
 */
#include "catalog/index.h"
#include "utils/lsyscache.h"
static inline Oid
create_index_like(Relation table, Relation like, Oid file, List *columns, Oid *classes,
				  int16 *options, Datum reloptions, bits16 flags)
{
	IndexInfo *info = BuildDummyIndexInfo(like);
	Datum *class_options = palloc(sizeof(Datum) * info->ii_NumIndexAttrs);

	for (int i = 0; i < info->ii_NumIndexAttrs; i++)
		class_options[i] = get_attoptions(RelationGetRelid(like), i + 1);
#if PG_VERSION_NUM >= 170000
	return index_create(table, RelationGetRelationName(like), InvalidOid, InvalidOid, InvalidOid,
						file, info, columns, like->rd_rel->relam, like->rd_rel->reltablespace,
						like->rd_indcollation, classes, class_options, options, NULL, reloptions,
						flags, 0, true, true, NULL);
#else
	info->ii_OpclassOptions = class_options;
	return index_create(table, RelationGetRelationName(like), InvalidOid, InvalidOid, InvalidOid,
						file, info, columns, like->rd_rel->relam, like->rd_rel->reltablespace,
						like->rd_indcollation, classes, options, reloptions, flags, 0, true, true,
						NULL);
#endif
}

/* 16: which kinds of index an update needs; our tables have none that only summarizes */
#include "access/tableam.h"
#include "executor/executor.h"
static inline bool
update_and_ask_for_indexes(Relation table, ItemPointer at, TupleTableSlot *slot)
{
#if PG_VERSION_NUM >= 160000
	TU_UpdateIndexes which;

	simple_table_tuple_update(table, at, slot, InvalidSnapshot, &which);
	return which != TU_None;
#else
	bool any;

	simple_table_tuple_update(table, at, slot, InvalidSnapshot, &any);
	return any;
#endif
}

/* conflict: NULL where a key that is there already is an error, else whether there is one */
static inline void
insert_index_tuples(ResultRelInfo *target, TupleTableSlot *slot, EState *estate, bool *conflict)
{
#if PG_VERSION_NUM >= 160000
	list_free(
		ExecInsertIndexTuples(target, slot, estate, false, conflict != NULL, conflict, NIL, false));
#else
	list_free(ExecInsertIndexTuples(target, slot, estate, false, conflict != NULL, conflict, NIL));
#endif
}

/* 17: the NOT NULL of a domain is a constraint, too; 18: that of a column */
#include "access/htup.h"
#include "catalog/pg_constraint.h"
#ifndef CONSTRAINT_NOTNULL
#define CONSTRAINT_NOTNULL 'n'
#endif
static inline AttrNumber
column_of_not_null(HeapTuple constraint)
{
#if PG_VERSION_NUM >= 180000
	return extractNotNullColumn(constraint);
#else
	return InvalidAttrNumber;
#endif
}

/* 17: which statement rebuilds an index is an argument */
static inline void
rebuild_index(Oid index, char persistence)
{
	ReindexParams params = {0};

#if PG_VERSION_NUM >= 170000
	reindex_index(NULL, index, false, persistence, &params);
#else
	reindex_index(index, false, persistence, &params);
#endif
}

/* 18: the compact copy of an attribute in a descriptor must be told of changes */
#if PG_VERSION_NUM < 180000
#define populate_compact_attribute(desc, index) ((void) 0)
#endif

/* 17: identity is a matter of the whole partitioned table */
static inline bool
identity_recurses(void)
{
#if PG_VERSION_NUM >= 170000
	return true;
#else
	return false;
#endif
}

/* 19: a new column of a domain with constraints is checked, and written only for a volatile default */
static inline bool
constrained_domain_rewrites(bool is_volatile)
{
#if PG_VERSION_NUM >= 190000
	return is_volatile;
#else
	return true;
#endif
}

/* 17: a generated column may get another expression, for which every row is written */
#include "nodes/parsenodes.h"
static inline bool
sets_expression(AlterTableCmd *command)
{
#if PG_VERSION_NUM >= 170000
	return command->subtype == AT_SetExpression;
#else
	return false;
#endif
}

/* 17: who may refresh a materialized view is a privilege, no longer only its owner */
#include "commands/tablecmds.h"
#if PG_VERSION_NUM >= 170000
#define RangeVarCallbackMayRefresh RangeVarCallbackMaintainsTable
#else
#define RangeVarCallbackMayRefresh RangeVarCallbackOwnsTable
#endif

/* 17: MAINTAIN came to what can be granted on a table */
#if PG_VERSION_NUM >= 170000
#define PRIVILEGES_ON_TABLES "select insert update delete truncate references trigger maintain"
#else
#define PRIVILEGES_ON_TABLES "select insert update delete truncate references trigger"
#endif

/* 18: a generated column may be virtual, and is so unless STORED is written */
#include "catalog/pg_attribute.h"
#include "nodes/parsenodes.h"
static inline char
generated_kind(const Constraint *constraint)
{
#if PG_VERSION_NUM >= 180000
	return constraint->generated_kind;
#else
	return ATTRIBUTE_GENERATED_STORED;
#endif
}

/* 19: VALIDATE CONSTRAINT of a domain lets writers pass */
#if PG_VERSION_NUM >= 190000
#define DOMAIN_VALIDATION_LOCK ShareUpdateExclusiveLock
#else
#define DOMAIN_VALIDATION_LOCK ShareLock
#endif

/* 18: GRANT and REVOKE lock the relation, so that it is not dropped meanwhile */
#if PG_VERSION_NUM >= 180000
#define GRANT_LOCK AccessShareLock
#else
#define GRANT_LOCK NoLock
#endif

/* 17: a column of a table's row type looks at that table without keeping the lock */
#if PG_VERSION_NUM >= 170000
#define ROW_TYPE_LOCK NoLock
#else
#define ROW_TYPE_LOCK AccessShareLock
#endif

/* 18: DROP NOT NULL of a nullable column stops before the children */
#if PG_VERSION_NUM >= 180000
#define DROP_NOT_NULL_LOOKS_FIRST true
#else
#define DROP_NOT_NULL_LOOKS_FIRST false
#endif

/* 18: constraints that are not enforced, and a node of its own for ALTER CONSTRAINT */
#include "catalog/pg_constraint.h"
#if PG_VERSION_NUM >= 180000
#define ALTERED_CONSTRAINT(cmd) (castNode(ATAlterConstraint, (cmd)->def)->conname)
#define ALTERS_DEFERRABILITY(cmd) (castNode(ATAlterConstraint, (cmd)->def)->alterDeferrability)
#define MAKES_DEFERRABLE(cmd) (castNode(ATAlterConstraint, (cmd)->def)->deferrable)
#define ALTERS_ENFORCEABILITY(cmd) (castNode(ATAlterConstraint, (cmd)->def)->alterEnforceability)
#define MAKES_ENFORCED(cmd) (castNode(ATAlterConstraint, (cmd)->def)->is_enforced)
#define IS_ENFORCED(form) ((form)->conenforced)
#else
#define ALTERED_CONSTRAINT(cmd) (castNode(Constraint, (cmd)->def)->conname)
#define ALTERS_DEFERRABILITY(cmd) true
#define MAKES_DEFERRABLE(cmd) (castNode(Constraint, (cmd)->def)->deferrable)
#define ALTERS_ENFORCEABILITY(cmd) false
#define MAKES_ENFORCED(cmd) true
#define IS_ENFORCED(form) true
#endif

static inline bool
says_not_enforced(const Constraint *constraint)
{
#if PG_VERSION_NUM >= 180000
	return (constraint->contype == CONSTR_FOREIGN || constraint->contype == CONSTR_CHECK) &&
		!constraint->is_enforced;
#else
	return false;
#endif
}

/* NOT ENFORCED behind a constraint that is written inside a column */
static inline bool
is_not_enforced_attribute(const Constraint *constraint)
{
#if PG_VERSION_NUM >= 180000
	return constraint->contype == CONSTR_ATTR_NOT_ENFORCED;
#else
	return false;
#endif
}

static inline void
mark_not_enforced(Constraint *constraint)
{
#if PG_VERSION_NUM >= 180000
	constraint->is_enforced = false;
	constraint->skip_validation = true;
#endif
}

#endif /* SAFEMIG_COMPAT_H */
