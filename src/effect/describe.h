/*
 * describe.h
 *		The words for an effect, made only for what is going to be told.
 */
#ifndef SAFEMIG_DESCRIBE_H
#define SAFEMIG_DESCRIBE_H

#include "effect/effect.h"

/* Fill in effect->type and effect->identity. */
extern void describe_effect(Effect *effect);

/* 'drop table public.users': the text of the permit that it needs. */
extern char *effect_text(Effect *effect);

#endif /* SAFEMIG_DESCRIBE_H */
