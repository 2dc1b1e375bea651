# make compare, make test: each sets up .venv from requirements.lock, then runs.
PYTHON ?= python3
BIN = .venv/bin
DOCTESTED = formulas links playground rooms tutorials

.PHONY: compare test test-nojit test-browser verify bench bench-peers lint types wheel docs clean

compare: .venv/ready
	OMP_NUM_THREADS=2 $(BIN)/fort-ganguli compare --out results/compare --overwrite

# compiled bytecode is kept: processes that tests start would compile the source again
test: .venv/ready
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --durations 10

# the kernels as plain Python
test-nojit: .venv/ready
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n 2 -m kernels tests

# the page of explore in Chromium, which the system brings (Debian: apt install chromium chromium-driver)
test-browser: .venv/ready
	$(BIN)/pip install --quiet --target build/browser --requirement tests/support/program/browser.txt
	PYTHONPATH=build/browser $(BIN)/python -m pytest -s -m browser tests/figures/explore

verify: .venv/ready
	$(BIN)/python -m pytest -n 2 -m slow tests
	$(BIN)/python -m pytest -s tests/verify

bench: .venv/ready
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks

# the same with the tools of others beside ours, kept out of the environment
bench-peers: .venv/ready
	$(BIN)/pip install --quiet --no-deps --target build/peers --requirement benchmarks/peers/requirements.txt
	OMP_NUM_THREADS=1 PYTHONPATH=build/peers $(BIN)/python -m benchmarks tools

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/pyright --pythonpath $(BIN)/python

# the site in build/site; Sphinx and its kin are kept out of the environment
docs: .venv/ready build/docs-tools/ready
	PYTHONPATH=build/docs-tools $(BIN)/python -m doctest $(DOCTESTED:%=docs/extensions/%.py)
	PYTHONPATH=build/docs-tools $(BIN)/python -m sphinx --fail-on-warning --keep-going --builder html -d build/doctrees docs build/site

build/docs-tools/ready: requirements-docs.lock
	rm -rf build/docs-tools
	$(BIN)/pip install --quiet --no-deps --target build/docs-tools --requirement requirements-docs.lock
	touch $@

# the wheel, installed into an empty environment and run once
wheel: .venv/ready
	rm -rf dist build/wheel-env
	$(BIN)/python -m build --wheel --no-isolation
	$(PYTHON) -m venv build/wheel-env
	build/wheel-env/bin/pip install --quiet --constraint requirements.lock dist/*.whl
	cd build && wheel-env/bin/fort-ganguli predict --N 300 --C 10 --D 1000 --sigma-z 1 --sigma-c 1 --sigma-E 0.7 --json

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv build dist results
