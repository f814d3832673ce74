/*
 * proof.c
 *		ATTACH PARTITION reads every row unless the server can prove by constraints
 *		that they all belong there; it is asked the same question
 *		(QueuePartitionConstraintValidation in the server's tablecmds.c).
 */
#include "postgres.h"

#include "access/attmap.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "commands/tablecmds.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_node.h"
#include "parser/parse_utilcmd.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#include "base/apart.h"
#include "base/owner.h"
#include "foresee/proof.h"

typedef struct BoundQuestion
{
	Oid parent;
	Oid table; /* whose constraints are to prove it */
	PartitionBoundSpec *bound;
	bool of_default; /* that no row belongs within the bound */
	bool proved;
} BoundQuestion;

/* As ATExecAttachPartition() and get_proposed_default_constraint() work it out. */
static List *
quals_of_bound(Relation parent, BoundQuestion *question)
{
	PartitionBoundSpec *bound =
		transformPartitionBound(make_parsestate(NULL), parent, question->bound);
	List *quals = get_qual_from_partbound(parent, bound);
	Expr *outside;

	if (!question->of_default)
	{
		quals = list_concat_copy(quals, RelationGetPartitionQual(parent));
		quals = (List *) eval_const_expressions(NULL, (Node *) quals);
		return list_make1(make_ands_explicit(quals));
	}
	outside = makeBoolExpr(NOT_EXPR, list_make1(make_ands_explicit(quals)), -1);
	outside = (Expr *) eval_const_expressions(NULL, (Node *) outside);
	return make_ands_implicit(canonicalize_qual(outside, true));
}

static void
ask_of_bound(void *arg)
{
	BoundQuestion *question = arg;
	Relation parent = RelationIdGetRelation(question->parent);
	Relation table = RelationIdGetRelation(question->table);

	if (RelationIsValid(parent) && RelationIsValid(table))
	{
		List *quals = quals_of_bound(parent, question);

		quals = map_partition_varattnos(quals, 1, table, parent);
		question->proved = PartConstraintImpliedByRelConstraint(table, quals);
	}
	if (RelationIsValid(table))
		RelationClose(table);
	if (RelationIsValid(parent))
		RelationClose(parent);
}

/* A bound may be any expression, and is worked out to know it. */
static void
ask_as_nobody(void *question)
{
	call_as_nobody(ask_of_bound, question);
}

/* Tables that the script makes have no row that would have to be read. */
static bool
ask(DraftRelation *parent, DraftRelation *table, PartitionBoundSpec *bound, bool of_default)
{
	BoundQuestion question = {.parent = parent->oid,
							  .table = table->oid,
							  .bound = copyObject(bound),
							  .of_default = of_default};

	if (draft_is_new(parent) || draft_is_new(table) || parent->kind != RELKIND_PARTITIONED_TABLE)
		return false;
	(void) try_apart(ask_as_nobody, &question);
	return question.proved;
}

bool
bound_is_proved(DraftRelation *parent, DraftRelation *partition, PartitionBoundSpec *bound)
{
	return ask(parent, partition, bound, false);
}

bool
default_is_proved(DraftRelation *parent, DraftRelation *other, PartitionBoundSpec *bound)
{
	return ask(parent, other, bound, true);
}
