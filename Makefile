# The same targets locally and in CI.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: serve install fmt style check types test tests test-fast bench clean

serve: .venv/installed  ## install what is missing and start the platform with the demo shop
	$(BIN)/xiaoer serve

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable . --group dev
	$(BIN)/python -m compileall -qq -j 0 .venv/lib || true  # what pip would do on one core; a file that is no Python 3 may fail
	touch $@

fmt: .venv/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

style: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/installed
	$(BIN)/mypy
	$(BIN)/lint-imports

check: style types  ## style, types, import arrows

test-fast: .venv/installed  ## the tests that take seconds
	$(BIN)/pytest -m "not slow and not browser"

test: style  ## everything that CI runs: style, types, all tests; browser tests where there is a Chromium
	$(MAKE) --jobs 2 types tests  # types take one core for a minute, while the first tests wait for what is learnt once

tests: .venv/installed
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: .venv/installed  ## all that can be measured; DATA=DIR with the public benchmarks, OUT=DIR for the results
	$(BIN)/python -m evals.bench.everything --out $(or $(OUT),bench-results) $(if $(DATA),--data $(DATA))

clean:
	rm -rf .venv
