/*
 * partition_bound.c
 *		What the bound of a partition demands of its rows, in words that a CHECK can say,
 *		and which partition takes the rows that no other one takes.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "nodes/makefuncs.h"
#include "parser/parse_node.h"
#include "parser/parse_utilcmd.h"
#include "partitioning/partbounds.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/ruleutils.h"

#include "base/apart.h"
#include "base/owner.h"
#include "foresee/change_facts.h"

/* Of ATTACH PARTITION and of CREATE TABLE ... PARTITION OF */
static PartitionBoundSpec *
bound_of(Node *node)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, AlterTableCmd))
		node = ((AlterTableCmd *) node)->def;
	if (node != NULL && IsA(node, PartitionCmd))
		return ((PartitionCmd *) node)->bound;
	if (node != NULL && IsA(node, CreateStmt))
		return ((CreateStmt *) node)->partbound;
	return NULL;
}

static DraftRelation *
parent_of(const Change *change)
{
	if (change->kind == CHANGE_ATTACH_PARTITION)
		return change->relation;
	if (change->node != NULL && IsA(change->node, CreateStmt) &&
		((CreateStmt *) change->node)->inhRelations != NIL)
		return draft_relation(linitial(((CreateStmt *) change->node)->inhRelations));
	return NULL;
}

static char *
sql_of(List *quals, Relation rel)
{
	int gucs = print_exactly();
	char *text = deparse_expression(
		(Node *) make_ands_explicit(quals),
		deparse_context_for(RelationGetRelationName(rel), RelationGetRelid(rel)), false, false);

	AtEOXact_GUC(false, gucs);
	return text;
}

typedef struct BoundOf
{
	Relation parent;
	PartitionBoundSpec *bound;
} BoundOf;

/* A bound may be any expression, and is worked out to know it. */
static void
transform_bound(void *arg)
{
	BoundOf *of = arg;

	of->bound = transformPartitionBound(make_parsestate(NULL), of->parent, copyObject(of->bound));
}

static void
transform_as_nobody(void *of)
{
	call_as_nobody(transform_bound, of);
}

/*
 * As the server works it out when it attaches (ATExecAttachPartition), so that a
 * CHECK of it is seen as proof.
 */
char *
bound_condition(const Change *change)
{
	BoundOf of = {.bound = bound_of(change->node)};
	DraftRelation *parent = parent_of(change);
	Relation rel;
	List *quals;
	char *text;

	if (of.bound == NULL || parent == NULL || draft_is_new(parent))
		return NULL;
	rel = RelationIdGetRelation(parent->oid);
	if (!RelationIsValid(rel))
		return NULL;
	of.parent = rel;
	quals =
		run_apart(transform_as_nobody, &of) == NULL ? get_qual_from_partbound(rel, of.bound) : NIL;
	text = quals != NIL ? sql_of(quals, rel) : NULL;
	RelationClose(rel);
	return text;
}

DraftRelation *
default_partition(DraftRelation *parent)
{
	Oid relid = draft_is_new(parent) ? InvalidOid : get_default_partition_oid(parent->oid);
	DraftRelation *partition = OidIsValid(relid) ? draft_relation_by_oid(relid) : NULL;

	if (partition == NULL || partition->gone)
		return NULL;
	/* the script may have detached it */
	draft_load(parent);
	return list_member_ptr(parent->children, partition) ? partition : NULL;
}
