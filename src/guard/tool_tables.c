/*
 * tool_tables.c
 *		Is this the version or lock table of a known migration tool?  Those tools
 *		empty or update them whole at every run (Liquibase, Knex, Sequel,
 *		golang-migrate), which is no loss of data.
 *
 * A name alone is not believed: "migrations" or "changes" may be anybody's.
 * Each table is known by its columns with their types, by what they may not
 * leave empty and by its key, as read from databases that the tools had made.
 * The same list says how a row of it is read as a version: src/migrate/adopt.c.
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

static const ToolTable tool_tables[] = {
	{"__drizzle_migrations",
	 "id",
	 {{"hash", KIND_TEXT, true}, {"created_at", KIND_NUMBER}},
	 .tool = "drizzle",
	 .version = {"created_at"},
	 .label = "name", /* newer ones only */
	 .identity = {"hash", "created_at"},
	 .checksum = "hash"},
	{"_prisma_migrations",
	 "id",
	 {{"checksum", KIND_TEXT, true},
	  {"migration_name", KIND_TEXT, true},
	  {"applied_steps_count", KIND_NUMBER, true}},
	 .tool = "prisma",
	 .version = {"migration_name"},
	 .checksum = "checksum",
	 .order = "started_at",
	 .done = "finished_at",
	 .taken_back = "rolled_back_at"},
	{"SequelizeMeta",
	 "name",
	 {{"name", KIND_TEXT, true}},
	 .tool = "sequelize",
	 .version = {"name"}},
	{"knex_migrations",
	 "id",
	 {{"batch", KIND_NUMBER}, {"migration_time", KIND_TIME}},
	 .tool = "knex",
	 .version = {"name"}},
	{"knex_migrations_lock", "index", {{"is_locked", KIND_NUMBER}}},
	{"migrations",
	 "id",
	 {{"timestamp", KIND_NUMBER, true}, {"name", KIND_TEXT, true}},
	 .tool = "typeorm",
	 .version = {"timestamp"},
	 .label = "name",
	 .identity = {"timestamp", "name"}},
	{"migrations",
	 "id",
	 {{"migration", KIND_TEXT, true}, {"batch", KIND_NUMBER, true}},
	 .tool = "laravel",
	 .version = {"migration"}},
	{"migrations",
	 "hash",
	 {{"hash", KIND_TEXT, true}, {"filename", KIND_TEXT, true}, {"date", KIND_TIME, true}},
	 .tool = "graphile-migrate",
	 .version = {"filename"},
	 .identity = {"hash"},
	 .checksum = "hash",
	 .order = "filename"},
	{"pgmigrations",
	 "id",
	 {{"name", KIND_TEXT, true}, {"run_on", KIND_TIME, true}},
	 .tool = "node-pg-migrate",
	 .version = {"name"}},
	{"mikro_orm_migrations",
	 "id",
	 {{"name", KIND_TEXT}, {"executed_at", KIND_TIME}},
	 .tool = "mikro-orm",
	 .version = {"name"}},
	{"kysely_migration",
	 "name",
	 {{"name", KIND_TEXT, true}, {"timestamp", KIND_TEXT, true}},
	 .tool = "kysely",
	 .version = {"name"}},
	{"kysely_migration_lock", "id", {{"is_locked", KIND_NUMBER, true}}},
	{"schema_migrations",
	 "version",
	 {{"version", KIND_NUMBER, true}, {"dirty", KIND_SWITCH, true}},
	 .tool = "golang-migrate",
	 .version = {"version"},
	 .unfinished = "dirty",
	 .only_head = true},
	{"schema_migrations",
	 "version",
	 {{"version", KIND_TEXT, true}, {"statements", KIND_TEXTS}},
	 .tool = "supabase",
	 .version = {"version"},
	 .label = "name"},
	{"schema_migrations",
	 "version",
	 {{"version", KIND_NUMBER, true}, {"inserted_at", KIND_TIME}},
	 .tool = "ecto",
	 .version = {"version"}},
	{"schema_migrations",
	 "version",
	 {{"version", KIND_NAME, true}},
	 .beside = "ar_internal_metadata",
	 .tool = "rails",
	 .version = {"version"}},
	{"schema_migrations",
	 "version",
	 {{"version", KIND_NAME, true}},
	 .tool = "dbmate",
	 .version = {"version"}},
	/* Rails */
	{"ar_internal_metadata", "key", {{"key", KIND_TEXT, true}, {"value", KIND_TEXT}}},
	/* graphile-migrate */
	{"current", "filename", {{"filename", KIND_TEXT, true}, {"content", KIND_TEXT, true}}},
	{"schemaversion",
	 "version",
	 {{"version", KIND_NUMBER, true}, {"md5", KIND_TEXT}, {"run_at", KIND_TIME}},
	 .tool = "postgrator",
	 .version = {"version"},
	 .label = "name",
	 .checksum = "md5",
	 .no_version = {"version", "0"}},
	{"databasechangelog",
	 NULL,
	 {{"author", KIND_TEXT, true},
	  {"dateexecuted", KIND_TIME, true},
	  {"exectype", KIND_TEXT, true}},
	 .tool = "liquibase",
	 .version = {"id"},
	 .label = "filename",
	 .identity = {"filename", "author", "id"},
	 .checksum = "md5sum",
	 .order = "orderexecuted"},
	{"databasechangeloglock", "id", {{"locked", KIND_SWITCH, true}, {"lockedby", KIND_TEXT}}},
	{"alembic_version",
	 NULL,
	 {{"version_num", KIND_TEXT, true}},
	 true,
	 .tool = "alembic",
	 .version = {"version_num"},
	 .only_head = true},
	{"django_migrations",
	 "id",
	 {{"app", KIND_TEXT, true}, {"name", KIND_TEXT, true}, {"applied", KIND_TIME, true}},
	 .tool = "django",
	 .version = {"app", "name"}},
	{"changes",
	 "change_id",
	 {{"change_id", KIND_TEXT, true},
	  {"committer_name", KIND_TEXT, true},
	  {"planner_name", KIND_TEXT, true}},
	 .tool = "sqitch",
	 .version = {"change"},
	 .label = "note",
	 .identity = {"change_id"},
	 .checksum = "script_hash",
	 .order = "committed_at"},
	{"schema_info",
	 NULL,
	 {{"version", KIND_NUMBER, true}},
	 true,
	 .tool = "sequel",
	 .version = {"version"},
	 .only_head = true,
	 .no_version = {"version", "0"}},
	{"gorp_migrations",
	 "id",
	 {{"id", KIND_TEXT, true}, {"applied_at", KIND_TIME}},
	 .tool = "sql-migrate",
	 .version = {"id"}},
	{"flyway_schema_history",
	 "installed_rank",
	 {{"installed_rank", KIND_NUMBER, true},
	  {"script", KIND_TEXT, true},
	  {"success", KIND_SWITCH, true}},
	 .tool = "flyway",
	 .version = {"version"},
	 .instead = "script",
	 .label = "description",
	 .checksum = "checksum",
	 .done = "success",
	 .not_done = TOOL_FAILED,
	 .taken_back_when = {"type", "UNDO_SQL"},
	 .no_version = {"type", "SCHEMA"}},
	{"goose_db_version",
	 "id",
	 {{"version_id", KIND_NUMBER, true}, {"is_applied", KIND_SWITCH, true}},
	 .tool = "goose",
	 .version = {"version_id"},
	 .done = "is_applied",
	 .not_done = TOOL_TAKEN_BACK,
	 .no_version = {"version_id", "0"}},
};

