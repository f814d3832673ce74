/*
 * storage_detail.c
 *		What must be known, beside the files, to give a table its rows back: what
 *		every row fulfilled then, which index had which files, where restarted
 *		sequences stood.  All of it is one jsonb value, bin_item.detail.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "base/owner.h"
#include "effect/effect.h"
#include "undo/storage.h"

/*
 * Checks and generated columns by OID, since a changed one is a new one; columns
 * that are not null; a partition's bounds.
 */
#define RESTRICTIONS                                                                               \
	"jsonb_build_object("                                                                          \
	" 'checks', (SELECT coalesce(jsonb_agg(o), '[]') FROM ("                                       \
	"   SELECT oid::bigint AS o FROM pg_constraint WHERE conrelid = $1 AND contype = 'c'"          \
	"   UNION ALL SELECT d.oid::bigint FROM pg_attrdef d JOIN pg_attribute a"                      \
	"    ON a.attrelid = d.adrelid AND a.attnum = d.adnum"                                         \
	"   WHERE d.adrelid = $1 AND a.attgenerated <> '') x),"                                        \
	" 'not_null', (SELECT coalesce(jsonb_agg(attnum), '[]') FROM pg_attribute"                     \
	"   WHERE attrelid = $1 AND attnum > 0 AND attnotnull),"                                       \
	" 'partition', safemig.bin_partition_check($1))"

typedef struct PartitionCheck
{
	Oid relid;
	char *text; /* or NULL */
	MemoryContext context;
} PartitionCheck;

static void
print_partition_check(void *arg)
{
	PartitionCheck *check = arg;
	LOCAL_FCINFO(fcinfo, 1);
	Datum printed;

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = ObjectIdGetDatum(check->relid);
	fcinfo->args[0].isnull = false;
	printed = pg_get_partition_constraintdef(fcinfo);
	if (!fcinfo->isnull)
		check->text = MemoryContextStrdup(check->context, TextDatumGetCString(printed));
}

PG_FUNCTION_INFO_V1(safemig_bin_partition_check);
PGDLLEXPORT Datum safemig_bin_partition_check(PG_FUNCTION_ARGS);

/*
 * The server works out what it takes for constant in the key of the table above,
 * which is code of that one's owner: not with our rights.
 */
Datum
safemig_bin_partition_check(PG_FUNCTION_ARGS)
{
	PartitionCheck check = {PG_GETARG_OID(0), NULL, CurrentMemoryContext};
	ObjectAddress parent;

	if (!get_rel_relispartition(check.relid))
		PG_RETURN_NULL();
	ObjectAddressSet(parent, RelationRelationId, get_partition_parent(check.relid, true));
	call_as_role(owner_of_object(&parent), print_partition_check, &check);
	if (check.text == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(check.text));
}

/* One value of one row, as text in the caller's memory context; NULL: null or no row. */
static char *
ask(const char *sql, int nargs, Oid *types, Datum *values)
{
	MemoryContext caller = CurrentMemoryContext;
	char *answer = NULL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(sql, nargs, types, values, NULL);
	if (SPI_processed > 0)
		answer = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (answer != NULL)
		answer = MemoryContextStrdup(caller, answer);
	SPI_finish();
	return answer;
}

void
note_restrictions(Oid relid, KeptDetail *detail)
{
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(relid)};

	detail->restrictions = ask("SELECT " RESTRICTIONS, 1, types, values);
}

bool
restrictions_still_hold(Oid relid, const KeptDetail *detail)
{
	Oid types[2] = {OIDOID, TEXTOID};
	Datum values[2] = {ObjectIdGetDatum(relid), CStringGetTextDatum(detail->restrictions)};
	char *answer = ask("SELECT (now->'checks') <@ (old->'checks')"
					   " AND (now->'not_null') <@ (old->'not_null')"
					   " AND coalesce((now->>'partition') = (old->>'partition'),"
					   "  (now->>'partition') IS NULL)"
					   " FROM (SELECT " RESTRICTIONS " AS now, $2::jsonb AS old) x",
					   2, types, values);

	return answer != NULL && answer[0] == 't';
}

/*
 * Can a row of the one be read as a row of the other?  carried_too: a column of
 * the archive may be one that the table has dropped, and carries.
 */
