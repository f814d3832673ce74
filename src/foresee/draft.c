/*
 * draft.c
 *		The draft opened, closed and asked: what a name means by now, whether it is
 *		empty, what refers to it.  Names are found in draft_names.c, read from the
 *		catalogs in draft_load.c, and changed in draft_change.c.
 */
#include "postgres.h"

#include "catalog/heap.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "storage/lockdefs.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "effect/effect.h"
#include "effect/names.h"
#include "foresee/draft_parts.h"

Draft *open_draft = NULL;

static const NameReader draft_names = {draft_relid, draft_attnum, draft_constraint_oid,
									   draft_schema_oid};

/* The lookups of src/effect read names by the draft, and by the catalogs when it is gone. */
static void
set_open_draft(Draft *draft)
{
	open_draft = draft;
	name_reader = draft != NULL ? &draft_names : &catalog_names;
}

/* Its memory goes, be it after an error that came past draft_close(). */
static void
forget_draft(void *arg)
{
	Draft **link = &open_draft;

	while (*link != NULL && *link != arg)
		link = &(*link)->before;
	if (*link != NULL)
		*link = (*link)->before;
	set_open_draft(open_draft);
}

static HTAB *
make_table(const char *name, Size key, Size entry, int flags)
{
	HASHCTL ctl = {0};

	ctl.keysize = key;
	ctl.entrysize = entry;
	ctl.hcxt = CurrentMemoryContext;
	return hash_create(name, 256, &ctl, HASH_ELEM | HASH_CONTEXT | flags);
}

Draft *
draft_open(void)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "safemig draft", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	Draft *draft = palloc0(sizeof(Draft));

	draft->context = context;
	draft->names = make_table("safemig draft names", 2 * NAMEDATALEN,
							  2 * NAMEDATALEN + sizeof(DraftThing), HASH_BLOBS);
	draft->oids = make_table("safemig draft oids", sizeof(Oid),
							 MAXALIGN(sizeof(Oid)) + sizeof(DraftThing), HASH_BLOBS);
	draft->schemas =
		make_table("safemig draft schemas", NAMEDATALEN, sizeof(DraftSchema), HASH_STRINGS);
	/* for the script's SET search_path */
	draft->guc_level = NewGUCNestLevel();
	draft->callback.func = forget_draft;
	draft->callback.arg = draft;
	MemoryContextRegisterResetCallback(context, &draft->callback);
	draft->before = open_draft;
	set_open_draft(draft);
	MemoryContextSwitchTo(caller);
	return draft;
}

void
draft_close(Draft *draft)
{
	for (Draft *open = open_draft; open != NULL; open = open->before)
		if (open == draft)
		{
			AtEOXact_GUC(false, draft->guc_level);
			MemoryContextDelete(draft->context);
			return;
		}
}

bool
draft_is_open(void)
{
	return open_draft != NULL;
}

void
draft_next_statement(void)
{
	open_draft->statement++;
	if (open_draft->path_after_local == NULL)
		return;
	/* not sooner: a statement may be looked at in a subtransaction, which takes it back */
	(void) set_config_option("search_path", open_draft->path_after_local, PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SET, true, DEBUG5, false);
	open_draft->path_after_local = NULL;
}

int
draft_statement(void)
{
	return open_draft->statement;
}

void
draft_forget_locks(void)
{
	ListCell *lc;

	foreach(lc, open_draft->holding)
	{
		DraftRelation *relation = lfirst(lc);

		relation->held = NoLock;
		relation->held_by = 0;
	}
	list_free(open_draft->holding);
	open_draft->holding = NIL;
}

/* ---- made ---- */

/* A relation to be made comes without them. */
RelationParts *
relation_parts(DraftRelation *relation)
{
	if (relation->parts == NULL)
		relation->parts = MemoryContextAllocZero(open_draft->context, sizeof(RelationParts));
	return relation->parts;
}

DraftRelation *
draft_make_relation(const char *schema, const char *name, char kind)
{
	MemoryContext caller = MemoryContextSwitchTo(open_draft->context);
	DraftRelation *relation = palloc0(sizeof(DraftRelation));

	relation->schema = pstrdup(schema);
	relation->name = pstrdup(name);
	relation->kind = kind;
	relation->persistence =
		strcmp(schema, TEMP_SCHEMA) == 0 ? RELPERSISTENCE_TEMP : RELPERSISTENCE_PERMANENT;
	relation->statement = open_draft->statement;
	relation->loaded = true;
	relation->replica_identity = REPLICA_IDENTITY_DEFAULT;
	MemoryContextSwitchTo(caller);
	return relation;
}

