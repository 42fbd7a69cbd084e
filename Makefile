# One target for every routine task. Nothing outside of .venv and .local is written.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done)
PORT ?= 3000
# Python's own caches too. Bytecode is installed with the packages: commands find it without make, and after .local is
# removed.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/bytecode
unexport PYTHONDONTWRITEBYTECODE
INSTALL = .venv/bin/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo dev stop test test-all lint format bench schema settings lock clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "make %-9s %s\n", $$1, $$2}'

demo: .venv/runtime ## 28 days of sample data through the whole graph
	@.venv/bin/syndication demo

dev: .venv/runtime ## the Dagster UI on http://127.0.0.1:3000; another port: make dev PORT=3001
	@.venv/bin/syndication migrate
	@.venv/bin/syndication dev --port $(PORT)

stop: .venv/runtime ## stop the UI and the embedded PostgreSQL server
	@.venv/bin/syndication stop

test: .venv/development ## the quick tests (what can differ, on PostgreSQL 15 too), in a few minutes
	.venv/bin/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

test-all: .venv/development .venv/browser ## all tests, on both PostgreSQL servers; what CI runs
	.venv/bin/pytest --numprocesses auto --maxprocesses 4 --dist worksteal --everything

lint: .venv/development ## check format, code, types, SQL, imports, schema, settings and locks
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/sqlfluff lint --processes 2 --disable-progress-bar sql
	.venv/bin/lint-imports --no-logo --cache-dir .local/cache/import-linter pyproject.toml
	.venv/bin/python -m syndication_assets.database.schema.schema_files --check
	.venv/bin/python -m syndication_assets.settings.settings_page --check
	.venv/bin/python -m syndication_assets.configuration.schema_page --check
	.venv/bin/python -m requirements.locks

format: .venv/development ## put the Python code into form
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

bench: .venv/benchmarks ## the benchmarks, as a table and as .local/benchmarks.json
	.venv/bin/python -m benchmarks

schema: .venv/development ## write sql/<room>/schema.sql from the migrations
	.venv/bin/python -m syndication_assets.database.schema.schema_files

settings: .venv/development ## write docs/settings.md and the JSON Schemas of configuration files
	.venv/bin/python -m syndication_assets.settings.settings_page
	.venv/bin/python -m syndication_assets.configuration.schema_page

lock: .venv/development ## resolve pyproject.toml into the locks in requirements/
	AS_OF=$(AS_OF) sh requirements/lock.sh

clean: ## remove everything that was made here
	@if [ -x .venv/bin/syndication ]; then .venv/bin/syndication stop; fi
	rm -rf .venv .local

.venv/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@echo "Making .venv with $(PYTHON) ..."
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv is missing: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	@printf 'import sys; sys.pycache_prefix = sys.pycache_prefix or sys.prefix + "/bytecode"\n' \
		> "$$(.venv/bin/python -c 'import site; print(site.getsitepackages()[0])')/bytecode.pth"
	@touch .venv/python

# What the tests in a browser need beside Python. Without npm, the test that needs it is skipped, and says so.
.venv/browser: requirements/browser/package-lock.json | .venv/python
	@if command -v npm >/dev/null; then mkdir -p .venv/browser && cp requirements/browser/*.json .venv/browser/ \
		&& npm ci --prefix .venv/browser --ignore-scripts --no-audit --no-fund --silent && touch .venv/browser; fi

# The lock of workers, which the image is made from, has nothing that builds the project; the one of the runtime has.
.venv/workers: | .venv/runtime

.venv/%: requirements/%.lock pyproject.toml | .venv/python
	@echo "Installing from requirements/$*.lock (about a minute) ..."
	@$(INSTALL) --no-deps --require-hashes --requirement requirements/$*.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m pip check --disable-pip-version-check
	@.venv/bin/syndication --help >/dev/null
	@.venv/bin/python -c "import syndication_assets.demo.run, syndication_assets.definitions"
	@touch $@
