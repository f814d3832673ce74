/*
 * touch_alter_table.c
 *		What the subcommands of ALTER TABLE lock, write anew and read, as the server's
 *		tablecmds.c does it: ATPrepCmd() for who recurses to children, ATRewriteTables()
 *		for what is read and written.  The level of the lock is the server's own answer.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/pg_am.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/tablecmds.h"
#include "commands/tablespace.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/readfuncs.h"
#include "optimizer/optimizer.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "base/owner.h"
#include "base/text_list.h"
#include "foresee/change_facts.h"
#include "foresee/change_parts.h"
#include "effect/effect.h"
#include "foresee/touch_parts.h"

static bool
column_option_recurses(const AlterTableCmd *cmd)
{
	return cmd->subtype == AT_SetStatistics || cmd->subtype == AT_SetStorage;
}

static Oid
access_method_of(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid method = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		method = ((Form_pg_class) GETSTRUCT(tuple))->relam;
		ReleaseSysCache(tuple);
	}
	return method;
}

/* Does the subcommand do the same to children and partitions? */
static bool
recurses(const Change *change)
{
	bool partitioned = change->relation->kind == RELKIND_PARTITIONED_TABLE;

	switch (change->kind)
	{
		case CHANGE_ADD_COLUMN:
		case CHANGE_DROP_COLUMN:
		case CHANGE_COLUMN_TYPE:
		case CHANGE_SET_DEFAULT:
		case CHANGE_DROP_DEFAULT:
		case CHANGE_DROP_EXPRESSION:
		case CHANGE_SET_EXPRESSION:
			return true;
		case CHANGE_DROP_NOT_NULL:
			return !DROP_NOT_NULL_LOOKS_FIRST || (change->column && change->column->not_null);
		case CHANGE_SET_NOT_NULL:
			/* partitions have it already where the parent has: ATPrepSetNotNull() */
			return !(partitioned && change->column && change->column->not_null);
		case CHANGE_COLUMN_OPTION:
			return column_option_recurses((const AlterTableCmd *) change->node);
		case CHANGE_ADD_IDENTITY:
		case CHANGE_SET_IDENTITY:
		case CHANGE_DROP_IDENTITY:
			return partitioned && identity_recurses();
		case CHANGE_ADD_CHECK:
		case CHANGE_ADD_NOT_NULL:
			return !change->constraint || !change->constraint->no_inherit;
		case CHANGE_ADD_FOREIGN_KEY:
		case CHANGE_ADD_UNIQUE:
		case CHANGE_ADD_PRIMARY_KEY:
		case CHANGE_ADD_EXCLUDE:
		case CHANGE_ENABLE_TRIGGER:
		case CHANGE_DISABLE_TRIGGER:
		case CHANGE_ALTER_CONSTRAINT:
			return partitioned;
		case CHANGE_VALIDATE_CONSTRAINT:
		case CHANGE_DROP_CONSTRAINT:
			return partitioned || !change->constraint ||
				(change->constraint->type == CONSTRAINT_CHECK && !change->constraint->no_inherit);
		default:
			return false;
	}
}

/*
 * ONLY leaves the children alone, but for what they inherited and keep: each is told
 * that it has it for itself from then on.
 */
static List *
reached(const Change *change)
{
	List *itself = list_make1(change->relation);

	if (!recurses(change))
		return itself;
	if (!change->only)
		return draft_tree(change->relation);
	return change->kind == CHANGE_DROP_COLUMN || change->kind == CHANGE_DROP_CONSTRAINT
		? list_concat(itself, change->relation->children)
		: itself;
}

/* ---------- why rows are written or read ---------- */

/* A domain that the script makes is not in the catalogs. */
static bool
is_of_constrained_type(const Change *change)
{
	Node *def = ((AlterTableCmd *) change->node)->def;
	TypeName *type = def != NULL && IsA(def, ColumnDef) ? ((ColumnDef *) def)->typeName : NULL;

	return type != NULL && type->names != NIL &&
		draft_makes_constrained(strVal(llast(type->names)));
}

typedef struct DomainAsked
{
	Oid type;
	bool has_constraints;
} DomainAsked;

static void
ask_of_domain(void *arg)
{
	DomainAsked *asked = arg;

	asked->has_constraints = DomainHasConstraints(asked->type);
}

/* To know it the server plans its checks, and works out what it takes for constant there. */
static bool
has_constraints(Oid type)
{
	DomainAsked asked = {type, false};

	call_as_nobody(ask_of_domain, &asked);
	return asked.has_constraints;
}

