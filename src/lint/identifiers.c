/*
 * identifiers.c
 *		Names of more than 63 bytes, which the server cuts off without more than a
 *		notice, and what they meet then.  Only where a name is given: a reference is
 *		cut in the same way and finds what it means, or what it does not mean.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"

#include "lint/source.h"
#include "lint/style.h"

/* A name that the script gives, and among which others it must be the only one */
typedef struct GivenName
{
	const char *name; /* as the server keeps it */
	const char *among;
	char *object; /* identity */
	bool meets;	  /* one that was there before this change */
	char *full;	  /* as it is written, when it is too long */
} GivenName;

static GivenName *
given(const char *name, const char *among, char *object, bool meets)
{
	GivenName *made = palloc0(sizeof(GivenName));

	made->name = name;
	made->among = among;
	made->object = object;
	made->meets = meets;
	return made;
}

/* Relations of a schema, indexes included */
static GivenName *
given_relation(const char *schema, const char *name)
{
	RangeVar *range = makeRangeVar(pstrdup(schema), pstrdup(name), -1);

	return given(name, psprintf("relation in %s", schema), quote_qualified_identifier(schema, name),
				 draft_relation(range) != NULL || draft_index(range) != NULL);
}

/* Parts of a relation; what: "column", "constraint" ... */
static GivenName *
given_part(DraftRelation *relation, const char *what, const char *name, bool meets)
{
	return given(name, psprintf("%s of %s", what, draft_identity(relation)),
				 draft_part_identity(relation, name), meets);
}

/* IF NOT EXISTS of what is there gives the name too, and to nothing. */
static ChangeKind
kind_of(const Change *change)
{
	return change->kind == CHANGE_NOTHING ? change->skipped : change->kind;
}

static GivenName *
given_in_table(const Change *change)
{
	DraftRelation *relation = change->relation;

	switch (kind_of(change))
	{
		case CHANGE_ADD_COLUMN:
			return given_part(relation, "column", change->name, change->column != NULL);
		case CHANGE_RENAME_COLUMN:
			return given_part(relation, "column", change->new_name,
							  draft_column(relation, change->new_name) != NULL);
		case CHANGE_ADD_CHECK:
		case CHANGE_ADD_FOREIGN_KEY:
		case CHANGE_ADD_UNIQUE:
		case CHANGE_ADD_PRIMARY_KEY:
		case CHANGE_ADD_EXCLUDE:
			return given_part(relation, "constraint", change->name,
							  draft_constraint(relation, change->name) != NULL);
		case CHANGE_RENAME_CONSTRAINT:
			return given_part(relation, "constraint", change->new_name,
							  draft_constraint(relation, change->new_name) != NULL);
		case CHANGE_CREATE_TRIGGER:
			return given_part(relation, "trigger", change->name, false);
		case CHANGE_CREATE_RULE:
			return given_part(relation, "rule", change->name, false);
		case CHANGE_CREATE_POLICY:
			return given_part(relation, "policy", change->name, false);
		case CHANGE_CREATE_TABLE:
		case CHANGE_CREATE_TABLE_AS:
		case CHANGE_CREATE_VIEW:
		case CHANGE_CREATE_SEQUENCE:
			return given_relation(relation->schema, relation->name);
		case CHANGE_CREATE_INDEX:
			return given_relation(relation->schema, change->name);
		case CHANGE_RENAME_RELATION:
		case CHANGE_RENAME_INDEX:
			return given_relation(relation->schema, change->new_name);
		default:
			return NULL;
	}
}

/* Functions of one name stand beside each other. */
static GivenName *
given_elsewhere(const Change *change)
{
	const char *name = change->name;

	switch (change->kind)
	{
		case CHANGE_CREATE_SCHEMA:
			name = change->schema ? change->schema : change->name;
			return name ? given(name, "schema", pstrdup(quote_identifier(name)), false) : NULL;
		case CHANGE_RENAME_SCHEMA:
		case CHANGE_RENAME_TYPE:
		case CHANGE_RENAME_OTHER:
			name = change->new_name;
			break;
		case CHANGE_CREATE_FUNCTION:
		case CHANGE_CREATE_TYPE:
		case CHANGE_CREATE_STATISTICS:
		case CHANGE_CREATE_PUBLICATION:
		case CHANGE_CREATE_OTHER:
			break;
		default:
			return NULL;
	}
	return name ? given(name, NULL, pstrdup(quote_identifier(name)), false) : NULL;
}

static bool
has_its_name(const Change *change)
{
	switch (kind_of(change))
	{
		case CHANGE_CREATE_TABLE:
		case CHANGE_CREATE_TABLE_AS:
		case CHANGE_CREATE_VIEW:
		case CHANGE_CREATE_SEQUENCE:
			return true;
		case CHANGE_RENAME_COLUMN:
		case CHANGE_RENAME_CONSTRAINT:
		case CHANGE_RENAME_RELATION:
		case CHANGE_RENAME_INDEX:
			return change->new_name != NULL;
		default:
			return change->name != NULL;
	}
}

static GivenName *
given_name(const Change *change)
{
	GivenName *found = NULL;

	if (change->relation != NULL && has_its_name(change))
		found = given_in_table(change);
	return found ? found : given_elsewhere(change);
}

/* ---------- findings ---------- */

/* An earlier name of the script, of another spelling, that was cut to the same */
static GivenName *
namesake(List *earlier, const GivenName *name)
{
	ListCell *lc;

	foreach(lc, earlier)
	{
		GivenName *other = lfirst(lc);

		if (name->among != NULL && other->among != NULL && strcmp(other->among, name->among) == 0 &&
			strcmp(other->name, name->name) == 0 && strcmp(other->full, name->full) != 0)
			return other;
	}
	return NULL;
}

/* What it is cut to meets another one: in words, or NULL. */
static char *
collision(LintRun *run, const Change *change, const GivenName *name)
{
	GivenName *other = namesake(run->notes[RULE_IDENTIFIER_COLLISION], name);
	const char *end = change->if_exists ? "this statement then makes nothing"
										: "the server will refuse this statement";

	if (other != NULL)
		return psprintf("%s and %s are both cut to %s: %s", quote_identifier(name->full),
						quote_identifier(other->full), quote_identifier(name->name), end);
	/* whether what is there has got its name in the same way nobody can tell */
	if (name->meets)
		return psprintf("%s is cut to %s, which is there already: %s", quote_identifier(name->full),
						quote_identifier(name->name), end);
	return NULL;
}

void
look_at_names(LintRun *run, const Change *change)
{
	GivenName *name = given_name(change);
	SourceWord *word = name ? source_long_name(change->text, name->name) : NULL;
	char *meets;
	char *suggestion;

	if (word == NULL)
		return;
	name->full = word->full;
	meets = collision(run, change, name);
	suggestion = statements_of(
		source_with(change->statement,
					source_place(change->statement, change->offset, change->text) + word->offset,
					word->length,
					quote_identifier(meets ? makeObjectName(name->full, NULL, "2") : name->name)),
		NULL);
	find_at(run, RULE_IDENTIFIER_TOO_LONG, change, name->object,
			psprintf("%s has %zu bytes and is cut to %s", quote_identifier(name->full),
					 strlen(name->full), quote_identifier(name->name)),
			suggestion);
	if (meets != NULL)
		find_at(run, RULE_IDENTIFIER_COLLISION, change, name->object, meets, suggestion);
	run->notes[RULE_IDENTIFIER_COLLISION] = lappend(run->notes[RULE_IDENTIFIER_COLLISION], name);
}
