/*
 * headroom.c
 *		How much of a key is used up, in the tables that a script changes: where the
 *		sequence of a column stands, against the end of the column's type or the
 *		sequence's own, whichever comes first.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xlog.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_attrdef.h"
#include "catalog/pg_class.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_sequence.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/words.h"
#include "lint/style.h"

#define HALF_USED 0.5
#define NEARLY_USED 0.9

/* A table that the script changes, and where it first did */
typedef struct Visited
{
	DraftRelation *relation;
	int statement;
} Visited;

/* A column, and the sequence that its values come from */
typedef struct Key
{
	DraftColumn *column;
	Oid sequence;
	int64 last;
	int64 end;	  /* the last value that fits */
	bool by_type; /* it is the column's type that ends there */
	double used;  /* share of it, 0 to 1 */
} Key;

/* What only reads, or takes the table away, is no occasion. */
void
note_headroom(LintRun *run, const Change *change)
{
	Visited *visited;
	ListCell *lc;

	if (draft_is_new(change->relation) || change->kind == CHANGE_NOTHING ||
		change->kind == CHANGE_SELECT || change->kind == CHANGE_DROP_TABLE ||
		change->kind == CHANGE_COMMENT ||
		(change->relation->kind != RELKIND_RELATION &&
		 change->relation->kind != RELKIND_PARTITIONED_TABLE &&
		 change->relation->kind != RELKIND_SEQUENCE) ||
		!rule_is_on(run, RULE_SEQUENCE_HEADROOM))
		return;
	foreach(lc, run->notes[RULE_SEQUENCE_HEADROOM])
		if (((Visited *) lfirst(lc))->relation == change->relation)
			return;
	visited = palloc(sizeof(Visited));
	visited->relation = change->relation;
	visited->statement = run->statement;
	run->notes[RULE_SEQUENCE_HEADROOM] = lappend(run->notes[RULE_SEQUENCE_HEADROOM], visited);
}

/* ALTER SEQUENCE in the script: where it ends is another matter then. */
static bool
is_changed_too(LintRun *run, Oid sequence)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_SEQUENCE_HEADROOM])
		if (((Visited *) lfirst(lc))->relation->oid == sequence)
			return true;
	return false;
}

/* ---------- where a sequence stands ---------- */

static bool
read_last_value(Relation rel, int64 *last)
{
	Buffer buffer = ReadBuffer(rel, 0);
	Page page;
	Form_pg_sequence_data data;
	bool is_called;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	data = (Form_pg_sequence_data) GETSTRUCT(&(HeapTupleData){
		.t_data = (HeapTupleHeader) PageGetItem(page, PageGetItemId(page, FirstOffsetNumber))});
	*last = data->last_value;
	is_called = data->is_called;
	UnlockReleaseBuffer(buffer);
	return is_called;
}

/*
 * Like pg_sequence_last_value(), which waits for a lock and keeps it.  Who may not
 * read the sequence is not told.  false: nothing was taken from it yet, or unknown.
 */
static bool
last_value_of(Oid sequence, int64 *last)
{
	Relation rel;
	bool is_called = false;

	if (pg_class_aclcheck(sequence, GetUserId(), ACL_SELECT | ACL_USAGE) != ACLCHECK_OK ||
		!ConditionalLockRelationOid(sequence, AccessShareLock))
		return false;
	rel = try_relation_open(sequence, NoLock);
	if (rel == NULL)
	{
		UnlockRelationOid(sequence, AccessShareLock);
		return false;
	}
	/* an unlogged one has no pages on a standby */
	if (rel->rd_rel->relkind == RELKIND_SEQUENCE &&
		(RelationIsPermanent(rel) || !RecoveryInProgress()))
		is_called = read_last_value(rel, last);
	relation_close(rel, AccessShareLock);
	return is_called;
}

/* ---------- which sequence a column draws from ---------- */

/* What a default depends on is a sequence: that of nextval(). */
static Oid
sequence_of_default(Relation depend, Oid attrdef)
{
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	Oid sequence = InvalidOid;

	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(AttrDefaultRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(attrdef));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 2, keys);
	while (!OidIsValid(sequence) && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->refclassid == RelationRelationId &&
			get_rel_relkind(form->refobjid) == RELKIND_SEQUENCE)
			sequence = form->refobjid;
	}
	systable_endscan(scan);
	return sequence;
}

/* Identity's hang on the column itself, those of nextval() on its default. */
static Oid
sequence_of(Relation depend, Oid relid, AttrNumber attnum)
{
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple tuple;
	Oid sequence = InvalidOid;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	ScanKeyInit(&keys[2], Anum_pg_depend_refobjsubid, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(attnum));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 3, keys);
	while (!OidIsValid(sequence) && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		if (form->classid == AttrDefaultRelationId)
			sequence = sequence_of_default(depend, form->objid);
		else if (form->classid == RelationRelationId && form->deptype == DEPENDENCY_INTERNAL &&
				 get_rel_relkind(form->objid) == RELKIND_SEQUENCE)
			sequence = form->objid;
	}
	systable_endscan(scan);
	return sequence;
}

