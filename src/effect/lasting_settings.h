/*
 * lasting_settings.h
 *		ALTER DATABASE, ROLE and SYSTEM ... SET of what the guard lives by.
 */
#ifndef SAFEMIG_LASTING_SETTINGS_H
#define SAFEMIG_LASTING_SETTINGS_H

#include "effect/effect.h"

/* NIL for every other statement, and for settings of anything else. */
extern List *effects_of_lasting_setting(Node *stmt);

#endif /* SAFEMIG_LASTING_SETTINGS_H */
