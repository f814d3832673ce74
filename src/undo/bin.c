/*
 * bin.c
 *		Reads and writes the rows of the bin, and makes its schemas.  What is put
 *		there and how it comes back is the keepers' business.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_statistic_ext.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "audit/history.h"
#include "audit/mask.h"
#include "audit/session.h"
#include "base/installation.h"
#include "base/owner.h"
#include "base/settings.h"
#include "undo/bin.h"

#define ITEM_COLUMNS                                                                               \
	"item, kind, action, type, identity, owner, named, class_id, object_oid, sub_id, bin_oid,"     \
	" rows, bytes, detail"

/* columns of safemig.bin_entry and bin_item */
#define ENTRY_ID 1
#define ENTRY_STATE 9
#define ITEM_ENTRY 1
#define ITEM_KIND 3
#define ITEM_DETAIL 15

/* the words of bin_item.kind */
static const char *const kind_words[] = {"moved", "storage",	"column",
										 "copy",  "definition", "rows"};

/* ---------- items ---------- */

static const char *
owner_of(const ObjectAddress *object)
{
	Oid owner = owner_of_object(object);

	return OidIsValid(owner) ? GetUserNameFromId(owner, true) : NULL;
}

BinItem *
make_bin_item(KeptKind kind, const Effect *effect)
{
	BinItem *item = palloc0(sizeof(BinItem));

	item->kind = kind;
	item->action = effect->action;
	item->object = effect->object;
	item->type = getObjectTypeDescription(&effect->object, false);
	item->identity = getObjectIdentity(&effect->object, false);
	item->owner = owner_of(&effect->object);
	item->named = effect->named;
	item->rows = -1;
	item->detail = pstrdup("{}");
	return item;
}

void
bin_add_item(int64 entry, BinItem *item)
{
	Oid types[15] = {INT8OID, TEXTOID, TEXTOID, TEXTOID,   TEXTOID, TEXTOID, BOOLOID, OIDOID,
					 OIDOID,  INT4OID, OIDOID,	FLOAT8OID, INT8OID, TEXTOID, INT8OID};
	Datum values[15];
	char nulls[16] = "               ";

	item->entry = entry;
	values[0] = Int64GetDatum(entry);
	values[1] = CStringGetTextDatum(kind_words[item->kind]);
	values[2] = CStringGetTextDatum(action_name(item->action));
	values[3] = CStringGetTextDatum(item->type);
	values[4] = CStringGetTextDatum(item->identity);
	values[5] = item->owner ? CStringGetTextDatum(item->owner) : (Datum) 0;
	nulls[5] = item->owner ? ' ' : 'n';
	values[6] = BoolGetDatum(item->named);
	values[7] = ObjectIdGetDatum(item->object.classId);
	values[8] = ObjectIdGetDatum(item->object.objectId);
	values[9] = Int32GetDatum(item->object.objectSubId);
	values[10] = ObjectIdGetDatum(item->bin_oid);
	nulls[10] = OidIsValid(item->bin_oid) ? ' ' : 'n';
	values[11] = Float8GetDatum(item->rows);
	nulls[11] = item->rows >= 0 ? ' ' : 'n';
	values[12] = Int64GetDatum(item->bytes);
	values[13] = CStringGetTextDatum(item->detail);
	values[14] = Int64GetDatum(item->item);

	item->item = bigint_as_owner(
		"INSERT INTO safemig.bin_item (entry, " ITEM_COLUMNS ")"
		" SELECT $1, coalesce(nullif($15, 0), 1 + (SELECT coalesce(max(item), 0) FROM safemig.bin_item WHERE entry = $1)),"
		" $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb RETURNING item",
		15, types, values, nulls);
}

static Oid
oid_of(HeapTuple row, TupleDesc desc, int column)
{
	bool isnull;
	Datum value = SPI_getbinval(row, desc, column, &isnull);

	return isnull ? InvalidOid : DatumGetObjectId(value);
}

static KeptKind
kind_of_word(const char *word)
{
	int kind = 0;

	while (kind < lengthof(kind_words) - 1 && strcmp(kind_words[kind], word) != 0)
		kind++;
	return (KeptKind) kind;
}

static BinItem *
item_of_row(int64 entry, HeapTuple row, TupleDesc desc)
{
	BinItem *item = palloc0(sizeof(BinItem));
	const char *rest;
	bool isnull;
	Datum value;

	item->entry = entry;
	item->item = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
	item->kind = kind_of_word(SPI_getvalue(row, desc, 2));
	(void) action_of_text(SPI_getvalue(row, desc, 3), &item->action, &rest);
	item->type = SPI_getvalue(row, desc, 4);
	item->identity = SPI_getvalue(row, desc, 5);
	item->owner = SPI_getvalue(row, desc, 6);
	item->named = DatumGetBool(SPI_getbinval(row, desc, 7, &isnull));
	ObjectAddressSubSet(item->object, oid_of(row, desc, 8), oid_of(row, desc, 9),
						DatumGetInt32(SPI_getbinval(row, desc, 10, &isnull)));
	item->bin_oid = oid_of(row, desc, 11);
	value = SPI_getbinval(row, desc, 12, &isnull);
	item->rows = isnull ? -1 : DatumGetFloat8(value);
	value = SPI_getbinval(row, desc, 13, &isnull);
	item->bytes = isnull ? 0 : DatumGetInt64(value);
	item->detail = SPI_getvalue(row, desc, 14);
	return item;
}

