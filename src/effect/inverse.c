/*
 * inverse.c
 *		What gives an altered object back what it had: its name, schema, owner,
 *		comment.  ALTER TABLE's subcommands are in inverse_alter_table.c.
 *
 * The statement made here is run when everything that came later was taken back,
 * so it calls things as they are called when this one has run.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "effect/effect.h"
#include "effect/inverse.h"
#include "effect/stored.h"

Inverse *
new_inverse(Oid catalog, Oid oid, int sub, char *what, char *sql)
{
	Inverse *inverse = palloc0(sizeof(Inverse));

	ObjectAddressSubSet(inverse->object, catalog, oid, sub);
	inverse->what = what;
	inverse->sql = sql;
	return inverse;
}

List *
one_inverse(Oid catalog, Oid oid, int sub, char *what, char *sql)
{
	return list_make1(new_inverse(catalog, oid, sub, what, sql));
}

static List *
unknown(const ObjectAddress *object, Node *stmt)
{
	static const ObjectAddress nothing = {InvalidOid, InvalidOid, 0};
	const ObjectAddress *at = object ? object : &nothing;
	const char *name = CreateCommandName(stmt);

	return one_inverse(at->classId, at->objectId, at->objectSubId,
					   object ? psprintf("%s of %s", name, object_in_words(object)) : pstrdup(name),
					   NULL);
}

/* ---------- names ---------- */

/* For the grammar's kinds of name that lookup_object() wants in another form. */
static bool
find_object(ObjectType type, Node *name, ObjectAddress *object)
{
	if ((type == OBJECT_TYPE || type == OBJECT_DOMAIN) && name != NULL && IsA(name, List))
		name = (Node *) makeTypeNameFromNameList(castNode(List, name));
	return name != NULL && lookup_object(type, name, object);
}

/* Its identity has both in one. */
static List *
names_of_type(Oid oid)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(oid));
	Form_pg_type form;
	List *names;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", oid);
	form = (Form_pg_type) GETSTRUCT(tuple);
	names = list_make2(get_namespace_name(form->typnamespace), pstrdup(NameStr(form->typname)));
	ReleaseSysCache(tuple);
	return names;
}

/* The object under another name, as its identity would say: functions with their arguments. */
static char *
identity_with_name(const ObjectAddress *object, const char *schema, const char *name)
{
	List *names = NIL;
	List *arguments = NIL;
	StringInfoData text;
	ListCell *lc;
	bool called_with =
		object->classId == ProcedureRelationId || object->classId == OperatorRelationId;

	if (getObjectIdentityParts(object, &names, &arguments, true) == NULL || names == NIL ||
		list_length(names) > 2)
		return NULL;
	if (object->classId == TypeRelationId)
		names = names_of_type(object->objectId);
	if (schema == NULL)
		schema = list_length(names) == 2 ? linitial(names) : NULL;
	initStringInfo(&text);
	name = name != NULL ? name : (char *) llast(names);
	if (object->classId == OperatorRelationId)
		appendStringInfo(&text, "%s.%s", quote_identifier(schema), name);
	else
		appendStringInfoString(&text, quote_qualified_identifier(schema, name));
	if (called_with)
		appendStringInfoChar(&text, '(');
	if (called_with && arguments == NIL && get_func_prokind(object->objectId) == PROKIND_AGGREGATE)
		appendStringInfoChar(&text, '*');
	foreach(lc, arguments)
		appendStringInfo(&text, "%s%s", lc == list_head(arguments) ? "" : ",", (char *) lfirst(lc));
	if (called_with)
		appendStringInfoChar(&text, ')');
	return text.data;
}

static char *
present_name_of(const ObjectAddress *object)
{
	List *names = NIL;
	List *arguments = NIL;

	if (getObjectIdentityParts(object, &names, &arguments, true) == NULL || names == NIL)
		return NULL;
	return llast(object->classId == TypeRelationId ? names_of_type(object->objectId) : names);
}

/* ---------- RENAME ---------- */

static List *
rename_of_relation(RenameStmt *stmt, Oid relid)
{
	const char *keyword;
	ObjectAddress object;

	if (!OidIsValid(relid))
		return NIL;
	ObjectAddressSet(object, RelationRelationId, relid);
	keyword = keyword_of_object(&object);
	return one_inverse(
		RelationRelationId, relid, 0, psprintf("rename of %s", object_in_words(&object)),
		keyword == NULL ? NULL
						: psprintf("ALTER %s %s RENAME TO %s", keyword,
								   quote_qualified_identifier(
									   get_namespace_name(get_rel_namespace(relid)), stmt->newname),
								   quote_identifier(get_rel_name(relid))));
}

