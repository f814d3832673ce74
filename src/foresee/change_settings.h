/*
 * change_settings.h
 *		Settings that a script changes, some of which matter to what follows in it.
 */
#ifndef SAFEMIG_CHANGE_SETTINGS_H
#define SAFEMIG_CHANGE_SETTINGS_H

#include "foresee/change_parts.h"

extern void tell_setting(ChangeWalk *walk, VariableSetStmt *stmt);

/* SELECT set_config('name', 'value', ...), as pg_dump writes it; false: something else */
extern bool tell_set_config(ChangeWalk *walk, SelectStmt *stmt);

extern void reset_settings(void);

#endif /* SAFEMIG_CHANGE_SETTINGS_H */
