/*
 * register.h
 *		Puts a migration on record, to wait for migrate().
 */
#ifndef SAFEMIG_REGISTER_H
#define SAFEMIG_REGISTER_H

#include "migrate/registry.h"

#define OUTCOME_REGISTERED "registered"
#define OUTCOME_REPLACED "replaced"

/* Returns an OUTCOME, also of unit.h; SM002 for an applied one.  SPI must be connected. */
extern const char *register_migration(NewMigration *migration);

#endif /* SAFEMIG_REGISTER_H */
