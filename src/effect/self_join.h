/*
 * self_join.h
 *		The part of plan_reach.c's walk that joins of a table with itself need.
 */
#ifndef SAFEMIG_SELF_JOIN_H
#define SAFEMIG_SELF_JOIN_H

#include "postgres.h"
#include "nodes/plannodes.h"

typedef struct Reach
{
	PlannedStmt *stmt;
	List *targets;		  /* range table indexes of the result relations */
	RangeTblEntry *named; /* the one that the statement names */
	bool above_source;	  /* what comes from below is the source's, as in an action of MERGE */
	Oid inside;			  /* the table whose children, all of them, are being looked at */
	List *loops;		  /* nested loops whose inner side we are in, the innermost first */
} Reach;

/* target.c = other.c, where other is the same table and leaves none of its rows out? */
extern bool joins_with_itself(Reach *reach, Plan *plan, Node *clause);

/* May an Append that prunes partitions at run time still let every row through? */
extern bool prunes_nothing_else(Reach *reach, bool prunes);

/* Does this side of a join leave out no row but by such conditions? */
extern bool keeps_every_row(Reach *reach, Plan *plan);

#endif /* SAFEMIG_SELF_JOIN_H */
