/*
 * walk.c
 *		A script foreseen statement by statement.  Each statement is looked at in a
 *		subtransaction that is rolled back: what the server locks to understand it is
 *		let go at once, and what it cannot understand ends that look only.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "storage/proc.h"
#include "tcop/utility.h"
#include "utils/guc.h"

#include "base/apart.h"
#include "effect/effect.h"
#include "foresee/query_effects.h"
#include "migrate/walk.h"

typedef struct SettingChange
{
	const char *name;
	const char *value;
} SettingChange;

typedef struct WalkState
{
	const Walk *walk;
	const Script *script;
	int current;	/* index of the statement at work */
	bool visiting;	/* what is at work is our own */
	List *settings; /* SettingChange *, to be made when the look is over */
} WalkState;

/*
 * Names are looked up, and times converted, as the script itself has set it.  Only
 * what bears on that, or on how long it waits, is set for the rest of the look.
 */
static const char *const followed_settings[] = {
	"search_path", "lock_timeout",		 "statement_timeout",
	"TimeZone",	   "default_tablespace", "default_table_access_method"};

static void
note_setting(WalkState *state, const Change *change)
{
	for (int i = 0; i < lengthof(followed_settings); i++)
		/* without a name it is RESET ALL */
		if (change->name == NULL || pg_strcasecmp(change->name, followed_settings[i]) == 0)
		{
			SettingChange *setting = palloc(sizeof(SettingChange));

			setting->name = followed_settings[i];
			setting->value = change->name ? change->new_name : NULL;
			state->settings = lappend(state->settings, setting);
		}
}

static void
visit_change(Change *change, void *arg)
{
	WalkState *state = arg;

	CHECK_FOR_INTERRUPTS();
	if (change->kind == CHANGE_SET_VARIABLE)
		note_setting(state, change);
	state->visiting = true;
	state->walk->visit(change, state->walk->arg);
	state->visiting = false;
}

static void
look_at_statement(void *arg)
{
	WalkState *state = arg;
	const ScriptStatement *statement = &state->script->statements[state->current];
	char *text = pnstrdup(state->script->text + statement->offset,
						  statement->from + statement->length - statement->offset);
	Node *stmt = linitial_node(RawStmt, raw_parser(text, RAW_PARSE_DEFAULT))->stmt;

	if (state->walk->begin != NULL)
		state->walk->begin(state->current + 1, GetCommandTagName(CreateCommandTag(stmt)),
						   effects_of_raw_statement(stmt, text), state->walk->arg);
	foresee_statement(stmt, text, visit_change, state);
}

static void
make_settings(void *arg)
{
	WalkState *state = arg;
	ListCell *lc;

	foreach(lc, state->settings)
	{
		const SettingChange *setting = lfirst(lc);

		(void) set_config_option(setting->name, setting->value, PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SET, true, 0, false);
	}
}

/*
 * An error is mostly the server's own word on the statement: when it runs it will say
 * so itself, and what has been foreseen of it up to there is kept.  One of our own,
 * and one that cannot happen, is told, since something may be missing then.
 */
static void
tell_of_failure(const WalkState *state, const ErrorData *error)
{
	if (error == NULL ||
		(!state->visiting &&
		 ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR)))
		return;
	ereport(WARNING,
			(errmsg("statement %d could not be looked at to its end: %s",
					state->script ? Min(state->current + 1, state->script->count) : 0,
					error->message)));
}

static int lock_timeout_of_script = 0;

int
script_lock_timeout(void)
{
	return lock_timeout_of_script;
}

/*
 * The server's own functions that print definitions lock what they print and wait
 * for it.  No look waits long, whatever the session and the script have set.
 */
static ErrorData *
look_briefly(void (*look)(void *arg), void *arg)
{
	ErrorData *error;

	lock_timeout_of_script = LockTimeout;
	LockTimeout = LOOK_LOCK_MS;
	PG_TRY();
	{
		error = try_apart(look, arg);
	}
	PG_FINALLY();
	{
		LockTimeout = lock_timeout_of_script;
	}
	PG_END_TRY();
	return error;
}

static void
walk_statement(WalkState *state)
{
	state->visiting = false;
	tell_of_failure(state, look_briefly(look_at_statement, state));
	if (state->settings != NIL)
		(void) run_apart(make_settings, state);
	state->settings = NIL;
	if (state->walk->end_statement != NULL)
		state->walk->end_statement(state->walk->arg);
}

int
begin_quiet(void)
{
	int level = NewGUCNestLevel();

	if (client_min_messages < WARNING)
		(void) set_config_option("client_min_messages", "warning", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

static void
end_walk(void *arg)
{
	const Walk *walk = arg;

	walk->end(walk->arg);
}

static void
walk_statements(WalkState *state)
{
	for (state->current = 0; state->current < state->script->count; state->current++)
	{
		CHECK_FOR_INTERRUPTS();
		draft_next_statement();
		walk_statement(state);
	}
}

void
walk_scripts(const List *scripts, const Walk *walk)
{
	WalkState state = {.walk = walk};
	Draft *draft = draft_open();
	int level = 0;
	ListCell *lc;

	PG_TRY();
	{
		foreach(lc, scripts)
		{
			if (level != 0)
				AtEOXact_GUC(false, level);
			level = NewGUCNestLevel();
			state.script = lfirst(lc);
			walk_statements(&state);
		}
		if (walk->end != NULL)
		{
			state.visiting = true;
			tell_of_failure(&state, look_briefly(end_walk, unconstify(Walk *, walk)));
		}
	}
	PG_FINALLY();
	{
		draft_close(draft);
	}
	PG_END_TRY();
}

/* Some findings stand before the last one, mostly in the same statement. */
static void
step_back(PlaceCursor *cursor, const char *text, int offset)
{
	int start = offset;
	int lines = 0;

	for (int at = offset; at < cursor->offset; at++)
		lines += text[at] == '\n';
	if (lines == 0)
		cursor->column -= pg_mbstrlen_with_len(text + offset, cursor->offset - offset);
	else
	{
		while (start > 0 && text[start - 1] != '\n')
			start--;
		cursor->column = pg_mbstrlen_with_len(text + start, offset - start) + 1;
	}
	cursor->line -= lines;
	cursor->offset = offset;
}

void
walk_script(const Script *script, const Walk *walk)
{
	walk_scripts(list_make1(unconstify(Script *, script)), walk);
}

void
place_in_script(PlaceCursor *cursor, const Script *script, int offset, int *line, int *column)
{
	const char *text = script->text;
	const char *newline;

	if (cursor->line == 0)
		cursor->line = cursor->column = 1;
	if (offset < cursor->offset)
		step_back(cursor, text, offset);
	while ((newline = memchr(text + cursor->offset, '\n', offset - cursor->offset)) != NULL)
	{
		cursor->offset = newline + 1 - text;
		cursor->line++;
		cursor->column = 1;
	}
	cursor->column += pg_mbstrlen_with_len(text + cursor->offset, offset - cursor->offset);
	cursor->offset = offset;
	*line = cursor->line;
	*column = cursor->column;
}
