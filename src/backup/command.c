/*
 * command.c
 *		Runs a command of the server's administrator through the shell, as the server
 *		does with archive_command.  No name that a user of the database chose gets
 *		there unless it is plain: quoting would end where the administrator quotes too.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/fd.h"
#include "utils/wait_event.h"

#include "backup/command.h"
#include "base/errors.h"

#define OUTPUT_SHOWN 1000 /* bytes, of its end */

char *backup_command = NULL;

bool
is_plain(const char *word)
{
	return isalnum((unsigned char) word[0]) &&
		strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		strlen(word);
}

char *
fill_command(const char *command, const char *database, const char *label, const char *file,
			 bool *names_file)
{
	StringInfoData out;

	initStringInfo(&out);
	*names_file = false;
	for (const char *at = command; *at != '\0'; at++)
	{
		if (*at != '%')
		{
			appendStringInfoChar(&out, *at);
			continue;
		}
		at++;
		if (*at == 'd')
			appendStringInfoString(&out, database);
		else if (*at == 'l')
			appendStringInfoString(&out, label);
		else if (*at == 'f')
		{
			appendStringInfoString(&out, file);
			*names_file = true;
		}
		else if (*at == '%')
			appendStringInfoChar(&out, '%');
		else
			ereport(ERROR,
					(errcode(ERRCODE_UNKNOWN_NAME),
					 errmsg("safemig.backup_command holds a %% that stands for nothing"),
					 errhint("%%d is the database, %%l the label, %%f the file, %%%% a %%.")));
	}
	return out.data;
}

bool
command_names_file(void)
{
	const char *at = backup_command;

	for (; at != NULL && (at = strchr(at, '%')) != NULL && at[1] != '\0'; at += 2)
		if (at[1] == 'f')
			return true;
	return false;
}

/* Only the end is of use, and kept. */
static void
add_output(StringInfo output, const char *line)
{
	appendStringInfoString(output, line);
	if (output->len > 4 * OUTPUT_SHOWN)
	{
		int drop = output->len - OUTPUT_SHOWN;

		memmove(output->data, output->data + drop, OUTPUT_SHOWN + 1);
		output->len = OUTPUT_SHOWN;
	}
}

/* What a program prints is in no known encoding. */
static char *
last_words(StringInfo output)
{
	char *text = output->data + Max(0, output->len - OUTPUT_SHOWN);

	for (char *at = text; *at != '\0'; at++)
		if (IS_HIGHBIT_SET(*at) || (*at != '\n' && iscntrl((unsigned char) *at)))
			*at = '?';
	while (output->len > 0 && output->data[output->len - 1] == '\n')
		output->data[--output->len] = '\0';
	return text;
}

/*
 * A cancel, a timeout or the server's stop is sent to the whole process group
 * (pg_signal_backend, StatementTimeoutHandler), so it ends the command too.
 */
char *
run_command(const char *command)
{
	/* a comment at its end must not swallow the parenthesis */
	char *with_errors = psprintf("( %s\n) 2>&1", command);
	FILE *pipe = OpenPipeStream(with_errors, "r");
	StringInfoData output;
	char line[1024];
	int status;

	if (pipe == NULL)
		return psprintf("it could not be started: %s", strerror(errno));
	initStringInfo(&output);
	pgstat_report_wait_start(PG_WAIT_EXTENSION);
	while (fgets(line, sizeof(line), pipe) != NULL)
		add_output(&output, line);
	status = ClosePipeStream(pipe);
	pgstat_report_wait_end();
	if (status == 0)
		return NULL;
	return psprintf("%s%s%s",
					status < 0 ? "its end could not be waited for" : wait_result_to_str(status),
					output.len > 0 ? ": " : "", last_words(&output));
}
