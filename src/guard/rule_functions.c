/*
 * rule_functions.c
 *		Rules as SQL: set_rule, protect, exempt, each with its undoing.  Every one
 *		of them is one row of safemig.rule and one of the history.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/event_trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "audit/history.h"
#include "audit/session.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "guard/rule.h"

PG_FUNCTION_INFO_V1(safemig_set_rule);
PG_FUNCTION_INFO_V1(safemig_drop_rule);
PG_FUNCTION_INFO_V1(safemig_protect);
PG_FUNCTION_INFO_V1(safemig_unprotect);
PG_FUNCTION_INFO_V1(safemig_exempt);
PG_FUNCTION_INFO_V1(safemig_unexempt);
PG_FUNCTION_INFO_V1(safemig_on_ddl_end);
PGDLLEXPORT Datum safemig_set_rule(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_drop_rule(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_protect(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_unprotect(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_exempt(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_unexempt(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_on_ddl_end(PG_FUNCTION_ARGS);

#define LINT_PREFIX "lint "

bool (*guard_is_lint_rule)(const char *name) = NULL;

/* One row of safemig.rule, NULL where nothing is said */
typedef struct RuleRow
{
	const char *kind; /* 'rule', 'protect', 'exempt' or 'lint' */
	const char *action;
	const char *decision;
	const char *object;
	ObjectAddress address;
	const char *schema;
	Oid schema_oid;
	const char *role;
	Oid role_oid;
	const char *reason;
} RuleRow;

#define ROW_ARGUMENTS 11

static Datum
text_or_null(const char *value, char *null)
{
	*null = value == NULL ? 'n' : ' ';
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

static Datum
oid_or_null(Oid value, char *null)
{
	*null = OidIsValid(value) ? ' ' : 'n';
	return ObjectIdGetDatum(value);
}

/* Runs sql with the row's columns as $1 to $11; returns how many rows it wrote. */
static uint64
execute_with_row(const char *sql, const RuleRow *row)
{
	Oid types[ROW_ARGUMENTS] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, OIDOID, OIDOID,
								TEXTOID, OIDOID,  TEXTOID, OIDOID,	TEXTOID};
	Datum values[ROW_ARGUMENTS];
	char nulls[ROW_ARGUMENTS + 1] = {0};
	uint64 written;

	values[0] = text_or_null(row->kind, &nulls[0]);
	values[1] = text_or_null(row->action, &nulls[1]);
	values[2] = text_or_null(row->decision, &nulls[2]);
	values[3] = text_or_null(row->object, &nulls[3]);
	values[4] = oid_or_null(row->address.classId, &nulls[4]);
	values[5] = oid_or_null(row->address.objectId, &nulls[5]);
	values[6] = text_or_null(row->schema, &nulls[6]);
	values[7] = oid_or_null(row->schema_oid, &nulls[7]);
	values[8] = text_or_null(row->role, &nulls[8]);
	values[9] = oid_or_null(row->role_oid, &nulls[9]);
	values[10] = text_or_null(row->reason, &nulls[10]);
	written = write_as_owner(sql, ROW_ARGUMENTS, types, values, nulls);
	CommandCounterIncrement();
	return written;
}

/* Every parameter is named, so that its type is known where it is not used. */
#define SAME_ROW                                                                                   \
	" kind = $1 AND action IS NOT DISTINCT FROM $2 AND object IS NOT DISTINCT FROM $4"             \
	" AND schema IS NOT DISTINCT FROM $7 AND role IS NOT DISTINCT FROM $9"                         \
	" AND ($3 IS NULL OR true) AND ($5 IS NULL OR true) AND ($6 IS NULL OR true)"                  \
	" AND ($8 IS NULL OR true) AND ($10 IS NULL OR true) AND ($11 IS NULL OR true)"

static bool
remove_row(const RuleRow *row)
{
	return execute_with_row("DELETE FROM safemig.rule WHERE" SAME_ROW, row) > 0;
}

static int64
record(const char *event, const RuleRow *row)
{
	HistoryRow history = {0};
	const char *on = row->object ? row->object : row->schema ? row->schema : "every object";

	history.event = event;
	history.subject =
		psprintf("%s%s%s%s%s", row->action ? row->action : "", row->action ? " on " : "", on,
				 row->role ? " for " : "", row->role ? row->role : "");
	history.reason = row->reason;
	history.detail = row->decision;
	return record_history(&history);
}

static int64
store_row(const char *event, const RuleRow *row)
{
	(void) remove_row(row);
	(void) execute_with_row(
		"INSERT INTO safemig.rule (kind, action, decision, object, object_class,"
		" object_oid, schema, schema_oid, role, role_oid, reason, bound_to, set_by, set_at)"
		" SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
		" s.system_identifier || '/' || d.oid, session_user, now()"
		" FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()",
		row);
	return record(event, row);
}

