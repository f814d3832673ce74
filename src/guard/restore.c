/*
 * restore.c
 *		Is this session filling our tables from a dump?  With COPY it comes once to
 *		a table that is empty, which is allowed to whoever may write it; with
 *		pg_dump --inserts it comes row by row, and only the first finds it empty.
 *
 * A dump's session is known by the settings that every pg_dump script and every
 * connection of pg_restore begins with, which nobody has by accident.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rls.h"

#include "effect/effect.h"
#include "guard/restore.h"

/* Tables of ours that this session found empty and began to fill. */
static List *filled_here = NIL;

static bool
has_settings_of_a_restore(void)
{
	return !check_function_bodies && !row_security && namespace_search_path != NULL &&
		namespace_search_path[0] == '\0';
}

bool
is_filled_by_a_restore(Effect *effect)
{
	MemoryContext save;

	if (!effect->empty_is_harmless || (effect->row_by_row && !has_settings_of_a_restore()))
		return false;
	if (!relation_is_empty(effect->relation, true))
		return effect->row_by_row && list_member_oid(filled_here, effect->relation);
	if (effect->row_by_row)
	{
		save = MemoryContextSwitchTo(TopMemoryContext);
		filled_here = list_append_unique_oid(filled_here, effect->relation);
		MemoryContextSwitchTo(save);
	}
	return true;
}
