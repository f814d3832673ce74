/*
 * folder_text.c
 *		What does a migration file hold?  Sections up and down as dbmate, goose and
 *		sql-migrate mark them, and safemig's own words in the comments that it
 *		begins with:
 *
 *			-- safemig:permit drop column public.clients.email
 *			-- safemig:reason GDPR-123
 *			-- safemig:environments staging, production
 *			-- safemig:release 2026.4
 *			-- safemig:check SELECT count(*) = 3 FROM plans
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/errors.h"
#include "migrate/folder.h"

typedef enum Section
{
	SECTION_NONE,
	SECTION_UP,
	SECTION_DOWN
} Section;

/* Blanks skipped, also those between two dashes and the word. */
static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t\r");
}

/* What a comment says, NULL when the line is none. */
static const char *
comment_of(const char *line)
{
	line = skip_blanks(line);
	return strncmp(line, "--", 2) == 0 ? skip_blanks(line + 2) : NULL;
}

static bool
begins_with_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	return pg_strncasecmp(text, word, length) == 0 && !isalnum((unsigned char) text[length]);
}

static Section
section_of(const char *line)
{
	static const char *const tools[] = {"migrate:", "+goose ", "+migrate "};
	const char *comment = comment_of(line);

	for (int i = 0; comment != NULL && i < lengthof(tools); i++)
		if (pg_strncasecmp(comment, tools[i], strlen(tools[i])) == 0)
		{
			const char *word = skip_blanks(comment + strlen(tools[i]));

			if (begins_with_word(word, "up"))
				return SECTION_UP;
			if (begins_with_word(word, "down"))
				return SECTION_DOWN;
		}
	return SECTION_NONE;
}

static char *
trimmed(const char *text)
{
	char *copy = pstrdup(skip_blanks(text));
	size_t length = strlen(copy);

	while (length > 0 && isspace((unsigned char) copy[length - 1]))
		copy[--length] = '\0';
	return copy;
}

static List *
split_list(const char *value)
{
	List *found = NIL;
	char *copy = pstrdup(value);
	char *rest = NULL;

	for (char *part = strtok_r(copy, ",", &rest); part; part = strtok_r(NULL, ",", &rest))
		if (*trimmed(part) != '\0')
			found = lappend(found, trimmed(part));
	return found;
}

/* Lint has a word of its own, anywhere. */
static void
take_header(const char *file, int line_number, const char *comment, FileText *result)
{
	const char *word = comment + strlen("safemig:");
	const char *value = trimmed(word + strcspn(word, " \t"));

	if (begins_with_word(word, "ignore"))
		return;
	if (*value == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("%s, line %d: \"%s\" says nothing", file, line_number, trimmed(comment))));
	if (begins_with_word(word, "permit"))
		result->permits = lappend(result->permits, (char *) value);
	else if (begins_with_word(word, "environments") || begins_with_word(word, "environment"))
		result->environments = list_concat(result->environments, split_list(value));
	else if (begins_with_word(word, "reason"))
		result->reason = (char *) value;
	else if (begins_with_word(word, "release"))
		result->release = (char *) value;
	else if (begins_with_word(word, "check"))
		result->check_sql = (char *) value;
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("%s, line %d: \"%s\" is not known", file, line_number, trimmed(comment)),
				 errhint("Known are safemig:permit, safemig:reason, safemig:environments, "
						 "safemig:release and safemig:check.")));
}

static void
check_section(const char *file, int line_number, Section section, StringInfo before,
			  const StringInfoData *parts)
{
	if (parts[section].data != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("%s, line %d: a second section %s", file, line_number,
						section == SECTION_UP ? "up" : "down")));
	if (before != NULL && before->len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCRIPT),
				 errmsg("%s, line %d: there are statements before the first section", file,
						line_number),
				 errhint("Put them behind the line -- migrate:up.")));
}

/*
 * Line by line.  A mark inside a literal would count too, as it does for the tools
 * whose marks they are.
 */
void
parse_file_text(const char *file, char *text, FileText *result)
{
	StringInfoData parts[3] = {0};
	StringInfoData statements; /* lines that are no comment, before any section */
	Section section = SECTION_NONE;
	bool in_header = true;
	int line_number = 0;
	char *next;

	memset(result, 0, sizeof(*result));
	initStringInfo(&parts[SECTION_NONE]);
	initStringInfo(&statements);
	for (char *line = text; *line != '\0'; line = next)
	{
		size_t length = strcspn(line, "\n");
		char *copy = pnstrdup(line, length);
		const char *comment = comment_of(copy);
		Section marked = section_of(copy);

		next = line + length + (line[length] == '\n' ? 1 : 0);
		line_number++;
		in_header = in_header && (comment != NULL || *skip_blanks(copy) == '\0');
		if (in_header && comment != NULL && strncmp(comment, "safemig:", 8) == 0)
			take_header(file, line_number, comment, result);
		if (marked != SECTION_NONE)
		{
			check_section(file, line_number, marked, section == SECTION_NONE ? &statements : NULL,
						  parts);
			section = marked;
			initStringInfo(&parts[section]);
			continue;
		}
		if (comment == NULL && section == SECTION_NONE && *skip_blanks(copy) != '\0')
			appendStringInfoString(&statements, copy);
		appendBinaryStringInfo(&parts[section], line, (int) (next - line));
	}
	result->up = section == SECTION_NONE ? parts[SECTION_NONE].data : parts[SECTION_UP].data;
	result->down = parts[SECTION_DOWN].data;
	if (result->up == NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_SCRIPT), errmsg("%s has a section down and none up", file)));
}
