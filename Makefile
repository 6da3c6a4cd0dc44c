# make app   set up .venv and serve the dashboard      make test   set up everything and run all checks (CI runs this)
# make lab   the same with JupyterLab                  make bench  measure against the peers (machine idle, please)
# make env   only set up, with everything app and tests need      make check  a minute: linters, types, quick tests
# make docs  build the documentation into build/docs (some minutes the first time; no part of make test, CI calls it beside)
# make look-at-lab  dashboards and notebooks in a real JupyterLab, some minutes, pictures in build/lab (ARGS="01 apps" chooses)
# make chaos every fault 20 times at seeded moments, some hours (ARGS="--times 20 --lanes 3 --write"; goes on where it stopped)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
ARGS ?=
JOBS ?= 2
# Many unit tests wait for other processes: one more than there are cores
UNIT_JOBS ?= 3
# A file of tests stays in one process: its fixtures are made once; the order of files is that of tests/isolation.py
SPREAD := --dist loadfile --no-loadscope-reorder -n
# What has a browser, or needs what these tests stand on: no other file is read for them
BROWSER_TESTS := tests/browser tests/serve/test_server.py

# Python keeps what it has compiled, whatever the environment says: every process of the tests reads the same files
unexport PYTHONDONTWRITEBYTECODE

FRONT := etolib/widgets/front
BUILT := $(FRONT)/built/manifest.json
FRONT_SOURCES := $(wildcard $(addprefix $(FRONT)/,package.json package-lock.json build.mjs src/*.* src/*/*.* src/*/*/*.*))

.PHONY: env app lab test check lint unit coverage browser-tests notebooks docs look-at-lab bench chaos audit smoke lowest other-python clean

env: $(VENV)/.ready-test $(BUILT)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "etolib needs Python 3.11 or newer; say make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready-app: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable '.[app]'
	touch $@

$(VENV)/.ready-test: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable '.[app,test]'
	# pyet caps pandas below 3 although it runs with it: it is only an oracle here, so it comes without its wishes
	$(PIP) install --quiet --constraint constraints.txt --no-deps pyet
	touch $(VENV)/.ready-app $@

$(VENV)/.ready-bench: $(VENV)/.ready-test
	$(PIP) install --quiet --constraint constraints.txt --editable '.[app,test,bench]'
	touch $@

$(VENV)/.ready-docs: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --quiet --constraint constraints.txt --editable '.[app,docs]'
	touch $(VENV)/.ready-app $@

# The front end; installing the package has built it, a change of its sources builds it again.
$(BUILT): $(FRONT_SOURCES)
	$(BIN)/python tools/build_front.py || $(PIP) install --quiet --no-deps --editable .

app: $(VENV)/.ready-app $(BUILT)
	$(BIN)/etolib serve $(ARGS)

lab: $(VENV)/.ready-app $(BUILT)
	$(BIN)/etolib lab $(ARGS)

test: lint unit browser-tests notebooks

check: lint
	$(BIN)/python -m pytest -q $(SPREAD) $(JOBS) -m 'not browser and not slow' $(ARGS)

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: env
	$(BIN)/python -m pytest $(SPREAD) $(UNIT_JOBS) -m 'not browser' $(ARGS)

# The unit tests once more, with the lines they run counted: the tracer doubles or triples their time
coverage: env
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest $(SPREAD) $(UNIT_JOBS) -m 'not browser' $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --fail-under=85

browser-tests: env
	sh tools/ensure_browser.sh $(BIN)
	$(BIN)/python -m pytest $(SPREAD) $(JOBS) -o testpaths='$(BROWSER_TESTS)' -m browser $(ARGS)

# Once by themselves, once as under `etolib lab`: beside a cluster that is not theirs
NBVAL := $(BIN)/python -m pytest -p nbval.plugin --nbval-lax --no-header -q $(SPREAD) $(JOBS) notebooks

notebooks: env
	ETOLIB_OFFLINE=1 $(NBVAL)
	ETOLIB_OFFLINE=1 $(BIN)/python tools/beside_cluster.py $(NBVAL)

chaos: env
	$(BIN)/python -m tests.chaos $(ARGS)

# The site, offline; a warning is an error, a public name without an entry and a link that leads nowhere, too
docs: $(VENV)/.ready-docs $(BUILT)
	$(BIN)/python -m sphinx -b html -W --keep-going -j $(JOBS) -d build/docs-trees $(ARGS) docs build/docs
	$(BIN)/python tools/check_links.py build/docs

# No part of test: every notebook calculates in a browser, which takes minutes; `notebooks` runs the same cells without one
look-at-lab: env
	sh tools/ensure_browser.sh $(BIN)
	PYTHONPATH=. $(BIN)/python tools/look_at_lab.py build/lab $(ARGS)

bench: $(VENV)/.ready-bench
	$(BIN)/python -m benchmarks $(ARGS)

# What an installation is made of (build/sbom.json), and what is known against it where the index answers; no part of test
audit: $(VENV)/.ready-app
	test -x $(VENV)/audit/bin/pip-audit || { $(PYTHON) -m venv --without-pip $(VENV)/audit && \
	  $(PIP) --python $(VENV)/audit/bin/python install --quiet pip-audit; } || true
	$(BIN)/python tools/audit.py --pip-audit $(VENV)/audit/bin/pip-audit $(ARGS)

# The package as a person gets it, in fresh environments outside of this checkout: a table of what works (README, Install)
smoke:
	$(PYTHON) tools/smoke.py $(ARGS)

# The lowest versions that pyproject.toml states, and some of the tests with them, a simulated download among these
lowest:
	$(PYTHON) tools/smoke.py --lowest --tests $(ARGS)

# The same with another Python and the newest versions: make other-python PY=3.13
PY ?= 3.12
other-python:
	$(PYTHON) tools/smoke.py --extras core all --python $(PY) --tests $(ARGS)

clean:
	rm -rf $(VENV) docs/api docs/how/equations.rst .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache build dist $(FRONT)/built $(FRONT)/node_modules
