# shellcheck shell=bash
#
# What check and the demo share: who runs the server, where PostgreSQL is, how
# the extension is built and installed, and a cluster with a life of its own.
# To be sourced under `set -euo pipefail`; changes nothing by itself.
#

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
major=${PG_MAJOR:-15}
pg_config=${PG_CONFIG:-/usr/lib/postgresql/$major/bin/pg_config}
bindir=${pg_config%/*}

# The reader's PGDATABASE, PGOPTIONS, MAKEFLAGS or locale must not decide a test.
# LANG too: PostgreSQL::Test::Cluster takes LC_ALL away.
unset "${!PG@}" "${!MAKE@}" MFLAGS "${!LC_@}" LANGUAGE
export PG_MAJOR=$major		# packages asks for it
export LANG=C.UTF-8 LC_ALL=C.UTF-8
umask 022

as_root() {
	if [ "$EUID" = 0 ]; then "$@"; else sudo "$@"; fi
}

# initdb and the server refuse root, so root hands over to the package's user.
# An array, so that a caller can also exec it; what follows may start with VAR=value.
plain_user=(env)
[ "$EUID" != 0 ] || plain_user=(runuser -u postgres -- env)

# HOME is the scratch directory: root's is closed to the plain user, and nobody's
# .psqlrc shall be read.
as_user() {
	"${plain_user[@]}" HOME="${scratch:-/}" "$@"
}

# A directory that the plain user can enter, with a path short enough for a
# socket (107 bytes): neither holds for every TMPDIR.
temp_root() {
	local dir=${TMPDIR:-/tmp}

	if [ ${#dir} -gt 50 ] || ! as_user test -w "$dir" -a -x "$dir" 2>/dev/null; then
		dir=/tmp
	fi
	echo "$dir"
}

# build DIR: compiles a copy of the checkout in DIR. The checkout may be another
# user's, and what lies built in it must not hide a file that no longer compiles.
build() {
	as_user mkdir "$1"
	tar -C "$checkout" --exclude-vcs --exclude='*.o' --exclude='*.so' --exclude='*.bc' \
		--exclude=node_modules --exclude=tmp_check --exclude=tmp_check_iso \
		--exclude=results --exclude=output_iso -cf - . | as_user tar -C "$1" -xf -
	as_user make -s -C "$1" PG_CONFIG="$pg_config" with_llvm=no COPT="${COPT:--Werror}"
}

# install_built DIR: with_llvm=no, since clang is not always there to make bitcode.
install_built() {
	as_root make -s -C "$1" install PG_CONFIG="$pg_config" with_llvm=no
}

# start_cluster DIR [SETTING...]: a new cluster, reached only through the socket
# in DIR. No TCP port is opened, so the port is only a part of a file's name.
# The superuser is postgres whoever starts it, so that expected output holds.
start_cluster() {
	local dir=$1

	shift
	as_user mkdir -m 700 "$dir"
	as_user "$bindir/initdb" -D "$dir/data" -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 >/dev/null
	printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$dir'" "port = 5432" "$@" |
		as_user tee -a "$dir/data/postgresql.conf" >/dev/null
	as_user "$bindir/pg_ctl" -s -w -D "$dir/data" -l "$dir/server.log" start
}

# stop_clusters DIR: whatever server still runs under DIR, each by its own pid
# file; a test that was killed leaves servers behind that nobody else knows.
stop_clusters() {
	local pid_file

	find "$1" -name postmaster.pid 2>/dev/null | while read -r pid_file; do
		as_user "$bindir/pg_ctl" -s -D "${pid_file%/*}" -m fast -t 30 stop ||
			as_user "$bindir/pg_ctl" -s -D "${pid_file%/*}" -m immediate stop || true
	done
}
