/*
 * journal.h
 *		What the running script does, statement by statement, and so what takes it
 *		back: for a rollback that has no down script, and for knowing what a script
 *		has made itself.
 */
#ifndef SAFEMIG_JOURNAL_H
#define SAFEMIG_JOURNAL_H

#include "postgres.h"
#include "guard/guard.h"

/* Hears of every statement of a migration; safemig.c gives it to the guard. */
extern const GuardWitness migration_witness;

/* What was written down before belongs to another script. */
extern void journal_begin(void);

/* The statement that runs from now on, as counted in the script. */
extern void journal_statement(int number);

/* An entry of the bin was made for the statement that runs; safemig.c gives it to the bin. */
extern void journal_entry(int64 entry);

/* This was brought back in place of being made: it counts as made. */
extern void journal_made(const ObjectAddress *object);

/* What the script has made and that is there: list of ObjectAddress *. */
extern List *journal_creations(void);

/* The entries of the bin that it made: list of int64 *. */
extern List *journal_entries(void);

/*
 * All of it, as jsonb text: an array of steps in the order they were made, each
 * with the number of its statement and what it did, and "sql", "entry" or
 * "unknown", which is what takes it back.
 */
extern char *journal_as_jsonb(void);

#endif /* SAFEMIG_JOURNAL_H */
