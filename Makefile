# Two commands are enough: `make demo` serves the page, `make test` runs every test.
PYTHON ?= python3
BIN := .venv/bin
# Many containers tell Python to keep nothing that it has compiled. Here several processes start, each
# with all of gradio and torch to import, so it is compiled once and kept.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test hostile lint types bench soak space chromium

demo: .venv/ready
	$(BIN)/python app.py

# The page comes last, with two browsers at a time. What fails while they share the machine has to
# pass alone; the first failure stays in the output.
test: .venv/ready-dev chromium
	failed=0; \
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --ignore tests/browser \
		--numprocesses logical --maxprocesses 4 --dist loadfile --durations 20 || failed=1; \
	$(BIN)/python -m pytest tests/browser --numprocesses 2 --dist loadfile --durations 20 \
		|| $(BIN)/python -m pytest tests/browser --last-failed --last-failed-no-failures none \
		|| failed=1; \
	exit $$failed

# Every hostile input there is, of which `make test` tries a few.
hostile: .venv/ready-dev
	MUTUALSL_HOSTILE=full $(BIN)/python -m pytest tests/hostile

lint: .venv/ready-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .venv/ready-dev
	$(BIN)/mypy

# About an hour in all, on an idle machine, of which `length` takes 9 minutes and `soak` 11: runs every
# script, rewrites benchmarks/results and every table made of them.
bench: .venv/ready-dev chromium
	failed=0; $(BIN)/python -m benchmarks || failed=1; \
	$(BIN)/python -m mutualsl.evaluation.report.tables || failed=1; \
	exit $$failed

# Visitors come and go, without the other benchmarks: `make soak MINUTES=10`.
MINUTES ?= 10
soak: .venv/ready-dev
	$(BIN)/python -m benchmarks.soak --minutes $(MINUTES)
	$(BIN)/python -m mutualsl.evaluation.report.tables

# The folder of a Hugging Face Space, and the command that uploads it: `make space SPACE=owner/name`.
SPACE ?= OWNER/NAME
space: .venv/ready
	rm -rf build/space
	$(BIN)/python -m tools.space --out build/space --repo $(SPACE)

# What is imported is compiled then; compiling all that is installed takes as long as installing it.
PIP := $(BIN)/pip install --quiet --no-compile
.venv/ready: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	$(PIP) --no-deps --editable .
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(PIP) -r requirements.txt -r requirements-dev.txt
	touch $@

# Chromium for the browser tests, where a package manager may be used; the tests say so if not.
chromium:
	@command -v chromium || command -v chromium-browser || command -v google-chrome \
	|| { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq chromium; } \
	|| { sudo -n apt-get update -qq && sudo -n apt-get install -y -qq chromium; } \
	|| echo "NO CHROMIUM: the browser tests will be SKIPPED; install it and run again"
