/*
 * draft_names.c
 *		What a name means by now: schemas that the script made, renamed or dropped,
 *		the search_path in force, and which relation or index has which name.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "base/compat.h"
#include "foresee/draft_parts.h"

typedef struct NameKey
{
	char schema[NAMEDATALEN];
	char name[NAMEDATALEN];
} NameKey;

typedef struct NameEntry
{
	NameKey key;
	DraftThing thing;
} NameEntry;

typedef struct OidEntry
{
	Oid oid;
	DraftThing thing;
} OidEntry;

static NameKey
key_of(const char *schema, const char *name)
{
	NameKey key = {0};

	strlcpy(key.schema, schema, NAMEDATALEN);
	strlcpy(key.name, name, NAMEDATALEN);
	return key;
}

/* Both NULL: nothing has that name any more, whatever the catalog says. */
void
draft_set_name(const char *schema, const char *name, DraftRelation *relation, DraftIndex *index)
{
	NameKey key = key_of(schema, name);
	NameEntry *entry = hash_search(open_draft->names, &key, HASH_ENTER, NULL);

	entry->thing.relation = relation;
	entry->thing.index = index;
}

void
draft_set_oid(Oid oid, DraftRelation *relation, DraftIndex *index)
{
	OidEntry *entry = hash_search(open_draft->oids, &oid, HASH_ENTER, NULL);

	entry->thing.relation = relation;
	entry->thing.index = index;
}

/* Without what has been dropped meanwhile */
static DraftThing
still_there(DraftThing thing)
{
	if (thing.relation != NULL && thing.relation->gone)
		thing.relation = NULL;
	if (thing.index != NULL && thing.index->table->gone)
		thing.index = NULL;
	return thing;
}

/* ---- schemas ---- */

/* pg_temp_3 of this session is pg_temp */
static const char *
plain_schema(const char *name)
{
	if (strncmp(name, "pg_temp_", 8) == 0 && isTempNamespace(get_namespace_oid(name, true)))
		return TEMP_SCHEMA;
	return name;
}

/* Never NULL; that of a name without a schema is not there. */
DraftSchema *
draft_schema(const char *name)
{
	char key[NAMEDATALEN];
	bool found;
	DraftSchema *schema;

	strlcpy(key, plain_schema(name), NAMEDATALEN);
	schema = hash_search(open_draft->schemas, key, HASH_ENTER, &found);
	if (found)
		return schema;
	schema->swapped = schema->hidden = false;
	if (strcmp(key, TEMP_SCHEMA) == 0)
	{
		schema->there = true;
		schema->oid = LookupExplicitNamespace(TEMP_SCHEMA, true);
		return schema;
	}
	schema->oid = get_namespace_oid(key, true);
	schema->there = OidIsValid(schema->oid);
	/* none of search_path's either */
	schema->hidden =
		schema->there && pg_namespace_aclcheck(schema->oid, GetUserId(), ACL_USAGE) != ACLCHECK_OK;
	return schema;
}

void
draft_forget_path(void)
{
	open_draft->path_text = NULL;
}

void
draft_create_schema(const char *name)
{
	DraftSchema *schema = draft_schema(name);

	if (schema->there)
		return;
	schema->there = true;
	schema->oid = InvalidOid;
	schema->swapped = schema->hidden = false;
	draft_forget_path();
}

/* All that is known of names in it goes with it. */
void
draft_rename_schema(const char *name, const char *new_name)
{
	DraftSchema *from = draft_schema(name);
	DraftSchema *to = draft_schema(new_name);
	HASH_SEQ_STATUS status;
	NameEntry *entry;
	List *moved = NIL;
	ListCell *lc;

	if (!from->there || to->there)
		return;
	to->there = true;
	to->oid = from->oid;
	to->hidden = from->hidden;
	to->swapped = true;
	from->there = false;
	from->oid = InvalidOid;
	open_draft->changed_schemas = list_delete_ptr(open_draft->changed_schemas, from);
	if (OidIsValid(to->oid))
		open_draft->changed_schemas = lappend(open_draft->changed_schemas, to);

	hash_seq_init(&status, open_draft->names);
	while ((entry = hash_seq_search(&status)) != NULL)
		if (strcmp(entry->key.schema, name) == 0)
		{
			NameEntry *copy = palloc(sizeof(NameEntry));

			*copy = *entry;
			moved = lappend(moved, copy);
		}
	foreach(lc, moved)
	{
		entry = lfirst(lc);
		hash_search(open_draft->names, &entry->key, HASH_REMOVE, NULL);
		draft_set_name(new_name, entry->key.name, entry->thing.relation, entry->thing.index);
	}
	foreach(lc, open_draft->relations)
	{
		DraftRelation *relation = lfirst(lc);

		if (strcmp(relation->schema, name) != 0)
			continue;
		relation->schema = pstrdup(new_name);
		relation->swapped = true;
	}
	draft_forget_path();
}

/* The name by now of a schema that is in the catalog; NULL: it is not there. */
const char *
draft_schema_of(Oid namespace, bool *there, bool *swapped)
{
	ListCell *lc;

	*there = true;
	*swapped = false;
	if (isTempNamespace(namespace))
		return TEMP_SCHEMA;
	foreach(lc, open_draft->changed_schemas)
	{
		DraftSchema *schema = lfirst(lc);

		if (schema->oid != namespace)
			continue;
		*there = schema->there;
		*swapped = schema->swapped;
		return schema->name;
	}
	return get_namespace_name(namespace);
}

