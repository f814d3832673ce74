/*
 * change_create.c
 *		What CREATE makes that rows can be in, or that stands upon a relation: tables,
 *		indexes, views, sequences, triggers, rules, policies, statistics, and schemas
 *		with such things written inside.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "foresee/change_parts.h"

/* Is it there already, so that IF NOT EXISTS makes nothing of it? */
static bool
tell_skipped(ChangeWalk *walk, ChangeKind kind, Node *stmt, const RangeVar *name,
			 bool if_not_exists)
{
	Change *change;

	if (!if_not_exists)
		return false;
	change = new_relation_change(walk, CHANGE_NOTHING, stmt, name);
	change->relation = draft_relation_in_place(name);
	if (change->relation == NULL)
		return false;
	change->skipped = kind;
	change->if_exists = true;
	tell_change(walk, change);
	return true;
}

static DraftRelation *
new_relation(const RangeVar *name, char kind, const char *access_method)
{
	DraftRelation *relation = draft_new_relation(name, kind);

	if (access_method != NULL)
		relation->access_method = pstrdup(access_method);
	return relation;
}

static Change *
new_creation(ChangeWalk *walk, ChangeKind kind, Node *stmt, const RangeVar *name,
			 DraftRelation *relation, bool if_not_exists)
{
	Change *change = new_change(walk, kind, stmt, relation);

	change->unqualified = name->schemaname == NULL;
	change->if_exists = if_not_exists;
	change->name = relation->name;
	change->schema = relation->schema;
	return change;
}

/* ---------- tables ---------- */

static void
tell_elements(ChangeWalk *walk, DraftRelation *relation, List *elements, Node *stmt, bool columns)
{
	ListCell *lc;

	foreach(lc, elements)
	{
		Node *element = lfirst(lc);

		if (IsA(element, ColumnDef) && columns)
		{
			ColumnDef *def = castNode(ColumnDef, element);
			int from = def->location;

			tell_new_column(walk, relation, def, stmt, true,
							source_between(walk, from, end_of_part(walk, from)), from);
		}
		else if (IsA(element, Constraint) && !columns)
		{
			Constraint *constraint = castNode(Constraint, element);
			int from = constraint->location;

			tell_new_constraint(walk, relation, constraint, stmt, NULL, true,
								source_between(walk, from, end_of_part(walk, from)), from);
		}
	}
}

static void
change_of_create_table(ChangeWalk *walk, CreateStmt *stmt, bool foreign)
{
	Change *change;
	DraftRelation *relation;
	char kind = foreign			 ? RELKIND_FOREIGN_TABLE
		: stmt->partspec != NULL ? RELKIND_PARTITIONED_TABLE
								 : RELKIND_RELATION;

	if (tell_skipped(walk, CHANGE_CREATE_TABLE, (Node *) stmt, stmt->relation, stmt->if_not_exists))
		return;
	relation = new_relation(stmt->relation, kind, stmt->accessMethod);
	relation->is_partition = stmt->partbound != NULL;
	change = new_creation(walk, CHANGE_CREATE_TABLE, (Node *) stmt, stmt->relation, relation,
						  stmt->if_not_exists);
	if (stmt->inhRelations != NIL)
		change->other = relation_named(linitial_node(RangeVar, stmt->inhRelations));
	tell_change(walk, change);
	tell_elements(walk, relation, stmt->tableElts, (Node *) stmt, true);
	tell_elements(walk, relation, stmt->tableElts, (Node *) stmt, false);
	tell_elements(walk, relation, stmt->constraints, (Node *) stmt, false);
}

static void
change_of_create_table_as(ChangeWalk *walk, CreateTableAsStmt *stmt)
{
	IntoClause *into = stmt->into;
	DraftRelation *relation;
	Change *change;

	if (tell_skipped(walk, CHANGE_CREATE_TABLE_AS, (Node *) stmt, into->rel, stmt->if_not_exists))
		return;
	relation = new_relation(into->rel,
							stmt->objtype == OBJECT_MATVIEW ? RELKIND_MATVIEW : RELKIND_RELATION,
							into->accessMethod);
	change = new_creation(walk, CHANGE_CREATE_TABLE_AS, (Node *) stmt, into->rel, relation,
						  stmt->if_not_exists);
	change->creates_rows = !into->skipData;
	tell_change(walk, change);
}

