/*
 * restore.c
 *		undrop() and undrop_id(): which entry is meant, who may have it back, each
 *		keeper's turn, and the report.  All of it in the caller's transaction: an
 *		entry comes back whole, but for what the report names.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/apart.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/installation.h"
#include "base/owner.h"
#include "undo/needed.h"
#include "undo/restore.h"

PG_FUNCTION_INFO_V1(safemig_undrop);
PG_FUNCTION_INFO_V1(safemig_undrop_id);
PGDLLEXPORT Datum safemig_undrop(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum safemig_undrop_id(PG_FUNCTION_ARGS);

/* ---------- the report ---------- */

void
report_back(Restore *restore, const BinItem *item)
{
	restore->came_back = lappend(restore->came_back, psprintf("%s %s", item->type, item->identity));
}

bool
takes_new_name(Restore *restore, const BinItem *item)
{
	int named = 0;
	ListCell *lc;

	if (restore->as_name == NULL || !item->named)
		return false;
	foreach(lc, restore->items)
		named += ((BinItem *) lfirst(lc))->named ? 1 : 0;
	if (named > 1)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("entry " INT64_FORMAT
						" holds several things, so that as_name does not say which",
						restore->entry),
				 errhint("Bring it back without, or rename what has the names now.")));
	return true;
}

void
report_left_out(Restore *restore, const char *format, ...)
{
	StringInfoData text;
	int needed;

	initStringInfo(&text);
	for (;;)
	{
		va_list args;

		va_start(args, format);
		needed = appendStringInfoVA(&text, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	restore->left_out = lappend(restore->left_out, text.data);
}

char *
joined_words(List *words, const char *separator)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach(lc, words)
		appendStringInfo(&text, "%s%s", text.len > 0 ? separator : "", (char *) lfirst(lc));
	return text.data;
}

/* ---------- steps ---------- */

static char *
present_role(Oid role)
{
	char *name = GetUserNameFromId(role, true);

	return pstrdup(quote_identifier(name ? name : GetUserNameFromId(safemig_owner(), false)));
}

/* The entry that comes back now: a schema that it makes again has another OID. */
static Restore *running = NULL;

static const char *
schema_made_again(Oid schema)
{
	ListCell *lc;

	foreach(lc, running ? running->items : NIL)
	{
		BinItem *item = lfirst(lc);

		if (item->object.classId == NamespaceRelationId && item->object.objectId == schema)
		{
			List *names = names_of_identity(item->identity);

			return strVal(linitial(names));
		}
	}
	return NULL;
}

static char *
present_schema(Oid schema)
{
	const char *name = get_namespace_name(schema);

	if (name == NULL)
		name = schema_made_again(schema);

	return name ? pstrdup(quote_identifier(name)) : NULL;
}

static char *
present_statistics(Oid statistics)
{
	HeapTuple tuple = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(statistics));
	Form_pg_statistic_ext form;
	char *name;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_statistic_ext) GETSTRUCT(tuple);
	name =
		quote_qualified_identifier(get_namespace_name(form->stxnamespace), NameStr(form->stxname));
	ReleaseSysCache(tuple);
	return name;
}

static char *
present_relation(Oid relid)
{
	char *name = get_rel_name(relid);

	return name ? quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name)
				: NULL;
}

static bool
is_mark(const char *mark)
{
	const char *inside = mark + strlen("%{");
	size_t digits;

	if (strncmp(inside, "%}", 2) == 0)
		return true;
	if (*inside != '\0' && inside[1] == ':')
		inside += 2;
	digits = strspn(inside, "0123456789");
	return digits > 0 && inside[digits] == '}';
}

/* What the mark at that place stands for; NULL: it is gone.  Sets where the text goes on. */
static char *
meaning_of_mark(const char *mark, const char **rest)
{
	const char *inside = mark + strlen("%{");
	char kind = '\0';
	char *end;
	Oid oid;

	if (strncmp(inside, "%}", 2) == 0)
	{
		*rest = inside + 2;
		return "%";
	}
	if (*inside != '\0' && inside[1] == ':')
	{
		kind = *inside;
		inside += 2;
	}
	oid = (Oid) strtoul(inside, &end, 10);
	if (*end != '}')
		return NULL;
	*rest = end + 1;
	return kind == 'r' ? present_role(oid)
		: kind == 'n'  ? present_schema(oid)
		: kind == 's'  ? present_statistics(oid)
					   : present_relation(oid);
}

