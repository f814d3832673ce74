/*
 * contract_suggest.c
 *		How a name is changed while code that relies on the old one runs on, as SQL.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/namespace.h"
#include "commands/defrem.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "effect/dependents.h"
#include "effect/grants_alike.h"
#include "lint/contract.h"
#include "lint/ways.h"

#define VIEWS_SHOWN 20

static bool
can_be_written_through_view(char relkind)
{
	return relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE ||
		relkind == RELKIND_FOREIGN_TABLE || relkind == RELKIND_VIEW || relkind == RELKIND_MATVIEW;
}

/* A view of one table can be written through; as the invoker, rights stay those of the table. */
char *
view_under_old_name(const LostName *lost)
{
	const Change *change = lost->at.change;
	const char *schema = change->kind == CHANGE_SET_SCHEMA ? change->schema : lost->schema;
	const char *name = change->kind == CHANGE_SET_SCHEMA ? lost->relation : change->new_name;

	if (!can_be_written_through_view(change->relation->kind))
		return NULL;
	return psprintf("%s;\nCREATE VIEW %s WITH (security_invoker) AS SELECT * FROM %s;%s",
					change->statement, lost->identity, quote_qualified_identifier(schema, name),
					grants_alike(change->relation->oid, lost->identity));
}

/*
 * Old applications write the one, new ones the other.  A row in which the new one is
 * not filled yet gets it from the old one, and never the other way round.
 */
static char *
sync_function(const char *function, const char *was, const char *will)
{
	return psprintf("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $sync$\n"
					"DECLARE\n"
					"    by_new_name boolean := NEW.%s IS NOT NULL;\n"
					"BEGIN\n"
					"    IF TG_OP = 'UPDATE' THEN\n"
					"        by_new_name := NEW.%s IS DISTINCT FROM OLD.%s;\n"
					"    END IF;\n"
					"    IF by_new_name THEN\n"
					"        NEW.%s := NEW.%s;\n"
					"    ELSE\n"
					"        NEW.%s := NEW.%s;\n"
					"    END IF;\n"
					"    RETURN NEW;\n"
					"END $sync$",
					function, will, will, will, was, will, will, was);
}

char *
column_kept_in_step(const LostName *lost)
{
	const Change *change = lost->at.change;
	char kind = change->relation->kind;
	char *table = quote_qualified_identifier(lost->schema, lost->relation);
	const char *was = quote_identifier(lost->column);
	const char *will = quote_identifier(change->new_name);
	const char *trigger = quote_identifier(makeObjectName(lost->relation, lost->column, "sync"));
	char *function = psprintf("%s.%s", quote_identifier(lost->schema), trigger);

	if ((kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) || lost->type == NULL)
		return NULL;
	return statements_of(
		psprintf("ALTER TABLE %s ADD COLUMN %s %s", table, will, lost->type),
		sync_function(function, was, will),
		psprintf("CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s\n"
				 "    FOR EACH ROW EXECUTE FUNCTION %s()",
				 trigger, table, function),
		UNTIL_NONE,
		fill_batch(change->relation, change->new_name, was, psprintf("%s IS NOT NULL", was)),
		psprintf("-- then, in a migration of its own, when nothing uses %s any longer:", was),
		psprintf("DROP TRIGGER %s ON %s", trigger, table), psprintf("DROP FUNCTION %s()", function),
		psprintf("ALTER TABLE %s DROP COLUMN %s", table, was), NULL);
}

char *
schema_with_views(const Change *change)
{
	StringInfoData out;
	const char *was = change->schema;
	List *relations = relations_of_schema(was);
	int shown = 0;
	ListCell *lc;

	initStringInfo(&out);
	appendStringInfo(&out, "%s;\nCREATE SCHEMA %s;%s", change->statement, quote_identifier(was),
					 schema_grants_alike(get_namespace_oid(was, true), quote_identifier(was)));
	foreach(lc, relations)
	{
		const char *name = get_rel_name(lfirst_oid(lc));
		char *view;

		if (shown++ >= VIEWS_SHOWN)
		{
			appendStringInfoString(&out, "\n-- and so on with the other relations");
			break;
		}
		view = quote_qualified_identifier(was, name);
		appendStringInfo(&out, "\nCREATE VIEW %s WITH (security_invoker) AS SELECT * FROM %s;%s",
						 view, quote_qualified_identifier(change->new_name, name),
						 grants_alike(lfirst_oid(lc), view));
	}
	return out.data;
}

char *
label_beside_the_old(const Change *change, Oid type)
{
	StringInfoData out;
	const char *was = quote_literal_cstr(change->name);
	const char *will = quote_literal_cstr(change->new_name);
	List *columns = columns_of_type(type);
	ListCell *lc;

	initStringInfo(&out);
	appendStringInfo(&out, "ALTER TYPE %s ADD VALUE %s AFTER %s;", format_type_be_qualified(type),
					 will, was);
	if (columns != NIL)
		appendStringInfo(&out, "\n%s", NEXT_MIGRATION);
	foreach(lc, columns)
	{
		const ColumnOfType *column = lfirst(lc);
		DraftRelation *relation = draft_relation_by_oid(column->relid);
		const char *name = quote_identifier(column->name);

		if (relation != NULL && !relation->gone)
			appendStringInfo(&out, "\nUPDATE %s SET %s = %s WHERE %s = %s;",
							 draft_identity(relation), name, will, name, was);
	}
	return out.data;
}
