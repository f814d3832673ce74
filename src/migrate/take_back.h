/*
 * take_back.h
 *		A version without a down script, taken back by what its journal says.
 */
#ifndef SAFEMIG_TAKE_BACK_H
#define SAFEMIG_TAKE_BACK_H

#include "postgres.h"
#include "nodes/pg_list.h"

#include "guard/migration.h"
#include "migrate/registry.h"
#include "migrate/run.h"

/*
 * What stands in the way of it, in words: of char *.  NIL: it can be taken back.
 * SPI must be connected for both.
 */
extern List *obstacles_to_take_back(const RegisteredMigration *migration);

/* What it will run, in order, and with those permits: of Script *. */
extern List *scripts_to_take_back(GuardedMigration *guarded, const RegisteredMigration *migration);

/*
 * Newest step first.  It needs permits for rows only: what holds none, and names
 * that the migration itself changed, go back without.
 */
extern void
take_back(ScriptRun *run, GuardedMigration *guarded, const RegisteredMigration *migration);

#endif /* SAFEMIG_TAKE_BACK_H */
