# Make only wraps commands that work without it: see README.md.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/ready
# An environment of its own, half as large again, with what a cluster needs.
SCALE := .venv-scale
SCALE_BIN := $(subst $(VENV)/,$(SCALE)/,$(BIN))
SCALE_READY := $(SCALE)/ready

.PHONY: report summary test check prove bench coverage preview clean lock scale test-scale

report: $(READY)
	$(BIN)/python -m report build --to html,pdf,docx,xlsx,png

preview: $(READY)
	$(BIN)/python -m report preview

summary: $(READY)
	$(BIN)/python -m report build --profile summary

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal

# Lines and branches that tests and one build from nothing reach. End-to-end tests start commands
# in an environment of their own, which is not followed.
coverage: $(READY)
	$(BIN)/python -m report clean
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest tests/unit tests/spec tests/validation tests/book -n auto
	$(BIN)/coverage run -m tests.measured_build
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Long proofs; their tables are committed to data/proofs/.
prove: $(READY)
	$(BIN)/python -m benchmarks.models_proofs
	$(BIN)/python -m benchmarks.mutations
	$(BIN)/python -m benchmarks.devised
	$(BIN)/python -m benchmarks.differences
	$(BIN)/python -m benchmarks.lineage
	$(BIN)/python -m benchmarks.twins
	$(BIN)/python -m benchmarks.staleness
	$(BIN)/python -m benchmarks.staleness.this_report
	$(BIN)/python -m benchmarks.staleness.kills

# On an idle machine: times are worth comparing within one run alone.
bench: $(READY)
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.press_books
	$(BIN)/python -m benchmarks.growth

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The environment is rebuilt whenever the lock changes; every package is checked by its hash.
$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=python3.12')"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -c "from pathlib import Path; Path('$(READY)').touch()"

# Event files larger than memory, and clusters: docs/scale.md.
scale: $(SCALE_READY)

# On clusters that the tests start on this machine. What is skipped there counts as failed.
test-scale: $(SCALE_READY)
	CI=true $(SCALE_BIN)/python -m pytest -m scale tests

$(SCALE_READY): requirements.lock requirements-scale.lock pyproject.toml
	$(PYTHON) -m venv --clear $(SCALE)
	$(SCALE_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -r requirements-scale.lock
	$(SCALE_BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(SCALE_BIN)/python -c "from pathlib import Path; Path('$(SCALE_READY)').touch()"

# Both name the same versions of what they share.
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml
lock:
	$(COMPILE) --extra test -o requirements.lock
	$(COMPILE) --extra scale --constraint requirements.lock -o requirements-scale.lock

clean:
	$(PYTHON) -c "import shutil; [shutil.rmtree(d, ignore_errors=True) for d in ('_book', '_book-summary', '_book-page', '_exhibits', '.report')]"