/* ---- search_path ---- */

static void
add_to_path(const char *name)
{
	ListCell *lc;

	if (!draft_schema(name)->there || draft_schema(name)->hidden)
		return;
	foreach(lc, open_draft->path)
		if (strcmp(lfirst(lc), name) == 0)
			return;
	open_draft->path = lappend(open_draft->path, pstrdup(name));
}

static void
add_in_front(const char *name)
{
	if (!draft_names_column(open_draft->path, name))
		open_draft->path = lcons(pstrdup(name), open_draft->path);
}

/* As recomputeNamespacePath() has it, with the script's schemas. */
static void
take_path_apart(void)
{
	List *names;
	ListCell *lc;

	open_draft->path_text = pstrdup(namespace_search_path);
	open_draft->path_role = GetUserId();
	open_draft->path = NIL;
	open_draft->creation = NULL;
	if (!SplitIdentifierString(pstrdup(namespace_search_path), ',', &names))
		return;
	foreach(lc, names)
	{
		const char *name = lfirst(lc);

		if (strcmp(name, "$user") == 0)
			name = GetUserNameFromId(GetUserId(), true);
		if (name != NULL)
			add_to_path(plain_schema(name));
	}
	if (open_draft->path != NIL)
		open_draft->creation = linitial(open_draft->path);
	add_in_front("pg_catalog");
	add_in_front(TEMP_SCHEMA);
}

static List *
path_in_force(void)
{
	if (open_draft->path_text == NULL || open_draft->path_role != GetUserId() ||
		strcmp(open_draft->path_text, namespace_search_path) != 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(open_draft->context);

		take_path_apart();
		MemoryContextSwitchTo(caller);
	}
	return open_draft->path;
}

/* Where CREATE puts that name; where it would fail for want of a schema, "public" stands in. */
const char *
draft_place(const RangeVar *name)
{
	if (name->schemaname != NULL)
		return plain_schema(name->schemaname);
	if (name->relpersistence == RELPERSISTENCE_TEMP)
		return TEMP_SCHEMA;
	path_in_force();
	return open_draft->creation != NULL ? open_draft->creation : "public";
}

/* ---- things ---- */

/* The index and its table come together. */
static DraftThing
read_index(Oid oid)
{
	DraftThing thing = {0};
	Oid table = IndexGetRelation(oid, true);
	DraftRelation *relation = OidIsValid(table) ? draft_relation_by_oid(table) : NULL;
	OidEntry *entry;

	if (relation == NULL)
		return thing;
	draft_load(relation);
	entry = hash_search(open_draft->oids, &oid, HASH_FIND, NULL);
	return entry != NULL ? still_there(entry->thing) : thing;
}

DraftThing
draft_find_oid(Oid oid)
{
	OidEntry *entry = hash_search(open_draft->oids, &oid, HASH_FIND, NULL);
	DraftThing thing = {0};
	char kind;

	if (entry != NULL)
		return still_there(entry->thing);
	kind = get_rel_relkind(oid);
	if (kind == RELKIND_INDEX || kind == RELKIND_PARTITIONED_INDEX)
		return read_index(oid);
	if (kind != '\0')
		thing.relation = draft_read_relation(oid);
	return still_there(thing);
}

DraftThing
draft_find_in(const char *schema_name, const char *name)
{
	DraftThing thing = {0};
	DraftSchema *schema = draft_schema(schema_name);
	NameKey key = key_of(schema->name, name);
	NameEntry *entry;
	Oid oid;

	if (!schema->there || schema->hidden)
		return thing;
	entry = hash_search(open_draft->names, &key, HASH_FIND, NULL);
	if (entry != NULL)
		return still_there(entry->thing);
	if (!OidIsValid(schema->oid))
		return thing;
	oid = get_relname_relid(name, schema->oid);
	return OidIsValid(oid) ? draft_find_oid(oid) : thing;
}

DraftThing
draft_find(const RangeVar *name)
{
	DraftThing thing = {0};
	ListCell *lc;

	if (name->catalogname != NULL &&
		strcmp(name->catalogname, get_database_name(MyDatabaseId)) != 0)
		return thing;
	if (name->schemaname != NULL)
		return draft_find_in(name->schemaname, name->relname);
	if (name->relpersistence == RELPERSISTENCE_TEMP)
		return draft_find_in(TEMP_SCHEMA, name->relname);
	foreach(lc, path_in_force())
	{
		thing = draft_find_in(lfirst(lc), name->relname);
		if (thing.relation != NULL || thing.index != NULL)
			break;
	}
	return thing;
}

/* ---------- types ---------- */

void
draft_note_type(const char *name, bool constrained)
{
	MemoryContext save = MemoryContextSwitchTo(open_draft->context);
	String *noted = makeString(pstrdup(name));

	open_draft->types = lappend(open_draft->types, noted);
	if (constrained)
		open_draft->constrained = lappend(open_draft->constrained, noted);
	MemoryContextSwitchTo(save);
}

bool
draft_makes_type(const char *name)
{
	return open_draft != NULL &&
		list_member(open_draft->types, makeString(unconstify(char *, name)));
}

bool
draft_makes_constrained(const char *name)
{
	return open_draft != NULL &&
		list_member(open_draft->constrained, makeString(unconstify(char *, name)));
}