static bool
is_of_kind(Oid type, ToolColumnKind kind)
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
		case TEXTARRAYOID:
		case VARCHARARRAYOID:
			return kind == KIND_TEXTS;
		default:
			return false;
	}
}

/* settled: a column that this transaction has hung on may be there to look like the tool's */
static bool
has_column(Oid relid, const ToolColumn *wanted, bool settled)
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
	return fits && !(settled && born_in_this_transaction(&address));
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
looks_like(Oid relid, const ToolTable *table, bool settled)
{
	for (int i = 0; i < lengthof(table->columns) && table->columns[i].name != NULL; i++)
		if (!has_column(relid, &table->columns[i], settled))
			return false;
	if (table->beside != NULL &&
		!OidIsValid(get_relname_relid(table->beside, get_rel_namespace(relid))))
		return false;
	return (table->key == NULL || has_key(relid, table->key)) &&
		(!table->alone || had_one_column_only(relid));
}

static const ToolTable *
find(Oid relid, bool settled)
{
	char *name = get_rel_name(relid);

	if (name == NULL)
		return NULL;
	for (int i = 0; i < lengthof(tool_tables); i++)
		if (strcmp(name, tool_tables[i].name) == 0 && looks_like(relid, &tool_tables[i], settled))
			return &tool_tables[i];
	return NULL;
}

bool
is_tool_table(Oid relid)
{
	return find(relid, true) != NULL;
}

const ToolTable *
find_tool_table(Oid relid)
{
	return find(relid, false);
}

const ToolTable *
tool_table_number(int i)
{
	return i < lengthof(tool_tables) ? &tool_tables[i] : NULL;
}