/* ---------- how much is left ---------- */

/* The ends of an integer type; false: it is none */
static bool
ends_of_type(Oid type, int64 *low, int64 *high)
{
	switch (type)
	{
		case INT2OID:
			*low = PG_INT16_MIN;
			*high = PG_INT16_MAX;
			return true;
		case INT4OID:
			*low = PG_INT32_MIN;
			*high = PG_INT32_MAX;
			return true;
		case INT8OID:
			*low = PG_INT64_MIN;
			*high = PG_INT64_MAX;
			return true;
		default:
			return false;
	}
}

/* One that counts downwards ends at the other side.  One that begins anew never ends. */
static bool
measure(Key *key)
{
	HeapTuple tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(key->sequence));
	FormData_pg_sequence form;
	int64 low;
	int64 high;
	bool up;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = *(Form_pg_sequence) GETSTRUCT(tuple);
	ReleaseSysCache(tuple);
	if (!ends_of_type(key->column->type, &low, &high))
		return false;
	up = form.seqincrement > 0;
	key->by_type = up ? high <= form.seqmax : low >= form.seqmin;
	key->end = up ? Min(high, form.seqmax) : Max(low, form.seqmin);
	if ((form.seqcycle && !key->by_type) || (up ? key->end <= 0 : key->end >= 0) ||
		!last_value_of(key->sequence, &key->last))
		return false;
	key->used = (double) key->last / (double) key->end;
	return key->used > HALF_USED;
}

/*
 * Of a column of int the only way is a new column, of which this is the first step;
 * a sequence that ends before its column does needs one word.
 */
static char *
way_out(DraftRelation *relation, const Key *key)
{
	char *sequence = quote_qualified_identifier(
		get_namespace_name(get_rel_namespace(key->sequence)), get_rel_name(key->sequence));

	if (key->by_type && key->column->type != INT8OID)
		return statements_of(
			alter_table_with(relation,
							 psprintf("ADD COLUMN %s bigint",
									  quote_identifier(psprintf("%s_bigint", key->column->name)))),
			psprintf("ALTER SEQUENCE %s AS bigint", sequence), NULL);
	if (key->column->type == INT8OID && !key->by_type)
		return statements_of(psprintf("ALTER SEQUENCE %s AS bigint %s", sequence,
									  key->end > 0 ? "NO MAXVALUE" : "NO MINVALUE"),
							 NULL);
	return statements_of(
		psprintf("ALTER SEQUENCE %s %s", sequence, key->end > 0 ? "NO MAXVALUE" : "NO MINVALUE"),
		NULL);
}

static char *
signed_digits(int64 number)
{
	return number < 0 ? psprintf("-%s", grouped_digits(-(double) number))
					  : grouped_digits((double) number);
}

static void
look_at_column(LintRun *run, Relation depend, const Visited *visited, DraftColumn *column)
{
	DraftRelation *relation = visited->relation;
	Key key = {.column = column};

	/* a type change in the script is looked at as it will be */
	if (column->attnum <= 0)
		return;
	key.sequence = sequence_of(depend, relation->oid, column->attnum);
	if (!OidIsValid(key.sequence) || is_changed_too(run, key.sequence) || !measure(&key))
		return;
	find_in_statement_by(
		run, RULE_SEQUENCE_HEADROOM, key.used > NEARLY_USED ? 1 : 0, visited->statement, relation,
		draft_part_identity(relation, column->name),
		psprintf("%s of %s stands at %s of %s (%d %%); past the end every INSERT fails",
				 quote_identifier(column->name), draft_identity(relation), signed_digits(key.last),
				 signed_digits(key.end), (int) (key.used * 100)),
		way_out(relation, &key));
}

void
look_at_headroom(LintRun *run)
{
	Relation depend;
	ListCell *lc;

	if (run->notes[RULE_SEQUENCE_HEADROOM] == NIL)
		return;
	depend = table_open(DependRelationId, AccessShareLock);
	foreach(lc, run->notes[RULE_SEQUENCE_HEADROOM])
	{
		Visited *visited = lfirst(lc);
		ListCell *column;

		if (visited->relation->gone || visited->relation->kind == RELKIND_SEQUENCE)
			continue;
		draft_load(visited->relation);
		foreach(column, visited->relation->columns)
			look_at_column(run, depend, visited, lfirst(column));
	}
	table_close(depend, AccessShareLock);
}
