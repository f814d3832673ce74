/*
 * owner.h
 *		The extension's own work: writing its catalog tables, which nobody but the
 *		extension's owner may write, without lending that right to anything else.
 */
#ifndef SAFEMIG_OWNER_H
#define SAFEMIG_OWNER_H

#include "postgres.h"
#include "executor/spi.h"

/*
 * Run one statement of our own as the extension's owner, under
 * search_path = pg_catalog, pg_temp and print_exactly().  SPI must be connected; the result is in
 * SPI_tuptable and SPI_processed.  Returns SPI's code, never an error code.
 */
extern int
execute_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

/* Likewise, as somebody else: for statements that may run that one's code. */
extern int
execute_as_role(Oid role, const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

/* A call into the server, with the owner's rights and the guard asleep. */
extern void call_as_owner(void (*work)(void *arg), void *arg);

/* As the owner, with SPI connected for it alone; returns how many rows were written. */
extern uint64
write_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

/* Likewise, for the one bigint that a statement finds; 0 when it finds none. */
extern int64
bigint_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

/* Likewise, for the one text that it finds, in the caller's memory; NULL for null, or for none. */
extern char *
text_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

/*
 * As somebody else and with the guard awake, for what runs that role's code:
 * checks, index expressions, casts.
 */
extern void write_as_role(Oid role, const char *sql);

/*
 * Likewise, for rows of that role's table, in SPI_tuptable: SPI must be connected.
 * The role meets every row of it, whatever its policies force upon him.
 */
extern void read_as_role(Oid role, const char *sql);

/* Likewise, for the one bigint that a query of that role's table finds; -1 when it finds none. */
extern int64 bigint_as_role(Oid role, const char *sql);

/*
 * A call into the server that may work out somebody's functions, as the planner
 * does with immutable ones: with the rights of a role that has none, since neither
 * the caller nor we answer for them.
 */
extern void call_as_nobody(void (*work)(void *arg), void *arg);

/* Likewise, where the functions are those of a role. */
extern void call_as_role(Oid role, void (*work)(void *arg), void *arg);

/*
 * Our own work, which runs such code: with that role's rights and no more, the
 * guard asleep, since it would judge what we do.  A table's owner meets every row
 * of it, whatever its policies force upon him.  Returns the number of rows.
 */
extern uint64 work_as_role(Oid role, const char *sql);

/*
 * Settings under which every value reads back as it was printed, as pg_dump has
 * them; for AtEOXact_GUC().  All statements of our own run under them.
 */
extern int print_exactly(void);

/* true while such a statement runs: the guard leaves it alone */
extern bool is_own_work(void);

#endif /* SAFEMIG_OWNER_H */
