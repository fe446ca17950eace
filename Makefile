.PHONY: help demo check test test-long bench blanks docs clean

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready
unexport PYTHONDONTWRITEBYTECODE # or each process of the tests compiles the program anew

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+[^:]*:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

# Everything below works on a machine that has only Python, pip and make.
$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@

demo: $(READY) ## make the sample workspace in demo/ and all that the program makes of it
	@rm -rf demo
	@$(RUN)/cmtools demo demo

check: $(READY) ## style, types, generated files, then the tests of `make test`
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/python -m docs.generate --check
	$(RUN)/python -m pytest -n auto --dist worksteal -m "not long"

test: $(READY) ## the tests without the long ones, on all cores
	$(RUN)/python -m pytest -n auto --dist worksteal -m "not long"

test-long: $(READY) ## the long tests: every kill point, bursts, big books, LibreOffice
	$(RUN)/python -m pytest -n auto --dist worksteal -m long

bench: $(READY) ## measure whole commands against other libraries
	$(RUN)/python -m pip install --quiet --disable-pip-version-check -e ".[bench]"
	$(RUN)/python -m benchmarks

blanks docs: $(READY) ## write the blank books and docs/reference anew
	$(RUN)/python -m docs.generate

clean: ## remove the virtual environment and the sample workspace
	rm -rf $(VENV) demo