List *
bin_items(int64 entry)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[1] = {INT8OID};
	Datum values[1] = {Int64GetDatum(entry)};
	List *items = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT " ITEM_COLUMNS
							" FROM safemig.bin_item WHERE entry = $1 ORDER BY item",
							1, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);

		items = lappend(items, item_of_row(entry, SPI_tuptable->vals[i], SPI_tuptable->tupdesc));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return items;
}

/* ---------- entries ---------- */

void (*bin_witness)(int64 entry) = NULL;

int64
bin_add_entry(const char *statement, const char *migration)
{
	Oid types[4] = {TEXTOID, TEXTOID, TEXTOID, INT8OID};
	Datum values[4];
	char nulls[5] = "    ";
	const char *application = session_application();
	int64 entry;

	values[0] = application ? CStringGetTextDatum(application) : (Datum) 0;
	nulls[0] = application ? ' ' : 'n';
	values[1] = migration ? CStringGetTextDatum(migration) : (Datum) 0;
	nulls[1] = migration ? ' ' : 'n';
	values[2] = statement ? CStringGetTextDatum(mask_secrets(statement)) : (Datum) 0;
	nulls[2] = statement ? ' ' : 'n';
	values[3] = Int64GetDatum(setting_amount(SETTING_KEEP_FOR));

	entry = bigint_as_owner(
		"INSERT INTO safemig.bin_entry (xid, kept_at, kept_by, application, migration, statement,"
		" expires_at, state) SELECT pg_current_xact_id(), clock_timestamp(), session_user, $1, $2,"
		" left($3, 4096), clock_timestamp() + make_interval(secs => $4), 'kept' RETURNING id",
		4, types, values, nulls);
	if (bin_witness)
		bin_witness(entry);
	return entry;
}

bool
bin_claim(int64 entry)
{
	Oid types[1] = {INT8OID};
	Datum values[1] = {Int64GetDatum(entry)};
	bool found;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(
		"SELECT 1 FROM safemig.bin_entry WHERE id = $1 AND state = 'kept' FOR UPDATE", 1, types,
		values, NULL);
	found = SPI_processed == 1;
	SPI_finish();
	return found;
}

void
bin_set_state(int64 entry, const char *state, const char *reason)
{
	Oid types[2] = {INT8OID, TEXTOID};
	Datum values[2] = {Int64GetDatum(entry), CStringGetTextDatum(state)};
	HistoryRow row = {0};

	(void) write_as_owner("UPDATE safemig.bin_entry SET state = $2, changed_at = now(),"
						  " changed_by = session_user WHERE id = $1",
						  2, types, values, NULL);
	row.event = psprintf("bin entry %s", state);
	row.subject = psprintf(INT64_FORMAT, entry);
	row.reason = reason;
	(void) record_history(&row);
}

/* ---------- schemas ---------- */

static char *
schema_name(int64 entry, Oid source)
{
	return psprintf(BIN_SCHEMA_PREFIX INT64_FORMAT "_%u", entry, source);
}

static bool
is_our_schema(Oid schema)
{
	return getExtensionOfObject(NamespaceRelationId, schema) == safemig_extension();
}

Oid
bin_schema(int64 entry, Oid source)
{
	char *name = schema_name(entry, source);
	Oid schema;
	bool creating = creating_extension;
	ObjectAddress object;
	ObjectAddress extension;

	/* the names can be foretold, and a superuser may sit on one */
	while (OidIsValid(schema = get_namespace_oid(name, true)))
	{
		if (is_our_schema(schema))
			return schema;
		name = psprintf("%s_", name);
	}
	/* not a member of the extension whose script may be running */
	creating_extension = false;
	PG_TRY();
	{
		schema = NamespaceCreate(name, safemig_owner(), false);
	}
	PG_FINALLY();
	{
		creating_extension = creating;
	}
	PG_END_TRY();
	ObjectAddressSet(object, NamespaceRelationId, schema);
	ObjectAddressSet(extension, ExtensionRelationId, safemig_extension());
	recordDependencyOn(&object, &extension, DEPENDENCY_EXTENSION);
	CommandCounterIncrement();
	return schema;
}

int64
bin_entry_of_schema(Oid schema)
{
	/* by name first, which is cheap */
	if (!safemig_is_bin_schema(schema) || !is_our_schema(schema))
		return 0;
	return strtoll(get_namespace_name(schema) + strlen(BIN_SCHEMA_PREFIX), NULL, 10);
}

Oid
bin_owner(void)
{
	return ROLE_PG_CHECKPOINT;
}

