# Needs Python >= 3.11, pip, venv and make; nothing else.
# `make VENV=/some/where test` uses another environment than .venv.

PYTHON ?= python3
VENV ?= .venv
# One thread of linear algebra a process: two workers on two cores would only wait for each other.
export OPENBLAS_NUM_THREADS ?= 1
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help env demo test test-all bench lint clean

help:
	@echo "make demo      limits from XENONnT data beside the published ones, and the 51Cr anapole contour, in demo/"
	@echo "make test      environment and tests, some ten minutes"
	@echo "make test-all  the slow tests too, and new random examples"
	@echo "make bench     speeds, as ratios to direct quadrature"
	@echo "make lint      ruff and mypy"
	@echo "make clean     remove the environment and demo/"

env: $(READY)

# Made anew when the dependencies change; an interrupted installation is not mistaken for a finished one.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nulight needs Python 3.11 or newer")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(READY)
	$(BIN)/python -m nulight.cli.demo --out demo

test: $(READY)
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-all: $(READY)
	HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest -n 2

bench: $(READY)
	set -e; for script in benchmarks/bench_*.py; do $(BIN)/python $$script; done

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean:
	rm -rf $(VENV) demo
