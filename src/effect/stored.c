/*
 * stored.c
 *		Reads one thing of an object from the catalogs, as SQL.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/reloptions.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "commands/defrem.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#include "base/owner.h"
#include "effect/stored.h"

/*
 * Names are printed as the search_path lets them be found.  An error leaves the
 * level open, and the transaction's end closes it.
 */
static int
qualify_all_names(void)
{
	int level = print_exactly();

	(void) set_config_option("standard_conforming_strings", "on", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("search_path", "pg_catalog", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

char *
default_of_column(Oid relid, AttrNumber attnum)
{
	Relation rel = RelationIdGetRelation(relid);
	TupleConstr *constr = RelationIsValid(rel) ? rel->rd_att->constr : NULL;
	char *text = NULL;

	for (int i = 0; constr != NULL && i < constr->num_defval; i++)
		if (constr->defval[i].adnum == attnum)
		{
			int level = qualify_all_names();

			text = deparse_expression(stringToNode(constr->defval[i].adbin),
									  deparse_context_for(RelationGetRelationName(rel), relid),
									  false, false);
			AtEOXact_GUC(true, level);
		}
	if (RelationIsValid(rel))
		RelationClose(rel);
	return text;
}

char *
options_of_relation(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	StringInfoData text;
	bool isnull;
	Datum options;
	ListCell *lc;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	initStringInfo(&text);
	options = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_reloptions, &isnull);
	foreach(lc, isnull ? NIL : untransformRelOptions(options))
	{
		DefElem *option = lfirst_node(DefElem, lc);

		appendStringInfo(&text, "%s%s=%s", text.len > 0 ? ", " : "",
						 quote_identifier(option->defname),
						 quote_literal_cstr(defGetString(option)));
	}
	ReleaseSysCache(tuple);
	return text.len > 0 ? text.data : NULL;
}

char *
partition_bound(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	char *sql = NULL;
	bool isnull;
	Datum bound;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	bound = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &isnull);
	if (!isnull)
	{
		int level = qualify_all_names();
		Datum words = DirectFunctionCall2(pg_get_expr, bound, ObjectIdGetDatum(relid));

		sql = TextDatumGetCString(words);
		AtEOXact_GUC(true, level);
	}
	ReleaseSysCache(tuple);
	return sql;
}

char *
definition_of_function(Oid function)
{
	int level = qualify_all_names();
	Datum words = DirectFunctionCall1(pg_get_functiondef, ObjectIdGetDatum(function));

	AtEOXact_GUC(true, level);
	return TextDatumGetCString(words);
}

char *
name_of_collation(Oid collation)
{
	int level = qualify_all_names();
	char *text = generate_collation_name(collation);

	AtEOXact_GUC(true, level);
	return text;
}

char *
name_of_type(Oid type, int32 typmod)
{
	int level = qualify_all_names();
	char *name = format_type_with_typemod(type, typmod);

	AtEOXact_GUC(true, level);
	return name;
}

/* 17 writes none as null, and in fewer bytes. */
int
statistics_target(Oid relid, AttrNumber attnum)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	bool isnull = true;
	Datum target = (Datum) 0;

	if (!HeapTupleIsValid(tuple))
		return -1;
	target = SysCacheGetAttr(ATTNUM, tuple, Anum_pg_attribute_attstattarget, &isnull);
	ReleaseSysCache(tuple);
	return isnull ? -1 : DatumGetInt16(target);
}

/* Hands the row of a trigger to take, if there is one. */
static void
look_at_trigger(Oid trigger, void (*take)(Form_pg_trigger form, void *arg), void *arg)
{
	Relation catalog = table_open(TriggerRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(trigger));
	scan = systable_beginscan(catalog, TriggerOidIndexId, true, NULL, 1, &key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		take((Form_pg_trigger) GETSTRUCT(tuple), arg);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

static void
take_state(Form_pg_trigger form, void *state)
{
	*(char *) state = form->tgenabled;
}

static void
take_internal(Form_pg_trigger form, void *internal)
{
	*(bool *) internal = form->tgisinternal;
}

char
trigger_state(Oid trigger)
{
	char state = '\0';

	look_at_trigger(trigger, take_state, &state);
	return state;
}

bool
trigger_is_internal(Oid trigger)
{
	bool internal = false;

	look_at_trigger(trigger, take_internal, &internal);
	return internal;
}
