# Everything a newcomer types. Each step runs only when what it is made from has changed.
# `make` alone lists the targets.

PY ?= python3
PORT ?= 8000
VENV := .venv
B := $(VENV)/bin
STATIC := src/rollbook/ui/static/rollbook
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=tests.settings PYTHONPATH=.
PYTEST := $(B)/python -m pytest
# As many tests side by side as there are processors; each worker has a database of its own.
SIDE_BY_SIDE := -n auto --dist worksteal
# Every worker, and every server the tests start, reads the compiled modules even where the environment forbids
# keeping them: compiling them anew costs each ten seconds.
test test-domain test-sqlite test-postgres: export PYTHONDONTWRITEBYTECODE :=

# uv is quicker where it works; a command of that name that doesn't work (a shim) doesn't count.
ifneq ($(shell uv --version 2>/dev/null),)
PIP := uv pip install -q --python $(B)/python
else
PIP := $(B)/python -m pip install -q --disable-pip-version-check
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test check bench policy lock clean install dev assets test-domain test-sqlite test-postgres

help: ## List the targets
	@echo "Rollbook: attendance for schools in England"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

demo: install assets ## Install, load the demonstration school and serve it (PORT=8000)
	@$(B)/rollbook demo --port $(PORT)

test: test-domain test-sqlite test-postgres ## Run every test: on SQLite with the browser, then on PostgreSQL
	@echo "==> All tests passed"

test-domain: dev ## The rules alone, covered to the last branch (seconds)
	@echo "==> Tests of the rules, with branch coverage"
	@$(PYTEST) -q $(SIDE_BY_SIDE) tests/domain --cov=rollbook.domain --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

test-sqlite: dev assets ## Everything else on SQLite, the browser included
	@sh bin/system.sh
	@echo "==> Tests on SQLite, with the browser"
	@$(PYTEST) -q $(SIDE_BY_SIDE) --ignore=tests/domain

test-postgres: dev assets ## What asks for a database once more on PostgreSQL, without the browser
	@sh bin/system.sh
	@echo "==> Tests on PostgreSQL"
	@COMMITS=quick bash bin/with-postgres.sh $(PYTEST) -q $(SIDE_BY_SIDE) --ignore=tests/domain --ignore=tests/architecture -m "database and not browser and not pages"

check: dev ## Lint, format, types, import contracts, migrations, templates
	@echo "==> ruff"
	@$(B)/ruff check .
	@$(B)/ruff format --check -q .
	@echo "==> mypy"
	@$(B)/mypy
	@echo "==> import contracts"
	@$(B)/lint-imports
	@echo "==> migrations"
	@$(TEST_SETTINGS) $(B)/rollbook makemigrations --check --dry-run
	@echo "==> templates"
	@git ls-files '*.html' | xargs -r $(B)/djade --check --target-version 5.2
	@echo "==> Checks passed"

bench: $(VENV)/.bench assets ## Measure saving, opening, the board and the fold, on SQLite and PostgreSQL
	@sh bin/system.sh
	@bash bin/with-postgres.sh $(B)/python bench/run.py

policy: dev ## Which tests show which item of the policy checklist
	@$(PYTEST) -q --policy

lock: ## Compile requirements/*.in and package.json to lock files with hashes and no host names
	@uv --version >/dev/null 2>&1 || { echo "make lock needs uv: install it (pip install uv) and run make lock again."; exit 1; }
	@for set in base dev bench; do \
	  uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	    -o requirements/$$set.txt requirements/$$set.in; \
	done
	@npm install --package-lock-only --no-progress
	@echo "==> Lock files written; make test proves that they name no host"

clean: ## Remove what was installed and built; the data in var/ stays
	@rm -rf $(VENV) node_modules $(STATIC) var/static var/test .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@echo "Removed. The databases in var/ are still there."

install: $(VENV)/.base
dev: $(VENV)/.dev
assets: $(STATIC)/app.css

$(VENV)/.python:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rollbook needs Python 3.11 or newer: set PY to one (make PY=python3.11 ...)."; exit 1; }
	@echo "==> Making $(VENV)"
	@$(PY) -m venv $(VENV)
	@touch $@

$(VENV)/.base: requirements/base.txt pyproject.toml | $(VENV)/.python
	@echo "==> Installing the product's Python packages"
	@$(PIP) --require-hashes -r requirements/base.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/base.txt requirements/dev.txt $(VENV)/.base
	@echo "==> Installing the tools for tests and checks"
	@$(PIP) --require-hashes -r requirements/base.txt -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	@echo "==> Installing what the measurements are compared with"
	@$(PIP) --require-hashes -r requirements/base.txt -r requirements/bench.txt
	@touch $@

node_modules/.ok: package.json package-lock.json .npmrc
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Rollbook's assets need Node 20 or newer."; exit 1; }
	@echo "==> Installing the packages for styles and scripts"
	@npm ci --no-progress --silent
	@touch $@

$(STATIC)/app.css: node_modules/.ok $(VENV)/.base bin/assets.sh bin/fonts.py $(shell find assets -type f 2>/dev/null)
	@echo "==> Building styles, scripts and the typeface for print"
	@PYTHON=$(B)/python sh bin/assets.sh
	@touch $@
