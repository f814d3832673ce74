/*
 * kept_key.c
 *		Which row does a copied value belong to?  The columns that tell a row, and
 *		the conditions that compare them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_operator.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "undo/kept_copy.h"

/* All its columns, when each row has one value of them and no other row has it. */
static List *
key_of_index(Relation rel, Oid indexid, List *avoid)
{
	Relation index = RelationIdGetRelation(indexid);
	List *key = NIL;

	if (index == NULL)
		return NIL;
	if (index->rd_index->indisunique && index->rd_index->indisvalid &&
		index->rd_index->indimmediate &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		for (int i = 0; i < index->rd_index->indnkeyatts; i++)
		{
			AttrNumber attnum = index->rd_index->indkey.values[i];
			Form_pg_attribute att =
				attnum > 0 ? TupleDescAttr(RelationGetDescr(rel), attnum - 1) : NULL;

			/* one that is generated is computed when the triggers have fired */
			if (att == NULL || list_member_int(avoid, attnum) || !att->attnotnull ||
				att->attgenerated != '\0')
			{
				key = NIL;
				break;
			}
			key = lappend_int(key, attnum);
		}
	RelationClose(index);
	return key;
}

List *
key_of_table(Oid relid, List *avoid)
{
	Relation rel = table_open(relid, NoLock);
	List *indexes = RelationGetIndexList(rel);
	List *key = NIL;
	ListCell *lc;

	if (OidIsValid(rel->rd_pkindex))
		key = key_of_index(rel, rel->rd_pkindex, avoid);
	foreach(lc, indexes)
	{
		if (key != NIL)
			break;
		key = key_of_index(rel, lfirst_oid(lc), avoid);
	}
	table_close(rel, NoLock);
	return key;
}

char *
text_of_key(List *key)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach(lc, key)
		appendStringInfo(&text, "%s%d", text.len > 0 ? "," : "", lfirst_int(lc));
	return text.data;
}

List *
key_of_text(const char *text)
{
	List *key = NIL;

	while (text != NULL && *text != '\0')
	{
		key = lappend_int(key, atoi(text));
		text = strchr(text, ',');
		text = text ? text + 1 : NULL;
	}
	return key;
}

const char *
operator_words(Oid operator)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;
	char *name;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	name = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(form->oprnamespace)),
					NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return name;
}

const char *
equality_of_type(Oid type)
{
	return operator_words(lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr);
}

/* The row's side is told by name, or by number from first on; NULL when a column is gone. */
static char *
match(Oid relid, List *key, const char *prefix, int first, const char *copy)
{
	StringInfoData text;
	int place = 0;
	ListCell *lc;

	initStringInfo(&text);
	foreach(lc, key)
	{
		char *name = get_attname(relid, lfirst_int(lc), true);
		Oid type = name ? get_atttype(relid, lfirst_int(lc)) : InvalidOid;

		if (!OidIsValid(type))
			return NULL;
		place++;
		if (text.len > 0)
			appendStringInfoString(&text, " AND ");
		appendStringInfoString(&text, prefix);
		if (first > 0)
			appendStringInfo(&text, "%d", first + place - 1);
		else
			appendStringInfoString(&text, quote_identifier(name));
		appendStringInfo(&text, " %s %s.k%d", equality_of_type(type), copy, place);
	}
	return text.data;
}

char *
match_of_copy(Oid relid, List *key)
{
	return match(relid, key, "t.", 0, "c");
}

char *
match_of_parameters(Oid relid, List *key)
{
	return match(relid, key, "p", 1, "f");
}

char *
match_of_arguments(Oid relid, List *key, int first)
{
	return match(relid, key, "$", first, "f");
}
