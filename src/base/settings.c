/*
 * settings.c
 *		Reads safemig.config into a cache, checks values, and answers with the
 *		default of the environment where nothing is set.  Who may set, and what is
 *		logged of it, is policy_functions.c in src/guard.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xlog.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "base/errors.h"
#include "base/installation.h"
#include "base/settings.h"
#include "base/transaction_list.h"
#include "base/window.h"

typedef enum SettingKind
{
	KIND_WORD,
	KIND_SWITCH,
	KIND_TIME,
	KIND_LIMIT,
	KIND_SIZE,
	KIND_SPAN,
	KIND_SHARE,
	KIND_NUMBER,
	KIND_AGE,
	KIND_WINDOW,
	KIND_FOLDER
} SettingKind;

typedef struct SettingInfo
{
	const char *name;
	SettingKind kind;
	const char *strict_default; /* production and staging */
	const char *lax_default;	/* test and development */
	const char *allowed;
	const char *meaning;
} SettingInfo;

static const SettingInfo infos[SETTING_COUNT] = {
#define SETTING(symbol, name, kind, strict, lax, allowed, meaning)                                 \
	{name, KIND_##kind, strict, lax, allowed, meaning},
#include "base/setting_list.h"
#undef SETTING
};

static const char *const environment_names[] = {"production", "staging", "test", "development"};

/* columns of safemig.config */
#define CONFIG_NAME 1
#define CONFIG_VALUE 2
#define CONFIG_BOUND_TO 3

typedef struct SettingCache
{
	uint64 generation; /* 0: never read */
	MemoryContext context;
	Environment environment;
	const char *set[SETTING_COUNT]; /* NULL: the default holds */
	int64 amount[SETTING_COUNT];
} SettingCache;

static SettingCache cache;

/* set_local(): what holds for this transaction, the newest last */
typedef struct LocalSetting
{
	TransactionItem item;
	Setting setting;
	const char *value;
	int64 amount;
} LocalSetting;

static TransactionList local_settings;

static int
unit_of(SettingKind kind)
{
	return kind == KIND_TIME || kind == KIND_LIMIT ? GUC_UNIT_MS
		: kind == KIND_SIZE						   ? GUC_UNIT_KB
												   : 0;
}

static bool
is_amount(SettingKind kind)
{
	return kind != KIND_WORD && kind != KIND_SWITCH && kind != KIND_WINDOW && kind != KIND_FOLDER;
}

/* '30 days', '12h': ms would end at 24 days */
static bool
parse_span(const char *value, int64 *seconds)
{
	static const struct
	{
		const char *unit;
		int64 seconds;
	} units[] = {{"s", 1},		   {"second", 1},	 {"seconds", 1}, {"min", 60},
				 {"minute", 60},   {"minutes", 60},	 {"h", 3600},	 {"hour", 3600},
				 {"hours", 3600},  {"d", 86400},	 {"day", 86400}, {"days", 86400},
				 {"week", 604800}, {"weeks", 604800}};
	char *unit;
	long number = strtol(value, &unit, 10);

	if (unit == value || number < 0 || number > 864000000)
		return false;
	unit += strspn(unit, " ");
	for (int i = 0; i < lengthof(units); i++)
		if (strcmp(unit, units[i].unit) == 0)
		{
			*seconds = number * units[i].seconds;
			return *seconds >= 60 && *seconds <= INT64CONST(864000000);
		}
	return false;
}

/* '20%', '20 %' as -20, else a SIZE */
static bool
parse_share(const char *value, int64 *amount)
{
	char *unit;
	long number = strtol(value, &unit, 10);
	int size;
	const char *hint;

	unit += strspn(unit, " ");
	if (unit != value && strcmp(unit, "%") == 0)
	{
		*amount = -number;
		return number >= 1 && number <= 1000;
	}
	*amount = parse_int(value, &size, GUC_UNIT_KB, &hint) ? size : -1;
	return *amount >= 0;
}

static bool
parse_amount(SettingKind kind, const char *value, int64 *amount)
{
	int number;
	const char *hint;

	*amount = 0;
	if (kind == KIND_AGE && strcmp(value, "off") == 0)
		return true;
	if (kind == KIND_SPAN || kind == KIND_AGE)
		return parse_span(value, amount);
	if (kind == KIND_SHARE)
		return parse_share(value, amount);
	if (!parse_int(value, &number, unit_of(kind), &hint))
		return false;
	*amount = number;
	return number > 0 || (number == 0 && kind != KIND_LIMIT);
}

/* Is word one of the list "a|b|c"? */
static bool
word_is_allowed(const char *word, const char *list)
{
	size_t length = strlen(word);
	const char *at = list;

	if (length == 0 || strchr(word, '|') != NULL)
		return false;
	while ((at = strstr(at, word)) != NULL)
	{
		if ((at == list || at[-1] == '|') && (at[length] == '\0' || at[length] == '|'))
			return true;
		at += length;
	}
	return false;
}

/* No shell, no file name and no command reads anything else into such a path. */
static bool
is_plain_folder(const char *path)
{
	return path[0] == '/' &&
		strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/") ==
		strlen(path) &&
		strstr(path, "..") == NULL && !path_is_prefix_of_path(DataDir, path);
}

static bool
text_is_allowed(const SettingInfo *info, const char *value)
{
	if (info->kind == KIND_WINDOW)
		return strcmp(value, "off") == 0 || windows_are_valid(value);
	if (info->kind == KIND_FOLDER)
		return strcmp(value, "beside") == 0 || is_plain_folder(value);
	return word_is_allowed(value, info->allowed);
}

const char *
database_mark(void)
{
	return psprintf(UINT64_FORMAT "/%u", GetSystemIdentifier(), MyDatabaseId);
}

static Environment
environment_of(const char *value)
{
	for (int i = 0; i < lengthof(environment_names); i++)
		if (strcmp(value, environment_names[i]) == 0)
			return (Environment) i;
	return ENVIRONMENT_PRODUCTION;
}

static int
find_setting(const char *name)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		if (strcmp(infos[i].name, name) == 0)
			return i;
	return -1;
}

