/*
 * created_objects.c
 *		What drops an object that a statement has created, and what goes along with
 *		another by itself.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "effect/inverse.h"

/* As pg_describe_object's kin call them, and as the grammar does, where DROP keyword identity is a statement. */
static const struct
{
	const char *type;
	const char *keyword;
} keywords[] = {
	{"table", "TABLE"},
	{"view", "VIEW"},
	{"materialized view", "MATERIALIZED VIEW"},
	{"foreign table", "FOREIGN TABLE"},
	{"sequence", "SEQUENCE"},
	{"index", "INDEX"},
	{"type", "TYPE"},
	{"composite type", "TYPE"},
	{"function", "FUNCTION"},
	{"procedure", "PROCEDURE"},
	{"aggregate", "AGGREGATE"},
	{"schema", "SCHEMA"},
	{"extension", "EXTENSION"},
	{"trigger", "TRIGGER"},
	{"rule", "RULE"},
	{"policy", "POLICY"},
	{"statistics object", "STATISTICS"},
	{"cast", "CAST"},
	{"collation", "COLLATION"},
	{"conversion", "CONVERSION"},
	{"language", "LANGUAGE"},
	{"operator", "OPERATOR"},
	{"operator class", "OPERATOR CLASS"},
	{"operator family", "OPERATOR FAMILY"},
	{"access method", "ACCESS METHOD"},
	{"text search parser", "TEXT SEARCH PARSER"},
	{"text search dictionary", "TEXT SEARCH DICTIONARY"},
	{"text search template", "TEXT SEARCH TEMPLATE"},
	{"text search configuration", "TEXT SEARCH CONFIGURATION"},
	{"foreign-data wrapper", "FOREIGN DATA WRAPPER"},
	{"server", "SERVER"},
	{"event trigger", "EVENT TRIGGER"},
	{"publication", "PUBLICATION"},
	{"role", "ROLE"},
};

bool
object_exists(const ObjectAddress *object)
{
	int cache;

	/* a dropped column has an identity of its own */
	if (object->classId == RelationRelationId && object->objectSubId != 0)
		return OidIsValid(get_atttype(object->objectId, object->objectSubId));
	cache =
		is_objectclass_supported(object->classId) ? get_object_catcache_oid(object->classId) : -1;
	if (cache >= 0)
		return SearchSysCacheExists1(cache, ObjectIdGetDatum(object->objectId));
	return getObjectIdentity(object, true) != NULL;
}

char *
object_in_words(const ObjectAddress *object)
{
	return psprintf("%s %s", getObjectTypeDescription(object, false),
					getObjectIdentity(object, false));
}

const char *
keyword_of_object(const ObjectAddress *object)
{
	char *type = getObjectTypeDescription(object, true);

	for (int i = 0; type != NULL && i < lengthof(keywords); i++)
		if (strcmp(keywords[i].type, type) == 0)
			return keywords[i].keyword;
	return NULL;
}

/* The identity as statements write it: an aggregate without arguments has a star. */
char *
object_in_grammar(const ObjectAddress *object)
{
	char *identity = getObjectIdentity(object, false);
	int length = strlen(identity);

	if (object->classId == ProcedureRelationId && length > 2 &&
		get_func_prokind(object->objectId) == PROKIND_AGGREGATE &&
		strcmp(identity + length - 2, "()") == 0)
		return psprintf("%.*s(*)", length - 2, identity);
	return identity;
}

static char *
identity_of(Oid catalog, Oid oid)
{
	ObjectAddress object;

	ObjectAddressSet(object, catalog, oid);
	return getObjectIdentity(&object, false);
}

static char *
drop_of_column(const ObjectAddress *column)
{
	char *name = get_attname(column->objectId, column->objectSubId, true);
	bool composite = get_rel_relkind(column->objectId) == RELKIND_COMPOSITE_TYPE;

	return name == NULL ? NULL
						: psprintf("ALTER %s %s DROP %s %s", composite ? "TYPE" : "TABLE",
								   identity_of(RelationRelationId, column->objectId),
								   composite ? "ATTRIBUTE" : "COLUMN", quote_identifier(name));
}

static char *
drop_of_constraint(Oid oid)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(oid));
	Form_pg_constraint form;
	char *sql;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	sql =
		psprintf("ALTER %s %s DROP CONSTRAINT %s", OidIsValid(form->conrelid) ? "TABLE" : "DOMAIN",
				 OidIsValid(form->conrelid) ? identity_of(RelationRelationId, form->conrelid)
											: identity_of(TypeRelationId, form->contypid),
				 quote_identifier(NameStr(form->conname)));
	ReleaseSysCache(tuple);
	return sql;
}

