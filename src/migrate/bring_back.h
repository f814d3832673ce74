/*
 * bring_back.h
 *		What the opposite script of a version destroyed and the bin keeps comes back
 *		when this one makes it again: a down script after its up script, or an up
 *		script that runs again after a rollback.
 */
#ifndef SAFEMIG_BRING_BACK_H
#define SAFEMIG_BRING_BACK_H

#include "postgres.h"
#include "nodes/nodes.h"

/* The script of that version begins; from now on it brings back what its last change of state destroyed. */
extern void bring_back_begin(const char *key);

/* A script without an opposite. */
extern void bring_back_nothing(void);

/*
 * Columns and former types come back where the script would make them anew: the
 * statement without those parts, NULL when nothing is left of it.
 */
extern Node *bring_back_for_statement(Node *stmt);

/* The script has run: the rest comes back, tables in the place of empty ones that it made. */
extern void bring_back_rest(bool mentioned_only);

#endif /* SAFEMIG_BRING_BACK_H */