/* What has its name within a relation: column, attribute, constraint, trigger, policy, rule. */
static List *
rename_within(RenameStmt *stmt, Oid relid)
{
	ObjectAddress object;
	const char *relation;
	const char *former = quote_identifier(stmt->subname);
	const char *present = quote_identifier(stmt->newname);
	int sub = 0;
	char *sql;

	if (!OidIsValid(relid))
		return NIL;
	ObjectAddressSet(object, RelationRelationId, relid);
	relation = getObjectIdentity(&object, false);
	switch (stmt->renameType)
	{
		case OBJECT_COLUMN:
			sub = get_attnum(relid, stmt->subname);
			sql = psprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", relation, present, former);
			break;
		case OBJECT_ATTRIBUTE:
			sub = get_attnum(relid, stmt->subname);
			sql = psprintf("ALTER TYPE %s RENAME ATTRIBUTE %s TO %s%s", relation, present, former,
						   stmt->behavior == DROP_CASCADE ? " CASCADE" : "");
			break;
		case OBJECT_TABCONSTRAINT:
			sql = psprintf("ALTER TABLE %s RENAME CONSTRAINT %s TO %s", relation, present, former);
			break;
		default:
			sql = psprintf("ALTER %s %s ON %s RENAME TO %s",
						   stmt->renameType == OBJECT_TRIGGER	   ? "TRIGGER"
							   : stmt->renameType == OBJECT_POLICY ? "POLICY"
																   : "RULE",
						   present, relation, former);
			break;
	}
	return one_inverse(RelationRelationId, relid, sub,
					   psprintf("rename of %s on %s", former, relation), sql);
}

static List *
inverse_of_rename(RenameStmt *stmt)
{
	Oid relid = stmt->relation ? lookup_relation(stmt->relation) : InvalidOid;
	ObjectAddress object;
	const char *keyword;
	char *name;

	switch (stmt->renameType)
	{
		case OBJECT_TABLE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
		case OBJECT_INDEX:
		case OBJECT_SEQUENCE:
			return rename_of_relation(stmt, relid);
		case OBJECT_COLUMN:
		case OBJECT_ATTRIBUTE:
		case OBJECT_TABCONSTRAINT:
		case OBJECT_TRIGGER:
		case OBJECT_POLICY:
		case OBJECT_RULE:
			return rename_within(stmt, relid);
		case OBJECT_SCHEMA:
			return one_inverse(NamespaceRelationId, get_namespace_oid(stmt->subname, true), 0,
							   psprintf("rename of schema %s", quote_identifier(stmt->subname)),
							   psprintf("ALTER SCHEMA %s RENAME TO %s",
										quote_identifier(stmt->newname),
										quote_identifier(stmt->subname)));
		default:
			break;
	}
	if (!find_object(stmt->renameType, stmt->object, &object))
		return unknown(NULL, (Node *) stmt);
	keyword = keyword_of_object(&object);
	name = identity_with_name(&object, NULL, stmt->newname);
	if (keyword == NULL || name == NULL)
		return unknown(&object, (Node *) stmt);
	return one_inverse(object.classId, object.objectId, 0,
					   psprintf("rename of %s", object_in_words(&object)),
					   psprintf("ALTER %s %s RENAME TO %s", keyword, name,
								quote_identifier(present_name_of(&object))));
}

static List *
renaming(List *inverses)
{
	ListCell *lc;

	foreach(lc, inverses)
		((Inverse *) lfirst(lc))->renames = true;
	return inverses;
}

/* ---------- SET SCHEMA, OWNER TO, COMMENT ---------- */

static List *
inverse_of_set_schema(AlterObjectSchemaStmt *stmt)
{
	ObjectAddress object;
	const char *keyword;
	char *name;
	Oid schema;

	if (stmt->relation != NULL)
	{
		Oid relid = lookup_relation(stmt->relation);

		if (!OidIsValid(relid))
			return NIL;
		ObjectAddressSet(object, RelationRelationId, relid);
	}
	else if (!find_object(stmt->objectType, stmt->object, &object))
		return unknown(NULL, (Node *) stmt);
	keyword = keyword_of_object(&object);
	name = identity_with_name(&object, stmt->newschema, NULL);
	schema = get_object_namespace(&object);
	if (keyword == NULL || name == NULL || !OidIsValid(schema))
		return unknown(&object, (Node *) stmt);
	return one_inverse(object.classId, object.objectId, 0,
					   psprintf("set schema of %s", object_in_words(&object)),
					   psprintf("ALTER %s %s SET SCHEMA %s", keyword, name,
								quote_identifier(get_namespace_name(schema))));
}

