/*
 * security_rules.c
 *		Who sees what, and what watches over it: row level security, what PUBLIC may,
 *		triggers, replication, extensions.  What a later statement of the script puts
 *		right is known only when it has ended.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "lint/published.h"
#include "lint/security.h"
#include "lint/source.h"

/* ---------- what PUBLIC gets ---------- */

/* "TABLE public.users", "later tables" */
static char *
right_on(const PublicRight *right)
{
	if (right->identity == NULL)
		return psprintf("every %s made later", asc_tolower(right->kind, strlen(right->kind)));
	return pstrdup(right->identity);
}

/* A role of its own can be given to whoever needs it. */
static char *
grant_to_role(const PublicRight *right)
{
	if (right->identity == NULL)
		return NULL;
	return statements_of(
		"CREATE ROLE readers NOLOGIN",
		psprintf("GRANT %s ON %s %s TO readers", right->privileges, right->kind, right->identity),
		NULL);
}

static void
look_at_grant(LintRun *run, const Change *change)
{
	ListCell *lc;

	foreach(lc, change->public_rights)
	{
		PublicRight *right = lfirst(lc);

		find_at(run, RULE_GRANTING_TO_PUBLIC, change, right->identity,
				psprintf("every role that there is or will be gets %s on %s, which PUBLIC has not "
						 "so far",
						 right->privileges, right_on(right)),
				grant_to_role(right));
	}
}

/* ---------- replica identity ---------- */

static char
new_replica_identity(const Change *change)
{
	if (source_says(change->text, "identity", "nothing"))
		return REPLICA_IDENTITY_NOTHING;
	if (source_says(change->text, "identity", "full"))
		return REPLICA_IDENTITY_FULL;
	return source_says(change->text, "identity", "using") ? REPLICA_IDENTITY_INDEX
														  : REPLICA_IDENTITY_DEFAULT;
}

static bool
has_primary_key(DraftRelation *relation)
{
	ListCell *lc;

	foreach(lc, relation->indexes)
		if (((DraftIndex *) lfirst(lc))->primary)
			return true;
	return false;
}

/* What comes of it for a table that is published, or would be if it were */
static const char *
consequence_of(DraftRelation *relation, char identity)
{
	switch (identity)
	{
		case REPLICA_IDENTITY_FULL:
			return "every UPDATE and DELETE writes the whole old row to WAL, and a subscriber "
				   "without a fitting index reads its table for each";
		case REPLICA_IDENTITY_INDEX:
			return "subscribers find rows by the columns of that index from now on, and must have "
				   "them";
		case REPLICA_IDENTITY_DEFAULT:
			if (has_primary_key(relation))
				return "subscribers find rows by the primary key from now on";
			/* FALLTHROUGH */
		default:
			return "the server refuses UPDATE and DELETE there";
	}
}

static void
look_at_replica_identity(LintRun *run, const Change *change)
{
	DraftRelation *relation = change->relation;
	char identity = new_replica_identity(change);
	char *publication;

	draft_load(relation);
	if (identity == relation->replica_identity && identity != REPLICA_IDENTITY_INDEX)
		return;
	publication = publication_of(relation);
	find_at_by(run, RULE_CHANGING_REPLICA_IDENTITY, publication ? 0 : -1, change, NULL,
			   publication
				   ? psprintf("%s is published by %s: %s", draft_identity(relation),
							  quote_identifier(publication), consequence_of(relation, identity))
				   : psprintf("no publication has %s now; once one has, %s",
							  draft_identity(relation), consequence_of(relation, identity)),
			   has_primary_key(relation) && identity != REPLICA_IDENTITY_DEFAULT
				   ? statements_of(alter_table_with(relation, "REPLICA IDENTITY DEFAULT"), NULL)
				   : NULL);
}

/* ---------- the room ---------- */

static bool
was_there(const Change *change)
{
	return change->relation != NULL && !draft_is_new(change->relation) &&
		change->relation->persistence != RELPERSISTENCE_TEMP;
}

void
security_rules(LintRun *run, const Change *change)
{
	switch (change->kind)
	{
		case CHANGE_GRANT:
			look_at_grant(run, change);
			break;
		case CHANGE_ENABLE_ROW_SECURITY:
		case CHANGE_DISABLE_ROW_SECURITY:
		case CHANGE_CREATE_POLICY:
		case CHANGE_DROP_POLICY:
			if (was_there(change))
				note_row_security(run, change);
			break;
		case CHANGE_DISABLE_TRIGGER:
		case CHANGE_ENABLE_TRIGGER:
			if (was_there(change))
				note_trigger(run, change);
			break;
		case CHANGE_SET_VARIABLE:
			note_replication_role(run, change);
			break;
		case CHANGE_REPLICA_IDENTITY:
			if (was_there(change))
				look_at_replica_identity(run, change);
			break;
		case CHANGE_ALTER_EXTENSION:
		case CHANGE_DROP_EXTENSION:
			look_at_extension(run, change);
			break;
		default:
			break;
	}
}

void
security_rules_at_end(LintRun *run)
{
	look_at_row_security(run);
	look_at_triggers(run);
}
