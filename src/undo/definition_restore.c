/*
 * definition_restore.c
 *		What was kept as statements comes back: they are run until none of those
 *		left brings anything more, so that their order needs no thought.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_conversion.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_transform.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_ts_parser.h"
#include "catalog/pg_ts_template.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/regproc.h"

#include "base/apart.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "effect/effect.h"
#include "undo/definition.h"
#include "undo/restore.h"

/* other names for what comes back where its own is taken */
#define NAMES_TRIED 20

typedef struct Remaking
{
	BinItem *item;
	List *make;		/* of char *: all of them, or it is not back */
	List *dress;	/* of char *: each for itself */
	char *validate; /* what rows that came may stand against, or NULL */
	bool replaces;	/* it was written over, not dropped */
	bool moved;		/* it lies in the bin itself */
	char *new_name; /* of such a one, or NULL: its own */
	int names_tried;
	ErrorData *error; /* of the last try */
} Remaking;

static List *remake_all(Restore *restore, List *remakings, List **done);

/* ---------- trying ---------- */

typedef struct Attempt
{
	void (*attempt)(Restore *restore, void *arg);
	Restore *restore;
	void *arg;
} Attempt;

static void
make_attempt(void *arg)
{
	Attempt *attempt = arg;

	attempt->attempt(attempt->restore, attempt->arg);
}

/* All of it or nothing: NULL, or the error that took it back. */
static ErrorData *
try(void (*attempt)(Restore *restore, void *arg), Restore *restore, void *arg)
{
	Attempt one = {attempt, restore, arg};

	return run_apart(make_attempt, &one);
}

static char *
with_names(const char *statement)
{
	char *sql = with_present_names(statement);

	if (sql == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("a table it names is gone")));
	return sql;
}

/* The owner of an index that takes another in, which works out its expressions; else InvalidOid. */
static Oid
owner_of_taking_in(const char *sql)
{
	ObjectAddress index;
	RangeVar *name;
	const AlterTableStmt *stmt;

	if (strncmp(sql, "ALTER INDEX ", strlen("ALTER INDEX ")) != 0)
		return InvalidOid;
	stmt =
		(const AlterTableStmt *) linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT))->stmt;
	if (!IsA(stmt, AlterTableStmt))
		return InvalidOid;
	name = stmt->relation;
	ObjectAddressSet(index, RelationRelationId, RangeVarGetRelid(name, NoLock, true));
	return OidIsValid(index.objectId) ? owner_of_object(&index) : InvalidOid;
}

static void
run_statements(Restore *restore, void *arg)
{
	List *statements = arg;
	ListCell *lc;

	foreach(lc, statements)
	{
		char *sql = with_names(lfirst(lc));
		Oid role = owner_of_taking_in(sql);

		if (OidIsValid(role))
			write_as_role(role, sql);
		else
			(void) write_as_owner(sql, 0, NULL, NULL, NULL);
		CommandCounterIncrement();
	}
}

/*
 * What looks at rows runs code of the table's owner - a CHECK may call anything -
 * and runs it with that one's rights, be the caller who he may.
 */
static void
run_as_holder(Restore *restore, void *arg)
{
	char *sql = with_names(arg);
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(sql)};
	Oid role;
	bool isnull;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT safemig.bin_holder($1)", 1, types, values, NULL);
	role =
		DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	if (isnull)
		elog(ERROR, "nobody owns what this changes: %s", sql);
	SPI_finish();
	write_as_role(role, sql);
}

/* ---------- what an item holds ---------- */

/* What others stand on: brought back before the tables are. */
static bool
is_foundation(const BinItem *item)
{
	static const Oid catalogs[] = {
		NamespaceRelationId,		  TypeRelationId,	   ProcedureRelationId,
		OperatorRelationId,			  CollationRelationId, OperatorClassRelationId,
		OperatorFamilyRelationId,	  LanguageRelationId,  CastRelationId,
		ConversionRelationId,		  TransformRelationId, ForeignServerRelationId,
		ForeignDataWrapperRelationId, TSParserRelationId,  TSTemplateRelationId,
		TSDictionaryRelationId,		  TSConfigRelationId};

	for (int i = 0; i < lengthof(catalogs); i++)
		if (item->object.classId == catalogs[i])
			return true;
	return false;
}

