/*
 * arming.c
 *		Level 1 of loading: this database's session_preload_libraries.
 *
 * The setting is a list of quoted names, so it is taken apart and put together
 * again name by name.  What the database inherits when it has no setting of
 * its own comes from the command line or the configuration files, not from this
 * session, whose value may be that of a setting that is gone by now.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "base/installation.h"
#include "guard/guard.h"

#define PRELOAD "session_preload_libraries"

/* The value in one setconfig array, NULL if it is not there. */
static char *
preload_in(ArrayType *settings)
{
	Datum *items;
	int count;
	const char *prefix = PRELOAD "=";

	deconstruct_array(settings, TEXTOID, -1, false, TYPALIGN_INT, &items, NULL, &count);
	for (int i = 0; i < count; i++)
	{
		char *item = TextDatumGetCString(items[i]);

		if (strncmp(item, prefix, strlen(prefix)) == 0)
			return item + strlen(prefix);
	}
	return NULL;
}

/* What one row of pg_db_role_setting says of the preload, NULL if nothing. */
static char *
preload_in_row(Relation rel, HeapTuple tuple)
{
	bool isnull;
	Datum settings =
		heap_getattr(tuple, Anum_pg_db_role_setting_setconfig, RelationGetDescr(rel), &isnull);

	return isnull ? NULL : preload_in(DatumGetArrayTypeP(settings));
}

/* The database's own setting (for all roles), NULL if it has none. */
static char *
preload_of_database(Oid database)
{
	Relation rel = table_open(DbRoleSettingRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;
	char *value = NULL;

	ScanKeyInit(&keys[0], Anum_pg_db_role_setting_setdatabase, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(database));
	ScanKeyInit(&keys[1], Anum_pg_db_role_setting_setrole, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(InvalidOid));
	scan = systable_beginscan(rel, DbRoleSettingDatidRolidIndexId, true, NULL, 2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		value = preload_in_row(rel, tuple);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return value;
}

/* What a database without a setting of its own inherits: command line before files. */
static char *
preload_inherited(void)
{
	char *value = NULL;
	MemoryContext caller = CurrentMemoryContext;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(
			"SELECT setting FROM (SELECT setting, 2147483647 AS place FROM pg_catalog.pg_settings"
			" WHERE name OPERATOR(pg_catalog.=) '" PRELOAD "'"
			" AND source OPERATOR(pg_catalog.=) 'command line'"
			" UNION ALL SELECT setting, seqno FROM pg_catalog.pg_file_settings"
			" WHERE name OPERATOR(pg_catalog.=) '" PRELOAD "' AND applied) s"
			" ORDER BY place DESC LIMIT 1",
			true, 1) == SPI_OK_SELECT &&
		SPI_processed == 1)
	{
		char *found = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		value = found ? MemoryContextStrdup(caller, found) : NULL;
	}
	SPI_finish();
	return value;
}

static List *
split_names(const char *value)
{
	List *names = NIL;

	if (value != NULL && !SplitDirectoriesString(pstrdup(value), ',', &names))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the value of %s is not a list of names: %s", PRELOAD, value)));
	return names;
}

static bool
names_us(List *names)
{
	ListCell *lc;

	foreach(lc, names)
		if (strcmp(lfirst(lc), SAFEMIG_NAME) == 0)
			return true;
	return false;
}

static bool
equal_names(List *a, List *b)
{
	if (list_length(a) != list_length(b))
		return false;
	for (int i = 0; i < list_length(a); i++)
		if (strcmp(list_nth(a, i), list_nth(b, i)) != 0)
			return false;
	return true;
}

/* ALTER DATABASE ... SET, or RESET when nothing is left to set. */
static void
write_names(List *names)
{
	VariableSetStmt *set = makeNode(VariableSetStmt);
	ListCell *lc;

	set->kind = names != NIL ? VAR_SET_VALUE : VAR_RESET;
	set->name = PRELOAD;
	foreach(lc, names)
	{
		A_Const *item = makeNode(A_Const);

		item->val.sval.type = T_String;
		item->val.sval.sval = lfirst(lc);
		item->location = -1;
		set->args = lappend(set->args, item);
	}
	AlterSetting(MyDatabaseId, InvalidOid, set);
}

void
arm_database(void)
{
	char *own = preload_of_database(MyDatabaseId);
	List *names = split_names(own != NULL ? own : preload_inherited());

	if (own != NULL && names_us(names))
		return;
	if (!names_us(names))
		names = lappend(names, pstrdup(SAFEMIG_NAME));
	write_names(names);
}

/*
 * Takes only our name away.  What the database had inherited when it was armed
 * equals the files' value now, and then it inherits again.
 */
void
disarm_database(void)
{
	char *own = preload_of_database(MyDatabaseId);
	List *names = NIL;
	ListCell *lc;

	if (own == NULL)
		return;
	foreach(lc, split_names(own))
		if (strcmp(lfirst(lc), SAFEMIG_NAME) != 0)
			names = lappend(names, lfirst(lc));
	if (equal_names(names, split_names(preload_inherited())))
		names = NIL;
	write_names(names);
}

/* A list that nobody could load from loads nothing, and is no reason to fail here. */
static bool
value_names_us(const char *value)
{
	List *names = NIL;

	return value != NULL && SplitDirectoriesString(pstrdup(value), ',', &names) && names_us(names);
}

bool
database_is_armed(Oid database)
{
	return value_names_us(preload_of_database(database));
}

/* Is there anything on this server that a setting for all of it could disarm? */
bool
some_database_is_armed(void)
{
	Relation rel = table_open(DbRoleSettingRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	bool found = false;

	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_db_role_setting form = (Form_pg_db_role_setting) GETSTRUCT(tuple);

		found = OidIsValid(form->setdatabase) && !OidIsValid(form->setrole) &&
			value_names_us(preload_in_row(rel, tuple));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}
