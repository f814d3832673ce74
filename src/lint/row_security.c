/*
 * row_security.c
 *		Are policies still asked, and is there one that lets anybody through, when
 *		the script has ended?  Within the script they may come and go.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_class.h"
#include "catalog/pg_policy.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"

#include "base/words.h"
#include "lint/security.h"
#include "lint/source.h"

typedef struct Policy
{
	char *name;
	bool permissive;
	int dropped; /* by which statement; 0: it stays */
} Policy;

/* A table whose row level security the script touches */
typedef struct Watched
{
	DraftRelation *relation;
	bool on;	 /* before the script */
	bool forced; /* for its owner too, before */
	int turned_on;
	int turned_off; /* the statement; 0: none, or taken back */
	int unforced;
	List *policies; /* Policy *, those that were there */
	List *created;	/* Policy * */
} Watched;

static List *
policies_of(Oid relid)
{
	Relation catalog = table_open(PolicyRelationId, AccessShareLock);
	List *policies = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_policy_polrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(catalog, PolicyPolrelidPolnameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_policy form = (Form_pg_policy) GETSTRUCT(tuple);
		Policy *policy = palloc0(sizeof(Policy));

		policy->name = pstrdup(NameStr(form->polname));
		policy->permissive = form->polpermissive;
		policies = lappend(policies, policy);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return policies;
}

static Watched *
watch(LintRun *run, DraftRelation *relation)
{
	Watched *watched;
	HeapTuple tuple;
	ListCell *lc;

	foreach(lc, run->notes[RULE_DISABLING_ROW_SECURITY])
		if (((Watched *) lfirst(lc))->relation == relation)
			return lfirst(lc);
	watched = palloc0(sizeof(Watched));
	watched->relation = relation;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation->oid));
	if (HeapTupleIsValid(tuple))
	{
		watched->on = ((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
		watched->forced = ((Form_pg_class) GETSTRUCT(tuple))->relforcerowsecurity;
		ReleaseSysCache(tuple);
	}
	watched->policies = policies_of(relation->oid);
	run->notes[RULE_DISABLING_ROW_SECURITY] =
		lappend(run->notes[RULE_DISABLING_ROW_SECURITY], watched);
	return watched;
}

static Policy *
policy_named(List *policies, const char *name)
{
	ListCell *lc;

	foreach(lc, policies)
		if (strcmp(((Policy *) lfirst(lc))->name, name) == 0)
			return lfirst(lc);
	return NULL;
}

static void
note_created(Watched *watched, const Change *change)
{
	Policy *policy = palloc0(sizeof(Policy));

	policy->name = pstrdup(change->name);
	policy->permissive = !source_says(change->statement, "as", "restrictive");
	watched->created = lappend(watched->created, policy);
}

static void
note_dropped(LintRun *run, Watched *watched, const char *name)
{
	Policy *policy = policy_named(watched->created, name);

	if (policy != NULL)
		watched->created = list_delete_ptr(watched->created, policy);
	else if ((policy = policy_named(watched->policies, name)) != NULL)
		policy->dropped = run->statement;
}

void
note_row_security(LintRun *run, const Change *change)
{
	Watched *watched = watch(run, change->relation);
	bool force = source_says(change->text, "force", "row");

	switch (change->kind)
	{
		case CHANGE_CREATE_POLICY:
			note_created(watched, change);
			break;
		case CHANGE_DROP_POLICY:
			note_dropped(run, watched, change->name);
			break;
		case CHANGE_ENABLE_ROW_SECURITY:
			if (force)
				watched->unforced = 0;
			else
			{
				watched->turned_on = watched->on ? 0 : run->statement;
				watched->turned_off = 0;
			}
			break;
		default: /* CHANGE_DISABLE_ROW_SECURITY */
			if (force)
				watched->unforced = watched->forced ? run->statement : 0;
			else
			{
				watched->turned_off = watched->on ? run->statement : 0;
				watched->turned_on = 0;
			}
			break;
	}
}

/* ---------- findings ---------- */

static char *
rows_there(DraftRelation *relation)
{
	return row_words(stake_of_relation(relation->oid, false).rows);
}

static char *
enable_again(Watched *watched, const char *command)
{
	return statements_of(alter_table_with(watched->relation, command), NULL);
}

static void
look_at_switch(LintRun *run, Watched *watched)
{
	char *table = draft_identity(watched->relation);

	if (watched->turned_off != 0)
		find_in_statement_by(
			run, RULE_DISABLING_ROW_SECURITY, 0, watched->turned_off, watched->relation, table,
			psprintf("whoever has a right on %s sees all of it (%s); %d %s asked no more", table,
					 rows_there(watched->relation), list_length(watched->policies),
					 list_length(watched->policies) == 1 ? "policy is" : "policies are"),
			enable_again(watched, "ENABLE ROW LEVEL SECURITY"));
	if (watched->unforced != 0 && watched->turned_off == 0)
		find_in_statement_by(
			run, RULE_DISABLING_ROW_SECURITY, 0, watched->unforced, watched->relation, table,
			psprintf("the owner of %s, and what runs with the owner's rights, sees "
					 "all of it (%s)",
					 table, rows_there(watched->relation)),
			enable_again(watched, "FORCE ROW LEVEL SECURITY"));
}

/* Those of that kind that are there when the script has ended */
static int
policies_left(Watched *watched, bool permissive)
{
	int left = 0;
	ListCell *lc;

	foreach(lc, watched->created)
		left += ((Policy *) lfirst(lc))->permissive == permissive;
	foreach(lc, watched->policies)
	{
		Policy *policy = lfirst(lc);

		left += policy->permissive == permissive && policy->dropped == 0;
	}
	return left;
}

/* The last one of that kind that the script drops and does not make again; NULL: one is left. */
static Policy *
last_dropped(Watched *watched, bool permissive)
{
	Policy *last = NULL;
	ListCell *lc;

	if (policies_left(watched, permissive) > 0)
		return NULL;
	foreach(lc, watched->policies)
	{
		Policy *policy = lfirst(lc);

		if (policy->permissive == permissive && policy->dropped > 0 &&
			(last == NULL || policy->dropped >= last->dropped))
			last = policy;
	}
	return last;
}

static void
look_at_policies(LintRun *run, Watched *watched)
{
	char *table = draft_identity(watched->relation);
	Policy *permissive = last_dropped(watched, true);
	Policy *restrictive = last_dropped(watched, false);

	if (!watched->on || watched->turned_off != 0)
		return;
	if (permissive != NULL)
		find_in_statement_by(
			run, RULE_DISABLING_ROW_SECURITY, 0, permissive->dropped, watched->relation,
			draft_part_identity(watched->relation, permissive->name),
			psprintf("%s is the last permissive policy of %s: nobody but its owner and superusers "
					 "sees or writes a row (%s) then",
					 quote_identifier(permissive->name), table, rows_there(watched->relation)),
			NULL);
	else if (restrictive != NULL)
		find_in_statement_by(
			run, RULE_DISABLING_ROW_SECURITY, 0, restrictive->dropped, watched->relation,
			draft_part_identity(watched->relation, restrictive->name),
			psprintf("%s is the last restrictive policy of %s: nothing narrows then what the "
					 "permissive ones let through",
					 quote_identifier(restrictive->name), table),
			NULL);
}

/* A policy later in the script is in time. */
static void
look_at_enabled(LintRun *run, Watched *watched)
{
	char *table = draft_identity(watched->relation);

	if (watched->turned_on == 0 || policies_left(watched, true) > 0 ||
		!is_in_use(watched->relation))
		return;
	find_in_statement_by(
		run, RULE_ENABLING_ROW_SECURITY_WITHOUT_POLICY, 0, watched->turned_on, watched->relation,
		table,
		psprintf("%s has no policy that lets anything through: nobody but its owner and superusers "
				 "sees or writes a row (%s) then",
				 table, rows_there(watched->relation)),
		statements_of(psprintf("CREATE POLICY everybody ON %s USING (true)", table), NULL));
}

void
look_at_row_security(LintRun *run)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_DISABLING_ROW_SECURITY])
	{
		Watched *watched = lfirst(lc);

		if (watched->relation->gone)
			continue;
		look_at_switch(run, watched);
		look_at_policies(run, watched);
		look_at_enabled(run, watched);
	}
}
