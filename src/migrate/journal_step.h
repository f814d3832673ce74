/*
 * journal_step.h
 *		One thing that a script did; between journal.c, which writes it down, and
 *		journal_jsonb.c, which says what takes it back.
 */
#ifndef SAFEMIG_JOURNAL_STEP_H
#define SAFEMIG_JOURNAL_STEP_H

#include "postgres.h"
#include "base/transaction_list.h"
#include "catalog/objectaddress.h"
#include "nodes/pg_list.h"

typedef enum StepKind
{
	STEP_CREATED,
	STEP_ALTERED, /* sql gives back what was before */
	STEP_ENTRY,
	STEP_UNKNOWN /* nothing takes it back */
} StepKind;

typedef struct Step
{
	TransactionItem item;
	StepKind kind;
	int statement;
	ObjectAddress object; /* created or altered */
	char *what;
	char *sql;
	int frozen; /* of a creation with sql: how many steps there were when it was written */
	int64 entry;
	bool renames;
	bool captured; /* rows that an entry of the bin has, of another step */
	List *columns; /* of an UPDATE: harmless when the script has made them (attnums) */
} Step;

/* Of the running script, in their order: list of Step *. */
extern List *journal_steps(void);

/* What it created, also what is gone again: list of ObjectAddress *. */
extern List *journal_all_created(void);

/* Itself, or the whole that it is a column of */
extern bool is_one_of_objects(const ObjectAddress *object, List *objects);

/* Gone with the session, and nobody's business */
extern bool is_of_session(const ObjectAddress *object);

#endif /* SAFEMIG_JOURNAL_STEP_H */