/* The rows of a query on the detail, $1, as lists of texts; NULL for null. */
static List *
ask_detail(const char *detail, const char *sql)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(detail)};
	List *rows = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, 1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		List *row = NIL;

		for (int column = 1; column <= SPI_tuptable->tupdesc->natts; column++)
			row = lappend(row, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column));
		rows = lappend(rows, row);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return rows;
}

static Remaking *
remaking_of(BinItem *item)
{
	Remaking *remaking = palloc0(sizeof(Remaking));
	List *statements =
		ask_detail(item->detail,
				   "SELECT k, s FROM unnest('{make,dress}'::text[]) k,"
				   " jsonb_array_elements_text($1::jsonb -> k) WITH ORDINALITY e(s, n) ORDER BY n");
	List *words = linitial(ask_detail(
		item->detail,
		"SELECT j ->> 'validate', nullif(j ->> 'replaces', 'null') FROM CAST($1 AS jsonb) d(j)"));
	ListCell *lc;

	remaking->item = item;
	remaking->validate = linitial(words);
	remaking->replaces = lsecond(words) != NULL;
	remaking->moved = is_moved_foundation(item);
	foreach(lc, statements)
	{
		List *row = lfirst(lc);

		if (strcmp(linitial(row), "make") == 0)
			remaking->make = lappend(remaking->make, lsecond(row));
		else
			remaking->dress = lappend(remaking->dress, lsecond(row));
	}
	return remaking;
}

/* ---------- relations that have another OID by now ---------- */

static char *
replaced(const char *text, const char *from, const char *to)
{
	StringInfoData result;
	const char *at = text;
	const char *found;

	initStringInfo(&result);
	while ((found = strstr(at, from)) != NULL)
	{
		appendBinaryStringInfo(&result, at, found - at);
		appendStringInfoString(&result, to);
		at = found + strlen(from);
	}
	appendStringInfoString(&result, at);
	return result.data;
}

static void
use_new_oid(Remaking *remaking, const char *old, const char *new)
{
	char *from = psprintf("%%{%s}", old);
	char *to = psprintf("%%{%s}", new);
	ListCell *lc;

	foreach(lc, remaking->make)
		lfirst(lc) = replaced(lfirst(lc), from, to);
	foreach(lc, remaking->dress)
		lfirst(lc) = replaced(lfirst(lc), from, to);
	if (remaking->validate != NULL)
		remaking->validate = replaced(remaking->validate, from, to);
}

/*
 * A relation that was made again is known by its name.  One that lies in the bin
 * under another entry is not there to be tied to.
 */
static void
find_relations(Restore *restore, Remaking *remaking)
{
	ListCell *lc;

	foreach(
		lc,
		ask_detail(
			remaking->item->detail,
			"SELECT n.key, to_regclass(n.value)::oid, s.nspname"
			" FROM jsonb_each_text($1::jsonb -> 'names') n"
			" LEFT JOIN pg_class c ON c.oid = n.key::oid"
			" LEFT JOIN pg_namespace s ON s.oid = c.relnamespace AND s.nspname ~ '^(pg_)?safemig_bin_'"
			" WHERE s.oid IS NOT NULL OR (c.oid IS NULL AND to_regclass(n.value) IS NOT NULL)"))
	{
		List *row = lfirst(lc);

		if (lthird(row) != NULL)
			ereport(ERROR, (errcode(ERRCODE_CANNOT_UNDO), errmsg("its table is kept in the bin")));
		use_new_oid(remaking, linitial(row), lsecond(row));
	}
}

/* ---------- making it again ---------- */