static RewriteCause
rewrite_of_new_column(const Change *change)
{
	const DraftColumn *column = change->new_column;

	if (column == NULL || change->column != NULL)
		return REWRITE_NONE;
	if (column->generated == ATTRIBUTE_GENERATED_STORED)
		return REWRITE_GENERATED;
	if (change->is_serial)
		return REWRITE_SERIAL;
	if (column->identity != '\0')
		return REWRITE_IDENTITY;
	if (OidIsValid(column->type) && has_constraints(column->type) &&
		constrained_domain_rewrites(change->default_kind == DEFAULT_VOLATILE))
		return REWRITE_DOMAIN;
	if (!OidIsValid(column->type) && is_of_constrained_type(change))
		return REWRITE_DOMAIN;
	return change->default_kind == DEFAULT_VOLATILE ? REWRITE_VOLATILE_DEFAULT : REWRITE_NONE;
}

static RewriteCause
rewrite_of_persistence(const Change *change, char persistence)
{
	if (change->relation->persistence == persistence ||
		change->relation->persistence == RELPERSISTENCE_TEMP)
		return REWRITE_NONE;
	return persistence == RELPERSISTENCE_PERMANENT ? REWRITE_LOGGED : REWRITE_UNLOGGED;
}

static RewriteCause
rewrite_of_access_method(const Change *change)
{
	Oid now =
		OidIsValid(change->relation->oid) ? access_method_of(change->relation->oid) : InvalidOid;

	if (change->relation->kind == RELKIND_PARTITIONED_TABLE || change->new_name == NULL)
		return REWRITE_NONE;
	return get_table_am_oid(change->new_name, true) == now ? REWRITE_NONE : REWRITE_ACCESS_METHOD;
}

static RewriteCause
rewrite_of_tablespace(const Change *change)
{
	Oid now =
		OidIsValid(change->relation->oid) ? get_rel_tablespace(change->relation->oid) : InvalidOid;
	Oid target = change->new_name ? get_tablespace_oid(change->new_name, true) : InvalidOid;

	if (now == InvalidOid)
		now = MyDatabaseTableSpace;
	return OidIsValid(target) && target != now ? REWRITE_TABLESPACE : REWRITE_NONE;
}

static RewriteCause
rewrite_of(const Change *change)
{
	switch (change->kind)
	{
		case CHANGE_ADD_COLUMN:
			return rewrite_of_new_column(change);
		case CHANGE_COLUMN_TYPE:
			return change->column && !change->lossless ? REWRITE_TYPE : REWRITE_NONE;
		case CHANGE_SET_EXPRESSION:
			return change->column ? REWRITE_GENERATED : REWRITE_NONE;
		case CHANGE_SET_LOGGED:
			return rewrite_of_persistence(change, RELPERSISTENCE_PERMANENT);
		case CHANGE_SET_UNLOGGED:
			return rewrite_of_persistence(change, RELPERSISTENCE_UNLOGGED);
		case CHANGE_SET_ACCESS_METHOD:
			return rewrite_of_access_method(change);
		case CHANGE_SET_TABLESPACE:
			return rewrite_of_tablespace(change);
		default:
			return REWRITE_NONE;
	}
}

/*
 * Is an index of no use for the new type?  CheckIndexCompatible(): where the operator
 * class or the collation is another one, or the class takes any type at all.
 */
static bool
index_is_rebuilt(const DraftIndex *index, const DraftColumn *old, const DraftColumn *changed)
{
	Oid method = index->method ? get_index_am_oid(index->method, true) : BTREE_AM_OID;
	Oid before = OidIsValid(old->type) ? GetDefaultOpClass(old->type, method) : InvalidOid;
	Oid after = OidIsValid(changed->type) ? GetDefaultOpClass(changed->type, method) : InvalidOid;

	if (old->collation != changed->collation || before != after)
		return true;
	return OidIsValid(after) && IsPolymorphicType(get_opclass_input_type(after)) &&
		old->type != changed->type;
}

/*
 * As it is stored: RelationGetIndexExpressions() would work out what it takes for
 * constant, which is code of the table's owner, with the rights of who asks.
 */
static bool
pull_columns_of(HeapTuple index, AttrNumber part, Bitmapset **used)
{
	bool isnull;
	Datum stored = SysCacheGetAttr(INDEXRELID, index, part, &isnull);

	if (!isnull)
		pull_varattnos((Node *) stringToNode(TextDatumGetCString(stored)), 1, used);
	return !isnull;
}

