/*
 * body_mentions.c
 *		Where does the body of a function name a relation or a column?  Read word by
 *		word, statement by statement, as far as that can be told without running it:
 *		a column counts where its table is named in the same statement, or by a
 *		variable that holds a row of the table.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "parser/scansup.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"

#include "base/apart.h"
#include "base/text_list.h"
#include "base/tokens.h"
#include "effect/bodies.h"

typedef struct Word
{
	Token token;
	char *name; /* of an identifier or keyword, as the server folds it; NULL: something else */
	bool quoted;
} Word;

typedef struct Reading
{
	const FunctionBody *body;
	const BodyTarget *target;
	Word *words;
	int count;
	bool visible;	 /* without its schema the name means the target */
	bool is_trigger; /* of the target */
	List *rows;		 /* variables that hold a row of it, names */
	List *mentions;
} Reading;

/* ---------- words ---------- */

static void
read_words(void *arg)
{
	Reading *reading = arg;
	const char *text = reading->body->text;
	TokenScan *scan = token_scan_begin(text);
	int room = 64;
	Token token;

	reading->words = palloc(sizeof(Word) * room);
	while (token_scan_next(scan, &token))
	{
		Word *word;

		if (reading->count == room)
			reading->words = repalloc(reading->words, sizeof(Word) * (room *= 2));
		word = &reading->words[reading->count++];
		word->token = token;
		word->quoted = text[token.offset] == '"';
		word->name = NULL;
		if (word->quoted)
			word->name = pnstrdup(text + token.offset + 1, token.length - 2);
		else if (token_is_word(text, &token))
			word->name = downcase_identifier(text + token.offset, token.length, false, false);
	}
	token_scan_end(scan);
}

static bool
is_sign(const Reading *reading, int at, const char *sign)
{
	return at >= 0 && at < reading->count &&
		token_is(reading->body->text, &reading->words[at].token, sign);
}

static bool
is_keyword(const Reading *reading, int at, const char *word)
{
	return at >= 0 && at < reading->count && reading->words[at].name != NULL &&
		!reading->words[at].quoted && strcmp(reading->words[at].name, word) == 0;
}

static bool
is_one_of(const Reading *reading, int at, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (is_keyword(reading, at, words[i]))
			return true;
	return false;
}

static bool
is_name(const Reading *reading, int at, const char *name)
{
	return at >= 0 && at < reading->count && reading->words[at].name != NULL &&
		strcmp(reading->words[at].name, name) == 0;
}

static bool
is_any_name(const Reading *reading, int at)
{
	return at >= 0 && at < reading->count && reading->words[at].name != NULL;
}

/* ---------- statements ---------- */

/* Where the statement ends that begins at from: behind a semicolon, or where plpgsql nests */
static int
end_of_statement(const Reading *reading, int from)
{
	int cases = 0;

	for (int at = from; at < reading->count; at++)
	{
		if (is_sign(reading, at, ";"))
			return at + 1;
		if (is_keyword(reading, at, "case"))
			cases++;
		else if (is_keyword(reading, at, "end") && cases > 0)
			cases--;
		else if (cases == 0 &&
				 (is_keyword(reading, at, "then") || is_keyword(reading, at, "loop") ||
				  is_keyword(reading, at, "else") || is_keyword(reading, at, "begin")))
			return at + 1;
	}
	return reading->count;
}

/* ---------- the relation ---------- */

static const char *const before_relation[] = {"from",  "join",	   "update", "only", "table",
											  "using", "truncate", "copy",	 "lock"};

static const char *const ends_from[] = {
	"where", "group",  "order",		"having", "limit",	"offset", "set",  "returning", "select",
	"union", "except", "intersect", "values", "window", "for",	  "loop", "into"};

static const char *const no_alias[] = {
	"where",	   "group",	 "order", "having", "limit",	 "offset",	"set",
	"returning",   "select", "union", "except", "intersect", "values",	"window",
	"for",		   "loop",	 "into",  "on",		"using",	 "join",	"inner",
	"left",		   "right",	 "full",  "cross",	"natural",	 "default", "fetch",
	"tablesample", "then",	 "when",  "from",	"in",		 "to"};

/* A comma in the list of FROM or of TRUNCATE: is that what we are in? */
static bool
is_in_from_list(const Reading *reading, int from, int comma)
{
	int depth = 0;

	for (int at = comma - 1; at >= from; at--)
	{
		if (is_sign(reading, at, ")"))
			depth++;
		else if (is_sign(reading, at, "(") && depth-- == 0)
			return false;
		if (depth != 0)
			continue;
		if (is_keyword(reading, at, "from") || is_keyword(reading, at, "truncate") ||
			is_keyword(reading, at, "using"))
			return true;
		if (is_one_of(reading, at, ends_from, lengthof(ends_from)))
			return false;
	}
	return false;
}

/* Does a relation's name begin at this word? */
static bool
stands_for_relation(const Reading *reading, int from, int at)
{
	if (is_sign(reading, at - 1, ","))
		return is_in_from_list(reading, from, at - 1);
	if (is_keyword(reading, at - 1, "into"))
		return is_keyword(reading, at - 2, "insert") || is_keyword(reading, at - 2, "merge");
	/* IS DISTINCT FROM a value */
	if (is_keyword(reading, at - 1, "from") && is_keyword(reading, at - 2, "distinct"))
		return false;
	return is_one_of(reading, at - 1, before_relation, lengthof(before_relation));
}