char *
with_present_names(const char *statement)
{
	StringInfoData text;
	const char *at = statement;
	const char *mark;

	initStringInfo(&text);
	while ((mark = strstr(at, "%{")) != NULL)
	{
		char *meaning;

		appendBinaryStringInfo(&text, at, mark - at);
		/* somebody's own text */
		if (!is_mark(mark))
		{
			appendStringInfoString(&text, "%{");
			at = mark + strlen("%{");
			continue;
		}
		meaning = meaning_of_mark(mark, &at);
		if (meaning == NULL)
			return NULL;
		appendStringInfoString(&text, meaning);
	}
	appendStringInfoString(&text, at);
	return text.data;
}

char *
without_marks(const char *text)
{
	StringInfoData escaped;
	const char *at = text;
	const char *mark;

	initStringInfo(&escaped);
	while ((mark = strstr(at, "%{")) != NULL)
	{
		appendBinaryStringInfo(&escaped, at, mark - at);
		appendStringInfoString(&escaped, "%{%}{");
		at = mark + strlen("%{");
	}
	appendStringInfoString(&escaped, at);
	return escaped.data;
}

/*
 * A relation of the statement that lies in the bin and is not of this entry:
 * what would be tied to it would go with it when that is purged.
 */
static Oid
names_kept_relation(Restore *restore, const char *statement)
{
	const char *mark;

	for (mark = strstr(statement, "%{"); mark != NULL; mark = strstr(mark + 2, "%{"))
	{
		Oid relid = (Oid) strtoul(mark + 2, NULL, 10);
		Oid schema = OidIsValid(relid) ? get_rel_namespace(relid) : InvalidOid;
		int64 entry = OidIsValid(schema) ? bin_entry_of_schema(schema) : 0;

		if (entry != 0 && entry != restore->entry)
			return relid;
	}
	return InvalidOid;
}

/*
 * ATTACH PARTITION may look at the rows of other partitions, with functions of
 * their owner's: they run with the owner's rights, be the caller who he may.
 */
