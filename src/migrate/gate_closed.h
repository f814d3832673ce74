/*
 * gate_closed.h
 *		What a gate says when it is closed; between gate.c, which asks them all, and
 *		the files that hold them.
 */
#ifndef SAFEMIG_GATE_CLOSED_H
#define SAFEMIG_GATE_CLOSED_H

#include "base/settings.h"
#include "migrate/registry.h"

typedef struct ClosedGate
{
	Setting setting;
	char *why;	/* a whole sentence */
	char *next; /* the statement that opens it */
} ClosedGate;

/* gate_here.c: is it closed? */
extern bool needs_backup(const NewMigration *migration, ClosedGate *gate);
extern bool needs_window(const NewMigration *migration, ClosedGate *gate);
extern bool needs_maintenance(const NewMigration *migration, ClosedGate *gate);

/* gate_seen.c */
extern bool needs_test(const NewMigration *migration, ClosedGate *gate);
extern bool needs_approvals(const NewMigration *migration, ClosedGate *gate);

#endif /* SAFEMIG_GATE_CLOSED_H */