/* schema_at: the word with its schema, or -1 */
static bool
names_relation(const Reading *reading, int from, int at, int *schema_at)
{
	bool qualified = is_sign(reading, at - 1, ".");
	int start = qualified ? at - 2 : at;
	bool is_row_type;

	*schema_at = qualified ? start : -1;
	if (!is_name(reading, at, reading->target->relation) ||
		(qualified ? !is_name(reading, start, reading->target->schema) : !reading->visible))
		return false;
	is_row_type = is_sign(reading, at + 1, "%") && is_keyword(reading, at + 2, "rowtype");
	/* t.c%TYPE */
	if (is_sign(reading, at + 1, ".") && is_sign(reading, at + 3, "%"))
		return true;
	if (is_sign(reading, at + 1, "(") && !is_keyword(reading, start - 1, "into"))
		return false;
	return is_row_type || stands_for_relation(reading, from, start);
}

static void
add_mention(Reading *reading, int at, int schema_at)
{
	Mention *mention = palloc(sizeof(Mention));

	mention->offset = reading->words[at].token.offset;
	mention->length = reading->words[at].token.length;
	mention->schema_offset = schema_at >= 0 ? reading->words[schema_at].token.offset : -1;
	reading->mentions = lappend(reading->mentions, mention);
}

/* ---------- names for its rows ---------- */

static List *
with_alias(const Reading *reading, int at, List *aliases)
{
	int alias = is_keyword(reading, at + 1, "as") ? at + 2 : at + 1;

	if (!is_any_name(reading, alias) ||
		(!reading->words[alias].quoted && is_one_of(reading, alias, no_alias, lengthof(no_alias))))
		return lappend(aliases, unconstify(char *, reading->target->relation));
	return lappend(aliases, reading->words[alias].name);
}

/* variable t%ROWTYPE; FOR variable IN SELECT ...; SELECT ... INTO variable */
static void
note_row_variables(Reading *reading, int from, int to, int at, int schema_at)
{
	int start = schema_at >= 0 ? schema_at : at;

	if (is_sign(reading, at + 1, "%") && is_keyword(reading, at + 2, "rowtype") &&
		is_any_name(reading, start - 1))
		reading->rows = lappend(reading->rows, reading->words[start - 1].name);
	for (int i = from; i < to; i++)
	{
		bool loops = is_keyword(reading, i, "for") && is_any_name(reading, i + 1) &&
			is_keyword(reading, i + 2, "in");
		bool takes = is_keyword(reading, i, "into") && is_any_name(reading, i + 1) &&
			!is_keyword(reading, i - 1, "insert") && !is_keyword(reading, i - 1, "merge") &&
			!is_sign(reading, i + 2, ",");

		if (takes && is_keyword(reading, i + 1, "strict"))
			i++;
		if ((loops || takes) && is_any_name(reading, i + 1))
			reading->rows = lappend(reading->rows, reading->words[i + 1].name);
	}
}

/* ---------- the column ---------- */

static bool
names_column(const Reading *reading, int at, bool relation_is_named, List *aliases)
{
	const char *qualifier;

	if (!is_name(reading, at, reading->target->column) || is_sign(reading, at + 1, "("))
		return false;
	if (!is_sign(reading, at - 1, "."))
		return relation_is_named && !is_keyword(reading, at - 1, "as") &&
			!is_sign(reading, at + 1, ".");
	if (!is_any_name(reading, at - 2))
		return false;
	qualifier = reading->words[at - 2].name;
	if (is_in_texts(reading->rows, qualifier))
		return true;
	if (reading->is_trigger && (strcmp(qualifier, "new") == 0 || strcmp(qualifier, "old") == 0))
		return true;
	return relation_is_named &&
		(is_in_texts(aliases, qualifier) || strcmp(qualifier, "excluded") == 0);
}

static void
read_statement(Reading *reading, int from, int to)
{
	bool relation_is_named = false;
	List *aliases = NIL;
	int schema_at;

	for (int at = from; at < to; at++)
		if (names_relation(reading, from, at, &schema_at))
		{
			relation_is_named = true;
			aliases = with_alias(reading, at, aliases);
			note_row_variables(reading, from, to, at, schema_at);
			if (reading->target->column == NULL)
				add_mention(reading, at, schema_at);
		}
		else if (reading->target->column == NULL && relation_is_named &&
				 is_in_texts(aliases, reading->target->relation) && is_sign(reading, at + 1, ".") &&
				 is_name(reading, at, reading->target->relation) && !is_sign(reading, at - 1, "."))
			add_mention(reading, at, -1);
	if (reading->target->column == NULL)
		return;
	for (int at = from; at < to; at++)
		if (names_column(reading, at, relation_is_named, aliases))
			add_mention(reading, at, -1);
}

/* ---------- the body ---------- */

static bool
can_mean(const FunctionBody *body, const char *name)
{
	return strstr(body->folded, asc_tolower(name, strlen(name))) != NULL;
}

static bool
is_visible_in(const FunctionBody *body, const BodyTarget *target)
{
	if (body->path != NIL)
		return is_in_texts(body->path, target->schema);
	return RelationIsVisible(target->relid) || body->schema == get_rel_namespace(target->relid);
}

List *
mentions_in_body(const FunctionBody *body, const BodyTarget *target)
{
	Reading reading = {.body = body, .target = target};

	reading.is_trigger = list_member_oid(target->trigger_functions, body->oid);
	if ((target->column != NULL && !can_mean(body, target->column)) ||
		(!reading.is_trigger && !can_mean(body, target->relation)))
		return NIL;
	reading.visible = is_visible_in(body, target);
	/* a body that cannot be read fails already */
	if (run_apart(read_words, &reading) != NULL)
		return NIL;
	for (int from = 0, to; from < reading.count; from = to)
	{
		to = end_of_statement(&reading, from);
		read_statement(&reading, from, to);
	}
	return reading.mentions;
}
