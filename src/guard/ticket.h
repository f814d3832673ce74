/*
 * ticket.h
 *		A permit for later: for a while, for so many uses, for a role.
 */
#ifndef SAFEMIG_TICKET_H
#define SAFEMIG_TICKET_H

#include "effect/effect.h"

/* Is there a ticket for it?  If so one use of it is spent; *reason is its reason. */
extern bool use_ticket(Effect *effect, char **reason);

#endif /* SAFEMIG_TICKET_H */