/* One with an expression or a predicate is never compared, and always built anew. */
static bool
index_computes_with(const DraftIndex *index, const DraftColumn *column)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index->oid));
	Bitmapset *used = NULL;
	bool computes;

	if (!HeapTupleIsValid(tuple))
		return false;
	computes = pull_columns_of(tuple, Anum_pg_index_indexprs, &used);
	computes = pull_columns_of(tuple, Anum_pg_index_indpred, &used) || computes;
	ReleaseSysCache(tuple);
	return computes &&
		(is_in_texts(index->columns, column->name) ||
		 bms_is_member(column->attnum - FirstLowInvalidHeapAttributeNumber, used));
}

static Oid
default_opclass(const DraftColumn *column)
{
	return OidIsValid(column->type) ? GetDefaultOpClass(column->type, BTREE_AM_OID) : InvalidOid;
}

/* Does a foreign key on the column, made anew, compare other values or by another operator? */
static bool
keys_are_checked_anew(const Change *change)
{
	return change->column != NULL &&
		(!change->lossless ||
		 default_opclass(change->column) != default_opclass(change->new_column));
}

/*
 * Every CHECK on the column is made anew, and so checked anew
 * (ATPostAlterTypeCleanup()); a foreign key is compared first (TryReuseForeignKey()).
 */
static ScanCause
scan_of_type(const Change *change)
{
	bool checks = keys_are_checked_anew(change);
	ListCell *lc;

	if (change->column == NULL)
		return SCAN_NONE;
	foreach(lc, change->relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (!constraint->validated || !is_in_texts(constraint->columns, change->name))
			continue;
		if (constraint->type == CONSTRAINT_CHECK)
			return SCAN_CHECK;
		if (constraint->type == CONSTRAINT_FOREIGN && checks)
			return SCAN_FOREIGN_KEY;
	}
	foreach(lc, change->relation->indexes)
		if (index_computes_with(lfirst(lc), change->column) ||
			(is_in_texts(((DraftIndex *) lfirst(lc))->columns, change->name) &&
			 index_is_rebuilt(lfirst(lc), change->column, change->new_column)))
			return SCAN_INDEX;
	return SCAN_NONE;
}

/* A foreign key of a new column that holds nothing yet is not looked at: transformAlterTableStmt() */
static bool
is_of_empty_column(const Change *change)
{
	ColumnDef *def;
	ListCell *lc;

	if (!change->within || !IsA(change->node, AlterTableCmd))
		return false;
	def = (ColumnDef *) ((AlterTableCmd *) change->node)->def;
	if (def == NULL || !IsA(def, ColumnDef) || def->raw_default != NULL)
		return def != NULL && IsA(def, ColumnDef) && def->raw_default == NULL;
	foreach(lc, def->constraints)
		if (lfirst_node(Constraint, lc)->contype == CONSTR_DEFAULT ||
			lfirst_node(Constraint, lc)->contype == CONSTR_IDENTITY ||
			lfirst_node(Constraint, lc)->contype == CONSTR_GENERATED)
			return false;
	return true;
}

/* Are all columns of the key proved to hold no null? */
static bool
key_is_not_null(const Change *change)
{
	ListCell *lc;

	foreach(lc, change->constraint ? change->constraint->columns : NIL)
		if (!draft_proves_not_null(change->relation, lfirst(lc)))
			return false;
	return true;
}

/* [NOT] ENFORCED, where it is not so yet */
static bool
alters_triggers(const Change *change)
{
	return change->other != NULL && ALTERS_ENFORCEABILITY((AlterTableCmd *) change->node) &&
		change->constraint->not_enforced == MAKES_ENFORCED((AlterTableCmd *) change->node);
}

