#!/bin/sh
# migrate.sh lint|staging|propose|production|start: the folder migrations, to the database that libpq's variables name
set -eu
folder=${FOLDER:-migrations} T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export PGCLIENTENCODING=UTF8 PGAPPNAME="migrate.sh ${1:-}"

# SQL from stdin; ends with status 3 at the first error, and shows its SQLSTATE
run() { psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -v build="${BUILD:-by hand}"; }

# What each file's name and text say, as psql's variables, followed by the SQL of a stage: versions first, then what has
# only a name. Behind -- migrate:up, -- +goose Up or -- +migrate Up stands the way up; without marks all of it is.
# shellcheck disable=SC2016
reader='
function quoted(s) { gsub(/\\/, "&&", s); gsub(/\047/, "&&", s); gsub(/\n/, "\\n", s); gsub(/\r/, "\\r", s); return "\047" s "\047" }
function set(name, value) { sub(/\n$/, "", value); print "\\set " name " " quoted(value) }
function ends(s, n) { return n > 0 && substr(s, n + 1, 1) ~ /^[_. -]?$/ }
function flyway(s) { sub(/__.*/, "", s); s = substr(s, 2); return s ~ /^[0-9][0-9._]*$/ ? s : "" }
function version_of(s) {
	if (s ~ /^V.*__/ && flyway(s) != "") return flyway(s)
	match(s, /^[0-9][0-9][0-9][0-9][_-][0-9][0-9][_-][0-9][0-9]/)
	if (ends(s, RLENGTH)) return substr(s, 1, RLENGTH + (substr(s, RLENGTH + 1) ~ /^[_-][0-9][0-9][0-9][0-9]([_-]|$)/ ? 5 : substr(s, RLENGTH + 1) ~ /^[_-][0-9][0-9][0-9][0-9][0-9][0-9]([_-]|$)/ ? 7 : 0))
	match(s, /^[vV]?[0-9]+(\.[0-9]+)+-[0-9A-Za-z.]+/)
	if (RLENGTH > 0 && substr(s, RLENGTH + 1, 1) ~ /^_?$/) return substr(s, 1, RLENGTH)
	match(s, /^[vV]?[0-9]+(\.[0-9]+)*/)
	return ends(s, RLENGTH) ? substr(s, 1, RLENGTH) : ""
}
function read_file(file,    line, at, mark, in_header, word) {
	split("", text); at = "up"; in_header = 1
	while ((getline line < file) > 0) {
		mark = tolower(line); sub(/^[ \t]*--[ \t]*/, "-- ", mark)
		in_header = in_header && mark ~ /^(--|[ \t\r]*$)/
		if (in_header && mark ~ /^-- safemig:[a-z]+[ \t]/) {
			word = mark; sub(/^-- safemig:/, "", word); sub(/[ \t].*/, "", word)
			value = line; sub(/^[^:]*:[a-z]+[ \t]+/, "", value); sub(/[ \t\r]+$/, "", value)
			if (word in text) value = text[word] "\n" value
			text[word] = value
		}
		if (mark ~ /^-- (migrate:|[+]goose |[+]migrate ) *up/) { text["up"] = ""; at = "up" }
		else if (mark ~ /^-- (migrate:|[+]goose |[+]migrate ) *down/) at = "down"
		else text[at] = text[at] line "\n"
	}
	close(file)
}
function take(file, kind, version, name,    down) {
	read_file(file)
	if (version in downs) { while ((getline line < downs[version]) > 0) down = down line "\n"; close(downs[version]); text["down"] = down }
	set("file", file); set("kind", kind); set("version", version); set("name", name == "" ? version : name)
	set("up", text["up"]); set("down", text["down"]); set("permits", text["permit"]); set("reason", text["reason"])
	set("environments", text["environments"] text["environment"]); set("release", text["release"]); set("check", text["check"])
	print sql
}
BEGIN { while ((getline line < stage) > 0) sql = sql line "\n" }
{
	n = split($0, part, "/"); name = part[n]; sub(/\.sql$/, "", name)
	if (name == "migration") name = part[n - 1]
	if (part[n - 1] == "seeds") { seeds[++s] = $0; seed_name[s] = name; next }
	if (name ~ /^R__/) { views[++r] = $0; view_name[r] = substr(name, 4); next }
	sub(/^migration[_-]/, "", name)
	if (name ~ /^U[0-9].*__/) { downs[flyway(name)] = $0; next }
	version = version_of(name)
	if (version == "") { print $0 " is left out: its name holds no version" > "/dev/stderr"; next }
	if (name ~ /\.down$/) { downs[version] = $0; next }
	if (version in file_of) { print $0 " and " file_of[version] " are both version " version > "/dev/stderr"; bad = 1; exit 1 }
	file_of[version] = $0; versions[++v] = version
	sub(/\.up$/, "", name); name = substr(name, index(name, version) + length(version)); sub(/^[_. -]+/, "", name); name_of[version] = name
}
END {
	if (bad) exit 1
	for (i = 1; i <= v; i++) if (only == "" || only == versions[i]) take(file_of[versions[i]], "version", versions[i], name_of[versions[i]])
	for (i = 1; i <= r && only == ""; i++) take(views[i], "repeatable", "", view_name[i])
	for (i = 1; i <= s && only == ""; i++) take(seeds[i], "seed", "", seed_name[i])
}'

