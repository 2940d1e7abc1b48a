# Two commands do everything on a plain machine with Python 3.11, make and git: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REAL := $(abspath ../shared/data)
ifneq ($(wildcard $(REAL)),)
export MEDIACONTRACTS_REAL_DATA ?= $(REAL)
endif

.PHONY: setup demo test lint bench lock test-next screenshots clean

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.test: $(VENV)/.runtime requirements/test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@

$(VENV)/.system: deploy/system-packages.sh | $(VENV)/.runtime
	sh deploy/system-packages.sh
	touch $@

setup: $(VENV)/.test $(VENV)/.system  ## everything that tests need, into .venv

demo: $(VENV)/.runtime  ## crawl the bundled sample portal, release it, serve it
	$(BIN)/mediacontracts demo

test: setup  ## all tests, on as many processors as there are, up to four; any warning fails
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.test  ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv-bench/.bench: requirements/runtime.txt requirements/bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

bench: .venv-bench/.bench $(VENV)/.system  ## measured ratios against peers, into benchmarks/results.json
	.venv-bench/bin/python -m benchmarks

test-next: $(VENV)/.test  ## the publishing tests on the newest Datasette alpha; not part of CI
	$(PYTHON) -m venv .venv-next
	.venv-next/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	.venv-next/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/next.in
	.venv-next/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	.venv-next/bin/python -m pytest tests/publish tests/site -W default

screenshots: setup  ## pictures of the main pages of a sample, into docs/screenshots
	$(BIN)/python -m tests.browser.screenshots

lock: $(VENV)/.test  ## renew the hashed lock files
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra postgres --extra scans pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group test -c requirements/runtime.txt -o requirements/test.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group bench -c requirements/runtime.txt -o requirements/bench.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/build.in -o requirements/build.txt

clean:
	rm -rf $(VENV) .venv-bench .venv-next .demo
