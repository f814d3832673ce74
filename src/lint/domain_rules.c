/*
 * domain_rules.c
 *		What does a constraint of a domain cost the tables that use it?
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "base/owner.h"
#include "lint/data_parts.h"
#include "lint/source.h"
#include "lint/ways.h"

/* ---------- added ---------- */

/* The tables with rows that the change reads, each with what it holds; NULL: none */
static char *
tables_read(const Change *change)
{
	StringInfoData out;
	ListCell *lc;

	initStringInfo(&out);
	foreach(lc, change->touches)
	{
		Touch *touch = lfirst(lc);

		if (touch->scans && is_in_use(touch->relation))
			appendStringInfo(&out, "%s%s (%s)", out.len > 0 ? ", " : "",
							 draft_identity(touch->relation), rows_and_size(touch->relation));
	}
	return out.len > 0 ? out.data : NULL;
}

/* The name behind CONSTRAINT, as it is written; NULL: it has none */
static char *
constraint_name(const char *statement)
{
	bool next = false;
	ListCell *lc;

	foreach(lc, source_words(statement))
	{
		SourceWord *word = lfirst(lc);

		if (next)
			return pnstrdup(statement + word->offset, word->length);
		next = source_word_is(statement, word, "constraint");
	}
	return NULL;
}

static char *
validate_domain(const Change *change, const char *name)
{
	return psprintf("ALTER DOMAIN %s VALIDATE CONSTRAINT %s", change->written, name);
}

static char *
way_to_not_null_domain(const Change *change)
{
	return statements_of(
		psprintf("ALTER DOMAIN %s ADD CONSTRAINT not_null CHECK (VALUE IS NOT NULL) NOT VALID",
				 change->written),
		THEN, validate_domain(change, "not_null"), NULL);
}

/* Validated by the name that the server has given it, where the statement gives none */
static char *
way_by_not_valid_domain(const Change *change)
{
	char *name = constraint_name(change->statement);
	const char *bare = strrchr(change->written, '.');

	if (name == NULL)
		name = derived_name(bare ? bare + 1 : change->written, "_check");
	return statements_of(with_word_at_end(change->statement, "NOT VALID"), THEN,
						 validate_domain(change, name), NULL);
}

static void
find_added(LintRun *run, const Change *change, const char *why, char *way)
{
	char *tables = tables_read(change);

	if (tables == NULL)
		return;
	find_at(run, RULE_BAN_ALTER_DOMAIN_WITH_ADD_CONSTRAINT, change, change->written,
			psprintf("reads every table with a column of %s to %s under SHARE, so writers wait: %s",
					 change->written, why, tables),
			way);
}

/* ---------- dropped ---------- */

static bool
accepts_null(Oid domain)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(domain));
	bool accepts = !HeapTupleIsValid(tuple) || !((Form_pg_type) GETSTRUCT(tuple))->typnotnull;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return accepts;
}

/* The constraint as it is now, not checked at once when it comes back */
static char *
way_back(Effect *effect, const Change *change)
{
	Oid types[1] = {OIDOID};
	Datum values[1] = {ObjectIdGetDatum(effect->object.objectId)};
	const char *name;
	char *definition;

	if (effect->object.classId == TypeRelationId)
		return psprintf("-- this brings it back:\n%s", way_to_not_null_domain(change));
	name = quote_identifier(change->name);
	definition =
		text_as_owner("SELECT pg_catalog.pg_get_constraintdef($1)", 1, types, values, NULL);
	return statements_of("-- this brings it back:",
						 psprintf("ALTER DOMAIN %s ADD CONSTRAINT %s %s NOT VALID", change->written,
								  name, definition),
						 THEN, validate_domain(change, name), NULL);
}

/* What the guard sees going: nothing when there is no such constraint */
static void
drop_constraint(LintRun *run, const Change *change)
{
	Effect *effect = effects_told(run) != NIL ? linitial(effects_told(run)) : NULL;

	if (effect == NULL ||
		(effect->object.classId == TypeRelationId && accepts_null(effect->object.objectId)))
		return;
	find_at(
		run, RULE_DROPPING_DOMAIN_CONSTRAINT, change, change->written,
		psprintf("every column of %s accepts from now on what was refused before", change->written),
		way_back(effect, change));
}

/* ---------- made ---------- */

static bool
is_constrained_domain(const char *statement)
{
	return source_says(statement, "create", "domain") &&
		(source_says(statement, "check", NULL) || source_says(statement, "not", "null"));
}

static void
create_domain(LintRun *run, const Change *change)
{
	find_at(
		run, RULE_BAN_CREATE_DOMAIN_WITH_CONSTRAINT, change, change->name,
		psprintf("a constraint of %s is changed later only by reading every table that uses it, "
				 "all of them locked at once",
				 quote_identifier(change->name)),
		NULL);
}

void
domain_rules(LintRun *run, const Change *change)
{
	if (change->kind == CHANGE_DOMAIN_ADD_CONSTRAINT && !change->not_valid)
		find_added(run, change, "check each value", way_by_not_valid_domain(change));
	else if (change->kind == CHANGE_DOMAIN_SET_NOT_NULL)
		find_added(run, change, "look for a null", way_to_not_null_domain(change));
	else if (change->kind == CHANGE_DOMAIN_DROP_CONSTRAINT)
		drop_constraint(run, change);
	else if (change->kind == CHANGE_CREATE_TYPE && is_constrained_domain(change->statement))
	{
		note_change(run, RULE_BAN_CREATE_DOMAIN_WITH_CONSTRAINT, change);
		create_domain(run, change);
	}
}
