# Two commands to know: `make demo` (or `make chat`) and `make test`. Each makes .venv itself and reuses it.

VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

ifdef UV
MAKE_VENV = uv venv --quiet --allow-existing --python '>=3.11' $(VENV)
INSTALL = uv pip install --quiet --python $(BIN)/python
else
MAKE_VENV = $(PYTHON) -m venv $(VENV)
# a .venv that uv made has no pip
INSTALL = { $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; } && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: help demo chat test check format bench picture recording smoke snapshots deps-llama clean

help:
	@echo "make demo    open the chat on demo models (canned text, nothing leaves the machine)"
	@echo "make chat    open it on your own models"
	@echo "make test    run the tests        make check   format, lint, types, contracts"
	@echo "make bench   print the figures    make smoke   fresh clone, install, one conversation"

demo: $(VENV)/.run
	@$(BIN)/hybridchat demo

chat: $(VENV)/.run
	@$(BIN)/hybridchat

test: $(VENV)/.dev
	@# real terminals and sockets on a busy machine: what fails in the crowd is run once more alone, and fails for good there
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS) || { [ $$? -eq 1 ] && echo "once more, alone:" && \
		$(BIN)/python -m pytest --last-failed --last-failed-no-failures none $(PYTEST_ARGS); }

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: export BENCH_DATA := $(BENCH_DATA)
bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks

picture: $(VENV)/.dev
	$(BIN)/python -W ignore docs/make_picture.py

recording: $(VENV)/.dev
	$(BIN)/python -W ignore docs/make_recording.py

smoke:
	@bash tests/smoke.sh

snapshots: $(VENV)/.dev
	$(BIN)/python -m pytest tests/tui --snapshot-update

deps-llama: $(VENV)/.dev
	$(INSTALL) -c constraints.txt xllamacpp gguf numpy

$(VENV)/.python:
	@if [ -z "$(UV)$(PYTHON)" ]; then echo "hybridchat needs Python 3.11 or newer (with venv and pip), or uv; found neither" >&2; exit 1; fi
	@echo "making $(VENV) ..."
	@$(MAKE_VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python pyproject.toml constraints.txt
	@echo "installing hybridchat into $(VENV) (once) ..."
	@$(INSTALL) -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.python pyproject.toml constraints.txt
	@echo "installing hybridchat and its test tools into $(VENV) (once) ..."
	@$(INSTALL) -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
