/*
 * window.c
 *		Reads change windows and says whether one is open.  Each is: days (none for
 *		every day), from-to, and a time zone (none for UTC).  One that ends before it
 *		begins goes on into the next day.
 */
#include "postgres.h"

#include "nodes/pg_list.h"
#include "pgtime.h"
#include "port.h"
#include "utils/timestamp.h"

#include "base/window.h"

#define ALL_DAYS 0x7f
#define MINUTES_OF_DAY (24 * 60)

typedef struct Window
{
	int days;  /* a bit for each, Sunday's the lowest: on which it begins */
	int begin; /* minutes of the day */
	int end;   /* less than begin: of the next day */
	const char *zone_name;
	pg_tz *zone;
} Window;

static const char *const day_names[] = {"Sunday",	"Monday", "Tuesday", "Wednesday",
										"Thursday", "Friday", "Saturday"};

/* "Sun", "sunday"; -1 for anything else */
static int
parse_day(const char *word, size_t length)
{
	for (int day = 0; day < lengthof(day_names); day++)
		if ((length == 3 || length == strlen(day_names[day])) &&
			pg_strncasecmp(word, day_names[day], length) == 0)
			return day;
	return -1;
}

/* "Sun", "Mon-Fri"; no bit when it is neither */
static int
parse_days(const char *word)
{
	const char *dash = strchr(word, '-');
	int first = parse_day(word, dash ? dash - word : strlen(word));
	int last = dash ? parse_day(dash + 1, strlen(dash + 1)) : first;
	int days = 0;

	if (first < 0 || last < 0)
		return 0;
	for (int day = first;; day = (day + 1) % 7)
	{
		days |= 1 << day;
		if (day == last)
			return days;
	}
}

static bool
parse_clock(const char *word, const char **rest, int *minutes)
{
	if (!isdigit((unsigned char) word[0]) || !isdigit((unsigned char) word[1]) || word[2] != ':' ||
		!isdigit((unsigned char) word[3]) || !isdigit((unsigned char) word[4]))
		return false;
	*minutes = ((word[0] - '0') * 10 + word[1] - '0') * 60 + (word[3] - '0') * 10 + word[4] - '0';
	*rest = word + 5;
	return word[3] < '6' && *minutes <= MINUTES_OF_DAY;
}

static bool
parse_hours(const char *word, Window *window)
{
	return parse_clock(word, &word, &window->begin) && *word == '-' &&
		parse_clock(word + 1, &word, &window->end) && *word == '\0' &&
		window->begin != window->end && window->begin < MINUTES_OF_DAY;
}

static bool
parse_zone(const char *word, Window *window)
{
	window->zone_name = pstrdup(word);
	window->zone = pg_tzset(word);
	return window->zone != NULL && pg_tz_acceptable(window->zone);
}

static Window *
parse_window(char *text)
{
	Window *window = palloc0(sizeof(Window));
	char *at = NULL;
	char *word = strtok_r(text, " ", &at);

	for (; word != NULL && isalpha((unsigned char) *word); word = strtok_r(NULL, " ", &at))
	{
		int days = parse_days(word);

		if (days == 0)
			return NULL;
		window->days |= days;
	}
	if (window->days == 0)
		window->days = ALL_DAYS;
	if (word == NULL || !parse_hours(word, window))
		return NULL;
	word = strtok_r(NULL, " ", &at);
	if (!parse_zone(word ? word : "UTC", window) || strtok_r(NULL, " ", &at) != NULL)
		return NULL;
	return window;
}

/* List of Window *; NIL when one of them cannot be read. */
static List *
parse_windows(const char *text)
{
	List *windows = NIL;
	char *rest = pstrdup(text);

	while (rest != NULL)
	{
		char *comma = strchr(rest, ',');
		Window *window;

		if (comma)
			*comma = '\0';
		window = parse_window(rest);
		if (window == NULL)
			return NIL;
		windows = lappend(windows, window);
		rest = comma ? comma + 1 : NULL;
	}
	return windows;
}

bool
windows_are_valid(const char *text)
{
	return parse_windows(text) != NIL;
}

static struct pg_tm *
local_time(const Window *window, TimestampTz at)
{
	pg_time_t seconds = timestamptz_to_time_t(at);

	return pg_localtime(&seconds, window->zone);
}

static bool
begins_on(const Window *window, int day)
{
	return (window->days & (1 << day)) != 0;
}

static bool
is_open(const Window *window, const struct pg_tm *now)
{
	int minute = now->tm_hour * 60 + now->tm_min;
	int today = now->tm_wday;

	if (window->begin < window->end)
		return begins_on(window, today) && minute >= window->begin && minute < window->end;
	return (begins_on(window, today) && minute >= window->begin) ||
		(begins_on(window, (today + 6) % 7) && minute < window->end);
}

bool
window_is_open(const char *text, TimestampTz at)
{
	ListCell *lc;

	foreach(lc, parse_windows(text))
		if (is_open(lfirst(lc), local_time(lfirst(lc), at)))
			return true;
	return false;
}

char *
window_clock(const char *text, TimestampTz at)
{
	const Window *window = linitial(parse_windows(text));
	const struct pg_tm *now = local_time(window, at);

	return psprintf("%.3s %02d:%02d %s", day_names[now->tm_wday], now->tm_hour, now->tm_min,
					window->zone_name);
}
