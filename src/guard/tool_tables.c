/*
 * tool_tables.c
 *		Is this the version or lock table of a known migration tool?  Those tools
 *		empty or update them whole at every run (Liquibase, Knex, Sequel,
 *		golang-migrate), which is no loss of data.
 *
 * A name alone is not believed: "migrations" or "changes" may be anybody's.
 * Each table is known by its columns with their types, by what they may not
 * leave empty and by its key, as read from databases that the tools had made.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "nodes/bitmapset.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "effect/effect.h"
#include "guard/tool_tables.h"

typedef enum Kind
{
	KIND_TEXT,
	KIND_NUMBER,
	KIND_NAME, /* text or number, as the tool likes */
	KIND_SWITCH,
	KIND_TIME
} Kind;

typedef struct ToolColumn
{
	const char *name;
	Kind kind;
	bool not_null;
} ToolColumn;

typedef struct ToolTable
{
	const char *name;
	const char *key;	   /* the one column of its primary key, NULL: it has none */
	ToolColumn columns[3]; /* that must be there, name NULL when fewer */
	bool alone;			   /* it has no other column */
} ToolTable;

static const ToolTable tool_tables[] = {
	{"__drizzle_migrations", "id", {{"hash", KIND_TEXT, true}, {"created_at", KIND_NUMBER}}},
	{"_prisma_migrations",
	 "id",
	 {{"checksum", KIND_TEXT, true},
	  {"migration_name", KIND_TEXT, true},
	  {"applied_steps_count", KIND_NUMBER, true}}},
	{"SequelizeMeta", "name", {{"name", KIND_TEXT, true}}},
	{"knex_migrations", "id", {{"batch", KIND_NUMBER}, {"migration_time", KIND_TIME}}},
	{"knex_migrations_lock", "index", {{"is_locked", KIND_NUMBER}}},
	/* TypeORM */
	{"migrations", "id", {{"timestamp", KIND_NUMBER, true}, {"name", KIND_TEXT, true}}},
	/* Laravel */
	{"migrations", "id", {{"migration", KIND_TEXT, true}, {"batch", KIND_NUMBER, true}}},
	{"pgmigrations", "id", {{"name", KIND_TEXT, true}, {"run_on", KIND_TIME, true}}},
	{"mikro_orm_migrations", "id", {{"name", KIND_TEXT}, {"executed_at", KIND_TIME}}},
	{"kysely_migration", "name", {{"name", KIND_TEXT, true}, {"timestamp", KIND_TEXT, true}}},
	{"kysely_migration_lock", "id", {{"is_locked", KIND_NUMBER, true}}},
	/* Rails, dbmate, golang-migrate, Supabase */
	{"schema_migrations", "version", {{"version", KIND_NAME, true}}},
	{"ar_internal_metadata", "key", {{"key", KIND_TEXT, true}, {"value", KIND_TEXT}}},
	/* graphile-migrate */
	{"current", "filename", {{"filename", KIND_TEXT, true}, {"content", KIND_TEXT, true}}},
	{"schemaversion",
	 "version",
	 {{"version", KIND_NUMBER, true}, {"md5", KIND_TEXT}, {"run_at", KIND_TIME}}},
	{"databasechangelog",
	 NULL,
	 {{"author", KIND_TEXT, true},
	  {"dateexecuted", KIND_TIME, true},
	  {"exectype", KIND_TEXT, true}}},
	{"databasechangeloglock", "id", {{"locked", KIND_SWITCH, true}, {"lockedby", KIND_TEXT}}},
	{"alembic_version", NULL, {{"version_num", KIND_TEXT, true}}, true},
	{"django_migrations",
	 "id",
	 {{"app", KIND_TEXT, true}, {"name", KIND_TEXT, true}, {"applied", KIND_TIME, true}}},
	/* sqitch */
	{"changes",
	 "change_id",
	 {{"change_id", KIND_TEXT, true},
	  {"committer_name", KIND_TEXT, true},
	  {"planner_name", KIND_TEXT, true}}},
	/* Sequel */
	{"schema_info", NULL, {{"version", KIND_NUMBER, true}}, true},
	{"gorp_migrations", "id", {{"id", KIND_TEXT, true}, {"applied_at", KIND_TIME}}},
	{"flyway_schema_history",
	 "installed_rank",
	 {{"installed_rank", KIND_NUMBER, true},
	  {"script", KIND_TEXT, true},
	  {"success", KIND_SWITCH, true}}},
	{"goose_db_version",
	 "id",
	 {{"version_id", KIND_NUMBER, true}, {"is_applied", KIND_SWITCH, true}}},
};

static bool
is_of_kind(Oid type, Kind kind)
{
	switch (getBaseType(type))
	{
		case TEXTOID:
		case VARCHAROID:
			return kind == KIND_TEXT || kind == KIND_NAME;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return kind == KIND_NUMBER || kind == KIND_NAME;
		case BOOLOID:
			return kind == KIND_SWITCH;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return kind == KIND_TIME;
		default:
			return false;
	}
}

/* A column that this transaction has hung on may be there to look like the tool's. */
static bool
has_column(Oid relid, const ToolColumn *wanted)
{
	HeapTuple tuple = SearchSysCacheAttName(relid, wanted->name);
	Form_pg_attribute column;
	ObjectAddress address;
	bool fits;

	if (!HeapTupleIsValid(tuple))
		return false;
	column = (Form_pg_attribute) GETSTRUCT(tuple);
	ObjectAddressSubSet(address, RelationRelationId, relid, column->attnum);
	fits = is_of_kind(column->atttypid, wanted->kind) && (column->attnotnull || !wanted->not_null);
	ReleaseSysCache(tuple);
	return fits && !born_in_this_transaction(&address);
}

static bool
has_key(Oid relid, const char *name)
{
	AttrNumber attnum = get_attnum(relid, name);
	Oid constraint;
	int member;

	return attnum > 0 &&
		bms_get_singleton_member(get_primary_key_attnos(relid, false, &constraint), &member) &&
		member == attnum - FirstLowInvalidHeapAttributeNumber;
}

/* Not even one that was dropped. */
static bool
had_one_column_only(Oid relid)
{
	return !SearchSysCacheExists2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(2));
}

static bool
looks_like(Oid relid, const ToolTable *table)
{
	for (int i = 0; i < lengthof(table->columns) && table->columns[i].name != NULL; i++)
		if (!has_column(relid, &table->columns[i]))
			return false;
	return (table->key == NULL || has_key(relid, table->key)) &&
		(!table->alone || had_one_column_only(relid));
}

bool
is_tool_table(Oid relid)
{
	char *name = get_rel_name(relid);

	if (name == NULL)
		return false;
	for (int i = 0; i < lengthof(tool_tables); i++)
		if (strcmp(name, tool_tables[i].name) == 0 && looks_like(relid, &tool_tables[i]))
			return true;
	return false;
}
