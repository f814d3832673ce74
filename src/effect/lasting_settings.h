/*
 * lasting_settings.h
 *		Settings for sessions and functions to come, of what the guard lives by,
 *		and the shared catalogs that hold them.
 */
#ifndef SAFEMIG_LASTING_SETTINGS_H
#define SAFEMIG_LASTING_SETTINGS_H

#include "effect/effect.h"

/* NIL for every other statement, and for settings of anything else. */
extern List *effects_of_lasting_setting(Node *stmt);

/* pg_database and where settings and their grants are kept */
extern bool is_catalog_of_databases(Oid relid);

#endif /* SAFEMIG_LASTING_SETTINGS_H */
