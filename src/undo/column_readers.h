/*
 * column_readers.h
 *		What was defined while a column was away, and has to be defined anew when
 *		the column is back.
 */
#ifndef SAFEMIG_COLUMN_READERS_H
#define SAFEMIG_COLUMN_READERS_H

#include "postgres.h"
#include "nodes/pg_list.h"

/* Those that know the dropped attribute as dropped, read while it still is. */
extern List *readers_unaware_of(Oid relid, AttrNumber attnum);

/* By the same words, now that it is a column again; SM006 when they would mean something else. */
extern void define_anew(Oid relid, List *readers);

#endif /* SAFEMIG_COLUMN_READERS_H */
