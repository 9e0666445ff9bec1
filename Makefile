# Every command of the project. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# each has a database and, where Kafka's tests run, a broker of its own
TESTES_JUNTOS ?= 2
PYTEST := $(PY) -m pytest -n $(TESTES_JUNTOS) --dist loadfile
# no .pyc race and no progress bars in logs
PIP := $(PY) -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run install install-dev test check fast format bench requirements clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install  ## everything in one process: database, log, simulator, rooms, example base, live summary
	@exec $(PY) -m plataforma

install: $(VENV)/.execucao  ## .venv with what running needs, pinned by hash

install-dev: $(VENV)/.desenvolvimento  ## .venv with what tests and checks need too

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "É preciso Python 3.11 ou mais novo (PYTHON=... escolhe qual)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Falta o módulo venv do Python: no Debian e no Ubuntu, instale o pacote python3-venv."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.execucao: requirements/execucao.txt pyproject.toml | $(VENV)/bin/python
	@echo "Instalando dependências (só na primeira vez)…"
	$(PIP) install --require-hashes -r requirements/execucao.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.desenvolvimento: requirements/desenvolvimento.txt $(VENV)/.execucao
	$(PIP) install --require-hashes -r requirements/desenvolvimento.txt
	@touch $@

test: install-dev  ## all tests, Kafka's included where Java 17+ and Maven are there
	$(PYTEST)

fast: install-dev  ## unit, architecture and contract tests
	$(PYTEST) -q tests/architecture tests/unit tests/contract

format: install-dev  ## rewrites the code to the project's format
	$(VENV)/bin/ruff check --fix . ; $(VENV)/bin/ruff format .

check: install-dev  ## format, lint, types, import contracts, fast tests
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy kernel schemas services tests
	$(VENV)/bin/lint-imports
	$(MAKE) --no-print-directory fast

bench: install-dev  ## benchmarks beside their limit or peer; JSON=file writes them too
	$(PY) -m tests.bench $(if $(JSON),--json $(JSON))

requirements:  ## pins requirements/*.in again (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header requirements/execucao.in -o requirements/execucao.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header requirements/desenvolvimento.in -o requirements/desenvolvimento.txt

clean:  ## removes what the build made (never .dados)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