DraftRelation *
draft_new_relation(const RangeVar *name, char kind)
{
	DraftRelation *relation = draft_make_relation(draft_place(name), name->relname, kind);

	if (name->relpersistence == RELPERSISTENCE_UNLOGGED)
		relation->persistence = RELPERSISTENCE_UNLOGGED;
	return relation;
}

/* From now on it is what its name stands for. */
void
draft_enter(DraftRelation *relation)
{
	MemoryContext caller = MemoryContextSwitchTo(open_draft->context);

	draft_set_name(relation->schema, relation->name, relation, NULL);
	open_draft->relations = lappend(open_draft->relations, relation);
	MemoryContextSwitchTo(caller);
}

DraftIndex *
draft_make_index(DraftRelation *table, const char *name)
{
	DraftIndex *index = palloc0(sizeof(IndexParts));

	index->name = pstrdup(name);
	index->table = table;
	index->method = "btree";
	index->valid = true;
	index->immediate = true;
	return index;
}

List *
draft_list_of_names(List *names)
{
	List *copy = NIL;
	ListCell *lc;

	foreach(lc, names)
		copy = lappend(copy, lfirst(lc) ? pstrdup(lfirst(lc)) : NULL);
	return copy;
}

bool
draft_names_column(List *names, const char *column)
{
	ListCell *lc;

	foreach(lc, names)
		if (lfirst(lc) != NULL && strcmp(lfirst(lc), column) == 0)
			return true;
	return false;
}

char *
draft_choose_name(const char *schema, const char *name1, const char *name2, const char *label)
{
	for (int pass = 0;; pass++)
	{
		char *numbered = pass == 0 ? pstrdup(label) : psprintf("%s%d", label, pass);
		char *name = makeObjectName(name1, name2, numbered);
		DraftThing thing = draft_find_in(schema, name);

		CHECK_FOR_INTERRUPTS();
		if (thing.relation == NULL && thing.index == NULL)
			return name;
	}
}

/* ---- asked ---- */

DraftRelation *
draft_relation(const RangeVar *name)
{
	return draft_find(name).relation;
}

DraftIndex *
draft_index(const RangeVar *name)
{
	return draft_find(name).index;
}

DraftRelation *
draft_relation_by_oid(Oid relid)
{
	return draft_find_oid(relid).relation;
}

DraftRelation *
draft_relation_in_place(const RangeVar *name)
{
	return draft_find_in(draft_place(name), name->relname).relation;
}

bool
draft_has_schema(const char *name)
{
	return draft_schema(name)->there;
}

DraftColumn *
draft_column(DraftRelation *relation, const char *name)
{
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->columns)
		if (strcmp(((DraftColumn *) lfirst(lc))->name, name) == 0)
			return lfirst(lc);
	return NULL;
}

DraftConstraint *
draft_constraint(DraftRelation *relation, const char *name)
{
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->constraints)
		if (strcmp(((DraftConstraint *) lfirst(lc))->name, name) == 0)
			return lfirst(lc);
	return NULL;
}

List *
draft_relations(void)
{
	return open_draft->relations;
}

List *
draft_tree(DraftRelation *relation)
{
	uint32 mark = ++open_draft->mark;
	List *tree = list_make1(relation);

	relation_parts(relation)->mark = mark;
	/* grows while we walk over it: children have children */
	for (int i = 0; i < list_length(tree); i++)
	{
		DraftRelation *member = list_nth(tree, i);
		ListCell *lc;

		CHECK_FOR_INTERRUPTS();
		draft_load(member);
		foreach(lc, member->children)
		{
			DraftRelation *child = lfirst(lc);

			if (child->gone || relation_parts(child)->mark == mark)
				continue;
			relation_parts(child)->mark = mark;
			tree = lappend(tree, child);
		}
	}
	return tree;
}

