/*
 * settings.h
 *		The settings kept in safemig.config, with the defaults of this database's
 *		environment.  Read through a cache: cheap to ask from a hook.
 */
#ifndef SAFEMIG_SETTINGS_H
#define SAFEMIG_SETTINGS_H

#include "postgres.h"

typedef enum Setting
{
#define SETTING(symbol, name, kind, strict, lax, allowed, meaning) SETTING_##symbol,
#include "base/setting_list.h"
#undef SETTING
	SETTING_COUNT
} Setting;

/* What the words of environments and verdicts are, in the order of severity. */
typedef enum Environment
{
	ENVIRONMENT_PRODUCTION,
	ENVIRONMENT_STAGING,
	ENVIRONMENT_TEST,
	ENVIRONMENT_DEVELOPMENT
} Environment;

extern const char *setting_text(Setting setting);
extern bool setting_is_on(Setting setting);
extern bool setting_is_set(Setting setting);  /* by somebody, not by default */
extern int64 setting_amount(Setting setting); /* ms, kB, s, -% or a number */

/* Until the (sub)transaction ends; value as setting_check() returned it. */
extern void set_for_transaction(Setting setting, const char *value);

extern Environment current_environment(void);
extern const char *environment_name(Environment environment);

/* SM009 for a wrong name or value; returns the value as it is to be stored */
extern Setting setting_by_name(const char *name);
extern const char *setting_check(Setting setting, const char *value);
extern const char *setting_name(Setting setting);

/* "system identifier/database": what an environment is bound to */
extern const char *database_mark(void);

#endif /* SAFEMIG_SETTINGS_H */