static ScanCause
scan_of(const Change *change)
{
	switch (change->kind)
	{
		case CHANGE_ADD_COLUMN:
			/* without a value for it there is a null in every row */
			return change->column == NULL && change->new_column && change->new_column->not_null &&
					change->default_kind == DEFAULT_NONE
				? SCAN_NOT_NULL
				: SCAN_NONE;
		case CHANGE_COLUMN_TYPE:
			return scan_of_type(change);
		case CHANGE_ADD_NOT_NULL:
			return change->proved || change->not_valid || key_is_not_null(change) ? SCAN_NONE
																				  : SCAN_NOT_NULL;
		case CHANGE_SET_NOT_NULL:
			return change->column && !change->proved && !change->not_valid ? SCAN_NOT_NULL
																		   : SCAN_NONE;
		case CHANGE_ADD_CHECK:
			return change->not_valid ? SCAN_NONE : SCAN_CHECK;
		case CHANGE_ADD_FOREIGN_KEY:
			return change->not_valid || is_of_empty_column(change) ? SCAN_NONE : SCAN_FOREIGN_KEY;
		case CHANGE_ADD_UNIQUE:
		case CHANGE_ADD_EXCLUDE:
			return change->using_index ? SCAN_NONE : SCAN_INDEX;
		case CHANGE_ADD_PRIMARY_KEY:
			if (!change->using_index)
				return SCAN_INDEX;
			return key_is_not_null(change) ? SCAN_NONE : SCAN_NOT_NULL;
		case CHANGE_ALTER_CONSTRAINT:
			return alters_triggers(change) && change->constraint->not_enforced ? SCAN_FOREIGN_KEY
																			   : SCAN_NONE;
		case CHANGE_VALIDATE_CONSTRAINT:
			if (change->constraint == NULL || change->constraint->validated)
				return SCAN_NONE;
			return change->constraint->type == CONSTRAINT_FOREIGN ? SCAN_FOREIGN_KEY : SCAN_CHECK;
		case CHANGE_ATTACH_PARTITION:
			return change->other && !change->proved ? SCAN_PARTITION : SCAN_NONE;
		default:
			return SCAN_NONE;
	}
}

/* ---------- on which relations ---------- */

static void
touch_identity(Change *change, LOCKMODE lock)
{
	if (draft_is_new(change->relation) || change->column == NULL || change->column->attnum <= 0)
		return;
	touch_oid(change, identity_sequence(change->relation->oid, change->column->attnum), lock);
}

/* The same owner again changes nothing (ATExecChangeOwner()). */
static bool
is_other_owner(const Change *change)
{
	ObjectAddress relation;

	ObjectAddressSet(relation, RelationRelationId, change->relation->oid);
	return get_rolespec_oid(((AlterTableCmd *) change->node)->newowner, true) !=
		owner_of_object(&relation);
}

/*
 * Triggers stand on both tables of a foreign key, so its end locks both.  Where it
 * is made anew for other values, both are read.
 */
static void
touch_foreign_keys_of(Change *change, const char *column)
{
	bool checks = change->kind == CHANGE_COLUMN_TYPE && keys_are_checked_anew(change);
	List *tables;
	List *references;
	ListCell *lc;
	ListCell *table;

	foreach(lc, change->relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (constraint->type != CONSTRAINT_FOREIGN || constraint->target == NULL ||
			!is_in_texts(constraint->columns, column))
			continue;
		/* one that is not enforced has no triggers to end, and is made anew alone */
		if (!constraint->not_enforced)
			touch_tree(change, constraint->target, AccessExclusiveLock, false,
					   checks && constraint->validated);
		else if (change->kind == CHANGE_COLUMN_TYPE)
			add_touch(change, constraint->target, ShareRowExclusiveLock, false, false);
	}
	references = draft_references_to(change->relation, &tables);
	forboth(lc, references, table, tables)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (is_in_texts(constraint->target_columns, column))
			touch_tree(change, lfirst(table), AccessExclusiveLock, false,
					   checks && constraint->validated);
	}
}

static void
touch_partners_of_dropped_constraint(Change *change)
{
	DraftConstraint *constraint = change->constraint;
	List *tables;
	List *references;
	ListCell *lc;
	ListCell *table;

	if (constraint == NULL)
		return;
	if (constraint->target != NULL)
		touch_tree(change, constraint->target, AccessExclusiveLock, false, false);
	if ((constraint->type != CONSTRAINT_PRIMARY && constraint->type != CONSTRAINT_UNIQUE) ||
		!change->cascade)
		return;
	references = draft_references_to(change->relation, &tables);
	forboth(lc, references, table, tables)
		if (same_texts(((DraftConstraint *) lfirst(lc))->target_columns, constraint->columns))
			add_touch(change, lfirst(table), AccessExclusiveLock, false, false);
}