char *
drop_of_object(const ObjectAddress *object)
{
	const char *keyword;

	if (object->classId == RelationRelationId && object->objectSubId != 0)
		return drop_of_column(object);
	if (object->classId == ConstraintRelationId)
		return drop_of_constraint(object->objectId);
	keyword = keyword_of_object(object);
	return keyword == NULL ? NULL : psprintf("DROP %s %s", keyword, object_in_grammar(object));
}

static bool
is_same(const ObjectAddress *object, const ObjectAddress *other)
{
	return memcmp(object, other, sizeof(ObjectAddress)) == 0;
}

/* Of the objects but this one: is that one among them, or what it is a column of? */
static bool
is_among_others(Oid catalog, Oid oid, int sub, List *objects, const ObjectAddress *object)
{
	ListCell *lc;

	foreach(lc, objects)
	{
		ObjectAddress *other = lfirst(lc);

		if (other->classId == catalog && other->objectId == oid &&
			(other->objectSubId == 0 || other->objectSubId == sub) && !is_same(object, other))
			return true;
	}
	return false;
}

List *
constraints_around(Oid relid)
{
	static const AttrNumber columns[] = {Anum_pg_constraint_conrelid, Anum_pg_constraint_confrelid};
	Relation catalog = table_open(ConstraintRelationId, AccessShareLock);
	List *names = NIL;

	for (int i = 0; i < lengthof(columns); i++)
	{
		ScanKeyData key;
		SysScanDesc scan;
		HeapTuple tuple;

		ScanKeyInit(&key, columns[i], BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
		scan = systable_beginscan(catalog, ConstraintRelidTypidNameIndexId,
								  columns[i] == Anum_pg_constraint_conrelid, NULL, 1, &key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			ConstraintName *name = palloc(sizeof(ConstraintName));

			name->relid = ((Form_pg_constraint) GETSTRUCT(tuple))->conrelid;
			name->name = ((Form_pg_constraint) GETSTRUCT(tuple))->conname;
			names = lappend(names, name);
		}
		systable_endscan(scan);
	}
	table_close(catalog, AccessShareLock);
	return names;
}

/* A column or constraint that only a parent gives comes and goes with the parent's. */
static bool
is_only_inherited(const ObjectAddress *object)
{
	HeapTuple tuple;
	bool inherited = false;

	if (object->classId == RelationRelationId && object->objectSubId > 0)
	{
		tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(object->objectId),
								Int16GetDatum(object->objectSubId));
		if (HeapTupleIsValid(tuple))
			inherited = ((Form_pg_attribute) GETSTRUCT(tuple))->attinhcount > 0 &&
				!((Form_pg_attribute) GETSTRUCT(tuple))->attislocal;
	}
	else if (object->classId == ConstraintRelationId)
	{
		tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(object->objectId));
		if (HeapTupleIsValid(tuple))
			inherited = ((Form_pg_constraint) GETSTRUCT(tuple))->coninhcount > 0 &&
				!((Form_pg_constraint) GETSTRUCT(tuple))->conislocal;
	}
	else
		return false;
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return inherited;
}

/* Then DROP refuses it by itself: an identity's sequence, a partition's index. */
static bool
is_part_of_something(char deptype)
{
	return deptype == DEPENDENCY_INTERNAL || deptype == DEPENDENCY_PARTITION_PRI ||
		deptype == DEPENDENCY_PARTITION_SEC;
}

bool
goes_along(const ObjectAddress *object, List *objects)
{
	Relation depend;
	ScanKeyData keys[3];
	SysScanDesc scan;
	HeapTuple tuple;
	bool found = false;

	/* a column goes with its table */
	if ((object->objectSubId != 0 &&
		 is_among_others(object->classId, object->objectId, 0, objects, object)) ||
		is_only_inherited(object))
		return true;
	depend = table_open(DependRelationId, AccessShareLock);
	ScanKeyInit(&keys[0], Anum_pg_depend_classid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->classId));
	ScanKeyInit(&keys[1], Anum_pg_depend_objid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(object->objectId));
	ScanKeyInit(&keys[2], Anum_pg_depend_objsubid, BTEqualStrategyNumber, F_INT4EQ,
				Int32GetDatum(object->objectSubId));
	scan = systable_beginscan(depend, DependDependerIndexId, true, NULL, 3, keys);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_depend form = (Form_pg_depend) GETSTRUCT(tuple);

		found = is_part_of_something(form->deptype) ||
			(form->deptype != DEPENDENCY_NORMAL &&
			 is_among_others(form->refclassid, form->refobjid, form->refobjsubid, objects, object));
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return found;
}
