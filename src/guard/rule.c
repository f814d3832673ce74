/*
 * rule.c
 *		Reads safemig.rule into a cache and finds the most specific row.
 *
 * Rows are keyed on OIDs, so that a rename does not shed them.  OIDs hold in the
 * database they were written in only: each row carries that database's mark,
 * and in another one (restored, cloned) it is found again by name.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "base/installation.h"
#include "base/settings.h"
#include "guard/rule.h"

#define ANY_ACTION (-1)

typedef struct Rule
{
	int action;	  /* or ANY_ACTION */
	int category; /* or ANY_ACTION */
	Decision decision;
	Protection protection;
	bool exempts;
	ObjectAddress object; /* InvalidOid: any */
	Oid schema;			  /* InvalidOid: any */
	Oid role;			  /* InvalidOid: any */
} Rule;

static struct
{
	uint64 generation; /* 0: never read */
	MemoryContext context;
	List *rules; /* of Rule */
	bool protects_rows;
	bool foreign; /* a row of another database holds by its names */
} cache;

/* ---------- reading ---------- */

static char *
text_column(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;
	Datum value = own_column(tuple, desc, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static Oid
oid_column(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;
	Datum value = own_column(tuple, desc, column, &isnull);

	return isnull ? InvalidOid : DatumGetObjectId(value);
}

static int
category_of_text(const char *text)
{
	for (int i = CATEGORY_DATA; i < CATEGORY_SELF; i++)
		if (strcmp(text, category_name(i)) == 0)
			return i;
	return ANY_ACTION;
}

static void
read_action(Rule *rule, const char *text)
{
	Action action;
	const char *rest;

	rule->action = ANY_ACTION;
	rule->category = ANY_ACTION;
	if (text == NULL)
		return;
	rule->category = category_of_text(text);
	if (rule->category == ANY_ACTION && action_of_text(text, &action, &rest))
		rule->action = action;
}

static void
read_decision(Rule *rule, const char *kind, const char *word)
{
	if (strcmp(kind, "exempt") == 0)
		rule->exempts = true;
	else if (strcmp(kind, "protect") == 0)
		rule->protection = strcmp(word, "frozen") == 0 ? PROTECTION_FROZEN
			: strcmp(word, "rows") == 0				   ? PROTECTION_ROWS
													   : PROTECTION_DATA;
	else
		rule->decision = decision_of_word(word);
}

/* In another database than it was written in, by name; what is not there counts as gone. */
static bool
find_by_name(Rule *rule, HeapTuple tuple, TupleDesc desc)
{
	char *object = text_column(tuple, desc, RULE_COLUMN_OBJECT);
	char *schema = text_column(tuple, desc, RULE_COLUMN_SCHEMA);
	char *role = text_column(tuple, desc, RULE_COLUMN_ROLE);

	if (object != NULL && !lookup_permit_object(ACTION_TRUNCATE, object, &rule->object))
		return false;
	if (schema != NULL && !OidIsValid(rule->schema = get_namespace_oid(schema, true)))
		return false;
	return role == NULL || OidIsValid(rule->role = get_role_oid(role, true));
}

static void
take_row(HeapTuple tuple, TupleDesc desc)
{
	Rule *rule = palloc0(sizeof(Rule));
	char *mark = text_column(tuple, desc, RULE_COLUMN_BOUND_TO);

	/* how grave findings are is src/lint's to read */
	if (strcmp(text_column(tuple, desc, RULE_COLUMN_KIND), "lint") == 0)
		return;
	read_action(rule, text_column(tuple, desc, RULE_COLUMN_ACTION));
	read_decision(rule, text_column(tuple, desc, RULE_COLUMN_KIND),
				  text_column(tuple, desc, RULE_COLUMN_DECISION));
	if (mark != NULL && strcmp(mark, database_mark()) == 0)
	{
		ObjectAddressSet(rule->object, oid_column(tuple, desc, RULE_COLUMN_OBJECT_CLASS),
						 oid_column(tuple, desc, RULE_COLUMN_OBJECT_OID));
		rule->schema = oid_column(tuple, desc, RULE_COLUMN_SCHEMA_OID);
		rule->role = oid_column(tuple, desc, RULE_COLUMN_ROLE_OID);
	}
	else if (find_by_name(rule, tuple, desc))
		cache.foreign = true;
	else
		return;
	cache.rules = lappend(cache.rules, rule);
	cache.protects_rows = cache.protects_rows || rule->protection >= PROTECTION_ROWS;
}

static void
read_rules(void)
{
	uint64 generation = safemig_generation();
	Oid table = safemig_find_relation("rule");
	MemoryContext save;

	if (cache.context == NULL)
		cache.context =
			AllocSetContextCreate(TopMemoryContext, "safemig rules", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(cache.context);
	cache.rules = NIL;
	cache.protects_rows = false;
	cache.foreign = false;

	save = MemoryContextSwitchTo(cache.context);
	if (OidIsValid(table))
		scan_own_table(table, take_row);
	MemoryContextSwitchTo(save);
	cache.generation = generation;
}

static List *
rules(void)
{
	if (unlikely(cache.generation != safemig_generation()))
		read_rules();
	return cache.rules;
}

/* ---------- matching ---------- */

static List *
parents_of(Oid relid)
{
	List *parents = NIL;
	Relation rel = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parents = lappend_oid(parents, ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return parents;
}

/* The relation and all it inherits from, nearest first. */
static List *
lineage_of(Oid relid)
{
	List *lineage = list_make1_oid(relid);

	for (int i = 0; i < list_length(lineage); i++)
		lineage = list_concat_unique_oid(lineage, parents_of(list_nth_oid(lineage, i)));
	return lineage;
}

/* Whatever the object is or hangs on: an index or trigger has its table's rules. */
static List *
lineage_of_effect(Effect *effect)
{
	char kind = OidIsValid(effect->relation) ? get_rel_relkind(effect->relation) : '\0';
	List *lineage = NIL;
	Oid table = InvalidOid;

	if (OidIsValid(effect->relation))
		lineage = lineage_of(effect->relation);
	if (OidIsValid(effect->object.objectId) &&
		(kind == '\0' || kind == RELKIND_INDEX || kind == RELKIND_PARTITIONED_INDEX))
		table = owning_relation(&effect->object);
	return OidIsValid(table) ? list_concat_unique_oid(lineage, lineage_of(table)) : lineage;
}

static bool
object_matches(Rule *rule, Effect *effect, List *lineage)
{
	if (!OidIsValid(rule->object.objectId))
		return true;
	if (rule->object.classId == RelationRelationId)
		return list_member_oid(lineage, rule->object.objectId);
	return rule->object.classId == effect->object.classId &&
		rule->object.objectId == effect->object.objectId;
}

/* Superusers are members of every role by right; here only those made members count. */
static bool
role_matches(Rule *rule, Oid user)
{
	return !OidIsValid(rule->role) || rule->role == user ||
		is_member_of_role_nosuper(user, rule->role);
}

static bool
action_matches(Rule *rule, Action action)
{
	if (rule->action != ANY_ACTION)
		return rule->action == (int) action;
	return rule->category == (int) action_category(action);
}

/* (role, object) > object > (role, schema) > schema > role > action > category */
static int
specificity(Rule *rule)
{
	int place = OidIsValid(rule->object.objectId) ? 4 : OidIsValid(rule->schema) ? 2 : 0;

	return 2 * (place + (OidIsValid(rule->role) ? 1 : 0)) + (rule->action != ANY_ACTION ? 1 : 0);
}

static bool
decision_for(Oid user, Effect *effect, Oid schema, List *lineage, Decision *decision)
{
	int best = -1;
	ListCell *lc;

	*decision = DECISION_ALLOW;

	foreach(lc, rules())
	{
		Rule *rule = lfirst(lc);
		int rank = specificity(rule);

		if (rule->exempts || rule->protection != PROTECTION_NONE || rank < best ||
			!action_matches(rule, effect->action) || !role_matches(rule, user) ||
			(OidIsValid(rule->schema) && rule->schema != schema) ||
			!object_matches(rule, effect, lineage))
			continue;
		*decision = rank == best ? Max(*decision, rule->decision) : rule->decision;
		best = rank;
	}
	return best >= 0;
}

/*
 * Inside a SECURITY DEFINER function, or after SET ROLE, the stricter of who
 * logged in and who it is now.  For whom no rule is, the environment's word is:
 * a rule that opens for one role opens for nobody who only borrows it.
 */
bool
rule_decision(Effect *effect, Oid schema, Decision *decision)
{
	List *lineage;
	Decision of_session;
	bool found;
	bool found_session;

	if (rules() == NIL)
		return false;
	lineage = lineage_of_effect(effect);
	found = decision_for(GetUserId(), effect, schema, lineage, decision);
	if (GetSessionUserId() == GetUserId())
		return found;
	found_session = decision_for(GetSessionUserId(), effect, schema, lineage, &of_session);
	if (!found && !found_session)
		return false;
	if (!found)
		*decision = standing_decision(effect->action);
	if (!found_session)
		of_session = standing_decision(effect->action);
	*decision = Max(*decision, of_session);
	return true;
}

Protection
protection_of(Oid relid)
{
	Protection strongest = PROTECTION_NONE;
	List *lineage = NIL;
	ListCell *lc;

	foreach(lc, rules())
	{
		Rule *rule = lfirst(lc);

		if (rule->protection == PROTECTION_NONE)
			continue;
		if (lineage == NIL)
			lineage = lineage_of(relid);
		if (list_member_oid(lineage, rule->object.objectId))
			strongest = Max(strongest, rule->protection);
	}
	return strongest;
}

bool
rows_are_protected(void)
{
	(void) rules();
	return cache.protects_rows;
}

bool
schema_is_exempt(Oid schema)
{
	ListCell *lc;

	foreach(lc, rules())
	{
		Rule *rule = lfirst(lc);

		if (rule->exempts && rule->schema == schema)
			return true;
	}
	return false;
}

bool
rules_are_foreign(void)
{
	(void) rules();
	return cache.foreign;
}

bool
rules_are_named(void)
{
	ListCell *lc;

	foreach(lc, rules())
	{
		Rule *rule = lfirst(lc);

		if (OidIsValid(rule->object.objectId) || OidIsValid(rule->schema))
			return true;
	}
	return false;
}