bool
same_columns(Oid relid, Oid archive, bool carried_too)
{
	Oid types[3] = {OIDOID, OIDOID, BOOLOID};
	Datum values[3] = {ObjectIdGetDatum(relid), ObjectIdGetDatum(archive),
					   BoolGetDatum(carried_too)};
	char *answer =
		ask("WITH t AS (SELECT * FROM pg_attribute WHERE attrelid = $1 AND attnum > 0),"
			" a AS (SELECT * FROM pg_attribute WHERE attrelid = $2 AND attnum > 0),"
			" carried AS (SELECT i.sub_id AS attnum, (i.detail ->> 'type_oid')::oid AS type,"
			"  i.detail ->> 'missing' AS missing FROM safemig.bin_item i"
			"  JOIN safemig.bin_entry e ON e.id = i.entry"
			"  WHERE $3 AND e.state = 'kept' AND i.kind = 'column' AND i.object_oid = $1"
			"  AND i.detail ->> 'mode' = 'in place')"
			" SELECT count(*) = 0 FROM t FULL JOIN a USING (attnum)"
			" WHERE (t.attisdropped, t.atttypid, t.atttypmod, t.attlen, t.attalign,"
			"  t.attcollation, t.atthasmissing, t.attmissingval::text)"
			" IS DISTINCT FROM (a.attisdropped, a.atttypid, a.atttypmod, a.attlen,"
			"  a.attalign, a.attcollation, a.atthasmissing, a.attmissingval::text)"
			" AND NOT (t.attisdropped AND NOT a.attisdropped"
			"  AND (t.attlen, t.attalign, t.atttypmod) = (a.attlen, a.attalign, a.atttypmod)"
			"  AND EXISTS (SELECT FROM carried c WHERE c.attnum = a.attnum"
			"   AND c.type = a.atttypid"
			"   AND c.missing IS NOT DISTINCT FROM a.attmissingval::text))",
			3, types, values);

	return answer != NULL && answer[0] == 't';
}

/* ---------- sequences ---------- */

static char *
name_of(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

SequenceState *
sequence_state(Oid relid)
{
	SequenceState *state = palloc0(sizeof(SequenceState));
	char *name = name_of(relid);

	state->relid = relid;
	state->last_value =
		strtoll(ask(psprintf("SELECT last_value FROM %s", name), 0, NULL, NULL), NULL, 10);
	state->is_called = ask(psprintf("SELECT is_called FROM %s", name), 0, NULL, NULL)[0] == 't';
	return state;
}

void
put_sequences_forward(Restore *restore, const Return *back)
{
	ListCell *lc;

	foreach(lc, back->detail.sequences)
	{
		SequenceState *was = lfirst(lc);
		char *last = psprintf("(" INT64_FORMAT ")", was->last_value);
		const char *called = was->is_called ? "true" : "false";

		if (get_rel_relkind(was->relid) != RELKIND_SEQUENCE)
			continue;
		(void) restore_step(
			restore, psprintf("the state of sequence %s", name_of(was->relid)),
			psprintf(
				"SELECT setval(%u::regclass, %s, %s) FROM %%{%u} s JOIN pg_sequence ON seqrelid ="
				" %u WHERE sign(seqincrement) * ((%s::numeric + CASE WHEN %s THEN seqincrement"
				" ELSE 0 END) - (s.last_value::numeric + CASE WHEN s.is_called THEN"
				" seqincrement ELSE 0 END)) > 0",
				was->relid, last, called, was->relid, was->relid, last, called));
	}
}

/* ---------- as jsonb ---------- */

char *
detail_as_text(const KeptDetail *detail)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"restrictions\": %s, \"indexes\": [", detail->restrictions);
	foreach(lc, detail->indexes)
	{
		IndexPair *pair = lfirst(lc);

		appendStringInfo(&text, "%s%u, %u", lc == list_head(detail->indexes) ? "" : ", ",
						 pair->index, pair->archived);
	}
	appendStringInfoString(&text, "], \"sequences\": [");
	foreach(lc, detail->sequences)
	{
		SequenceState *state = lfirst(lc);

		appendStringInfo(&text, "%s%u, " INT64_FORMAT ", %d",
						 lc == list_head(detail->sequences) ? "" : ", ", state->relid,
						 state->last_value, state->is_called);
	}
	appendStringInfoString(&text, "]}");
	return text.data;
}

/* The numbers of one of its lists; *count of them. */
static int64 *
numbers_of(const char *text, const char *key, int *count)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[2] = {TEXTOID, TEXTOID};
	Datum values[2] = {CStringGetTextDatum(text), CStringGetTextDatum(key)};
	int64 *numbers;
	bool isnull;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner("SELECT v::bigint FROM jsonb_array_elements_text($1::jsonb -> $2)"
							" WITH ORDINALITY AS e (v, n) ORDER BY n",
							2, types, values, NULL);
	*count = (int) SPI_processed;
	numbers = MemoryContextAlloc(caller, sizeof(int64) * (*count + 1));
	for (int i = 0; i < *count; i++)
		numbers[i] =
			DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	return numbers;
}

KeptDetail
detail_from_text(const char *text)
{
	KeptDetail detail = {0};
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(text)};
	int64 *numbers;
	int count;

	detail.restrictions = ask("SELECT $1::jsonb -> 'restrictions'", 1, types, values);
	numbers = numbers_of(text, "indexes", &count);
	for (int i = 0; i + 1 < count; i += 2)
	{
		IndexPair *pair = palloc(sizeof(IndexPair));

		pair->index = (Oid) numbers[i];
		pair->archived = (Oid) numbers[i + 1];
		detail.indexes = lappend(detail.indexes, pair);
	}
	numbers = numbers_of(text, "sequences", &count);
	for (int i = 0; i + 2 < count; i += 3)
	{
		SequenceState *state = palloc(sizeof(SequenceState));

		state->relid = (Oid) numbers[i];
		state->last_value = numbers[i + 1];
		state->is_called = numbers[i + 2] != 0;
		detail.sequences = lappend(detail.sequences, state);
	}
	return detail;
}