static Oid
role_for_step(const char *statement)
{
	Oid relid;
	char *rest;
	HeapTuple tuple;
	Oid owner = safemig_owner();

	if (strncmp(statement, "ALTER TABLE %{", strlen("ALTER TABLE %{")) != 0)
		return owner;
	relid = (Oid) strtoul(statement + strlen("ALTER TABLE %{"), &rest, 10);
	if (strncmp(rest, "} ATTACH PARTITION ", strlen("} ATTACH PARTITION ")) != 0)
		return owner;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

typedef struct StepToRun
{
	Oid role; /* whose code it may run, with the guard awake, or InvalidOid */
	Oid kin;  /* whose the step is else */
	const char *sql;
} StepToRun;

static void
run_step(void *arg)
{
	StepToRun *step = arg;

	if (OidIsValid(step->role))
	{
		write_as_role(step->role, step->sql);
		return;
	}
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_role(step->kin, step->sql, 0, NULL, NULL, NULL);
	SPI_finish();
}

static bool
try_statement(Restore *restore, Oid role, Oid kin, const char *what, const char *sql)
{
	StepToRun step = {role, kin, sql};
	ErrorData *error = run_apart(run_step, &step);

	if (error != NULL)
		report_left_out(restore, "%s did not come back: %s.", what, error->message);
	return error == NULL;
}

bool
restore_statement(Restore *restore, const char *what, const char *sql)
{
	return try_statement(restore, InvalidOid, safemig_owner(), what, sql);
}

bool
restore_step_as(Restore *restore, Oid role, const char *what, const char *statement)
{
	char *sql = with_present_names(statement);
	Oid kept = names_kept_relation(restore, statement);

	if (OidIsValid(kept))
	{
		report_left_out(restore,
						"%s did not come back: \"%s\" is kept under the id " INT64_FORMAT ".", what,
						get_rel_name(kept), bin_entry_of_schema(get_rel_namespace(kept)));
		return false;
	}
	if (sql != NULL)
		return try_statement(restore, role, role_for_step(statement), what, sql);
	report_left_out(restore, "%s did not come back: a table it names is gone.", what);
	return false;
}

bool
restore_step(Restore *restore, const char *what, const char *statement)
{
	return restore_step_as(restore, InvalidOid, what, statement);
}

char *
way_to_schema(const char *schema)
{
	Oid types[2] = {TEXTOID, OIDOID};
	Datum values[2] = {CStringGetTextDatum(quote_identifier(schema)),
					   ObjectIdGetDatum(NamespaceRelationId)};
	int64 entry = bigint_as_owner(
		"SELECT e.id FROM safemig.bin_entry e JOIN safemig.bin_item i ON i.entry = e.id"
		" WHERE e.state = 'kept' AND i.identity = $1 AND i.class_id = $2 ORDER BY e.id DESC LIMIT 1",
		2, types, values, NULL);

	if (entry != 0)
		return psprintf("SELECT %s.undrop_id(" INT64_FORMAT "); brings the schema back.",
						SAFEMIG_NAME, entry);
	return psprintf("CREATE SCHEMA %s; and bring it back then.", quote_identifier(schema));
}

/* ---------- an entry ---------- */

static List *
items_of_kind(Restore *restore, KeptKind kind)
{
	List *items = NIL;
	ListCell *lc;

	foreach(lc, restore->items)
		if (((BinItem *) lfirst(lc))->kind == kind)
			items = lappend(items, lfirst(lc));
	return items;
}

/* Who had it may have it back; what had no owner is a superuser's. */
void
check_bin_rights(List *items)
{
	bool any_named = false;
	ListCell *lc;

	if (superuser())
		return;
	foreach(lc, items)
		any_named |= ((BinItem *) lfirst(lc))->named;
	foreach(lc, items)
	{
		BinItem *item = lfirst(lc);
		Oid owner = item->owner ? get_role_oid(item->owner, true) : InvalidOid;

		/* DROP OWNED names nothing, so all of it counts */
		if ((item->named || !any_named) &&
			(!OidIsValid(owner) || !has_privs_of_role(GetUserId(), owner)))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("must have been owner of %s %s to bring it back", item->type,
							item->identity)));
	}
}

/* What others stand on first, what stands on others last. */
static void
bring_back(Restore *restore)
{
	List *items;

	if ((items = items_of_kind(restore, KEPT_DEFINITION)) != NIL)
		restore_definitions(restore, items, true);
	if ((items = items_of_kind(restore, KEPT_MOVED)) != NIL)
		restore_moved(restore, items);
	if ((items = items_of_kind(restore, KEPT_STORAGE)) != NIL)
		restore_storage(restore, items);
	if ((items = items_of_kind(restore, KEPT_COLUMN)) != NIL)
		restore_columns(restore, items);
	if ((items = items_of_kind(restore, KEPT_COPY)) != NIL)
		restore_copies(restore, items);
	if ((items = items_of_kind(restore, KEPT_ROWS)) != NIL)
		restore_rows(restore, items);
	if ((items = items_of_kind(restore, KEPT_DEFINITION)) != NIL)
		restore_definitions(restore, items, false);
}

pg_noreturn static void
refuse_nothing(const Restore *restore)
{
	ereport(ERROR,
			(errcode(ERRCODE_CANNOT_UNDO),
			 errmsg("nothing of entry " INT64_FORMAT " could be brought back", restore->entry),
			 restore->left_out != NIL ? errdetail("%s", joined_words(restore->left_out, " ")) : 0));
}

/*
 * The types of its columns, say, were dropped after it: first they, with what went
 * with them.  What was in the bin already when it went, it did without.
 */
