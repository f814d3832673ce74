/*
 * gate.h
 *		May this version be applied, here and now?
 */
#ifndef SAFEMIG_GATE_H
#define SAFEMIG_GATE_H

#include "migrate/registry.h"

/* SM004, naming every gate that is closed; of a migration whose checksums are known. */
extern void check_gates(const NewMigration *migration);

/* The names of those that are closed: of char *. */
extern List *closed_gates(const NewMigration *migration);

#endif /* SAFEMIG_GATE_H */
