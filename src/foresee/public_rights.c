/*
 * public_rights.c
 *		What does a GRANT give to PUBLIC that PUBLIC has not got yet?
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/tablespace.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "foresee/change.h"
#include "effect/effect.h"

/* The server's own has_..._privilege(name, oid, text), which know PUBLIC by its name */
typedef struct Grantable
{
	ObjectType type;
	const char *word;
	PGFunction has;
	bool by_default; /* PUBLIC has it on what is made anew */
	const char *all; /* that ALL means */
} Grantable;

static const Grantable grantables[] = {
	{OBJECT_TABLE, "TABLE", has_table_privilege_name_id, false, PRIVILEGES_ON_TABLES},
	{OBJECT_SEQUENCE, "SEQUENCE", has_sequence_privilege_name_id, false, "select update usage"},
	{OBJECT_SCHEMA, "SCHEMA", has_schema_privilege_name_id, false, "create usage"},
	{OBJECT_DATABASE, "DATABASE", has_database_privilege_name_id, false,
	 "create temporary connect"},
	{OBJECT_FUNCTION, "FUNCTION", has_function_privilege_name_id, true, "execute"},
	{OBJECT_PROCEDURE, "PROCEDURE", has_function_privilege_name_id, true, "execute"},
	{OBJECT_ROUTINE, "ROUTINE", has_function_privilege_name_id, true, "execute"},
	{OBJECT_LANGUAGE, "LANGUAGE", has_language_privilege_name_id, true, "usage"},
	{OBJECT_TYPE, "TYPE", has_type_privilege_name_id, true, "usage"},
	{OBJECT_DOMAIN, "DOMAIN", has_type_privilege_name_id, true, "usage"},
	{OBJECT_FDW, "FOREIGN DATA WRAPPER", has_foreign_data_wrapper_privilege_name_id, false,
	 "usage"},
	{OBJECT_FOREIGN_SERVER, "FOREIGN SERVER", has_server_privilege_name_id, false, "usage"},
	{OBJECT_TABLESPACE, "TABLESPACE", has_tablespace_privilege_name_id, false, "create"},
};

static const Grantable *
grantable_of(ObjectType type)
{
	for (int i = 0; i < lengthof(grantables); i++)
		if (grantables[i].type == type)
			return &grantables[i];
	return NULL;
}

static bool
goes_to_public(GrantStmt *stmt)
{
	ListCell *lc;

	foreach(lc, stmt->grantees)
		if (lfirst_node(RoleSpec, lc)->roletype == ROLESPEC_PUBLIC)
			return stmt->is_grant;
	return false;
}

/* As many as ALL means: AccessPriv *, in lower case as the parser has them */
static List *
all_privileges(const Grantable *grantable, List *columns)
{
	List *all = NIL;
	char *rest = pstrdup(grantable->all);
	char *name;

	while ((name = strsep(&rest, " ")) != NULL)
	{
		AccessPriv *privilege = makeNode(AccessPriv);

		privilege->priv_name = name;
		privilege->cols = columns;
		all = lappend(all, privilege);
	}
	return all;
}

static List *
privileges_of(GrantStmt *stmt, const Grantable *grantable)
{
	AccessPriv *first = stmt->privileges ? linitial_node(AccessPriv, stmt->privileges) : NULL;

	if (first == NULL || first->priv_name == NULL)
		return all_privileges(grantable, first ? first->cols : NIL);
	return stmt->privileges;
}

/* What is no privilege of such an object is left to the server's words. */
static bool
is_privilege(const Grantable *grantable, const char *name)
{
	ListCell *lc;

	if (strcmp(name, "temp") == 0)
		name = "temporary";
	foreach(lc, all_privileges(grantable, NIL))
		if (strcmp(lfirst_node(AccessPriv, lc)->priv_name, name) == 0)
			return true;
	return false;
}

/* NULL of these functions: the object is gone */
static bool
ask_of_public(PGFunction has, Oid oid, AttrNumber attnum, const char *privilege)
{
	static NameData public_name = {"public"};
	LOCAL_FCINFO(call, 4);
	int count = 0;
	Datum answer;

	InitFunctionCallInfoData(*call, NULL, attnum == 0 ? 3 : 4, InvalidOid, NULL, NULL);
	call->args[count++].value = NameGetDatum(&public_name);
	call->args[count++].value = ObjectIdGetDatum(oid);
	if (attnum != 0)
		call->args[count++].value = Int16GetDatum(attnum);
	call->args[count++].value = PointerGetDatum(cstring_to_text(privilege));
	while (count > 0)
		call->args[--count].isnull = false;
	answer = has(call);
	return call->isnull || DatumGetBool(answer);
}

static bool
public_has(const Grantable *grantable, Oid oid, AccessPriv *privilege)
{
	ListCell *lc;

	if (privilege->cols == NIL)
		return ask_of_public(grantable->has, oid, 0, privilege->priv_name);
	foreach(lc, privilege->cols)
	{
		AttrNumber attnum = draft_attnum(oid, strVal(lfirst(lc)));

		if (attnum == InvalidAttrNumber ||
			!ask_of_public(has_column_privilege_name_id_attnum, oid, attnum, privilege->priv_name))
			return false;
	}
	return true;
}

