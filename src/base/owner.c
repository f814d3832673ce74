/*
 * owner.c
 *		Runs the extension's own statements as its owner, and nothing else with
 *		them: the switch of user and search_path lasts for that one statement.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "base/installation.h"
#include "base/owner.h"

static int own_work_depth = 0;

/* ---------- settings ---------- */

static void
set_for_this_statement(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

/* What the session has set must not change how our statements are read. */
static void
read_names_as_written(void)
{
	set_for_this_statement("search_path", "pg_catalog, pg_temp");
}

static void
read_as_written(void)
{
	read_names_as_written();
	set_for_this_statement("standard_conforming_strings", "on");
}

static void
set_exactness(void)
{
	static const char *const settings[][2] = {
		{"datestyle", "ISO"}, {"intervalstyle", "postgres"}, {"extra_float_digits", "3"}};

	for (int i = 0; i < lengthof(settings); i++)
		set_for_this_statement(settings[i][0], settings[i][1]);
}

int
print_exactly(void)
{
	int nest_level = NewGUCNestLevel();

	set_exactness();
	return nest_level;
}

bool
is_own_work(void)
{
	return own_work_depth > 0;
}

/*
 * In a transaction with one snapshot for all of it DDL still works on the newest
 * catalogs, and what we ask about them must be as new.
 */
static int
execute_at_latest(SPIPlanPtr plan, Datum *values, const char *nulls)
{
	CommandCounterIncrement();
	return SPI_execute_snapshot(plan, values, nulls, GetLatestSnapshot(), InvalidSnapshot, false,
								true, 0);
}

static int
execute_newest(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	SPIPlanPtr plan;

	/* what is written down under one session's settings is read under another's */
	set_exactness();
	read_as_written();
	if (!IsolationUsesXactSnapshot())
		return SPI_execute_with_args(sql, nargs, types, values, nulls, false, 0);
	plan = SPI_prepare(sql, nargs, types);
	if (plan == NULL)
		return SPI_result;
	return execute_at_latest(plan, values, nulls);
}

/* ---------- statements whose plan is kept ---------- */

typedef struct KeptPlan
{
	const char *sql; /* a literal, known by its address */
	SPIPlanPtr plan;
} KeptPlan;

static List *kept_plans = NIL;

static SPIPlanPtr
find_kept_plan(const char *sql)
{
	ListCell *lc;

	foreach(lc, kept_plans)
		if (((KeptPlan *) lfirst(lc))->sql == sql)
			return ((KeptPlan *) lfirst(lc))->plan;
	return NULL;
}

static SPIPlanPtr
keep_plan(const char *sql, int nargs, Oid *types)
{
	SPIPlanPtr plan = SPI_prepare_cursor(sql, nargs, types, CURSOR_OPT_GENERIC_PLAN);
	MemoryContext save;
	KeptPlan *kept;

	if (plan == NULL)
		return NULL;
	save = MemoryContextSwitchTo(TopMemoryContext);
	kept = palloc(sizeof(KeptPlan));
	kept->sql = sql;
	kept->plan = plan;
	kept_plans = lappend(kept_plans, kept);
	MemoryContextSwitchTo(save);
	(void) SPI_keepplan(plan);
	return plan;
}

static int
execute_kept(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	SPIPlanPtr plan = find_kept_plan(sql);

	read_names_as_written(); /* or it would be planned anew */
	if (plan == NULL || !SPI_plan_is_valid(plan))
	{
		/* to read all of a table is right while it is empty, and not a thousand versions later */
		read_as_written();
		set_for_this_statement("enable_seqscan", "off");
	}
	if (plan == NULL)
		plan = keep_plan(sql, nargs, types);
	if (plan == NULL)
		return SPI_result;
	if (!IsolationUsesXactSnapshot())
		return SPI_execute_plan(plan, values, nulls, false, 0);
	return execute_at_latest(plan, values, nulls);
}

/* ---------- as whom ---------- */

typedef int (*Execution)(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls);

/* security: what is added to the context; depth: 1 when the guard is to sleep */
static int
execute_by(Execution execute, Oid role, int security, int depth, const char *sql, int nargs,
		   Oid *types, Datum *values, const char *nulls)
{
	Oid save_user;
	int save_security;
	int save_nestlevel;
	int code;

	GetUserIdAndSecContext(&save_user, &save_security);
	SetUserIdAndSecContext(role, save_security | SECURITY_LOCAL_USERID_CHANGE | security);
	save_nestlevel = NewGUCNestLevel();
	own_work_depth += depth;
	PG_TRY();
	{
		code = execute(sql, nargs, types, values, nulls);
		if (code < 0)
			elog(ERROR, "own statement failed with %s: %s", SPI_result_code_string(code), sql);
	}
	PG_FINALLY();
	{
		own_work_depth -= depth;
		SetUserIdAndSecContext(save_user, save_security);
	}
	PG_END_TRY();
	AtEOXact_GUC(true, save_nestlevel);
	return code;
}

static int
execute_as(Oid role, int security, int depth, const char *sql, int nargs, Oid *types, Datum *values,
		   const char *nulls)
{
	return execute_by(execute_newest, role, security, depth, sql, nargs, types, values, nulls);
}

int
execute_often_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	return execute_by(execute_kept, safemig_owner(), 0, 1, sql, nargs, types, values, nulls);
}

