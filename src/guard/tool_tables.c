/*
 * tool_tables.c
 *		Is this the version or lock table of a known migration tool?  Those tools
 *		empty or update them whole at every run (Liquibase, Knex, Sequel,
 *		golang-migrate), which is no loss of data.
 *
 * A name alone is not believed: "migrations" or "changes" may be anybody's.
 * Each table is known by its columns too, as read from databases that the tools
 * had made.
 */
#include "postgres.h"

#include "utils/lsyscache.h"

#include "guard/tool_tables.h"

typedef struct ToolTable
{
	const char *name;
	const char *columns[3]; /* that must be there, NULL when fewer */
} ToolTable;

static const ToolTable tool_tables[] = {
	{"__drizzle_migrations", {"hash", "created_at"}},
	{"_prisma_migrations", {"checksum", "migration_name", "applied_steps_count"}},
	{"SequelizeMeta", {"name"}},
	{"knex_migrations", {"batch", "migration_time"}},
	{"knex_migrations_lock", {"is_locked"}},
	{"migrations", {"timestamp", "name"}},	/* TypeORM */
	{"migrations", {"migration", "batch"}}, /* Laravel */
	{"pgmigrations", {"name", "run_on"}},
	{"mikro_orm_migrations", {"name", "executed_at"}},
	{"kysely_migration", {"name", "timestamp"}},
	{"kysely_migration_lock", {"is_locked"}},
	{"schema_migrations", {"version"}}, /* Rails, dbmate, golang-migrate, Supabase */
	{"ar_internal_metadata", {"key", "value"}},
	{"current", {"filename", "content"}}, /* graphile-migrate */
	{"schemaversion", {"version", "md5", "run_at"}},
	{"databasechangelog", {"author", "dateexecuted", "exectype"}},
	{"databasechangeloglock", {"locked", "lockedby"}},
	{"alembic_version", {"version_num"}},
	{"django_migrations", {"app", "name", "applied"}},
	{"changes", {"change_id", "committer_name", "planner_name"}}, /* sqitch */
	{"schema_info", {"version"}},								  /* Sequel */
	{"gorp_migrations", {"id", "applied_at"}},
	{"flyway_schema_history", {"installed_rank", "script", "success"}},
	{"goose_db_version", {"version_id", "is_applied"}},
};

static bool
has_columns(Oid relid, const ToolTable *table)
{
	for (int i = 0; i < lengthof(table->columns) && table->columns[i] != NULL; i++)
		if (get_attnum(relid, table->columns[i]) <= 0)
			return false;
	return true;
}

bool
is_tool_table(Oid relid)
{
	char *name = get_rel_name(relid);

	if (name == NULL)
		return false;
	for (int i = 0; i < lengthof(tool_tables); i++)
		if (strcmp(name, tool_tables[i].name) == 0 && has_columns(relid, &tool_tables[i]))
			return true;
	return false;
}
