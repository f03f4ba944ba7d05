# overhaul: everything one does with a checkout. Needs Python >= 3.11, git and make; the rest comes by pip into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(abspath $(VENV))/bin
PY := $(BIN)/python
TARGET ?= fixtures/projects/tradeframe
REPORT ?= overhaul-report.html
JOBS ?= 2
PYTEST_ARGS ?=
BENCH_ARGS ?=
BROWSER_REQUIRED ?=
LEAVES := $(shell sed -n 's/^ *overhaul\.[a-z_]* = //p' setup.cfg)
INSTALLED := $(VENV)/.overhaul-installed
SHADOW := build/contracts

.DEFAULT_GOAL := help
.PHONY: help install audit test browser coverage bench types lint format contracts check wheel fixtures-update stdlib-table changelog clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED) ## make .venv with overhaul (editable) and the tools for its development

# Touched last, so that a set-up which broke off is done again; new leaves need no new set-up.
$(INSTALLED): pyproject.toml setup.cfg
	@command -v $(PYTHON) >/dev/null || { echo "make: no '$(PYTHON)' on the PATH; name one: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "make: overhaul needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V 2>&1); name another: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

audit: $(INSTALLED) ## audit TARGET (a fixture by default) and write REPORT: make audit TARGET=path/to/code
	@$(BIN)/overhaul audit "$(TARGET)" --report terminal --report "html=$(REPORT)"; code=$$?; \
	    if [ $$code -gt 1 ]; then exit $$code; fi; echo "The report: $(abspath $(REPORT))"

test: $(INSTALLED) ## run the whole suite
	$(PY) -m pytest -n $(JOBS) $(PYTEST_ARGS)

browser: $(INSTALLED) ## test the HTML page in chromium; BROWSER_REQUIRED=1 fails where there is none
	OVERHAUL_BROWSER_REQUIRED=$(BROWSER_REQUIRED) $(PY) -m pytest tests/browser -n $(JOBS) $(PYTEST_ARGS)

coverage: $(INSTALLED) ## run the suite in one process and say which lines it missed
	$(PY) -m coverage run -m pytest $(PYTEST_ARGS)
	$(PY) -m coverage report

bench: $(INSTALLED) ## run every benchmark (half an hour, fetches code by pip); one alone: make bench-speed BENCH_ARGS="django --runs 3"
	@set -e; for file in benchmarks/[!_]*.py benchmarks/*/__main__.py; do \
	    name=$${file#benchmarks/}; name=$${name%/__main__.py}; name=$${name%.py}; echo "== $$name"; $(PY) -m "benchmarks.$$name"; done

bench-%: $(INSTALLED)
	$(PY) -m benchmarks.$* $(BENCH_ARGS)

types: $(INSTALLED) ## mypy and pyright, both strict, and ty
	$(PY) -m mypy
	$(PY) -m pyright
	$(BIN)/ty check

lint: $(INSTALLED) ## ruff's checks
	$(PY) -m ruff check

format: $(INSTALLED) ## apply ruff's safe fixes
	$(PY) -m ruff check --fix

# import-linter sees names as they are when installed; in the checkout the leaves lie elsewhere, so a copy is laid out.
contracts: $(INSTALLED) ## import-linter's contracts on who may import whom
	@rm -rf $(SHADOW) && mkdir -p $(SHADOW) && cp -R overhaul $(SHADOW)/overhaul
	@for leaf in $(LEAVES); do cp -R $$leaf $(SHADOW)/overhaul/$$leaf; done
	cd $(SHADOW) && $(BIN)/lint-imports --config $(CURDIR)/pyproject.toml --no-cache

check: test types lint contracts ## all of the above that can fail

wheel: $(INSTALLED) ## build dist/*.whl and dist/*.tar.gz
	@rm -rf build dist
	$(PY) -m build --outdir dist

fixtures-update: $(INSTALLED) ## rewrite the expected outputs; review them as a diff
	$(PY) -m pytest --update-expected $(PYTEST_ARGS)

stdlib-table: $(INSTALLED) ## make the table of the standard library's functions anew, when a statement's shape has changed
	$(PY) -m overhaul.commands.stdlib_table

changelog: $(INSTALLED) ## show what changelog.d/ would add to the changelog
	$(PY) -m towncrier build --draft

clean: ## remove what was made here, .venv too
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .overhaul .coverage overhaul-report.html
	find $(LEAVES) overhaul tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
