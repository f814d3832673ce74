/*
 * command.h
 *		What the server's administrator lets this server run, and what it said.
 */
#ifndef SAFEMIG_BACKUP_COMMAND_H
#define SAFEMIG_BACKUP_COMMAND_H

#include "postgres.h"

extern char *backup_command; /* the setting safemig.backup_command */

/*
 * The command with %d, %l, %f and %% filled in; names_file: whether it has a %f.
 * SM009 for a % of another kind.  The words must be plain, see is_plain().
 */
extern char *fill_command(const char *command, const char *database, const char *label,
						  const char *file, bool *names_file);

/* Is there a command, and has it a %f? */
extern bool command_names_file(void);

/* Letters, digits and ._- only, and not of an option's looks: a shell reads nothing into it. */
extern bool is_plain(const char *word);

/* NULL when it ended well, else a sentence with the last it said. */
extern char *run_command(const char *command);

#endif /* SAFEMIG_BACKUP_COMMAND_H */