static void
undo_row(const char *event, const RuleRow *row, const char *what)
{
	if (!remove_row(row))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no such %s", what),
				 errhint("SELECT * FROM %s.rules; lists what is set.", SAFEMIG_NAME)));
	(void) record(event, row);
}

/* ---------- arguments ---------- */

static void
take_schema(RuleRow *row, const char *name)
{
	row->schema = name;
	row->schema_oid = get_namespace_oid(name, true);
	if (!OidIsValid(row->schema_oid))
		ereport(ERROR, (errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no schema \"%s\"", name)));
}

/* A relation, or 'schema.*' */
static void
take_object(RuleRow *row, const char *name)
{
	size_t length;

	if (name == NULL)
		return;
	length = strlen(name);
	if (length > 2 && strcmp(name + length - 2, ".*") == 0)
	{
		take_schema(row, pnstrdup(name, length - 2));
		return;
	}
	if (!lookup_permit_object(ACTION_TRUNCATE, name, &row->address))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no table or view \"%s\"", name),
				 errhint("A whole schema is written as 'schema.*'.")));
	row->object = getObjectIdentity(&row->address, false);
}

static void
take_role(RuleRow *row, const char *name)
{
	if (name == NULL)
		return;
	if (strcmp(row->kind, "lint") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("a rule of lint is for every role"),
				 errhint("Leave the role out.")));
	row->role = name;
	row->role_oid = get_role_oid(name, true);
	if (!OidIsValid(row->role_oid))
		ereport(ERROR, (errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no role \"%s\"", name)));
}

/* 'lint ban-drop-column': how grave a finding is, for every role */
static void
take_lint_rule(RuleRow *row, const char *text)
{
	if (guard_is_lint_rule == NULL || !guard_is_lint_rule(text + strlen(LINT_PREFIX)))
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("there is no rule of lint \"%s\"", text + strlen(LINT_PREFIX)),
				 errhint("SELECT id FROM %s.lint_rules; lists them.", SAFEMIG_NAME)));
	row->kind = "lint";
	row->action = text;
}

static void
take_action(RuleRow *row, const char *text)
{
	Action action;
	const char *rest;

	for (int i = CATEGORY_DATA; i < CATEGORY_SELF; i++)
		if (strcmp(text, category_name(i)) == 0)
		{
			row->action = text;
			return;
		}
	if (strncmp(text, LINT_PREFIX, strlen(LINT_PREFIX)) == 0)
	{
		take_lint_rule(row, text);
		return;
	}
	if (!action_of_text(text, &action, &rest) || *rest != '\0' || action == ACTION_DISARM)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("there is no action or category \"%s\" that a rule could be for", text),
				 errhint("SELECT action, category FROM %s.actions; lists them.", SAFEMIG_NAME)));
	row->action = action_name(action);
}

static const char *
one_of(const char *word, const char *what, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return words[i];
	ereport(ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME), errmsg("\"%s\" is no %s", word, what),
			 errhint("Allowed: %s, %s, %s%s%s.", words[0], words[1], words[2],
					 count > 3 ? ", " : "", count > 3 ? words[3] : "")));
	return NULL; /* keep the compiler quiet */
}

/* A protection that nothing would come of is no protection: better said at once. */
static void
require_protectable(const RuleRow *row)
{
	char relkind = get_rel_relkind(row->address.objectId);
	bool has_rows = relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		relkind == RELKIND_FOREIGN_TABLE || relkind == RELKIND_MATVIEW;

	if (has_rows || (relkind == RELKIND_VIEW && strcmp(row->decision, "frozen") == 0))
		return;
	if (relkind == RELKIND_VIEW)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("a view has no rows of its own to protect: %s", row->object),
				 errhint("Protect the tables it reads, or its definition with the level frozen.")));
	ereport(ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME),
			 errmsg("only tables and views can be protected, and %s is neither", row->object),
			 errhint("A sequence that a table's column owns goes only with that table.")));
}

/* ---------- the functions ---------- */

Datum
safemig_set_rule(PG_FUNCTION_ARGS)
{
	static const char *const decisions[] = {"allow", "log", "warn", "refuse"};
	RuleRow row = {.kind = "rule"};

	PreventCommandIfReadOnly("safemig.set_rule()");
	take_action(&row, required_text(fcinfo, 0, "the action"));
	row.decision = one_of(required_text(fcinfo, 1, "the decision"), "decision", decisions,
						  lengthof(decisions));
	take_object(&row, optional_text(fcinfo, 2));
	take_role(&row, optional_text(fcinfo, 3));
	row.reason = optional_text(fcinfo, 4);
	PG_RETURN_INT64(store_row("rule set", &row));
}

