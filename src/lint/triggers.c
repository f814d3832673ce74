/*
 * triggers.c
 *		Triggers and rules that do not fire any more, or not for a while.  One that is
 *		off already is nobody's loss; one that a later statement puts on again is
 *		missed only by what the script writes meanwhile.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"

#include "lint/security.h"
#include "lint/source.h"

typedef enum Switched
{
	SWITCHED_TRIGGER,
	SWITCHED_RULE,
	SWITCHED_USER, /* all triggers but the server's own */
	SWITCHED_ALL,
	SWITCHED_ROLE /* session_replication_role */
} Switched;

typedef struct Disabled
{
	Switched what;
	DraftRelation *relation; /* NULL: every table */
	char *name;
	char *words; /* what does not fire */
	int statement;
	int again; /* the statement that puts it on again; 0: none */
} Disabled;

/* ---------- what fires now ---------- */

typedef struct Firing
{
	int triggers;
	int foreign_keys;
	char *first; /* name of a trigger */
} Firing;

static bool
fires(char enabled)
{
	return enabled != TRIGGER_DISABLED && enabled != TRIGGER_FIRES_ON_REPLICA;
}

/* Those that a DISABLE of that name, or of USER or ALL, reaches */
static Firing
firing_triggers(Oid relid, Switched what, const char *name)
{
	Relation catalog = table_open(TriggerRelationId, AccessShareLock);
	Firing firing = {0};
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&key, Anum_pg_trigger_tgrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan = systable_beginscan(catalog, TriggerRelidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(tuple);

		if (!fires(form->tgenabled) || (what == SWITCHED_USER && form->tgisinternal) ||
			(what == SWITCHED_TRIGGER && strcmp(NameStr(form->tgname), name) != 0))
			continue;
		if (form->tgisinternal)
		{
			firing.foreign_keys++;
			continue;
		}
		firing.triggers++;
		firing.first = pstrdup(NameStr(form->tgname));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return firing;
}

static bool
rule_fires(Oid relid, const char *name)
{
	HeapTuple tuple = SearchSysCache2(RULERELNAME, ObjectIdGetDatum(relid), CStringGetDatum(name));
	bool enabled;

	if (!HeapTupleIsValid(tuple))
		return false;
	enabled = fires(((Form_pg_rewrite) GETSTRUCT(tuple))->ev_enabled);
	ReleaseSysCache(tuple);
	return enabled;
}

/* "trigger audit of public.users does not fire"; NULL: nothing does that now */
static char *
what_stops(const Disabled *disabled)
{
	char *table = draft_identity(disabled->relation);
	Firing firing;
	char *words;

	if (disabled->what == SWITCHED_RULE)
		return rule_fires(disabled->relation->oid, disabled->name)
			? psprintf("rule %s of %s does not fire", quote_identifier(disabled->name), table)
			: NULL;
	firing = firing_triggers(disabled->relation->oid, disabled->what, disabled->name);
	if (firing.triggers == 0)
		return firing.foreign_keys > 0 ? psprintf("no foreign key of %s is checked", table) : NULL;
	words = firing.triggers == 1
		? psprintf("trigger %s of %s does not fire", quote_identifier(firing.first), table)
		: psprintf("%d triggers of %s do not fire", firing.triggers, table);
	return firing.foreign_keys > 0 ? psprintf("%s and no foreign key is checked", words) : words;
}

/* ---------- notes ---------- */

/* The name may be left out where the grammar has a word for it. */
static Switched
what_is_switched(const Change *change)
{
	if (source_says(change->text, "disable", "rule") ||
		source_says(change->text, "enable", "rule") ||
		source_says(change->text, "always", "rule") || source_says(change->text, "replica", "rule"))
		return SWITCHED_RULE;
	if (change->name != NULL)
		return SWITCHED_TRIGGER;
	return source_says(change->text, "trigger", "user") ? SWITCHED_USER : SWITCHED_ALL;
}

/* ENABLE of ALL or USER reaches each of them; one by name not all. */
static bool
puts_on_again(const Disabled *disabled, Switched what, const Change *change)
{
	if (disabled->relation != change->relation || disabled->again != 0)
		return false;
	if (what == SWITCHED_ALL || what == SWITCHED_USER)
		return disabled->what == SWITCHED_TRIGGER || disabled->what == SWITCHED_USER ||
			disabled->what == what;
	return disabled->what == what && strcmp(disabled->name, change->name) == 0;
}

static void
note_enabled(LintRun *run, Switched what, const Change *change)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_DISABLING_TRIGGER])
		if (puts_on_again(lfirst(lc), what, change))
			((Disabled *) lfirst(lc))->again = run->statement;
}