List *
draft_references_to(DraftRelation *relation, List **tables)
{
	List *referrers = list_copy(relation_parts(relation)->referrers);
	List *found = NIL;
	ListCell *lc;

	*tables = NIL;
	foreach(lc, OidIsValid(relation->oid) ? draft_catalog_references(relation->oid) : NIL)
	{
		DraftRelation *referrer = draft_relation_by_oid(lfirst_oid(lc));

		if (referrer != NULL)
			referrers = list_append_unique_ptr(referrers, referrer);
	}
	foreach(lc, referrers)
	{
		DraftRelation *referrer = lfirst(lc);
		ListCell *lc2;

		if (referrer->gone)
			continue;
		draft_load(referrer);
		foreach(lc2, referrer->constraints)
		{
			DraftConstraint *constraint = lfirst(lc2);

			if (constraint->type != CONSTRAINT_FOREIGN || constraint->target != relation)
				continue;
			found = lappend(found, constraint);
			*tables = lappend(*tables, referrer);
		}
	}
	return found;
}

static bool
holds_no_row(DraftRelation *relation)
{
	if (relation->filled)
		return false;
	if (draft_is_new(relation) || relation->emptied)
		return true;
	return relation_is_empty(relation->oid, true);
}

bool
draft_is_empty(DraftRelation *relation)
{
	ListCell *lc;

	foreach(lc, draft_tree(relation))
		if (!holds_no_row(lfirst(lc)))
			return false;
	return true;
}

char *
draft_identity(const DraftRelation *relation)
{
	return quote_qualified_identifier(relation->schema, relation->name);
}

char *
draft_part_identity(const DraftRelation *relation, const char *part)
{
	return psprintf("%s.%s", draft_identity(relation), quote_identifier(part));
}

/* By itself, without what its children say */
static bool
proves_not_null(DraftRelation *relation, const char *name)
{
	DraftColumn *column = draft_column(relation, name);
	ListCell *lc;

	if (column == NULL)
		return false;
	if (column->not_null)
		return true;
	foreach(lc, relation->constraints)
	{
		DraftConstraint *constraint = lfirst(lc);

		if (constraint->type == CONSTRAINT_CHECK && constraint->validated &&
			draft_check_proves(constraint, column))
			return true;
	}
	return false;
}

bool
draft_proves_not_null(DraftRelation *relation, const char *column)
{
	ListCell *lc;

	foreach(lc, draft_tree(relation))
		if (!proves_not_null(lfirst(lc), column))
			return false;
	return true;
}

static bool
begins_with(DraftIndex *index, List *columns)
{
	int count = list_length(columns);

	if (!index->valid || index->partial || list_length(index->columns) < count)
		return false;
	for (int i = 0; i < count; i++)
	{
		const char *column = list_nth(index->columns, i);

		if (column == NULL || !draft_names_column(columns, column))
			return false;
	}
	return true;
}

DraftIndex *
draft_index_on(DraftRelation *relation, List *columns)
{
	ListCell *lc;

	draft_load(relation);
	foreach(lc, relation->indexes)
		if (begins_with(lfirst(lc), columns))
			return lfirst(lc);
	return NULL;
}

/* ---- for the lookups of src/effect ---- */

Oid
draft_relid(const RangeVar *name)
{
	DraftThing thing = draft_find(name);

	return thing.relation ? thing.relation->oid : thing.index ? thing.index->oid : InvalidOid;
}

AttrNumber
draft_attnum(Oid relid, const char *name)
{
	DraftRelation *relation;
	DraftColumn *column;
	const FormData_pg_attribute *system;

	if ((relation = draft_relation_by_oid(relid)) == NULL || !relation->loaded)
		return get_attnum(relid, name);
	column = draft_column(relation, name);
	if (column != NULL)
		return column->attnum;
	system = SystemAttributeByName(name);
	return system != NULL ? system->attnum : InvalidAttrNumber;
}

Oid
draft_constraint_oid(Oid relid, const char *name)
{
	DraftRelation *relation;
	DraftConstraint *constraint;

	if ((relation = draft_relation_by_oid(relid)) == NULL || !relation->loaded)
		return get_relation_constraint_oid(relid, name, true);
	constraint = draft_constraint(relation, name);
	return constraint != NULL ? constraint->oid : InvalidOid;
}

Oid
draft_schema_oid(const char *name)
{
	return draft_schema(name)->oid;
}