/*
 * One row of safemig.config.  A row of a later version that this library does
 * not know is left alone.  An environment bound to another database came here
 * by a restore or a clone, and is production until somebody confirms it.
 */
static void
take_row(HeapTuple tuple, TupleDesc desc)
{
	bool isnull;
	char *name = TextDatumGetCString(own_column(tuple, desc, CONFIG_NAME, &isnull));
	char *value = TextDatumGetCString(own_column(tuple, desc, CONFIG_VALUE, &isnull));
	Datum bound = own_column(tuple, desc, CONFIG_BOUND_TO, &isnull);
	int index = find_setting(name);

	if (index < 0)
		return;
	if (index == SETTING_ENVIRONMENT)
	{
		if (isnull || strcmp(TextDatumGetCString(bound), database_mark()) != 0)
			return;
		cache.environment = environment_of(value);
	}
	cache.set[index] = MemoryContextStrdup(cache.context, value);
}

static const LocalSetting *
local_setting(Setting setting)
{
	for (int i = list_length(local_settings.items) - 1; i >= 0; i--)
	{
		LocalSetting *local = list_nth(local_settings.items, i);

		if (local->setting == setting)
			return local;
	}
	return NULL;
}

void
set_for_transaction(Setting setting, const char *value)
{
	LocalSetting *local = new_transaction_item(sizeof(LocalSetting));

	local->setting = setting;
	local->value = MemoryContextStrdup(TopTransactionContext, value);
	if (is_amount(infos[setting].kind))
		(void) parse_amount(infos[setting].kind, value, &local->amount);
	transaction_list_add(&local_settings, local);
}

/* What holds once the transaction has ended. */
static const char *
effective(Setting setting)
{
	if (cache.set[setting] != NULL)
		return cache.set[setting];
	return cache.environment <= ENVIRONMENT_STAGING ? infos[setting].strict_default
													: infos[setting].lax_default;
}

static void
read_config(void)
{
	uint64 generation = safemig_generation();

	if (cache.context == NULL)
		cache.context =
			AllocSetContextCreate(TopMemoryContext, "safemig settings", ALLOCSET_SMALL_SIZES);
	MemoryContextReset(cache.context);
	memset(cache.set, 0, sizeof(cache.set));
	cache.environment = ENVIRONMENT_PRODUCTION;

	scan_own_table(safemig_config(), take_row);

	for (int i = 0; i < SETTING_COUNT; i++)
		if (is_amount(infos[i].kind))
			(void) parse_amount(infos[i].kind, effective(i), &cache.amount[i]);
	cache.generation = generation;
}

static void
refresh(void)
{
	if (unlikely(cache.generation != safemig_generation()))
		read_config();
}

const char *
setting_text(Setting setting)
{
	const LocalSetting *local = local_setting(setting);

	if (unlikely(local != NULL))
		return local->value;
	refresh();
	return effective(setting);
}

bool
setting_is_on(Setting setting)
{
	return strcmp(setting_text(setting), "on") == 0;
}

bool
setting_is_set(Setting setting)
{
	refresh();
	return cache.set[setting] != NULL || local_setting(setting) != NULL;
}

int64
setting_amount(Setting setting)
{
	const LocalSetting *local = local_setting(setting);

	if (unlikely(local != NULL))
		return local->amount;
	refresh();
	return cache.amount[setting];
}

Environment
current_environment(void)
{
	refresh();
	return cache.environment;
}

const char *
environment_name(Environment environment)
{
	return environment_names[environment];
}

const char *
setting_name(Setting setting)
{
	return infos[setting].name;
}

Setting
setting_by_name(const char *name)
{
	int index = find_setting(name);

	if (index < 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNKNOWN_NAME), errmsg("there is no setting \"%s\"", name),
			 errhint("SELECT name, value, allowed FROM %s.settings; lists them.", SAFEMIG_NAME)));
	return (Setting) index;
}

const char *
setting_check(Setting setting, const char *value)
{
	const SettingInfo *info = &infos[setting];
	int64 amount;
	bool ok;

	if (is_amount(info->kind))
		ok = parse_amount(info->kind, value, &amount) && (info->kind != KIND_SIZE || amount >= 64);
	else
		ok = text_is_allowed(info, value);
	if (!ok)
		ereport(ERROR,
				(errcode(ERRCODE_UNKNOWN_NAME),
				 errmsg("setting \"%s\" cannot be \"%s\"", info->name, value),
				 errhint("Allowed: %s.", info->allowed)));
	return value;
}

/* The rows of safemig.settings: name, value, default, allowed, meaning. */
PG_FUNCTION_INFO_V1(safemig_setting_rows);
PGDLLEXPORT Datum safemig_setting_rows(PG_FUNCTION_ARGS);

Datum
safemig_setting_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	refresh();
	for (int i = 0; i < SETTING_COUNT; i++)
	{
		const SettingInfo *info = &infos[i];
		Datum values[5];
		bool nulls[5] = {false};

		values[0] = CStringGetTextDatum(info->name);
		values[1] = CStringGetTextDatum(setting_text(i));
		values[2] = CStringGetTextDatum(
			cache.environment <= ENVIRONMENT_STAGING ? info->strict_default : info->lax_default);
		values[3] = CStringGetTextDatum(info->allowed);
		values[4] = CStringGetTextDatum(info->meaning);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