Datum
safemig_drop_rule(PG_FUNCTION_ARGS)
{
	RuleRow row = {.kind = "rule"};

	PreventCommandIfReadOnly("safemig.drop_rule()");
	take_action(&row, required_text(fcinfo, 0, "the action"));
	take_object(&row, optional_text(fcinfo, 1));
	take_role(&row, optional_text(fcinfo, 2));
	row.reason = optional_text(fcinfo, 3);
	undo_row("rule dropped", &row, "rule");
	PG_RETURN_VOID();
}

Datum
safemig_protect(PG_FUNCTION_ARGS)
{
	static const char *const levels[] = {"data", "rows", "frozen"};
	RuleRow row = {.kind = "protect"};

	PreventCommandIfReadOnly("safemig.protect()");
	take_object(&row, required_text(fcinfo, 0, "the table"));
	if (row.object == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME), errmsg("protection is for one table at a time")));
	row.decision = one_of(required_text(fcinfo, 1, "the level"), "level of protection", levels,
						  lengthof(levels));
	require_protectable(&row);
	row.reason = optional_text(fcinfo, 2);
	PG_RETURN_INT64(store_row("protected", &row));
}

Datum
safemig_unprotect(PG_FUNCTION_ARGS)
{
	RuleRow row = {.kind = "protect"};

	PreventCommandIfReadOnly("safemig.unprotect()");
	take_object(&row, required_text(fcinfo, 0, "the table"));
	row.reason = optional_text(fcinfo, 1);
	undo_row("unprotected", &row, "protection");
	PG_RETURN_VOID();
}

Datum
safemig_exempt(PG_FUNCTION_ARGS)
{
	RuleRow row = {.kind = "exempt", .decision = "allow"};

	PreventCommandIfReadOnly("safemig.exempt()");
	take_schema(&row, required_text(fcinfo, 0, "the schema"));
	row.reason = optional_text(fcinfo, 1);
	if (row.schema_oid == safemig_schema())
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME), errmsg("schema \"%s\" cannot be exempt", row.schema)));
	PG_RETURN_INT64(store_row("exempted", &row));
}

Datum
safemig_unexempt(PG_FUNCTION_ARGS)
{
	RuleRow row = {.kind = "exempt"};

	PreventCommandIfReadOnly("safemig.unexempt()");
	take_schema(&row, required_text(fcinfo, 0, "the schema"));
	row.reason = optional_text(fcinfo, 1);
	undo_row("unexempted", &row, "exemption");
	PG_RETURN_VOID();
}

/* What is not there (yet) stays as it is. */
void
bind_foreign_rules(void)
{
	Oid types[1] = {TEXTOID};
	Datum values[1];

	values[0] = CStringGetTextDatum(database_mark());
	(void) write_as_owner("UPDATE safemig.rule r SET bound_to = $1, object_oid = n.object,"
						  " schema_oid = n.schema, role_oid = n.role"
						  " FROM (SELECT id, to_regclass(object)::oid AS object,"
						  " to_regnamespace(quote_ident(schema))::oid AS schema,"
						  " to_regrole(quote_ident(role))::oid AS role FROM safemig.rule) n"
						  " WHERE n.id = r.id AND r.bound_to <> $1"
						  " AND (r.object IS NULL) = (n.object IS NULL)"
						  " AND (r.schema IS NULL) = (n.schema IS NULL)"
						  " AND (r.role IS NULL) = (n.role IS NULL)",
						  1, types, values, NULL);
	safemig_has_changed();
	CommandCounterIncrement();
}

/*
 * After a rename the rows' names follow, because a dump carries the names and
 * not the OIDs.  The OIDs of another database mean nothing here.
 */
Datum
safemig_on_ddl_end(PG_FUNCTION_ARGS)
{
	Oid types[1] = {TEXTOID};
	Datum values[1];

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is an event trigger's")));
	if (!safemig_is_installed() || safemig_script_is_running() || !rules_are_named())
		PG_RETURN_NULL();
	values[0] = CStringGetTextDatum(database_mark());
	(void) write_as_owner("UPDATE safemig.rule r SET object = i.identity"
						  " FROM pg_class c, pg_identify_object('pg_class'::regclass, c.oid, 0) i"
						  " WHERE c.oid = r.object_oid AND r.object_class = 'pg_class'::regclass"
						  " AND i.identity <> r.object AND r.bound_to = $1",
						  1, types, values, NULL);
	(void) write_as_owner(
		"UPDATE safemig.rule r SET schema = n.nspname FROM pg_namespace n"
		" WHERE n.oid = r.schema_oid AND n.nspname <> r.schema AND r.bound_to = $1",
		1, types, values, NULL);
	PG_RETURN_NULL();
}
