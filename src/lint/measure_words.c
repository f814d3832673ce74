/*
 * measure_words.c
 *		The words for what measure.c found: names of relations, which they have
 *		again when the dry run is taken back.  What the script made is gone by then,
 *		and so left out by itself: nobody can wait for it.
 */
#include "postgres.h"

#include "catalog/catalog.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"

#include "base/installation.h"
#include "lint/measure.h"

char *
name_of_measured(Oid relid)
{
	char *name = get_rel_name(relid);
	Oid schema = get_rel_namespace(relid);

	if (name == NULL || IsToastNamespace(schema) || safemig_owns(relid) ||
		safemig_is_bin_schema(schema) || get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
		return NULL;
	return quote_qualified_identifier(get_namespace_name(schema), name);
}

static bool
holds_rows(Oid relid)
{
	char kind = get_rel_relkind(relid);

	return kind == RELKIND_RELATION || kind == RELKIND_MATVIEW ||
		kind == RELKIND_PARTITIONED_TABLE || kind == RELKIND_FOREIGN_TABLE || kind == RELKIND_VIEW;
}

/* The weak locks that queries take on indexes and sequences besides say nothing. */
static bool
matters(const LockTaken *lock)
{
	return holds_rows(lock->relid) || lock->mode > RowExclusiveLock;
}

char *
locks_in_words(const Measured *measured)
{
	StringInfoData json;
	ListCell *lc;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	foreach(lc, measured->locks)
	{
		LockTaken *lock = lfirst(lc);
		char *name = matters(lock) ? name_of_measured(lock->relid) : NULL;

		if (name == NULL)
			continue;
		if (json.len > 1)
			appendStringInfoChar(&json, ',');
		escape_json(&json, name);
		appendStringInfo(&json, ":\"%s\"", GetLockmodeName(DEFAULT_LOCKMETHOD, lock->mode));
	}
	appendStringInfoChar(&json, '}');
	return json.data;
}

/* An index of a table that is rewritten itself goes without saying; a sequence is one row. */
static bool
is_rewrite(Oid relid, List *rewritten)
{
	char kind = get_rel_relkind(relid);

	if (kind == RELKIND_INDEX)
		return !list_member_oid(rewritten, IndexGetRelation(relid, true));
	return kind == RELKIND_RELATION || kind == RELKIND_MATVIEW;
}

int
by_text(const ListCell *one, const ListCell *other)
{
	return strcmp(lfirst(one), lfirst(other));
}

List *
rewrites_in_words(const Measured *measured)
{
	List *names = NIL;
	ListCell *lc;

	foreach(lc, measured->rewritten)
	{
		char *name = is_rewrite(lfirst_oid(lc), measured->rewritten)
			? name_of_measured(lfirst_oid(lc))
			: NULL;

		if (name != NULL)
			names = lappend(names, name);
	}
	list_sort(names, by_text);
	return names;
}
