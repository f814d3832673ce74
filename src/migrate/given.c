/*
 * given.c
 *		Reads the arguments of what brings a migration, and says what is wrong with
 *		them.  Nothing is asked of the registry here.
 */
#include "postgres.h"

#include "parser/scansup.h"
#include "utils/builtins.h"

#include "base/arguments.h"
#include "base/errors.h"
#include "base/settings.h"
#include "migrate/attempt.h"
#include "migrate/checksum.h"
#include "migrate/given.h"
#include "migrate/version_functions.h"

#define LONGEST_NAME 255 /* bytes, of what has no version: they are its key */

/* Tools send '' where there is no script. */
static char *
null_if_blank(char *text)
{
	if (text == NULL)
		return NULL;
	for (const char *at = skip_byte_order_mark(text); *at != '\0'; at++)
		if (!scanner_isspace(*at))
			return text;
	return NULL;
}

void
check_environment(const char *environment)
{
	for (int i = 0; i <= ENVIRONMENT_DEVELOPMENT; i++)
		if (strcmp(environment, environment_name(i)) == 0)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME),
			 errmsg("there is no environment \"%s\"", shown_argument(environment)),
			 errhint("Environments are production, staging, test and development.")));
}

static List *
given_environments(FunctionCallInfo fcinfo, int number)
{
	List *environments = text_list(fcinfo, number, "the array of environments");
	ListCell *cell;

	foreach(cell, environments)
		check_environment(lfirst(cell));
	return environments;
}

void
name_by_version(NewMigration *migration, char *version)
{
	ParsedVersion parsed;

	require_version(version, &parsed);
	migration->version = version;
	migration->key = pstrdup(parsed.key);
	migration->scheme = parsed.scheme;
	migration->title = version;
	migration->label = migration_label(version, version);
}

char *
key_of_title(const char *title)
{
	ParsedVersion parsed;

	if (strncmp(title, KIND_REPEATABLE " ", strlen(KIND_REPEATABLE " ")) == 0 ||
		strncmp(title, KIND_SEED " ", strlen(KIND_SEED " ")) == 0)
		return pstrdup(title);
	require_version(title, &parsed);
	return pstrdup(parsed.key);
}

NewMigration *
given_version(FunctionCallInfo fcinfo)
{
	NewMigration *migration = palloc0(sizeof(NewMigration));

	migration->kind = KIND_VERSIONED;
	name_by_version(migration, required_text(fcinfo, 0, "the version"));
	migration->name = required_text(fcinfo, 1, "the name");
	migration->up = required_text(fcinfo, 2, "the script");
	migration->down = null_if_blank(optional_text(fcinfo, 3));
	migration->permits = text_list(fcinfo, 4, "the array of permits");
	migration->reason = optional_text(fcinfo, 5);
	migration->check_sql = null_if_blank(optional_text(fcinfo, 6));
	migration->environments = given_environments(fcinfo, 7);
	migration->release = optional_text(fcinfo, 8);
	migration->out_of_order = !PG_ARGISNULL(9) && PG_GETARG_BOOL(9);
	if (strcmp(migration->key, VERSION_KEY_ZERO) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("version %s cannot be applied", migration->version),
				 errdetail("Version 0 is what a database is before its first migration."),
				 errhint("Begin with 1, 0.1, or a timestamp.")));
	migration->checksum = text_checksum(migration->up);
	return migration;
}

NewMigration *
given_by_name(FunctionCallInfo fcinfo, const char *kind)
{
	NewMigration *migration = palloc0(sizeof(NewMigration));

	migration->kind = kind;
	migration->name = required_text(fcinfo, 0, "the name");
	if (null_if_blank(unconstify(char *, migration->name)) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("the name is blank"),
				 errhint("The name is what tells it from the others.")));
	if (strlen(migration->name) > LONGEST_NAME)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("the name is longer than %d bytes", LONGEST_NAME),
				 errhint("The name is what tells it from the others.")));
	migration->up = required_text(fcinfo, 1, "the script");
	migration->environments = PG_NARGS() > 2 ? given_environments(fcinfo, 2) : NIL;
	migration->key = psprintf("%s %s", kind, migration->name);
	migration->title = migration->key;
	migration->label = migration->key;
	migration->checksum = text_checksum(migration->up);
	return migration;
}

NewMigration *
given_by_registry(const RegisteredMigration *known)
{
	NewMigration *migration = palloc0(sizeof(NewMigration));

	migration->kind = known->kind;
	if (known->version != NULL)
		name_by_version(migration, known->version);
	migration->key = known->key;
	migration->title = known->title;
	migration->label = known->label;
	migration->name = known->name;
	migration->up = known->up;
	migration->down = known->down;
	migration->checksum = known->checksum;
	migration->token_checksum = known->token_checksum;
	migration->permits = known->permits;
	migration->reason = known->reason;
	migration->check_sql = known->check_sql;
	migration->environments = known->environments;
	migration->release = known->release;
	migration->out_of_order = known->out_of_order;
	migration->read_as_of = known->changed_at;
	return migration;
}
