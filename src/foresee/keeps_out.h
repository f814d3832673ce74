/*
 * keeps_out.h
 *		Does a statement lock what is there so that others must wait?  Said by its
 *		words alone, for the many that plainly do not: they need no closer look.
 */
#ifndef SAFEMIG_KEEPS_OUT_H
#define SAFEMIG_KEEPS_OUT_H

#include "postgres.h"
#include "nodes/nodes.h"

/* false: it may; and what triggers and functions do is not asked for */
extern bool keeps_nobody_out(Node *stmt);

#endif /* SAFEMIG_KEEPS_OUT_H */