static void
note_disabled(LintRun *run, Switched what, DraftRelation *relation, const char *name)
{
	Disabled *disabled = palloc0(sizeof(Disabled));

	disabled->what = what;
	disabled->relation = relation;
	disabled->name = name ? pstrdup(name) : NULL;
	disabled->statement = run->statement;
	disabled->words =
		relation ? what_stops(disabled) : pstrdup("no trigger fires and no foreign key is checked");
	if (disabled->words != NULL)
		run->notes[RULE_DISABLING_TRIGGER] = lappend(run->notes[RULE_DISABLING_TRIGGER], disabled);
}

/* ENABLE REPLICA counts as disabled: it fires for a subscriber's worker, and nobody else. */
void
note_trigger(LintRun *run, const Change *change)
{
	Switched what = what_is_switched(change);

	if (change->kind == CHANGE_DISABLE_TRIGGER)
		note_disabled(run, what, change->relation, change->name);
	else
		note_enabled(run, what, change);
}

void
note_replication_role(LintRun *run, const Change *change)
{
	ListCell *lc;

	if (change->name == NULL || strcmp(change->name, "session_replication_role") != 0)
		return;
	if (change->new_name != NULL && pg_strcasecmp(change->new_name, "replica") == 0)
	{
		note_disabled(run, SWITCHED_ROLE, NULL, NULL);
		return;
	}
	foreach(lc, run->notes[RULE_DISABLING_TRIGGER])
	{
		Disabled *disabled = lfirst(lc);

		if (disabled->what == SWITCHED_ROLE && disabled->again == 0)
			disabled->again = run->statement;
	}
}

/* ---------- findings ---------- */

static char *
enable_statement(const Disabled *disabled)
{
	const char *name = disabled->name ? quote_identifier(disabled->name) : NULL;

	switch (disabled->what)
	{
		case SWITCHED_TRIGGER:
			return statements_of(
				alter_table_with(disabled->relation, psprintf("ENABLE TRIGGER %s", name)), NULL);
		case SWITCHED_RULE:
			return statements_of(
				alter_table_with(disabled->relation, psprintf("ENABLE RULE %s", name)), NULL);
		case SWITCHED_USER:
			return statements_of(alter_table_with(disabled->relation, "ENABLE TRIGGER USER"), NULL);
		case SWITCHED_ALL:
			return statements_of(alter_table_with(disabled->relation, "ENABLE TRIGGER ALL"), NULL);
		default:
			return statements_of("RESET session_replication_role", NULL);
	}
}

static void
look_at_disabled(LintRun *run, const Disabled *disabled)
{
	DraftRelation *relation = disabled->relation;
	char *object = NULL;

	if (relation != NULL)
		object = disabled->name ? draft_part_identity(relation, disabled->name)
								: draft_identity(relation);
	if (disabled->again > 0)
		find_in_statement_by(run, RULE_DISABLING_TRIGGER, -1, disabled->statement, relation, object,
							 psprintf("%s for what the script writes before statement %d",
									  disabled->words, disabled->again),
							 NULL);
	else
		find_in_statement_by(
			run, RULE_DISABLING_TRIGGER, 0, disabled->statement, relation, object,
			psprintf("%s from here on, and nothing in the script puts that right", disabled->words),
			enable_statement(disabled));
}

void
look_at_triggers(LintRun *run)
{
	ListCell *lc;

	foreach(lc, run->notes[RULE_DISABLING_TRIGGER])
	{
		Disabled *disabled = lfirst(lc);

		if (disabled->relation == NULL || !disabled->relation->gone)
			look_at_disabled(run, disabled);
	}
}
