# The commands of the README; the same ones that CI runs. `make` lists them.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PORT

.PHONY: help run demo simulator test lint format bench lock clean

help:             ## list the commands
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/  /'

.venv/runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Berth needs Python 3.11 or newer.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/development: .venv/runtime requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: .venv/runtime ## start Berth at http://127.0.0.1:8000 (PORT changes it)
	@$(BIN)/python tools/lay_down_htmx.py
	@$(BIN)/flask --app wsgi db upgrade
	@$(BIN)/flask --app wsgi check-start
	@PATH="$(CURDIR)/$(BIN):$$PATH" exec $(BIN)/honcho start --no-prefix

demo: .venv/runtime ## try Berth with an invented organisation and simulated ATSs
	@$(BIN)/python -m tests.demo

simulator: .venv/runtime ## start the ATS simulator alone, at http://127.0.0.1:8001
	@$(BIN)/python -m tests.simulator

test: .venv/development ## everything the tests need, then all tests
	@$(BIN)/python tools/lay_down_htmx.py
	@$(BIN)/python tools/find_chromium.py
	@$(BIN)/python -m pytest

lint: .venv/development ## style, types, templates
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/djlint --profile=jinja --lint --quiet templates

format: .venv/development ## put the code into the house's form
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: .venv/development ## measure, as ratios to anchors in the same run
	@$(BIN)/python -m benchmarks

lock: .venv/development ## write the locks from requirements*.in
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

clean:            ## delete the virtual environment; data in instance/ stays
	@rm -rf .venv