/* Then ALTER OWNER makes one of his own right and what he was granted, for good. */
bool
has_grant_of(const ObjectAddress *object, RoleSpec *role)
{
	Oid roleid = get_rolespec_oid(role, true);
	AttrNumber attnum = is_objectclass_supported(object->classId)
		? get_object_attnum_acl(object->classId)
		: InvalidAttrNumber;
	int cache = attnum != InvalidAttrNumber ? get_object_catcache_oid(object->classId) : -1;
	HeapTuple tuple =
		cache >= 0 ? SearchSysCache1(cache, ObjectIdGetDatum(object->objectId)) : NULL;
	bool found = false;
	bool isnull;
	Datum datum;

	if (!HeapTupleIsValid(tuple))
		return false;
	datum = SysCacheGetAttr(cache, tuple, attnum, &isnull);
	if (!isnull && owner_of_object(object) != roleid)
	{
		Acl *acl = DatumGetAclP(datum);

		for (int i = 0; i < ACL_NUM(acl); i++)
			found = found || ACL_DAT(acl)[i].ai_grantee == roleid ||
				ACL_DAT(acl)[i].ai_grantor == roleid;
	}
	ReleaseSysCache(tuple);
	return found;
}

static List *
inverse_of_owner(AlterOwnerStmt *stmt)
{
	ObjectAddress object;
	const char *keyword;
	Oid owner;

	if (!find_object(stmt->objectType, stmt->object, &object))
		return unknown(NULL, (Node *) stmt);
	keyword = keyword_of_object(&object);
	owner = owner_of_object(&object);
	if (keyword == NULL || !OidIsValid(owner) || has_grant_of(&object, stmt->newowner))
		return unknown(&object, (Node *) stmt);
	return one_inverse(object.classId, object.objectId, 0,
					   psprintf("owner of %s", object_in_words(&object)),
					   psprintf("ALTER %s %s OWNER TO %s", keyword, object_in_grammar(&object),
								quote_identifier(GetUserNameFromId(owner, false))));
}

/* The relation, column, or thing on a relation that COMMENT names. */
static bool
find_commented(CommentStmt *stmt, ObjectAddress *object)
{
	List *names = stmt->object != NULL && IsA(stmt->object, List) ? (List *) stmt->object : NIL;
	Oid relid;

	switch (stmt->objtype)
	{
		case OBJECT_TABLE:
		case OBJECT_VIEW:
		case OBJECT_MATVIEW:
		case OBJECT_FOREIGN_TABLE:
		case OBJECT_INDEX:
		case OBJECT_SEQUENCE:
			relid = lookup_relation(makeRangeVarFromNameList(names));
			ObjectAddressSet(*object, RelationRelationId, relid);
			return OidIsValid(relid);
		case OBJECT_COLUMN:
			if (list_length(names) < 2)
				return false;
			relid = lookup_relation(
				makeRangeVarFromNameList(list_truncate(list_copy(names), list_length(names) - 1)));
			if (!OidIsValid(relid))
				return false;
			ObjectAddressSubSet(*object, RelationRelationId, relid,
								get_attnum(relid, strVal(llast(names))));
			return object->objectSubId > 0;
		default:
			return find_object(stmt->objtype, stmt->object, object);
	}
}

static List *
inverse_of_comment(CommentStmt *stmt)
{
	ObjectAddress object;
	const char *keyword;
	char *former;

	if (!find_commented(stmt, &object))
		return unknown(NULL, (Node *) stmt);
	keyword = object.objectSubId != 0 ? "COLUMN" : keyword_of_object(&object);
	if (keyword == NULL)
		return unknown(&object, (Node *) stmt);
	former = GetComment(object.objectId, object.classId, object.objectSubId);
	return one_inverse(object.classId, object.objectId, object.objectSubId,
					   psprintf("comment on %s", object_in_words(&object)),
					   psprintf("COMMENT ON %s %s IS %s", keyword, object_in_grammar(&object),
								former ? quote_literal_cstr(former) : "NULL"));
}

/* ---------- the rest ---------- */

static List *
inverse_of_enum(AlterEnumStmt *stmt)
{
	Oid type = LookupTypeNameOid(NULL, makeTypeNameFromNameList(stmt->typeName), true);
	const char *name;

	if (!OidIsValid(type))
		return NIL;
	name = format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY);
	if (stmt->oldVal == NULL)
		return one_inverse(TypeRelationId, type, 0, psprintf("add value to type %s", name), NULL);
	return one_inverse(TypeRelationId, type, 0, psprintf("rename value of type %s", name),
					   psprintf("ALTER TYPE %s RENAME VALUE %s TO %s", name,
								quote_literal_cstr(stmt->newVal),
								quote_literal_cstr(stmt->oldVal)));
}

