# safemig: build, install and test.  "make check" and "make demo" set up all they
# need on a bare Debian machine; the rest is PGXS as everywhere.

EXTENSION = safemig
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" safemig.control)
PG_CONFIG ?= pg_config

# These need no PostgreSQL to be there yet, so PGXS must not be asked for.
WITHOUT_PGXS = check check-core check-undo check-squawk check-all check-mutation demo demo-stop lint format
ifneq ($(filter $(WITHOUT_PGXS),$(MAKECMDGOALS)),)

check:
	@test/harness/check
check-core:
	@test/core/run
# Random schemas, destroyed and undone.
check-undo:
	@test/undo/run
# Lint beside squawk, and over other people's migrations (CORPUS).
check-squawk:
	@test/lint/run
# Other server versions, in chroots; the arguments are pairs of suite and major.
check-all:
	@test/harness/check-all $(ON)
check-mutation:
	@test/mutation/run $(MUTANTS)
demo:
	@demo/run
demo-stop:
	@demo/stop
lint:
	@test/harness/lint
format:
	clang-format -i $$(find src -name '*.c' -o -name '*.h')
.PHONY: $(WITHOUT_PGXS)

else

MODULE_big = safemig
SOURCES := $(sort $(wildcard src/*.c src/*/*.c))
OBJS = $(SOURCES:.c=.o)
SQL_PARTS := $(sort $(wildcard src/sql/[0-9]*.sql))
DATA = $(wildcard src/sql/upgrade/*.sql)
DATA_built = safemig--$(EXTVERSION).sql
DOCS = README.md

# PostgreSQL 15 does not mark exported symbols by itself; 16 and later define the same.
PG_CPPFLAGS = -I$(srcdir)/src -DSAFEMIG_VERSION='"$(EXTVERSION)"' \
	-DPGDLLEXPORT='__attribute__((visibility("default")))'
# The server's headers leave parameters unused and compare signs as they like.
PG_CFLAGS = -std=gnu99 -fvisibility=hidden -Wall -Wextra \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
	-Wno-declaration-after-statement -Wno-clobbered

REGRESS = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
ISOLATION = $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test
TAP_TESTS = 1
PROVE_TESTS = test/t/*.pl
EXTRA_CLEAN = results output_iso tmp_check

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

safemig--$(EXTVERSION).sql: $(SQL_PARTS) safemig.control
	{ printf '%s\n' '\echo Use "CREATE EXTENSION safemig" to load this file. \quit'; cat $(SQL_PARTS); } > $@

# A header changes what every source says; the tree is small enough to say so.
$(OBJS): $(wildcard src/*.h src/*/*.h)

endif
