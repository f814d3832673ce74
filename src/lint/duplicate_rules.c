/*
 * duplicate_rules.c
 *		Will a unique index or key fail on the rows that are there?  They are counted,
 *		where that takes no longer than it may and the caller may read them.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/words.h"
#include "lint/data_parts.h"
#include "lint/ways.h"

/* Columns as they are called now; NULL where one is an expression, or is not there yet */
static List *
stored_columns(DraftRelation *relation, List *columns)
{
	List *stored = NIL;
	ListCell *lc;

	foreach(lc, columns)
	{
		char *column = lfirst(lc) != NULL ? stored_column(relation, lfirst(lc)) : NULL;

		if (column == NULL)
			return NIL;
		stored = lappend(stored, column);
	}
	return stored;
}

/* Nulls are never equal here, and with a primary key fail by themselves. */
static char *
groups_of_equals(DraftRelation *relation, const char *table, List *columns, const char *what)
{
	StringInfoData list;
	StringInfoData present;
	ListCell *lc;

	initStringInfo(&list);
	initStringInfo(&present);
	foreach(lc, columns)
	{
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", (char *) lfirst(lc));
		appendStringInfo(&present, "%s%s IS NOT NULL", present.len > 0 ? " AND " : "",
						 (char *) lfirst(lc));
	}
	return psprintf("SELECT %s FROM %s%s WHERE %s GROUP BY %s HAVING pg_catalog.count(*) > 1",
					what ? what : psprintf("%s, pg_catalog.count(*)", list.data),
					relation->kind == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ", table, present.data,
					list.data);
}

static List *
quoted(List *names)
{
	List *list = NIL;
	ListCell *lc;

	foreach(lc, names)
		list = lappend(list, pstrdup(quote_identifier(lfirst(lc))));
	return list;
}

static void
find_duplicates(LintRun *run, const Change *change, List *names)
{
	DraftRelation *relation = change->relation;
	List *columns = stored_columns(relation, names);
	char *query;
	int64 groups;

	if (columns == NIL || is_written_by_script(run, relation))
		return;
	query = psprintf("SELECT pg_catalog.count(*) FROM (%s) duplicates",
					 groups_of_equals(relation, stored_name(relation), columns, "1"));
	groups = count_rows(relation, query);
	if (groups <= 0)
		return;
	find_at(run, RULE_UNIQUE_HAS_DUPLICATES, change, draft_part_identity(relation, change->name),
			psprintf("fails, since %s of (%s) in %s %s there more than once",
					 groups == 1 ? "1 value" : psprintf("%s values", grouped_digits(groups)),
					 column_list(names), draft_identity(relation), groups == 1 ? "is" : "are"),
			psprintf("%s ORDER BY 1;",
					 groups_of_equals(relation, draft_identity(relation), quoted(names), NULL)));
}

void
duplicate_rules(LintRun *run, const Change *change)
{
	List *columns = NIL;

	if (!is_in_use(change->relation) || !rule_is_on(run, RULE_UNIQUE_HAS_DUPLICATES))
		return;
	if ((change->kind == CHANGE_ADD_UNIQUE || change->kind == CHANGE_ADD_PRIMARY_KEY) &&
		!change->using_index && change->constraint != NULL)
		columns = change->constraint->columns;
	else if (change->kind == CHANGE_CREATE_INDEX && change->index != NULL &&
			 change->index->unique && !change->index->partial)
		columns = change->index->columns;
	if (columns != NIL)
		find_duplicates(run, change, columns);
}