static List *
or_replace(List *make)
{
	char *first = linitial(make);

	return list_concat(list_make1(psprintf("CREATE OR REPLACE %s", first + strlen("CREATE "))),
					   list_copy_tail(make, 1));
}

static void
make_again(Restore *restore, void *arg)
{
	Remaking *remaking = arg;

	find_relations(restore, remaking);
	if (remaking->moved)
		bring_foundation_back(restore, remaking->item, remaking->new_name);
	else
		run_statements(restore, remaking->replaces ? or_replace(remaking->make) : remaking->make);
}

/* The schema that somebody made again meanwhile will do. */
static bool
is_there_already(Remaking *remaking)
{
	return remaking->item->object.classId == NamespaceRelationId &&
		remaking->error->sqlerrcode == ERRCODE_DUPLICATE_SCHEMA;
}

/* Rows may have come that it does not hold for: it holds for those that come from now on. */
static void
validate(Restore *restore, Remaking *remaking)
{
	ErrorData *error;

	if (remaking->validate == NULL)
		return;
	error = try(run_as_holder, restore, remaking->validate);
	if (error != NULL)
		report_left_out(restore, "%s %s is NOT VALID now: %s.", remaking->item->type,
						remaking->item->identity, error->message);
}

/* The table of a constraint that is back: the first that its statements name. */
static void
tie_constraint(Remaking *remaking)
{
	static const char prefix[] = "ALTER TABLE %{";
	Oid types[1] = {OIDOID};
	Datum values[1];

	if (remaking->item->object.classId != ConstraintRelationId ||
		strncmp(linitial(remaking->make), prefix, strlen(prefix)) != 0)
		return;
	values[0] = ObjectIdGetDatum(
		(Oid) strtoul((char *) linitial(remaking->make) + strlen(prefix), NULL, 10));
	(void) write_as_owner("SELECT safemig.bin_tie_constraints($1)", 1, types, values, NULL);
	CommandCounterIncrement();
}

static bool
gives_owner(const char *statement)
{
	return strncmp(statement, "ALTER ", strlen("ALTER ")) == 0 &&
		strstr(statement, " OWNER TO ") != NULL;
}

/*
 * Owner, grants, comment, each for itself.  But a view or a SECURITY DEFINER
 * function acts with its owner's rights: when that is another one now, nobody
 * else may use it until somebody has looked at it.
 */
static void
dress(Restore *restore, Remaking *remaking)
{
	char *what = psprintf("Owner, grants or comment of %s %s", remaking->item->type,
						  remaking->item->identity);
	bool owner_lost = false;
	ListCell *lc;

	foreach(lc, remaking->dress)
	{
		char *statement = lfirst(lc);

		if (owner_lost && strstr(statement, "safemig.bin_give_grants(") != NULL)
			continue;
		if (restore_step(restore, what, statement) || !gives_owner(statement))
			continue;
		owner_lost = true;
		if (remaking->item->object.classId == ProcedureRelationId)
			(void) restore_step(
				restore, what,
				psprintf("REVOKE ALL ON %.*s FROM PUBLIC",
						 (int) (strstr(statement, " OWNER TO ") - statement - strlen("ALTER ")),
						 statement + strlen("ALTER ")));
	}
}

/* Written over where it stands, its owner and grants are today's; a trigger loses its extension. */
static bool
needs_dress(Remaking *remaking)
{
	return !remaking->replaces || remaking->item->object.classId == TriggerRelationId;
}

/* It may have been dropped and brought back since, and have another OID. */
static void
find_again(BinItem *item)
{
	if (getObjectIdentity(&item->object, true) != NULL)
		return;
	if (item->object.classId == RelationRelationId)
		item->object.objectId =
			RangeVarGetRelid(makeRangeVarFromNameList(names_of_identity(item->identity)),
							 AccessExclusiveLock, false);
	else if (item->object.classId == ProcedureRelationId)
		item->object.objectId =
			DatumGetObjectId(DirectFunctionCall1(regprocedurein, CStringGetDatum(item->identity)));
}

