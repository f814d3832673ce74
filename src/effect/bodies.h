/*
 * bodies.h
 *		Which functions name a relation or a column in their bodies: there the server
 *		keeps no dependency, so that a rename or drop passes and the next call fails.
 */
#ifndef SAFEMIG_BODIES_H
#define SAFEMIG_BODIES_H

#include "postgres.h"
#include "nodes/pg_list.h"

typedef struct FunctionBody
{
	Oid oid;
	Oid schema;
	char *name;
	char *text;
	char *folded; /* text in lower case, to leave out quickly what cannot be meant */
	List *path;	  /* schemas of its own search_path, names */
} FunctionBody;

/* Of SQL and plpgsql, of users: FunctionBody *.  One walk over pg_proc. */
extern List *function_bodies(void);

/* What is looked for in them */
typedef struct BodyTarget
{
	Oid relid;
	const char *schema;
	const char *relation;
	const char *column;		 /* NULL: the relation itself */
	List *trigger_functions; /* OIDs of those that its triggers call: NEW.column */
} BodyTarget;

/* A place in the text that names it */
typedef struct Mention
{
	int offset; /* bytes */
	int length;
	int schema_offset; /* where the schema before it begins, or -1 */
} Mention;

/* In the order of the text; NIL: it does not name it. */
extern List *mentions_in_body(const FunctionBody *body, const BodyTarget *target);

/* CREATE OR REPLACE FUNCTION ... with each mention replaced; with_schema: the schema before it too */
extern char *
function_with(const FunctionBody *body, List *mentions, const char *replacement, bool with_schema);

/* "public.f(integer)" */
extern char *function_identity(const FunctionBody *body);

#endif /* SAFEMIG_BODIES_H */
