# The developers' one front door. Needs Python 3.11 or later, git and make; uv is used where it is found.
#
#   make scan [TARGET=PATH]   set up what running needs, and scan a folder (default: fixtures/, a leaky service)
#   make test                 set up the developers' tools; format check, lint, strict types, tests
#   make help                 the other targets

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
TARGET ?= fixtures
UV     := $(shell command -v uv 2>/dev/null)

ifdef UV
  install = $(UV) pip install --quiet --python $(BIN)/python
else
  install = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.DEFAULT_GOAL := help
.PHONY: help scan test dev format check-format lint types tests bench fuzz docs fixtures package lock clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

scan: $(VENV)/run  ## Scan TARGET (default: fixtures); findings do not fail it, the gate is `tokensweep scan`
	@$(BIN)/tokensweep scan --exit-zero -- "$(TARGET)" || [ $$? -eq 3 ]

test: check-format lint types tests  ## Format check, lint, types and tests: what CI runs

dev: $(VENV)/dev  ## Create .venv with the developers' tools

# A stamp a set of packages. The constraints pin what the lower bounds of pyproject.toml leave open. An installer compiles
# what it installs, but not what stays where it is; without that a small scan takes half as long again.
$(VENV)/run: pyproject.toml constraints.txt | $(BIN)/python
	$(install) --constraint constraints.txt --editable .
	@$(BIN)/python -m compileall -q scanner
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(BIN)/python
	$(install) --constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python -m compileall -q scanner
	@touch $@ $(VENV)/run

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "tokensweep needs Python 3.11 or later: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

format: dev  ## Format the code, and mend what the linter can
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format --quiet .

check-format: dev
	$(BIN)/ruff format --quiet --check .

lint: dev  ## Lint
	$(BIN)/ruff check --quiet .

types: dev  ## Strict types
	$(BIN)/mypy

tests: dev  ## The tests alone
	$(BIN)/python -m pytest --quiet

bench: dev  ## Compare with peers and with our own limits; TREE=, CORPUS= or REPOSITORY=FOLDER, ONLY=tree,recall …
	$(BIN)/python -m bench $(if $(TREE),--tree '$(TREE)') $(if $(CORPUS),--corpus '$(CORPUS)') $(if $(REPOSITORY),--repository '$(REPOSITORY)') $(if $(ONLY),--only $(ONLY))

fuzz: dev  ## Fuzz detection, decoding and judgement; SECONDS=600
	$(install) atheris
	$(BIN)/python -m bench.fuzz $(if $(SECONDS),--seconds $(SECONDS))

docs: dev  ## Write the generated parts of the documentation
	$(BIN)/python docs/make.py

fixtures: dev  ## Write fixtures/leaky-service anew
	$(BIN)/python fixtures/make.py

package: dev  ## Build the wheel and the source archive into dist/
	$(BIN)/python -m build --quiet

lock:  ## Choose the newest versions anew, and write them to constraints.txt
	$(PYTHON) -m venv --clear build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check '.[dev]'
	build/lock/bin/python -m pip freeze --exclude tokensweep > constraints.txt

clean:  ## Remove what the tools made
	rm -rf $(VENV) build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