/*
 * The newer definition has columns or defaults more, which CREATE OR REPLACE
 * does not take away: it goes, with what stands on it, and all that is made again.
 */
static void
replace_by_force(Restore *restore, void *arg)
{
	Remaking *remaking = arg;
	List *dependents;
	List *remakings = NIL;
	List *done = NIL;
	ListCell *lc;

	find_again(remaking->item);
	if (!definitions_standing_on(&remaking->item->object, &dependents))
		ReThrowError(remaking->error);
	performDeletion(&remaking->item->object, DROP_CASCADE,
					PERFORM_DELETION_INTERNAL | PERFORM_DELETION_QUIETLY);
	run_statements(restore, remaking->make);
	foreach(lc, dependents)
		remakings = lappend(remakings, remaking_of(lfirst(lc)));
	remakings = remake_all(restore, remakings, &done);
	if (remakings != NIL)
		ReThrowError(((Remaking *) linitial(remakings))->error);
	dress(restore, remaking);
	foreach(lc, done)
		dress(restore, lfirst(lc));
}

static bool
replaced_by_force(Restore *restore, Remaking *remaking)
{
	Restore own = {0};

	if (try(replace_by_force, &own, remaking) != NULL)
		return false;
	restore->left_out = list_concat(restore->left_out, own.left_out);
	return true;
}

/* By another one, and it could have another; operators have none. */
static bool
is_name_taken(Remaking *remaking)
{
	int code = remaking->error->sqlerrcode;

	return remaking->moved && remaking->item->object.classId != OperatorRelationId &&
		(code == ERRCODE_DUPLICATE_OBJECT || code == ERRCODE_DUPLICATE_FUNCTION ||
		 code == ERRCODE_DUPLICATE_TABLE);
}

/*
 * What comes back for the sake of something else need not have its own name:
 * what stands on it knows it by its OID.
 */
static bool
takes_another_name(Restore *restore, Remaking *remaking)
{
	if (!restore->is_needed || remaking->error == NULL || !is_name_taken(remaking) ||
		remaking->names_tried >= NAMES_TRIED)
		return false;
	remaking->new_name = other_name_of_foundation(remaking->item, ++remaking->names_tried);
	return true;
}

static bool
remake(Restore *restore, Remaking *remaking)
{
	do
		remaking->error = try(make_again, restore, remaking);
	while (takes_another_name(restore, remaking));
	if (remaking->error == NULL && remaking->names_tried > 0)
		report_left_out(restore, "%s %s is called %s now, since its name was taken.",
						remaking->item->type, remaking->item->identity, remaking->new_name);
	if (remaking->error != NULL)
	{
		if (is_there_already(remaking))
		{
			remaking->dress = NIL;
			return true;
		}
		if (!remaking->replaces || !replaced_by_force(restore, remaking))
			return false;
	}
	else
	{
		validate(restore, remaking);
		tie_constraint(remaking);
	}
	return true;
}

static List *
reversed(List *list)
{
	List *result = NIL;
	ListCell *lc;

	foreach(lc, list)
		result = lcons(lfirst(lc), result);
	return result;
}

/* What is left when nothing more can be brought back; done has the others. */
static List *
remake_all(Restore *restore, List *remakings, List **done)
{
	bool progress = true;

	while (remakings != NIL && progress)
	{
		List *left = NIL;
		ListCell *lc;

		progress = false;
		foreach(lc, remakings)
		{
			Remaking *remaking = lfirst(lc);

			CHECK_FOR_INTERRUPTS();
			if (!remake(restore, remaking))
			{
				left = lappend(left, remaking);
				continue;
			}
			*done = lappend(*done, remaking);
			progress = true;
		}
		/* they may have been kept dependents first */
		remakings = reversed(left);
	}
	return remakings;
}

/* What to type next. */
static char *
way_out(Restore *restore, Remaking *remaking)
{
	BinItem *item = remaking->item;

	if (remaking->moved && remaking->error->sqlerrcode == ERRCODE_UNDEFINED_SCHEMA)
		return way_to_schema(schema_of_foundation(item));
	if (item->named && is_name_taken(remaking))
		return psprintf("SELECT %s.undrop_id(" INT64_FORMAT ", as_name => %s);", SAFEMIG_NAME,
						restore->entry, quote_literal_cstr(other_name_of_foundation(item, 1)));
	return "Nothing was changed. Rename or drop what is in its way.";
}

static void
report_lost(Restore *restore, Remaking *remaking)
{
	BinItem *item = remaking->item;

	/* never half of it: what the statement named, and what tables stand on, or nothing */
	if (item->named || remaking->moved)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("%s %s cannot come back: %s", item->type, item->identity,
						remaking->error->message),
				 errhint("%s", way_out(restore, remaking))));
	report_left_out(restore, "%s %s did not come back: %s.", item->type, item->identity,
					remaking->error->message);
}

static void
refuse_new_name(Restore *restore, List *items)
{
	ListCell *lc;

	if (restore->as_name == NULL || list_length(items) < list_length(restore->items))
		return;
	foreach(lc, items)
		if (((BinItem *) lfirst(lc))->named && is_moved_foundation(lfirst(lc)))
			return;
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("entry " INT64_FORMAT
					" holds definitions only, which come back under their own names",
					restore->entry),
			 errhint("SELECT %s.undrop_id(" INT64_FORMAT ");", SAFEMIG_NAME, restore->entry)));
}

/* Already back, as what others stand on; it waits for its owner and grants. */
static bool
waits_for_dress(Remaking *remaking)
{
	return remaking->make == NIL && !remaking->moved;
}

/*
 * A schema has its owner and grants at once: what is brought back in it runs with
 * the rights of roles that may need them.
 */
static void
leave_for_dress(Restore *restore, Remaking *remaking)
{
	if (remaking->item->object.classId == NamespaceRelationId)
	{
		dress(restore, remaking);
		CommandCounterIncrement();
		remaking->item->detail = pstrdup("{}");
		return;
	}
	remaking->item->detail = linitial(linitial(ask_detail(
		remaking->item->detail,
		"SELECT jsonb_build_object('dress', coalesce($1::jsonb -> 'dress', '[]'), 'replaces', $1::jsonb -> 'replaces')")));
}

static void
finish(Restore *restore, List *done)
{
	ListCell *lc;

	foreach(lc, done)
	{
		Remaking *remaking = lfirst(lc);

		if (needs_dress(remaking))
			dress(restore, remaking);
		report_back(restore, remaking->item);
	}
}

void
restore_definitions(Restore *restore, List *items, bool foundations)
{
	List *remakings = NIL;
	List *done = NIL;
	int save_nestlevel = NewGUCNestLevel();
	ListCell *lc;

	if (foundations)
		refuse_new_name(restore, items);
	/* bodies were right once; what they name may come later, or by another search_path */
	(void) set_config_option("check_function_bodies", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	foreach(lc, items)
	{
		Remaking *remaking;

		if (foundations && !is_foundation(lfirst(lc)))
			continue;
		remaking = remaking_of(lfirst(lc));
		if (waits_for_dress(remaking))
			done = lappend(done, remaking);
		else
			remakings = lappend(remakings, remaking);
		if (remaking->moved && takes_new_name(restore, remaking->item))
			remaking->new_name = pstrdup(restore->as_name);
	}
	/* what needs a table has its second chance when the tables are back */
	remakings = remake_all(restore, remakings, &done);
	AtEOXact_GUC(true, save_nestlevel);
	if (foundations)
	{
		foreach(lc, done)
			leave_for_dress(restore, lfirst(lc));
		return;
	}
	finish(restore, done);
	foreach(lc, remakings)
		report_lost(restore, lfirst(lc));
}