/* What the drop of the column takes along: views, sequences, other tables' constraints. */
static void
touch_what_goes_with_column(Change *change)
{
	ObjectAddress column;
	ListCell *lc;

	if (change->column == NULL)
		return;
	touch_foreign_keys_of(change, change->name);
	if (draft_is_new(change->relation) || change->column->attnum <= 0)
		return;
	ObjectAddressSubSet(column, RelationRelationId, change->relation->oid, change->column->attnum);
	foreach(lc,
			closure_of_drop(list_make1(&column), change->cascade ? DROP_CASCADE : DROP_RESTRICT))
	{
		Effect *effect = lfirst(lc);

		if (effect->object.classId == RelationRelationId && effect->object.objectSubId == 0 &&
			get_rel_relkind(effect->object.objectId) != RELKIND_INDEX)
			touch_oid(change, effect->object.objectId, AccessExclusiveLock);
	}
}

static void
touch_partners(Change *change, LOCKMODE lock)
{
	switch (change->kind)
	{
		case CHANGE_ADD_FOREIGN_KEY:
			if (change->other != NULL)
				touch_tree(change, change->other, ShareRowExclusiveLock, false,
						   change->scan == SCAN_FOREIGN_KEY);
			break;
		case CHANGE_VALIDATE_CONSTRAINT:
			if (change->other != NULL && !change->constraint->validated)
				add_touch(change, change->other, RowShareLock, false, true);
			break;
		case CHANGE_ALTER_CONSTRAINT:
			/* its triggers come or go: on both tables */
			if (alters_triggers(change))
				touch_tree(change, change->other,
						   change->scan == SCAN_FOREIGN_KEY ? ShareRowExclusiveLock
															: AccessExclusiveLock,
						   false, change->scan == SCAN_FOREIGN_KEY);
			break;
		case CHANGE_DROP_CONSTRAINT:
			touch_partners_of_dropped_constraint(change);
			break;
		case CHANGE_DROP_COLUMN:
			touch_what_goes_with_column(change);
			break;
		case CHANGE_COLUMN_TYPE:
			touch_foreign_keys_of(change, change->name);
			break;
		case CHANGE_SET_LOGGED:
		case CHANGE_SET_UNLOGGED:
			if (change->rewrite != REWRITE_NONE)
				touch_sequences(change, change->relation, AccessExclusiveLock);
			break;
		case CHANGE_SET_IDENTITY:
			touch_identity(change, ShareRowExclusiveLock);
			break;
		case CHANGE_DROP_IDENTITY:
			touch_identity(change, AccessExclusiveLock);
			break;
		case CHANGE_OWNER:
			if (is_other_owner(change))
				touch_sequences(change, change->relation, AccessExclusiveLock);
			break;
		case CHANGE_INHERIT:
			if (change->other != NULL)
				add_touch(change, change->other, ShareUpdateExclusiveLock, false, false);
			break;
		case CHANGE_NO_INHERIT:
			if (change->other != NULL)
				add_touch(change, change->other, AccessShareLock, false, false);
			break;
		case CHANGE_ATTACH_PARTITION:
		case CHANGE_DETACH_PARTITION:
			foretell_partition(change);
			break;
		default:
			break;
	}
}

/* The partitions' own part in a unique or primary key is an index built under a weaker lock. */
static LOCKMODE
lock_of_children(const Change *change, LOCKMODE lock)
{
	return change->kind == CHANGE_ADD_UNIQUE || change->kind == CHANGE_ADD_EXCLUDE ? ShareLock
																				   : lock;
}

void
foretell_alter_table(Change *change, AlterTableCmd *cmd)
{
	LOCKMODE lock = AlterTableGetLockLevel(list_make1(cmd));
	bool scans;
	bool rewrites;
	ListCell *lc;

	if (change->relation == NULL)
		return;
	draft_load(change->relation);
	change->rewrite = rewrite_of(change);
	change->scan = scan_of(change);
	rewrites = change->rewrite != REWRITE_NONE;
	if (rewrites && change->rewrite != REWRITE_TABLESPACE && change->scan == SCAN_NONE)
		change->scan = SCAN_REWRITE;
	scans = change->scan != SCAN_NONE && change->kind != CHANGE_ATTACH_PARTITION;

	foreach(lc, reached(change))
	{
		DraftRelation *member = lfirst(lc);
		bool stores = RELKIND_HAS_TABLE_AM(member->kind) ||
			(change->rewrite == REWRITE_TABLESPACE && RELKIND_HAS_STORAGE(member->kind));

		add_touch(change, member,
				  member == change->relation ? lock : lock_of_children(change, lock),
				  rewrites && stores, scans && stores);
	}
	touch_partners(change, lock);
}