static void
drop_statistics_in(List *schemas)
{
	MemoryContext caller = CurrentMemoryContext;
	List *statistics = NIL;
	ListCell *lc;

	foreach(lc, schemas)
	{
		Oid types[1] = {OIDOID};
		Datum values[1] = {ObjectIdGetDatum(lfirst_oid(lc))};

		if (!safemig_is_bin_schema(lfirst_oid(lc)))
			continue;
		if (SPI_connect() != SPI_OK_CONNECT)
			elog(ERROR, "SPI_connect failed");
		(void) execute_as_owner("SELECT oid FROM pg_statistic_ext WHERE stxnamespace = $1", 1,
								types, values, NULL);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext spi = MemoryContextSwitchTo(caller);

			statistics =
				lappend_oid(statistics, oid_of(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
			MemoryContextSwitchTo(spi);
		}
		SPI_finish();
	}
	foreach(lc, statistics)
	{
		ObjectAddress object;

		ObjectAddressSet(object, StatisticExtRelationId, lfirst_oid(lc));
		performDeletion(&object, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	}
}

void
bin_drop_schemas(int64 entry)
{
	MemoryContext caller = CurrentMemoryContext;
	List *schemas = NIL;
	Oid types[1] = {TEXTOID};
	Datum values[1];
	ListCell *lc;

	values[0] = CStringGetTextDatum(psprintf(BIN_SCHEMA_PREFIX INT64_FORMAT "\\_%%", entry));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT oid FROM pg_namespace WHERE nspname LIKE $1", 1, types, values,
							NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);

		schemas = lappend_oid(schemas, oid_of(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();

	/* their name was taken meanwhile, which was reported */
	drop_statistics_in(schemas);
	foreach(lc, schemas)
	{
		ObjectAddress object;

		if (!safemig_is_bin_schema(lfirst_oid(lc)))
			continue;
		ObjectAddressSet(object, NamespaceRelationId, lfirst_oid(lc));
		(void) deleteDependencyRecordsForClass(NamespaceRelationId, lfirst_oid(lc),
											   ExtensionRelationId, DEPENDENCY_EXTENSION);
		CommandCounterIncrement();
		performDeletion(&object, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
	}
}

/* ---------- the end ---------- */

static int64 entries_kept;
static List *entries_with_rows; /* of int64 * */

/* Of a type or function that lies in the bin itself */
static bool
has_home(HeapTuple tuple, TupleDesc desc)
{
	bool isnull;
	Jsonb *detail = DatumGetJsonbP(heap_getattr(tuple, ITEM_DETAIL, desc, &isnull));

	return getKeyJsonValueFromContainer(&detail->root, "home", strlen("home"), NULL) != NULL;
}

/* Statements that make a view or an index again hold nobody back. */
static void
note_rows(HeapTuple tuple, TupleDesc desc)
{
	bool isnull;
	char *kind = TextDatumGetCString(heap_getattr(tuple, ITEM_KIND, desc, &isnull));
	int64 *entry;

	if (strcmp(kind, kind_words[KEPT_DEFINITION]) == 0 && !has_home(tuple, desc))
		return;
	entry = palloc(sizeof(int64));
	*entry = DatumGetInt64(heap_getattr(tuple, ITEM_ENTRY, desc, &isnull));
	entries_with_rows = lappend(entries_with_rows, entry);
}

static void
count_kept(HeapTuple tuple, TupleDesc desc)
{
	bool isnull;
	Datum state = heap_getattr(tuple, ENTRY_STATE, desc, &isnull);
	int64 id = DatumGetInt64(heap_getattr(tuple, ENTRY_ID, desc, &isnull));
	ListCell *lc;

	if (strcmp(TextDatumGetCString(state), "kept") != 0)
		return;
	foreach(lc, entries_with_rows)
		if (*(int64 *) lfirst(lc) == id)
		{
			entries_kept++;
			return;
		}
}

/*
 * Below SPI: asked by the object hook for each relation that is about to go, since
 * the extension itself is the last to go, when nobody can read the bin any more.
 * The items go first, for their foreign key.
 */
void
refuse_end_of_full_bin(Oid relid)
{
	char *name = get_rel_name(relid);
	Oid schema = get_rel_namespace(relid);
	Oid entries;

	if (name == NULL || strcmp(name, "bin_item") != 0 ||
		schema != get_namespace_oid(SAFEMIG_NAME, true))
		return;
	entries = get_relname_relid("bin_entry", schema);
	entries_kept = 0;
	entries_with_rows = NIL;
	scan_own_table(relid, note_rows);
	if (OidIsValid(entries))
		scan_own_table(entries, count_kept);
	entries_with_rows = NIL;
	if (entries_kept == 0)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
		 errmsg("the bin of extension \"%s\" still holds what " INT64_FORMAT
				" statements destroyed",
				SAFEMIG_NAME, entries_kept),
		 errdetail("It would be gone for good."),
		 errhint(
			 "SELECT * FROM %s.bin; lists it. SELECT %s.undrop_id(id); brings one back, SELECT %s.purge_id(id); destroys it.",
			 SAFEMIG_NAME, SAFEMIG_NAME, SAFEMIG_NAME)));
}
