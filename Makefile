# Everything a fresh machine needs is fetched here; only Python 3.11+, make and a shell are assumed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKSPACE ?= workspace
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench env env-dev assets browser postgres lock

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/.run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11+ needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

env: $(VENV)/.run  ## the environment for running
env-dev: $(VENV)/.dev  ## the environment for testing

# npm from the machine, or from PyPI's wheel where there is none.
coverage_map/assets/vendor/.done: frontend/package.json frontend/package-lock.json frontend/vendor.py | $(VENV)/.run
	$(BIN)/python frontend/vendor.py
	@touch $@

assets: coverage_map/assets/vendor/.done  ## front-end files, served from this machine

run: env assets  ## the app on the sample city
	$(BIN)/coverage-map serve --workspace $(WORKSPACE) --sample --open

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk; } || \
	  { echo "Chromium is needed: sudo apt-get install chromium fonts-noto-cjk"; exit 1; }

postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq postgresql; } || \
	  { echo "PostgreSQL is needed: sudo apt-get install postgresql"; exit 1; }

lint: env-dev  ## ruff, mypy, import direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: env-dev assets browser postgres lint  ## everything
	$(BIN)/pytest -n 2 --dist loadgroup

bench: env-dev assets browser  ## the tables of the README
	$(BIN)/python -m benchmarks

format: env-dev  ## tidy the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: env-dev  ## pin requirements again from pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --extra dev --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -c requirements.txt -o requirements-dev.txt pyproject.toml
