/*
 * ways.h
 *		Safe ways that several rooms suggest, as SQL ready to run.
 */
#ifndef SAFEMIG_WAYS_H
#define SAFEMIG_WAYS_H

#include "lint/lint_run.h"
#include "lint/noted.h"

/* between statements that want a transaction each */
#define THEN NEXT_MIGRATION
/* in front of a statement that writes a batch */
#define UNTIL_NONE "-- then outside of a migration, again and again until it changes no row:"

#define ROWS_IN_BATCH "10000"

/* of a column: "public.users ALTER COLUMN email ..." begins with this */
extern char *alter_column(DraftRelation *relation, const char *column, const char *command);

/* The constraint added NOT VALID, and validated when its lock is gone */
extern char *way_by_not_valid(DraftRelation *relation, const char *name, const char *definition);
extern char *validate_constraint(DraftRelation *relation, const char *name);

/* "CONSTRAINT name CHECK (...)" of a change that adds one, whether it is named there or not */
extern char *constraint_definition(const Change *change);

/* Of one that a new column brings: the column without it, with its semicolon; else "" */
extern char *column_first(LintRun *run, const Change *change);

/* Every row whose column is null gets the expression, a batch at a time */
extern char *fill_batch(DraftRelation *relation, const char *column, const char *expression,
						const char *condition);

/* SET NOT NULL on what a validated CHECK proves */
extern char *way_to_not_null(DraftRelation *relation, const char *column);

/* A trigger that gives the column its value in every row written, its function, and their end */
extern char *start_writing(DraftRelation *relation, const char *column, const char *expression);
extern char *stop_writing(DraftRelation *relation, const char *column);

/* "name_suffix", cut so that the server need not */
extern char *derived_name(const char *name, const char *suffix);

/* "ACCESS EXCLUSIVE" */
extern const char *lock_words(LOCKMODE lock);

/* "under ACCESS EXCLUSIVE, so readers and writers wait": of what the change does to its relation */
extern char *under_its_lock(const Change *change);
extern const Touch *touch_of(const Change *change, DraftRelation *relation);

/* "public.users (about 12 345 rows, 4 GB)" */
extern char *with_size(DraftRelation *relation);

/* "a, b", quoted where need be; NULL members are left out */
extern char *column_list(List *names);

/* 'a', 'b' */
extern char *literal_list(List *words);

extern char *without_blanks(char *text);

/* The same names, in any order */
extern bool equal_names(List *one, List *other);

/* "public.users" as it is called now, before the script: for queries of what is there */
extern char *stored_name(DraftRelation *relation);

/* SELECT count(*) of the rows there of which the condition is true, for count_rows() */
extern char *count_where(DraftRelation *relation, const char *condition);

/* The column's name as it is now, NULL when it is not there; quoted where need be */
extern char *stored_column(DraftRelation *relation, const char *column);

/* Has the script written rows of it so far?  What is counted now says nothing then. */
extern bool is_written_by_script(LintRun *run, DraftRelation *relation);
extern void note_written_rows(LintRun *run, const Change *change);

/* "public.users.email" */
extern char *column_identity(const Change *change);

/* "writes every row of public.users (about 12 rows, 8 kB) anew under ACCESS EXCLUSIVE, ..." */
extern char *writes_anew(const Change *change);

#endif /* SAFEMIG_WAYS_H */
