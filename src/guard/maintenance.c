/*
 * maintenance.c
 *		Whether maintenance is on, from a cache that falls with the settings', and who
 *		is refused then.  Switching it is maintenance_functions.c's.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "parser/parsetree.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "guard/maintenance.h"
#include "guard/migration.h"

/* columns of safemig.maintenance_mode */
#define MODE_MESSAGE 2
#define MODE_UNTIL 3
#define MODE_BOUND_TO 6

typedef struct MaintenanceMode
{
	uint64 generation; /* 0: never read */
	char *message;	   /* NULL: off */
	TimestampTz until; /* 0: until it is switched off */
} MaintenanceMode;

static MaintenanceMode mode;

/* One that came here by a restore or a clone is not meant for this database. */
static void
take_mode(HeapTuple tuple, TupleDesc desc)
{
	bool isnull;
	Datum until;

	if (strcmp(TextDatumGetCString(own_column(tuple, desc, MODE_BOUND_TO, &isnull)),
			   database_mark()) != 0)
		return;
	mode.message = MemoryContextStrdup(
		TopMemoryContext, TextDatumGetCString(own_column(tuple, desc, MODE_MESSAGE, &isnull)));
	until = own_column(tuple, desc, MODE_UNTIL, &isnull);
	mode.until = isnull ? 0 : DatumGetTimestampTz(until);
}

static void
read_mode(void)
{
	uint64 generation = safemig_generation();
	Oid table = safemig_find_relation("maintenance_mode");

	if (mode.message != NULL)
		pfree(mode.message);
	mode.message = NULL;
	if (OidIsValid(table))
		scan_own_table(table, take_mode);
	mode.generation = generation;
}

bool
maintenance_is_on(void)
{
	if (unlikely(mode.generation != safemig_generation()))
		read_mode();
	return unlikely(mode.message != NULL) &&
		(mode.until == 0 || GetCurrentTimestamp() < mode.until);
}

static bool
may_execute(const char *name, Oid role)
{
	CatCList *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	bool may = false;

	for (int i = 0; i < list->n_members && !may; i++)
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		may = proc->pronamespace == safemig_schema() &&
			pg_proc_aclcheck(proc->oid, role, ACL_EXECUTE) == ACLCHECK_OK;
	}
	ReleaseSysCacheList(list);
	return may;
}

/* Who acts, not who owns the function that he calls. */
static bool
may_write(void)
{
	Oid role = GetOuterUserId();

	return guard_current_migration() != NULL || may_execute("apply", role) ||
		may_execute("migrate", role);
}

static void
refuse_write(void)
{
	if (may_write())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_GATE_CLOSED), errmsg("%s", mode.message),
			 mode.until == 0
				 ? errdetail("Maintenance is on: only who may run migrations can write.")
				 : errdetail("Maintenance is on until %s: only who may run migrations can write.",
							 timestamptz_to_str(mode.until)),
			 errhint("Try again later. SELECT %s.maintenance_off(); ends it.", SAFEMIG_NAME)));
}

/* Temporary tables are the session's own. */
void
refuse_plan_in_maintenance(const PlannedStmt *stmt)
{
	ListCell *lc;

	foreach(lc, stmt->resultRelations)
		if (get_rel_persistence(rt_fetch(lfirst_int(lc), stmt->rtable)->relid) !=
			RELPERSISTENCE_TEMP)
		{
			refuse_write();
			return;
		}
}

/* What the server would log as DDL or as a change of rows. */
void
refuse_statement_in_maintenance(Node *stmt)
{
	if (GetCommandLogLevel(stmt) <= LOGSTMT_MOD)
		refuse_write();
}