static void
change_of_view(ChangeWalk *walk, ViewStmt *stmt)
{
	Change *change = new_relation_change(walk, CHANGE_CREATE_VIEW, (Node *) stmt, stmt->view);

	change->relation = stmt->replace ? draft_relation_in_place(stmt->view) : NULL;
	if (change->relation == NULL)
		change->relation = new_relation(stmt->view, RELKIND_VIEW, NULL);
	change->name = change->relation->name;
	change->schema = change->relation->schema;
	change->if_exists = stmt->replace;
	tell_change(walk, change);
}

static void
change_of_sequence(ChangeWalk *walk, CreateSeqStmt *stmt)
{
	DraftRelation *relation;

	if (tell_skipped(walk, CHANGE_CREATE_SEQUENCE, (Node *) stmt, stmt->sequence,
					 stmt->if_not_exists))
		return;
	relation = new_relation(stmt->sequence, RELKIND_SEQUENCE, NULL);
	tell_change(walk,
				new_creation(walk, CHANGE_CREATE_SEQUENCE, (Node *) stmt, stmt->sequence, relation,
							 stmt->if_not_exists));
}

/* ---------- indexes ---------- */

static List *
columns_of_index(List *elements)
{
	List *columns = NIL;
	ListCell *lc;

	foreach(lc, elements)
	{
		IndexElem *element = lfirst_node(IndexElem, lc);

		columns = lappend(columns, element->name != NULL ? pstrdup(element->name) : NULL);
	}
	return columns;
}

static DraftIndex *
make_draft_index(IndexStmt *stmt, DraftRelation *table)
{
	DraftIndex *index = palloc0(sizeof(DraftIndex));

	index->table = table;
	index->method = pstrdup(stmt->accessMethod != NULL ? stmt->accessMethod : "btree");
	index->unique = stmt->unique;
	index->valid = true;
	index->immediate = true;
	index->partial = stmt->whereClause != NULL;
	index->concurrently = stmt->concurrent;
	index->columns = columns_of_index(stmt->indexParams);
	index->statement = draft_statement();
	index->name = stmt->idxname != NULL ? pstrdup(stmt->idxname)
										: choose_index_name(table, index->columns, "idx");

	/* ON ONLY a partitioned table: it is valid when one of each partition is attached to it */
	if (!stmt->relation->inh && table->kind == RELKIND_PARTITIONED_TABLE)
	{
		draft_load(table);
		index->valid = table->children == NIL;
	}
	return index;
}

static void
change_of_index(ChangeWalk *walk, IndexStmt *stmt)
{
	Change *change = new_relation_change(walk, CHANGE_CREATE_INDEX, (Node *) stmt, stmt->relation);
	DraftIndex *there = NULL;

	change->concurrently = stmt->concurrent;
	change->if_exists = stmt->if_not_exists;
	change->name = stmt->idxname != NULL
		? stmt->idxname
		: makeObjectName(stmt->relation->relname, joined_names(columns_of_index(stmt->indexParams)),
						 "idx");
	if (change->relation != NULL)
	{
		draft_load(change->relation);
		if (stmt->idxname != NULL)
			there = draft_index(makeRangeVar(change->relation->schema, stmt->idxname, -1));
		if (stmt->if_not_exists && there != NULL)
		{
			change->kind = CHANGE_NOTHING;
			change->skipped = CHANGE_CREATE_INDEX;
			change->index = there;
		}
		else
			change->index = make_draft_index(stmt, change->relation);
		change->name = change->index->name;
	}
	tell_change(walk, change);
}

/* ---------- what stands upon a relation ---------- */

static void
tell_part(ChangeWalk *walk, ChangeKind kind, Node *stmt, RangeVar *name, const char *part,
		  bool replace)
{
	Change *change = new_relation_change(walk, kind, stmt, name);

	change->name = part;
	change->if_exists = replace;
	tell_change(walk, change);
}

static void
change_of_trigger(ChangeWalk *walk, CreateTrigStmt *stmt)
{
	Change *change =
		new_relation_change(walk, CHANGE_CREATE_TRIGGER, (Node *) stmt, stmt->relation);

	change->name = stmt->trigname;
	change->if_exists = stmt->replace;
	change->other = relation_named(stmt->constrrel);
	tell_change(walk, change);
}

static void
change_of_statistics(ChangeWalk *walk, CreateStatsStmt *stmt)
{
	RangeVar *name = stmt->relations != NIL && IsA(linitial(stmt->relations), RangeVar)
		? linitial(stmt->relations)
		: NULL;
	Change *change = new_relation_change(walk, CHANGE_CREATE_STATISTICS, (Node *) stmt, name);

	change->name = stmt->defnames != NIL ? strVal(llast(stmt->defnames)) : NULL;
	change->if_exists = stmt->if_not_exists;
	tell_change(walk, change);
}