# the SQL on stdin for each file, or for that of version $1; then the SQL $2
each() {
	cat >"$T/stage"
	find "$folder" -name '*.sql' | sort -V >"$T/files"
	awk -v stage="$T/stage" -v only="$1" "$reader" "$T/files" >"$T/all"
	printf '%s\n' "$2" >>"$T/all"
	run <"$T/all"
}

lint() {
	each '' "\\if :{?failed}
		DO \$\$ BEGIN RAISE 'lint finds errors'; END \$\$;
		\\endif" <<'SQL'
SELECT EXISTS (SELECT FROM safemig.system_versions v WHERE safemig.version_key(v.version) = safemig.version_key(nullif(:'version', ''))) AS applied \gset
\if :applied
\else
SELECT coalesce(string_agg(format('%s:%s: %s: %s: %s', :'file', line, severity, rule, message), E'\n'), :'file' || ': fine') AS report,
	count(*) FILTER (WHERE severity = 'error') > 0 AS bad FROM safemig.lint(:'up') WHERE severity <> 'info' \gset
\echo :report
\if :bad
\set failed
\endif
\endif
SQL
}

register() {
	each '' '' <<'SQL'
SELECT :'kind' = 'version' AS is_version, :'kind' = 'repeatable' AS is_repeatable,
	:'kind' = 'seed' AND value <> 'production' AS is_seed FROM safemig.settings WHERE name = 'environment' \gset
\if :is_version
SELECT :'version', safemig.register(:'version', :'name', :'up', :'down',
	permits => coalesce(string_to_array(nullif(:'permits', ''), E'\n'), '{}'), reason => nullif(:'reason', ''),
	check_sql => nullif(:'check', ''), environments => string_to_array(nullif(replace(:'environments', ' ', ''), ''), ','),
	release => nullif(:'release', ''));
\elif :is_repeatable
SELECT :'name', safemig.repeatable(:'name', :'up');
\elif :is_seed
SELECT :'name', safemig.seed(:'name', :'up', coalesce(string_to_array(nullif(replace(:'environments', ' ', ''), ''), ','), '{development}'));
\endif
SQL
}

# each version that waits, in its order: measured, taken back, and applied
rehearse() {
	waiting=$(echo 'SELECT version FROM safemig.plan() WHERE version IS NOT NULL' | run)
	for version in $waiting; do
		each "$version" "\\if :{?file}
			\\else
			DO \$\$ BEGIN RAISE 'version $version waits there, and no file of $folder is it'; END \$\$;
			\\endif" <<'SQL'
SELECT string_agg(concat_ws(' ', :'file' || ':' || line, command, duration, nullif(locks, '{}'), error), E'\n') AS report,
	count(error) > 0 AS bad FROM safemig.dry_run(:'up', coalesce(string_to_array(nullif(:'permits', ''), E'\n'), '{}')) \gset
\echo :report
\if :bad
DO $$ BEGIN RAISE 'the dry run failed'; END $$;
\endif
CALL safemig.migrate(:'version');
SQL
	done
	echo 'CALL safemig.migrate()' | run
}

propose() {
	run <<'SQL'
SELECT safemig.attest(coalesce(version, kind || ' ' || name), 'staging', :'build') FROM safemig.status WHERE state = 'pending' \g /dev/null
SELECT coalesce(version, kind || ' ' || name), action, 'permits missing', permits_missing, 'gates closed', gates_closed FROM safemig.plan();
SELECT count(*) > 0 AS bad FROM safemig.plan() WHERE permits_missing <> '{}' OR action LIKE 'refuse%' \gset
\if :bad
DO $$ BEGIN RAISE 'the plan will be refused'; END $$;
\endif
SQL
}

# a few tries, a minute apart, as long as somebody else holds what it needs (SM005)
migrate() {
	for try in 1 2 3; do
		: >"$T/status"
		{ echo 'CALL safemig.migrate()' | run 2>&1 || echo $? >"$T/status"; } | tee "$T/said"
		grep -q 'ERROR:  SM005' "$T/said" || break
		[ $try = 3 ] || sleep "${PAUSE:-60}"
	done
	return "$(grep . "$T/status" || echo 0)"
}

production() {
	run <<'SQL'
SELECT v.version, c.item, c.evidence FROM safemig.plan() v, safemig.checklist(v.version) c WHERE v.version IS NOT NULL AND c.state = 'open';
SELECT string_agg(concat(coalesce(version, kind || ' ' || name), ' by ', array_to_string(gates_closed, ', ')), '; ') FILTER (WHERE NOT gates_closed <@ '{backup_max_age}') AS closed,
	count(*) > 0 AS waits FROM safemig.plan() \gset
SELECT :'waits' AND :{?closed} AS is_closed, :'waits' AND NOT :{?closed} AS is_open \gset
\if :is_closed
\echo closed: :closed
DO $$ BEGIN RAISE 'gates are closed' USING ERRCODE = 'SM004'; END $$;
\elif :is_open
CALL safemig.backup('before_' || translate(:'build', ' ', '_'));
\endif
SQL
	migrate
	run <<'SQL'
SELECT version, state, duration, rows FROM safemig.status WHERE kind = 'versioned' ORDER BY applied_at DESC NULLS FIRST LIMIT 5;
SQL
}

case ${1:-} in
lint) lint ;;
staging) register; rehearse ;;
propose) register; propose ;;
production) production ;;
start) register; migrate ;;
*) echo "usage: migrate.sh lint|staging|propose|production|start" >&2; exit 64 ;;
esac