/* All that ALTER FUNCTION changes stands in the definition. */
static List *
inverse_of_function(AlterFunctionStmt *stmt)
{
	ObjectAddress object;

	if (!find_object(stmt->objtype, (Node *) stmt->func, &object) ||
		get_func_prokind(object.objectId) == PROKIND_AGGREGATE)
		return unknown(NULL, (Node *) stmt);
	return one_inverse(object.classId, object.objectId, 0,
					   psprintf("alter %s", object_in_words(&object)),
					   definition_of_function(object.objectId));
}

/* What a statement that nothing takes back is about: made by the migration, it goes anyway. */
static List *
unknown_of_relation(Node *stmt, const RangeVar *name)
{
	ObjectAddress object;
	Oid relid = name != NULL ? lookup_relation(name) : InvalidOid;

	ObjectAddressSet(object, RelationRelationId, relid);
	return unknown(OidIsValid(relid) ? &object : NULL, stmt);
}

static List *
unknown_of_grant(GrantStmt *stmt)
{
	List *inverses = NIL;
	ListCell *lc;

	foreach(lc, stmt->targtype == ACL_TARGET_OBJECT ? stmt->objects : NIL)
	{
		ObjectAddress object;

		if (IsA(lfirst(lc), RangeVar))
			inverses = list_concat(inverses, unknown_of_relation((Node *) stmt, lfirst(lc)));
		else if (find_object(stmt->objtype, lfirst(lc), &object))
			inverses = list_concat(inverses, unknown(&object, (Node *) stmt));
		else
			inverses = list_concat(inverses, unknown(NULL, (Node *) stmt));
	}
	return inverses != NIL ? inverses : unknown(NULL, (Node *) stmt);
}

/* CREATE OR REPLACE AGGREGATE: the bin keeps no former one. */
static List *
unknown_of_replaced(DefineStmt *stmt)
{
	if (stmt->kind != OBJECT_AGGREGATE || !stmt->replace)
		return NIL;
	return unknown(NULL, (Node *) stmt);
}

/* These only create or only destroy, or leave nothing behind that would be missed. */
static bool
alters_nothing(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_DropStmt:
		case T_DropOwnedStmt:
		case T_DropUserMappingStmt:
		case T_TruncateStmt:
		case T_DiscardStmt:
		case T_ExplainStmt:
		case T_CopyStmt:
		case T_ViewStmt:
			return true;
		default:
			return strncmp(CreateCommandName(stmt), "CREATE", strlen("CREATE")) == 0 ||
				strcmp(CreateCommandName(stmt), "SELECT INTO") == 0;
	}
}

List *
inverses_of_statement(Node *stmt)
{
	switch (nodeTag(stmt))
	{
		case T_AlterTableStmt:
			return inverses_of_alter_table((AlterTableStmt *) stmt);
		case T_RenameStmt:
			return renaming(inverse_of_rename((RenameStmt *) stmt));
		case T_AlterObjectSchemaStmt:
			return renaming(inverse_of_set_schema((AlterObjectSchemaStmt *) stmt));
		case T_AlterOwnerStmt:
			return inverse_of_owner((AlterOwnerStmt *) stmt);
		case T_CommentStmt:
			return inverse_of_comment((CommentStmt *) stmt);
		case T_AlterEnumStmt:
			return inverse_of_enum((AlterEnumStmt *) stmt);
		case T_AlterFunctionStmt:
			return inverse_of_function((AlterFunctionStmt *) stmt);
		case T_GrantStmt:
			return unknown_of_grant((GrantStmt *) stmt);
		case T_RefreshMatViewStmt:
			return unknown_of_relation(stmt, ((RefreshMatViewStmt *) stmt)->relation);
		case T_DefineStmt:
			return unknown_of_replaced((DefineStmt *) stmt);
		case T_AlterSeqStmt:
			return unknown_of_relation(stmt, ((AlterSeqStmt *) stmt)->sequence);
		case T_AlterPolicyStmt:
			return unknown_of_relation(stmt, ((AlterPolicyStmt *) stmt)->table);
		default:
			return alters_nothing(stmt) ? NIL : unknown(NULL, stmt);
	}
}

Oid
relation_copied_into(Node *stmt)
{
	CopyStmt *copy = IsA(stmt, CopyStmt) ? (CopyStmt *) stmt : NULL;

	return copy != NULL && copy->is_from && copy->relation != NULL ? lookup_relation(copy->relation)
																   : InvalidOid;
}