static void
restore_what_it_needs(Restore *restore)
{
	ListCell *lc;

	foreach(lc, entries_needed_by(restore->entry))
	{
		int64 entry = *(int64 *) lfirst(lc);
		Restore *needed;

		/* another of them may have needed it, too */
		if (entry < restore->entry || !bin_claim(entry))
			continue;
		needed = restore_claimed(entry, NULL, true);
		if (needed->came_back == NIL)
			refuse_nothing(needed);
		restore->came_first = list_concat(restore->came_first, needed->came_first);
		restore->came_first = list_concat(restore->came_first, needed->came_back);
		restore->left_out = list_concat(restore->left_out, needed->left_out);
	}
}

Restore *
restore_claimed(int64 entry, const char *as_name, bool is_needed)
{
	Restore *restore = palloc0(sizeof(Restore));
	Restore *outer = running;

	restore->entry = entry;
	restore->as_name = as_name;
	restore->is_needed = is_needed;
	restore->items = bin_items(entry);
	check_bin_rights(restore->items);

	running = restore;
	PG_TRY();
	{
		restore_what_it_needs(restore);
		bring_back(restore);
	}
	PG_FINALLY();
	{
		running = outer;
	}
	PG_END_TRY();
	if (restore->came_back == NIL)
		return restore;
	bin_drop_schemas(entry);
	bin_set_state(entry, "restored", NULL);
	return restore;
}

void
tell_left_out(Restore *restore)
{
	ListCell *lc;

	if (restore->came_first != NIL)
		report_left_out(restore, "What it needs came back first: %s.",
						joined_words(restore->came_first, ", "));
	foreach(lc, restore->left_out)
		ereport(NOTICE, (errmsg("%s", (char *) lfirst(lc))));
}

Restore *
restore_entry(int64 entry, const char *as_name)
{
	Restore *restore;

	PreventCommandIfReadOnly("safemig.undrop()");
	if (!bin_claim(entry))
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO),
				 errmsg("there is nothing kept under the id " INT64_FORMAT, entry),
				 errhint("SELECT id, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
	restore = restore_claimed(entry, as_name, false);
	if (restore->came_back == NIL)
		refuse_nothing(restore);
	tell_left_out(restore);
	return restore;
}

void
tell_what_came_back(int64 entry)
{
	Restore *restore = restore_entry(entry, NULL);

	ereport(NOTICE, (errmsg("came back: %s", joined_words(restore->came_back, ", "))));
}

char *
words_of_restore(const Restore *restore)
{
	return psprintf("came back: %s%s%s", joined_words(restore->came_back, ", "),
					restore->left_out != NIL ? ". " : "", joined_words(restore->left_out, " "));
}

static char *
restore_and_report(int64 entry, const char *as_name)
{
	return words_of_restore(restore_entry(entry, as_name));
}

/* ---------- the functions ---------- */

/* The newest entry that holds a thing of that identity. */
static int64
newest_entry_of(const char *identity)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(identity)};

	return bigint_as_owner(
		"SELECT e.id FROM safemig.bin_entry e JOIN safemig.bin_item i ON i.entry = e.id"
		" WHERE e.state = 'kept' AND (i.identity = $1 OR i.identity = 'public.' || $1)"
		" ORDER BY i.identity = $1 DESC, e.id DESC LIMIT 1",
		1, types, values, NULL);
}

Datum
safemig_undrop(PG_FUNCTION_ARGS)
{
	char *identity = required_text(fcinfo, 0, "the name");
	char *as_name = optional_text(fcinfo, 1);
	int64 entry = newest_entry_of(identity);

	if (entry == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CANNOT_UNDO), errmsg("nothing named \"%s\" is kept", identity),
				 errhint("SELECT id, what, identity, state FROM %s.bin; lists what there is.",
						 SAFEMIG_NAME)));
	PG_RETURN_TEXT_P(cstring_to_text(restore_and_report(entry, as_name)));
}

Datum
safemig_undrop_id(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the id must not be null")));
	PG_RETURN_TEXT_P(
		cstring_to_text(restore_and_report(PG_GETARG_INT64(0), optional_text(fcinfo, 1))));
}
