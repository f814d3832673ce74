/*
 * column_state.c
 *		What a column was: written down before it goes (safemig.bin_column() reads
 *		it), and read again when it comes back.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/owner.h"
#include "undo/column_state.h"
#include "undo/kept_copy.h"
#include "undo/relation_state.h"

static const char *const mode_words[] = {"in place", "copied", "generated", "cast"};

const char *
column_mode_word(ColumnMode mode)
{
	return mode_words[mode];
}

char *
ask_about(const char *sql, Oid relid, const char *text)
{
	Oid types[2] = {OIDOID, TEXTOID};
	Datum values[2] = {ObjectIdGetDatum(relid), CStringGetTextDatum(text)};

	return text_as_owner(sql, 2, types, values, NULL);
}

char *
capture_column(Oid relid, AttrNumber attnum)
{
	Oid types[2] = {OIDOID, INT2OID};
	Datum values[2] = {ObjectIdGetDatum(relid), Int16GetDatum(attnum)};

	return text_as_owner("SELECT safemig.bin_column($1, $2)", 2, types, values, NULL);
}

/* get_attname() names what is dropped, too */
char *
live_column_name(Oid relid, AttrNumber attnum)
{
	return OidIsValid(get_atttype(relid, attnum)) ? get_attname(relid, attnum, true) : NULL;
}

char *
detail_with(const char *detail, const char *key, const char *value)
{
	Oid types[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum values[3] = {CStringGetTextDatum(detail), CStringGetTextDatum(key),
					   CStringGetTextDatum(value)};

	return text_as_owner("SELECT $1::jsonb || jsonb_build_object($2, $3::jsonb)", 3, types, values,
						 NULL);
}

char *
detail_with_text(const char *detail, const char *key, const char *text)
{
	StringInfoData value;

	initStringInfo(&value);
	escape_json(&value, text);
	return detail_with(detail, key, value.data);
}

static Oid
oid_word(const char *detail, const char *key)
{
	char *word = word_of_state(detail, key);

	return word ? (Oid) strtoul(word, NULL, 10) : InvalidOid;
}

static bool
is_true(const char *detail, const char *key)
{
	char *word = word_of_state(detail, key);

	return word != NULL && strcmp(word, "true") == 0;
}

bool
word_is(const char *detail, const char *key)
{
	return word_of_state(detail, key) != NULL;
}

static ColumnMode
mode_of_word(const char *word)
{
	int mode = 0;

	while (word != NULL && mode < lengthof(mode_words) - 1 && strcmp(mode_words[mode], word) != 0)
		mode++;
	return (ColumnMode) mode;
}

ColumnState *
column_state(const char *detail)
{
	ColumnState *state = palloc0(sizeof(ColumnState));
	char *identity = word_of_state(detail, "identity");

	state->detail = detail;
	state->mode = mode_of_word(word_of_state(detail, "mode"));
	state->name = word_of_state(detail, "name");
	state->type = word_of_state(detail, "type");
	state->type_oid = oid_word(detail, "type_oid");
	state->base = oid_word(detail, "base");
	state->collation_oid = oid_word(detail, "collation_oid");
	state->collation = word_of_state(detail, "collation");
	state->not_null = is_true(detail, "not_null");
	state->identity = identity ? identity[0] : '\0';
	state->default_text = word_of_state(detail, "default");
	state->statistics = word_of_state(detail, "statistics");
	state->storage = word_of_state(detail, "storage");
	state->compression = word_of_state(detail, "compression");
	state->options = word_of_state(detail, "options");
	state->local = is_true(detail, "local");
	state->comment = word_of_state(detail, "comment");
	state->missing = word_of_state(detail, "missing");
	state->sequence = oid_word(detail, "sequence");
	state->key = key_of_text(word_of_state(detail, "key"));
	state->as_text = is_true(detail, "as_text");
	return state;
}

void
update_bin_item(const BinItem *item)
{
	Oid types[4] = {INT8OID, INT8OID, OIDOID, TEXTOID};
	Datum values[4] = {Int64GetDatum(item->entry), Int64GetDatum(item->item),
					   ObjectIdGetDatum(item->bin_oid), CStringGetTextDatum(item->detail)};

	(void) write_as_owner("UPDATE safemig.bin_item SET bin_oid = nullif($3, 0::oid),"
						  " detail = $4::jsonb WHERE entry = $1 AND item = $2",
						  4, types, values, NULL);
}

bool
file_is_known(const char *detail, Oid relid)
{
	Oid types[2] = {TEXTOID, OIDOID};
	Datum values[2] = {CStringGetTextDatum(detail), ObjectIdGetDatum(relid)};
	char *known =
		text_as_owner("SELECT ($1::jsonb -> 'files') @> to_jsonb(pg_relation_filenode($2)::bigint)",
					  2, types, values, NULL);

	return known != NULL && strcmp(known, "t") == 0;
}

bool
is_target_of(Node *alter, Oid named, Oid relid)
{
	HeapTuple tuple;
	Oid type;

	if (((AlterTableStmt *) alter)->objtype != OBJECT_TYPE)
		return named == relid;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		return false;
	type = ((Form_pg_class) GETSTRUCT(tuple))->reloftype;
	ReleaseSysCache(tuple);
	return OidIsValid(type) && type == get_rel_type_id(named);
}

/* find_all_inheritors() leaves the root to its caller. */
void
lock_tree(Oid relid)
{
	LockRelationOid(relid, AccessExclusiveLock);
	(void) find_all_inheritors(relid, AccessExclusiveLock, NULL);
}

Oid
role_of_table(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid role;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	role = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return role;
}

void
lend_copy(Oid copy, Oid role)
{
	const char *name = quote_identifier(GetUserNameFromId(role, false));

	/* before its row changes: autovacuum would wait for that with a lock that we want next */
	LockRelationOid(copy, AccessExclusiveLock);
	(void) write_as_owner(psprintf("GRANT USAGE ON SCHEMA %s TO %s",
								   quote_identifier(get_namespace_name(get_rel_namespace(copy))),
								   name),
						  0, NULL, NULL, NULL);
	(void) write_as_owner(psprintf("GRANT SELECT ON %s TO %s", present_name(copy), name), 0, NULL,
						  NULL, NULL);
}

char *
present_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

char *
type_clause(const ColumnState *state)
{
	return state->collation ? psprintf("%s COLLATE %s", state->type, state->collation)
							: pstrdup(state->type);
}
