# `make serve` plays openapi.yaml; `make test` checks everything. Both set up .venv first, if need be.
# Needed: Python 3.11 or later with venv, and make. ARGS is passed on: make serve ARGS="--port 0".

SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK_TOOLS := $(VENV)-lock
OLD_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

# The first that runs and is new enough: a name on PATH may be a pyenv shim for a version that is not active.
PYTHON ?= $(shell for each in python3.13 python3.12 python3.11 python3; do \
	"$$each" -c '$(OLD_ENOUGH)' >/dev/null 2>&1 && { echo "$$each"; break; }; done)

.PHONY: help serve test docs bench lock clean

help:
	@echo 'make serve   play openapi.yaml on port 8080; ARGS="--port 0 --speed 60" passes options'
	@echo 'make test    lint, types and tests'
	@echo 'make docs    our own pages and those of the five APIs, in site/'
	@echo 'make bench   the measurements'
	@echo 'make lock    pin the dependencies of pyproject.toml anew'
	@echo 'make clean   remove what the others made'

serve: $(READY)
	@$(BIN)/understudy serve $(ARGS)

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

docs: $(READY)
	@$(BIN)/understudy docs --output site --with docs $(ARGS)

bench: $(READY)
	@$(BIN)/python -m benchmarks $(ARGS)

# The stamp is written last, so a set-up that was interrupted starts over.
$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c '$(OLD_ENOUGH)' 2>/dev/null || { \
		echo 'understudy needs Python 3.11 or later; PYTHON is "$(PYTHON)".' >&2; \
		echo 'Install one, or say where it is: make PYTHON=/path/to/python3.12 ...' >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version), once." >&2
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# uv resolves for every platform at once, which pip cannot; it is needed here only.
lock:
	@test -x $(LOCK_TOOLS)/bin/uv || { "$(PYTHON)" -m venv --clear $(LOCK_TOOLS) && \
		$(LOCK_TOOLS)/bin/python -m pip install -q --disable-pip-version-check 'uv>=0.13'; }
	$(LOCK_TOOLS)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--extra dev --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) $(LOCK_TOOLS) build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
