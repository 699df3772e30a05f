# One place for what a person or a machine runs. Each target sets up .venv by itself.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed
ARGS   ?=
TOOL   ?=
FROM   ?= real
SEEDS  ?= 1..50
MINUTES ?= 1
COVERED := $(addprefix tests/,model sync schedule review store engine connect settings mail)

PARTS  ?=

.PHONY: help setup demo test check coverage conformance chaos fuzz bench bench-peers record lock clean

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile

setup: $(STAMP) ## make .venv with everything pinned in requirements.lock

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "syncd needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet -r requirements.lock
	$(PY) -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## try it without an account: make demo ARGS=--once
	$(VENV)/bin/syncd demo $(ARGS)

test: $(STAMP) ## every test but those of other people's clients
	$(PY) -m pytest -n 2 --dist worksteal --ignore=tests/conformance $(ARGS)

check: $(STAMP) ## formatting, lint, types, architecture, and that the docs tell the truth
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache --no-logo
	$(PY) -m pytest tests/docs

coverage: $(STAMP) ## which branches of the core its own tests reach, with a floor
	$(PY) -m pytest -n 2 --dist worksteal --cov --cov-report=term:skip-covered $(COVERED) $(ARGS)

conformance: $(STAMP) ## other people's clients against the sandboxes (needs node)
	$(PY) -m pytest tests/conformance $(ARGS)

chaos: $(STAMP) ## seeded stories against the sandboxes, with faults: make chaos SEEDS=1..50
	$(PY) -m tests.chaos $(SEEDS) $(ARGS)

fuzz: $(STAMP) ## services that answer anything at all, by chance: make fuzz MINUTES=10
	$(PY) -m tests.fuzz --minutes $(MINUTES) $(ARGS)

bench: $(STAMP) ## what syncd costs, as one JSON object with its bars: make bench PARTS="writes requests"
	@$(PY) tests/bench/run.py $(PARTS)

bench-peers: ## install what bench compares with: unison, and vdirsyncer below build/peers
	@$(PYTHON) tests/bench/install_peers.py

record: $(STAMP) ## record a service's replies anew: make record TOOL=notion FROM=sandbox
	@test -n "$(TOOL)" || { echo "Say which tool: make record TOOL=notion" >&2; exit 2; }
	SYNCD_RECORD=$(FROM) $(PY) -m pytest tests/connectors/syncd_$(TOOL) $(ARGS)

lock: ## write requirements.lock anew: the newest versions that pyproject.toml allows
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet hatchling editables
	build/lock/bin/python -m pip install --quiet --no-build-isolation -e '.[dev]'
	build/lock/bin/python -m pip freeze --all > build/lock/frozen.txt
	grep -E '^[A-Za-z0-9._-]+==[^ ;@]+$$' build/lock/frozen.txt \
	  | grep -viE '^(pip|setuptools|wheel|syncd)==' > requirements.lock
	@wc -l requirements.lock

clean: ## remove what these targets made
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis
