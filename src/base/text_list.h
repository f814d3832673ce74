/*
 * text_list.h
 *		Lists of char *, in which NULL stands for what has no name.
 */
#ifndef SAFEMIG_TEXT_LIST_H
#define SAFEMIG_TEXT_LIST_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* false for NULL */
extern bool is_in_texts(List *texts, const char *text);

/* the same, in the same order; a NULL is never the same */
extern bool same_texts(List *one, List *other);

/* text[], of a list without NULL */
extern Datum text_array(List *texts);

#endif /* SAFEMIG_TEXT_LIST_H */
