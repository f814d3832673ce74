/*
 * restore.h
 *		Bringing an entry of the bin back: each keeper brings its own items, newest
 *		first, and says what came back and what did not.
 */
#ifndef SAFEMIG_RESTORE_H
#define SAFEMIG_RESTORE_H

#include "postgres.h"
#include "undo/bin.h"

typedef struct Restore
{
	int64 entry;
	const char *as_name; /* for what was named, or NULL */
	bool is_needed;		 /* it comes back for the sake of another entry */
	List *items;		 /* of BinItem: all of the entry */
	List *came_first;	 /* of char *: what it needs of other entries */
	List *came_back;	 /* of char *: 'table public.users' */
	List *left_out;		 /* of char *: whole sentences */
} Restore;

/*
 * Brings back one entry, as undrop_id() does, in the caller's transaction, with
 * NOTICEs.  SM006 when it is not kept any more, or its name is taken.
 */
extern void tell_what_came_back(int64 entry);

/*
 * An entry of functions that were written over comes back before all else: an
 * index that is built with the newer body would not hold for the former.  false:
 * it is another one, or cannot come back yet.  Without a place for the report it
 * is a NOTICE.
 */
extern bool restore_functions_early(int64 entry, char **report);

/* The same, and returns what there is to tell. */
extern Restore *restore_entry(int64 entry, const char *as_name);

/*
 * Brings back one entry that bin_claim() said yes to, with what it needs.  Where
 * came_back is NIL, the caller takes back, in a subtransaction, what was tried.
 */
extern Restore *restore_claimed(int64 entry, const char *as_name, bool is_needed);

/* What is not as it was, in NOTICEs; and all of it in a line, as undrop() returns it. */
extern void tell_left_out(Restore *restore);
extern char *words_of_restore(const Restore *restore);
extern char *joined_words(List *words, const char *separator);

extern void report_back(Restore *restore, const BinItem *item);
extern void report_left_out(Restore *restore, const char *format, ...) pg_attribute_printf(2, 3);

/*
 * %{16384} is the present name of that relation, %{s:16384} of that statistics
 * object, %{n:16384} of that schema and %{r:16384} of that role (the extension's
 * owner, when it is gone); %{%} is a % of somebody's own.  NULL when one is gone.
 */
extern char *with_present_names(const char *statement);

/* Somebody's own text, for use in a statement that has marks: safemig.bin_text() */
extern char *without_marks(const char *text);

/*
 * Runs one statement of the manifest as the extension's owner.  %{16384} in it
 * stands for the present name of that relation.  A statement that fails, or
 * whose relation is gone, is reported in words and undone alone.
 */
extern bool restore_step(Restore *restore, const char *what, const char *statement);

/* The same with a statement that has its names already: %{ in it is somebody's own text. */
extern bool restore_statement(Restore *restore, const char *what, const char *sql);

/* The same as another role: for what may run that role's code. */
extern bool restore_step_as(Restore *restore, Oid role, const char *what, const char *statement);

/* What to type when something cannot come back since its schema is gone. */
extern char *way_to_schema(const char *schema);

/* One for each keeper; items of its kind only, in the order they were kept. */
extern void restore_moved(Restore *restore, List *items);
extern void restore_storage(Restore *restore, List *items);
extern void restore_columns(Restore *restore, List *items);
extern void restore_copies(Restore *restore, List *items);
/* twice: first what others stand on (schemas, types, functions), then the rest */
extern void restore_definitions(Restore *restore, List *items, bool foundations);

extern void restore_rows(Restore *restore, List *items);

/* For good: the storage, or the leftovers, of one item. */
extern void purge_moved(List *items); /* all of an entry's */
extern void purge_storage(const BinItem *item);
extern void purge_column(const BinItem *item);
extern void purge_copy(const BinItem *item);
extern void purge_rows(const BinItem *item);
/* all of an entry's, when what stood on them is gone */
extern void purge_definitions(List *items);

/* Is this the only thing that the statement named, and was it given as_name?  SM006 when there are more. */
extern bool takes_new_name(Restore *restore, const BinItem *item);

#endif /* SAFEMIG_RESTORE_H */
