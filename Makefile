# Every command a person needs. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
UV := .cache/tools/bin/uv
BIN := .venv/bin
DIST := acuerdo/static/dist
# The machine's own settings must not make a second environment, nor fetch another Python than the one found.
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV

PO := $(wildcard acuerdo/locale/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)
FRONTEND := $(shell find frontend -type f -not -name '*.md' 2>/dev/null)
ARGS ?=

.PHONY: help setup demo test fast slow lint types layers bench shots messages docs clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.synced $(DIST)/.built $(MO) ## everything installed, bundled and compiled (only what changed)

demo: setup ## the seeded, lived world in the browser, with a log-in for each role (ARGS="--debtors 500")
	@$(BIN)/acuerdo demo $(ARGS)

test: setup .venv/.engines lint types layers ## all checks and all tests but the slow ones
	@$(BIN)/python -m pytest -m "not slow" -n 2 $(ARGS)

fast: setup ## the tests that need no database: unit, properties, contracts
	@$(BIN)/python -m pytest -q -m "not slow" $(wildcard tests/unit tests/properties tests/contracts) $(ARGS)

slow: setup ## the long tests only
	@$(BIN)/python -m pytest -m slow $(ARGS)

lint: setup ## ruff for Python, tsc for TypeScript
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@PATH="$$(.ci/find-node):$$PATH" npm run --silent types

types: setup ## mypy, strict
	@$(BIN)/mypy

layers: setup ## who may import whom
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

bench: setup ## speed and memory, as ratios (minutes)
	@for file in $(filter-out benchmarks/_%,$(wildcard benchmarks/*.py)); do echo "== $$file"; $(BIN)/python "$$file" $(ARGS); done

shots: setup ## pictures of every screen, Spanish and English, wide and 390 px, into shots/
	@$(BIN)/python tests/browser/shots.py $(ARGS)

messages: .venv/.synced ## collect the texts to translate into acuerdo/locale (needs gettext)
	@command -v xgettext >/dev/null || { [ "$$(id -u)" -eq 0 ] && apt-get update -qq && apt-get install -y -qq gettext >/dev/null; } \
	  || { echo "make messages needs gettext: apt-get install gettext" >&2; exit 1; }
	@cd acuerdo && ../$(BIN)/django-admin makemessages --settings acuerdo.config.settings --pythonpath .. \
	  --all --no-obsolete --add-location file --ignore 'static/*'
	@$(MAKE) setup

docs: setup ## write the reference pages from the code, then check every page and link
	@$(BIN)/python docs/build_reference.py
	@$(BIN)/python -m pytest -q tests/contracts/test_docs.py

clean: ## what was built; the demo's data and the environment stay
	rm -rf $(DIST) $(MO) build dist shots .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find acuerdo demo tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- steps, each run again only when what it is made from has changed

$(UV):
	@python=$$(.ci/find-python); \
	echo "Python: $$python"; \
	rm -rf .cache/tools; "$$python" -m venv .cache/tools; \
	.cache/tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.synced: pyproject.toml uv.lock | $(UV)
	@$(UV) sync --frozen --quiet $(if $(wildcard .venv/.engines),--group spark) --python "$$(.ci/find-python)"
	@touch $@

# Apache Spark is half a gigabyte, so only the tests that compare the engines fetch it.
.venv/.engines: .venv/.synced
	@$(UV) sync --frozen --quiet --inexact --group spark --python "$$(.ci/find-python)"
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json | $(UV)
	@.ci/find-node >/dev/null || UV_PROJECT_ENVIRONMENT=.cache/node \
	  $(UV) sync --frozen --quiet --only-group node --no-install-project --python "$$(.ci/find-python)"
	@PATH="$$(.ci/find-node):$$PATH" npm ci --ignore-scripts --silent
	@touch $@

$(DIST)/.built: node_modules/.package-lock.json $(FRONTEND)
	@PATH="$$(.ci/find-node):$$PATH" npm run --silent build
	@touch $@

%.mo: %.po | .venv/.synced
	@$(BIN)/pybabel --quiet compile --use-fuzzy --input-file $< --output-file $@