/* "SELECT (id, name)" */
static void
append_privilege(StringInfo out, AccessPriv *privilege)
{
	ListCell *lc;

	if (out->len > 0)
		appendStringInfoString(out, ", ");
	appendStringInfoString(out, asc_toupper(privilege->priv_name, strlen(privilege->priv_name)));
	foreach(lc, privilege->cols)
		appendStringInfo(out, "%s%s", lc == list_head(privilege->cols) ? " (" : ", ",
						 quote_identifier(strVal(lfirst(lc))));
	if (privilege->cols != NIL)
		appendStringInfoChar(out, ')');
}

/* oid: InvalidOid for what the script makes */
static void
add_right(List **rights, GrantStmt *stmt, const Grantable *grantable, Oid oid, char *identity)
{
	StringInfoData privileges;
	PublicRight *right;
	ListCell *lc;

	initStringInfo(&privileges);
	foreach(lc, privileges_of(stmt, grantable))
	{
		AccessPriv *privilege = lfirst_node(AccessPriv, lc);

		if (is_privilege(grantable, privilege->priv_name) &&
			!(OidIsValid(oid) ? public_has(grantable, oid, privilege) : grantable->by_default))
			append_privilege(&privileges, privilege);
	}
	if (privileges.len == 0)
		return;
	right = palloc(sizeof(PublicRight));
	right->privileges = privileges.data;
	right->kind = pstrdup(grantable->word);
	right->identity = identity;
	*rights = lappend(*rights, right);
}

static void
add_right_on_relation(List **rights, GrantStmt *stmt, const Grantable *grantable, RangeVar *name)
{
	DraftRelation *relation = draft_relation(name);

	if (relation != NULL && relation->persistence != RELPERSISTENCE_TEMP)
		add_right(rights, stmt,
				  relation->kind == RELKIND_SEQUENCE ? grantable_of(OBJECT_SEQUENCE) : grantable,
				  relation->oid, draft_identity(relation));
}

static void
add_right_on_object(List **rights, GrantStmt *stmt, const Grantable *grantable, Node *name)
{
	ObjectAddress object = InvalidObjectAddress;

	if (stmt->objtype == OBJECT_TABLESPACE)
		object.objectId = get_tablespace_oid(strVal(name), true);
	else if (lookup_object(stmt->objtype, name, &object))
	{
		add_right(rights, stmt, grantable, object.objectId, getObjectIdentity(&object, true));
		return;
	}
	if (IsA(name, String))
		add_right(rights, stmt, grantable, object.objectId,
				  pstrdup(quote_identifier(strVal(name))));
}

/* ---------- ALL ... IN SCHEMA ---------- */

static bool
is_meant(ObjectType type, char kind)
{
	return type == OBJECT_SEQUENCE
		? kind == RELKIND_SEQUENCE
		: kind == RELKIND_RELATION || kind == RELKIND_VIEW || kind == RELKIND_MATVIEW ||
			kind == RELKIND_FOREIGN_TABLE || kind == RELKIND_PARTITIONED_TABLE;
}

/* Each relation of the schema of which PUBLIC lacks it */
static void
add_rights_on_relations(List **rights, GrantStmt *stmt, const Grantable *grantable, Oid schema)
{
	Relation catalog = table_open(RelationRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		CHECK_FOR_INTERRUPTS();
		if (form->relnamespace == schema && is_meant(stmt->objtype, form->relkind))
			add_right(
				rights, stmt, grantable, form->oid,
				quote_qualified_identifier(get_namespace_name(schema), NameStr(form->relname)));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

static void
add_rights_in_schema(List **rights, GrantStmt *stmt, const Grantable *grantable, const char *name)
{
	Oid schema = get_namespace_oid(name, true);

	if (OidIsValid(schema) && (stmt->objtype == OBJECT_TABLE || stmt->objtype == OBJECT_SEQUENCE))
		add_rights_on_relations(rights, stmt, grantable, schema);
}

/* ---------- the statement ---------- */

static List *
rights_of_grant(GrantStmt *stmt, List *objects)
{
	const Grantable *grantable = grantable_of(stmt->objtype);
	List *rights = NIL;
	ListCell *lc;

	if (grantable == NULL || !goes_to_public(stmt))
		return NIL;
	if (stmt->targtype == ACL_TARGET_DEFAULTS)
		add_right(&rights, stmt, grantable, InvalidOid, NULL);
	foreach(lc, objects)
		if (stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA)
			add_rights_in_schema(&rights, stmt, grantable, strVal(lfirst(lc)));
		else if (stmt->objtype == OBJECT_TABLE || stmt->objtype == OBJECT_SEQUENCE)
			add_right_on_relation(&rights, stmt, grantable, lfirst_node(RangeVar, lc));
		else
			add_right_on_object(&rights, stmt, grantable, lfirst(lc));
	return rights;
}

List *
rights_new_to_public(Node *stmt, Node *object)
{
	GrantStmt *grant;

	if (IsA(stmt, AlterDefaultPrivilegesStmt))
		return rights_of_grant(((AlterDefaultPrivilegesStmt *) stmt)->action, NIL);
	if (!IsA(stmt, GrantStmt))
		return NIL;
	grant = (GrantStmt *) stmt;
	return rights_of_grant(grant, object ? list_make1(object) : grant->objects);
}
