# What a person types. `make run` and `make test` need nothing but Debian or Ubuntu with Python 3.11 or newer.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CONFIG ?= config/example.yaml

.PHONY: run test check soak bench docs format clean

run: $(VENV)/.run            ## start the agent with the default settings
	$(BIN)/nightduty run --config $(CONFIG)

test: $(VENV)/.dev           ## every test but the long ones
	tests/prepare
	$(BIN)/pytest -q -n 3 --dist loadgroup -m "not soak"

soak: $(VENV)/.dev           ## kills, power loss, fuzz
	tests/prepare
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[fuzz]' || echo "no atheris for this Python: its test is skipped"
	$(BIN)/pytest -q -m soak

check: $(VENV)/.dev          ## style, types, floors, stale pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m config.document --check
	$(BIN)/python -m config.document_profiles --check
	$(BIN)/python -m docs.devices --check

bench: $(VENV)/.dev          ## what a round of 1,000 targets costs, the pages meanwhile, and many alerts
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.snmp
	$(BIN)/python -m tests.bench.paced
	$(BIN)/python -m tests.bench.pages
	$(BIN)/python -m tests.bench.desk

docs: $(VENV)/.dev           ## write the pages that are made from the code
	$(BIN)/python -m config.document > docs/settings.md
	$(BIN)/python -m config.document_profiles > docs/profiles.md
	$(BIN)/python -m docs.devices > docs/devices.md

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.made:
	deploy/prepare $(PYTHON) $(VENV)
	touch $@

$(VENV)/.run: $(VENV)/.made setup.cfg constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.dev: $(VENV)/.made setup.cfg constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,postgresql]'
	touch $@ $(VENV)/.run
