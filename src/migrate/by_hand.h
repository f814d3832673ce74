/*
 * by_hand.h
 *		Versions that people name: in mark(), repair(), note(), approve(), attest().
 */
#ifndef SAFEMIG_BY_HAND_H
#define SAFEMIG_BY_HAND_H

#include "migrate/registry.h"

/* "1.3.0", "repeatable totals", "seed plans"; SM009 when there is none.  SPI must be connected. */
extern RegisteredMigration *require_known(const char *title);

/* Does work(arg) with SPI connected.  An error is the caller's affair, and no failure of a version. */
extern void work_by_hand(void (*work)(void *arg), void *arg);

#endif /* SAFEMIG_BY_HAND_H */
