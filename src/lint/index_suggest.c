/*
 * index_suggest.c
 *		The safe way for statements on indexes, as SQL made out of the statement's own
 *		source.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "utils/builtins.h"

#include "base/tokens.h"
#include "lint/index_suggest.h"
#include "lint/noted.h"

#define PARTITIONS_SHOWN 20

char *
index_identity(const DraftIndex *index)
{
	return quote_qualified_identifier(index->table->schema, index->name);
}

char *
key_words(const DraftIndex *index)
{
	StringInfoData out;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, index->columns)
	{
		const char *column = lfirst(lc);

		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "(",
						 column ? quote_identifier(column) : "an expression");
	}
	appendStringInfoChar(&out, ')');
	return out.data;
}

char *
build_concurrently(const Change *change)
{
	return statements_of(OUTSIDE_TRANSACTION,
						 with_word_after(change->statement, "INDEX", "CONCURRENTLY"), NULL);
}

/* ---------- CREATE INDEX, taken apart ---------- */

/* What follows the name of the table: [USING method] (keys) ... */
static const char *
behind_table(const char *text)
{
	TokenScan *scan = token_scan_begin(text);
	const char *behind = NULL;
	bool in_name = false;
	bool after_dot = true;
	Token token;

	while (behind == NULL && token_scan_next(scan, &token))
	{
		bool dot = token_is(text, &token, ".");

		if (!in_name)
			in_name = token_is(text, &token, "ON");
		else if (after_dot && token_is(text, &token, "ONLY"))
			continue;
		else if (dot || after_dot)
			after_dot = dot;
		else
			behind = text + token.offset;
	}
	token_scan_end(scan);
	return behind ? behind : "";
}

static void
append_create_index(StringInfo out, const Change *change, const char *manner, const char *name,
					const char *on)
{
	appendStringInfo(out, "\nCREATE %sINDEX %s%s ON %s %s;", change->index->unique ? "UNIQUE " : "",
					 manner, name, on, behind_table(change->statement));
}

static void
append_partitions(StringInfo out, const Change *change, DraftRelation *table, const char *index,
				  int *shown)
{
	ListCell *lc;

	draft_load(table);
	foreach(lc, table->children)
	{
		DraftRelation *partition = lfirst(lc);
		bool partitioned = partition->kind == RELKIND_PARTITIONED_TABLE;
		const char *column = linitial(change->index->columns);
		char *name = ChooseRelationName(partition->name, column ? column : "expr", "idx",
										get_namespace_oid(partition->schema, false), false);
		char *identity = quote_qualified_identifier(partition->schema, name);

		if ((*shown)++ >= PARTITIONS_SHOWN)
			return;
		if (partitioned)
			append_create_index(out, change, "", quote_identifier(name),
								psprintf("ONLY %s", draft_identity(partition)));
		else
			append_create_index(out, change, "CONCURRENTLY ", quote_identifier(name),
								draft_identity(partition));
		if (partitioned)
			append_partitions(out, change, partition, identity, shown);
		appendStringInfo(out, "\nALTER INDEX %s ATTACH PARTITION %s;", index, identity);
	}
}

/* A partitioned table's index cannot be built CONCURRENTLY; those of its partitions can. */
char *
build_by_partition(const Change *change)
{
	StringInfoData out;
	DraftRelation *table = change->relation;
	int shown = 0;

	initStringInfo(&out);
	appendStringInfoString(&out, OUTSIDE_TRANSACTION);
	append_create_index(&out, change, "", quote_identifier(change->name),
						psprintf("ONLY %s", draft_identity(table)));
	append_partitions(&out, change, table, quote_qualified_identifier(table->schema, change->name),
					  &shown);
	if (shown > PARTITIONS_SHOWN)
		appendStringInfoString(&out, "\n-- and so on with the other partitions");
	return out.data;
}

/* Another index instead: CONCURRENTLY where somebody would wait */
static char *
built_like(const Change *change, char *text)
{
	if (!change->concurrently && !is_in_use(change->relation))
		return statements_of(text, NULL);
	return statements_of(
		OUTSIDE_TRANSACTION,
		change->concurrently ? text : with_word_after(text, "INDEX", "CONCURRENTLY"), NULL);
}

char *
build_as_btree(const Change *change)
{
	return built_like(change, without_words(change->statement, "USING hash"));
}

/* Cut at the comma behind the last key wanted, up to the parenthesis that closes the keys. */
static char *
with_fewer_keys(const char *text, int keys)
{
	const char *rest = behind_table(text);
	TokenScan *scan = token_scan_begin(rest);
	int depth = 0;
	int commas = 0;
	int cut = 0;
	int close = 0;
	Token token;

	while (close == 0 && token_scan_next(scan, &token))
	{
		if (token_is(rest, &token, "("))
			depth++;
		else if (token_is(rest, &token, ")") && --depth == 0)
			close = token.offset;
		else if (depth == 1 && token_is(rest, &token, ",") && ++commas == keys)
			cut = token.offset;
	}
	token_scan_end(scan);
	if (cut == 0 || close == 0)
		return pstrdup(text);
	return psprintf("%.*s%s", (int) (rest + cut - text), text, rest + close);
}

char *
build_with_fewer_keys(const Change *change, int keys)
{
	return built_like(change, with_fewer_keys(change->statement, keys));
}

/* ---------- REINDEX and DROP INDEX ---------- */

/* CONCURRENTLY stands behind TABLE, INDEX, ..., which stand behind the options. */
char *
rebuild_concurrently(const Change *change)
{
	const char *text = change->statement;
	TokenScan *scan = token_scan_begin(text);
	int depth = 0;
	bool begun = false;
	char *result = NULL;
	Token token;

	while (result == NULL && token_scan_next(scan, &token))
	{
		int behind = token.offset + token.length;

		if (token_is(text, &token, "("))
			depth++;
		else if (token_is(text, &token, ")"))
			depth--;
		else if (begun && depth == 0)
			result = psprintf("%.*s CONCURRENTLY%s", behind, text, text + behind);
		begun = true;
	}
	token_scan_end(scan);
	return result ? statements_of(OUTSIDE_TRANSACTION, result, NULL) : NULL;
}

char *
look_at_use(const DraftIndex *index)
{
	return psprintf(
		"SELECT idx_scan, idx_tup_read FROM pg_catalog.pg_stat_all_indexes WHERE indexrelid = %s::regclass;",
		quote_literal_cstr(index_identity(index)));
}
