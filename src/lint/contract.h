/*
 * contract.h
 *		Between the rooms on what running code relies on: contract_rules.c,
 *		contract_suggest.c and breaking_rules.c.
 */
#ifndef SAFEMIG_CONTRACT_H
#define SAFEMIG_CONTRACT_H

#include "lint/noted.h"

/* A name that the script takes away, as it was: the draft goes on */
typedef struct LostName
{
	Noted at;
	const char *schema;
	const char *relation;
	const char *column;	  /* NULL: of the relation itself */
	const char *identity; /* of what has the name */
	const char *type;	  /* of the column, as SQL */
} LostName;

/* By the end of the script: does something have that name again, a view of the old name say? */
extern bool is_there_again(const LostName *lost);

/* contract_suggest.c */
extern char *view_under_old_name(const LostName *lost);
extern char *column_kept_in_step(const LostName *lost);
extern char *schema_with_views(const Change *change);
extern char *label_beside_the_old(const Change *change, Oid type);

/* breaking_rules.c */
extern void breaking_rules(LintRun *run, const Change *change, const LostName *lost);
extern void breaking_rules_at_end(LintRun *run, const LostName *lost);

#endif /* SAFEMIG_CONTRACT_H */
