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
read_as_written(void)
{
	set_for_this_statement("search_path", "pg_catalog, pg_temp");
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
	CommandCounterIncrement();
	return SPI_execute_snapshot(plan, values, nulls, GetLatestSnapshot(), InvalidSnapshot, false,
								true, 0);
}

/* ---------- as whom ---------- */

/* security: what is added to the context; depth: 1 when the guard is to sleep */
static int
execute_as(Oid role, int security, int depth, const char *sql, int nargs, Oid *types, Datum *values,
		   const char *nulls)
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
		code = execute_newest(sql, nargs, types, values, nulls);
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

int
execute_as_owner(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	return execute_as(safemig_owner(), 0, 1, sql, nargs, types, values, nulls);
}

int
execute_as_role(Oid role, const char *sql, int nargs, Oid *types, Datum *values, const char *nulls)
{
	return execute_as(role, SECURITY_RESTRICTED_OPERATION, 1, sql, nargs, types, values, nulls);
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

void
read_as_role(Oid role, const char *sql)
{
	(void) execute_as(role, SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS, 0, sql, 0, NULL,
					  NULL, NULL);
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

void
call_as_role(Oid role, void (*work)(void *arg), void *arg)
{
	Oid save_user;
	int save_security;
	int save_depth = own_work_depth;

	GetUserIdAndSecContext(&save_user, &save_security);
	SetUserIdAndSecContext(
		role, save_security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
	own_work_depth = 0; /* it is not ours */
	PG_TRY();
	{
		work(arg);
	}
	PG_FINALLY();
	{
		own_work_depth = save_depth;
		SetUserIdAndSecContext(save_user, save_security);
	}
	PG_END_TRY();
}

/* Of the server's own roles pg_checkpoint is the one that reads and writes nothing. */
void
call_as_nobody(void (*work)(void *arg), void *arg)
{
	call_as_role(ROLE_PG_CHECKPOINT, work, arg);
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