int
execute_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	return execute_as(safemig_owner(), 0, 1, sql, nargs, types, values, nulls);
}

int
execute_as_role(Oid role, const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	return execute_as(role, 0, 1, sql, nargs, types, values, nulls);
}

void
call_as_owner(void (*work)(void *arg), void *arg)
{
	Oid save_user;
	int save_security;

	GetUserIdAndSecContext(&save_user, &save_security);
	SetUserIdAndSecContext(safemig_owner(), save_security | SECURITY_LOCAL_USERID_CHANGE);
	own_work_depth++;
	PG_TRY();
	{
		work(arg);
	}
	PG_FINALLY();
	{
		own_work_depth--;
		SetUserIdAndSecContext(save_user, save_security);
	}
	PG_END_TRY();
}

void
write_as_role(Oid role, const char *sql)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as(role, SECURITY_RESTRICTED_OPERATION, 0, sql, 0, NULL, NULL, NULL);
	SPI_finish();
}

/* What the query before found, if it was one row with a value */
static int64
bigint_found(int64 otherwise)
{
	bool isnull = true;
	Datum value = SPI_processed == 1
		? SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)
		: (Datum) 0;

	return isnull ? otherwise : DatumGetInt64(value);
}

int64
bigint_as_role(Oid role, const char *sql)
{
	int64 found;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as(role, SECURITY_RESTRICTED_OPERATION, 0, sql, 0, NULL, NULL, NULL);
	found = bigint_found(-1);
	SPI_finish();
	return found;
}

/* Of the server's own roles pg_checkpoint is the one that reads and writes nothing. */
void
call_as_nobody(void (*work)(void *arg), void *arg)
{
	Oid save_user;
	int save_security;

	GetUserIdAndSecContext(&save_user, &save_security);
	SetUserIdAndSecContext(ROLE_PG_CHECKPOINT,
						   save_security | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_RESTRICTED_OPERATION);
	PG_TRY();
	{
		work(arg);
	}
	PG_FINALLY();
	{
		SetUserIdAndSecContext(save_user, save_security);
	}
	PG_END_TRY();
}

uint64
write_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	uint64 written;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, nargs, types, values, nulls);
	written = SPI_processed;
	SPI_finish();
	return written;
}

char *
text_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	MemoryContext caller = CurrentMemoryContext;
	char *answer = NULL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, nargs, types, values, nulls);
	if (SPI_processed == 1)
		answer = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	answer = answer ? MemoryContextStrdup(caller, answer) : NULL;
	SPI_finish();
	return answer;
}

int64
bigint_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	int64 found;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, nargs, types, values, nulls);
	found = bigint_found(0);
	SPI_finish();
	return found;
}

uint64
work_as_role(Oid role, const char *sql)
{
	uint64 rows;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as(role, SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS, 1, sql, 0, NULL,
					  NULL, NULL);
	rows = SPI_processed;
	SPI_finish();
	return rows;
}
