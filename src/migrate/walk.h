/*
 * walk.h
 *		A script foreseen statement by statement: for lint() and effects(), and for
 *		the locks that a migration takes ahead.
 */
#ifndef SAFEMIG_WALK_H
#define SAFEMIG_WALK_H

#include "foresee/change.h"
#include "migrate/script.h"

typedef struct Walk
{
	/* effects: what the guard would judge, of Effect *; NULL: nobody asks for them */
	void (*begin)(int number, const char *command, List *effects, void *arg);
	ChangeVisitor visit;
	void (*end_statement)(void *arg); /* or NULL */
	void (*end)(void *arg);			  /* or NULL: the draft is still open */
	void *arg;
} Walk;

extern void walk_script(const Script *script, const Walk *walk);

/* Scripts that run one after the other, of const Script *: what one sets ends with it. */
extern void walk_scripts(const List *scripts, const Walk *walk);

/*
 * The scanner gives a notice of each name that it cuts off, each time it reads it,
 * which findings tell better.  Returns the nest level for AtEOXact_GUC().
 */
extern int begin_quiet(void);

/* lock_timeout as the script will have it at this statement: while it is looked at, another holds */
extern int script_lock_timeout(void);

/*
 * Line and column of an offset, both from 1, the column in characters.  Asked in the
 * order of the script the text is read once; begin with zeroes.
 */
typedef struct PlaceCursor
{
	int offset; /* of the place asked for last */
	int line;
	int column;
} PlaceCursor;

extern void
place_in_script(PlaceCursor *cursor, const Script *script, int offset, int *line, int *column);

#endif /* SAFEMIG_WALK_H */