/* ---------- schemas ---------- */

static void
name_schema(RangeVar *name, char *schema)
{
	if (name != NULL && name->schemaname == NULL)
		name->schemaname = schema;
}

/* As transformCreateSchemaStmt() does: what is written inside is made inside. */
static void
place_in_schema(Node *element, char *schema)
{
	switch (nodeTag(element))
	{
		case T_CreateStmt:
			name_schema(castNode(CreateStmt, element)->relation, schema);
			break;
		case T_ViewStmt:
			name_schema(castNode(ViewStmt, element)->view, schema);
			break;
		case T_CreateSeqStmt:
			name_schema(castNode(CreateSeqStmt, element)->sequence, schema);
			break;
		case T_IndexStmt:
			name_schema(castNode(IndexStmt, element)->relation, schema);
			break;
		case T_CreateTrigStmt:
			name_schema(castNode(CreateTrigStmt, element)->relation, schema);
			break;
		default:
			break;
	}
}

/* Tables before what stands upon them, as the server sorts them. */
static int
rank_in_schema(Node *element)
{
	switch (nodeTag(element))
	{
		case T_CreateSeqStmt:
			return 0;
		case T_CreateStmt:
			return 1;
		case T_ViewStmt:
			return 2;
		default:
			return 3;
	}
}

static void
change_of_schema(ChangeWalk *walk, CreateSchemaStmt *stmt)
{
	Change *change = new_change(walk, CHANGE_CREATE_SCHEMA, (Node *) stmt, NULL);
	const char *name = stmt->schemaname;
	ListCell *lc;

	if (name == NULL && stmt->authrole != NULL)
	{
		Oid role = get_rolespec_oid(stmt->authrole, true);

		name = OidIsValid(role) ? GetUserNameFromId(role, true) : stmt->authrole->rolename;
	}
	change->schema = name;
	change->name = name;
	change->if_exists = stmt->if_not_exists;
	if (stmt->if_not_exists && name != NULL && draft_has_schema(name))
	{
		change->kind = CHANGE_NOTHING;
		change->skipped = CHANGE_CREATE_SCHEMA;
	}
	tell_change(walk, change);
	if (name == NULL)
		return;
	for (int rank = 0; rank <= 3; rank++)
		foreach(lc, stmt->schemaElts)
			if (rank_in_schema(lfirst(lc)) == rank)
			{
				Node *element = copyObject(lfirst(lc));

				place_in_schema(element, pstrdup(name));
				changes_of_statement(walk, element);
			}
}

bool
changes_of_create(ChangeWalk *walk, Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_CreateStmt:
			change_of_create_table(walk, castNode(CreateStmt, stmt), false);
			return true;
		case T_CreateForeignTableStmt:
			change_of_create_table(walk, &((CreateForeignTableStmt *) stmt)->base, true);
			return true;
		case T_CreateTableAsStmt:
			change_of_create_table_as(walk, castNode(CreateTableAsStmt, stmt));
			return true;
		case T_ViewStmt:
			change_of_view(walk, castNode(ViewStmt, stmt));
			return true;
		case T_CreateSeqStmt:
			change_of_sequence(walk, castNode(CreateSeqStmt, stmt));
			return true;
		case T_IndexStmt:
			change_of_index(walk, castNode(IndexStmt, stmt));
			return true;
		case T_CreateTrigStmt:
			change_of_trigger(walk, castNode(CreateTrigStmt, stmt));
			return true;
		case T_RuleStmt:
			tell_part(walk, CHANGE_CREATE_RULE, stmt, ((RuleStmt *) stmt)->relation,
					  ((RuleStmt *) stmt)->rulename, ((RuleStmt *) stmt)->replace);
			return true;
		case T_CreatePolicyStmt:
			tell_part(walk, CHANGE_CREATE_POLICY, stmt, ((CreatePolicyStmt *) stmt)->table,
					  ((CreatePolicyStmt *) stmt)->policy_name, false);
			return true;
		case T_AlterPolicyStmt:
			tell_part(walk, CHANGE_ALTER_POLICY, stmt, ((AlterPolicyStmt *) stmt)->table,
					  ((AlterPolicyStmt *) stmt)->policy_name, false);
			return true;
		case T_CreateStatsStmt:
			change_of_statistics(walk, castNode(CreateStatsStmt, stmt));
			return true;
		case T_CreateSchemaStmt:
			change_of_schema(walk, castNode(CreateSchemaStmt, stmt));
			return true;
		default:
			return false;
	}
}
