# Builds and installs the extension with PGXS; the verbs below it run everything else.
# `make help` names them. Another server: make PG_CONFIG=/path/to/pg_config.

here := $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))
release := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" $(here)/control/torale.control)
PG_CONFIG ?= $(firstword $(wildcard /usr/lib/postgresql/15/bin/pg_config) pg_config)
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
export PG_CONFIG

# What CREATE EXTENSION runs, in this order. schema runs once; all others are re-runnable.
SQL_MODULES = roles schema schema_services native workers task_rules tasks channels runs dedupe claims finish money settle \
	budgets memories documents feeds operations http jwks provider_state suggest replay explain views api_keys pre_request feed_tokens events admin \
	seeds audit restore access comments \
	comments_internal

ifeq ($(wildcard $(PGXS)),)

# No PostgreSQL to build against yet: the two commands of a newcomer install it and start over.
all install:
	@echo "no PostgreSQL server headers found: run docker/install_packages first" >&2; exit 1
test demo:
	$(here)/docker/install_packages
	$(MAKE) -f $(firstword $(MAKEFILE_LIST)) $@

else

EXTENSION = control/torale
MODULE_big = torale
sources := $(patsubst $(here)/%,%,$(filter-out $(here)/src/cli/%,$(wildcard $(here)/src/*/*.cpp)))
OBJS = $(sources:.cpp=.o)
DATA = $(patsubst $(here)/%,%,$(wildcard $(here)/sql/upgrade/torale--*--*.sql))
DATA_built = sql/torale--$(release).sql

# Postgres' headers as system headers: our warnings are for our code.
PG_CPPFLAGS = -I$(here)/src -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CXXFLAGS = -std=c++20 -Wno-register -fvisibility=hidden -fvisibility-inlines-hidden \
	-Wall -Wextra -Wshadow -Werror -g1 -MMD -MP
SHLIB_LINK = -lcurl -lcares -ldate-tz -lstemmer -lutf8proc -lpsl -lxml2 -lcjose -lcmark -lssl -lcrypto -lstdc++

# pg_regress reads test/sql and, from 16 on only when told, expected/ at the top.
pg_major := $(shell $(PG_CONFIG) --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
stems = $(basename $(notdir $(wildcard $(here)/test/$(1))))
REGRESS = $(filter install,$(call stems,sql/*.sql)) $(filter-out install,$(call stems,sql/*.sql))
REGRESS_OPTS = --inputdir=$(here)/test $(if $(filter 15,$(pg_major)),,--expecteddir=$(here))
ISOLATION = $(call stems,specs/*.spec)
ISOLATION_OPTS = --inputdir=$(here)/test --outputdir=.
EXTRA_CLEAN = $(OBJS:.o=.d) results log tmp_check build

# Workers gain nothing from inlining into query plans, and Debian then needs no clang.
override with_llvm = no

all:  ## the extension: torale.so and its SQL
install: all  ## into the server of PG_CONFIG
installcheck:  ## pg_regress and isolation against a running server
include $(PGXS)
CXX := $(if $(shell command -v ccache),ccache) $(CXX)
$(shell mkdir -p $(sort $(dir $(OBJS))) sql)
-include $(OBJS:.o=.d)

sql/torale--$(release).sql: $(SQL_MODULES:%=$(here)/sql/install/%.sql) $(here)/Makefile
	{ printf '%s\n' '\echo Use "CREATE EXTENSION torale" to load this file. \quit'; \
	  for module in $(SQL_MODULES); do \
	    echo; echo "-- $$module"; cat $(here)/sql/install/$$module.sql; done; } > $@.new
	mv $@.new $@

packages:
	@$(here)/docker/install_packages $(pg_major)

# --- verbs ---

sub = $(MAKE) --no-print-directory -f $(firstword $(MAKEFILE_LIST))
# All cores, unless the caller has said how many.
jobs = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
install_anyhow = $(if $(shell test -w $(pkglibdir) || echo no),sudo -n) $(sub) -s install \
	PG_CONFIG=$(PG_CONFIG)

test: packages  ## build, install, run every suite: "N passed, N failed"
	$(sub) $(jobs) all tools && $(install_anyhow) && $(here)/test/run

demo: packages  ## a private server, real documents, three runs of a task, two minutes
	$(sub) $(jobs) all tools && $(install_anyhow) && $(here)/examples/demo/run

tools: all build/Makefile  ## everything CMake builds: unit tests, CLI, fake outside world
	cmake --build build -j$$(nproc)

build/Makefile: $(here)/CMakeLists.txt
	cmake -S $(here) -B build -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTORALE_OBJECTS=$(CURDIR)

unit: tools  ## GoogleTest: everything that needs no server
	$(here)/test/run unit
regress isolation pgtap tap e2e judge: all tools  ## one suite against the installed extension
	$(here)/test/run $@
bench: all tools  ## the budgets, measured
	$(here)/test/bench/run
judge-bench: tools  ## scripted worlds with gold: precision, recall, duplicates, cost; its gates
	build/judge-bench --worlds $(here)/test/judge_bench/worlds $(JUDGE_BENCH_OPTIONS)
fuzz: build/Makefile  ## every parser against libFuzzer, SECONDS=20 each
	$(here)/test/fuzz/run $(or $(SECONDS),20)
psql:  ## a throwaway server with torale, and a prompt
	$(here)/test/with_server -- psql
tidy:  ## the house rules a machine can check; silent when well
	@$(here)/test/tidy
format:  ## clang-format in place
	clang-format -i $$(find $(here)/src $(here)/test -name '*.[ch]pp')
matrix:  ## PostgreSQL 17 and 18 in their own Debian folders
	$(here)/test/matrix

endif

help:  ## this list
	@sed -n 's/^\([a-z0-9 -]*\):.*  ## /\1\t/p' $(here)/Makefile | sort | awk -F'\t' '{ printf "%-32s %s\n", $$1, $$2 }'

.PHONY: all install test demo packages tools unit regress isolation pgtap tap e2e bench \
	judge judge-bench fuzz \
	psql tidy format matrix help
.DEFAULT_GOAL := all
