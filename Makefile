.PHONY: demo test check blanks docs bench clean

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.ready

# Everything below works on a machine that has only Python, pip and make.
$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@

demo: $(READY)
	@rm -rf demo
	@$(RUN)/cmtools demo demo

test: $(READY)
	$(RUN)/python -m pytest -n auto

check: $(READY)
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/python -m docs.generate --check
	$(RUN)/python -m pytest -n auto

blanks docs: $(READY)
	$(RUN)/python -m docs.generate

bench: $(READY)
	$(RUN)/python -m pip install --quiet --disable-pip-version-check -e ".[bench]"
	$(RUN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo
