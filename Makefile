# Two commands do everything: `make run` and `make test`. Both work twice in a row, and offline the second time.
PYTHON ?= python3
PIP := .venv/bin/python -m pip --disable-pip-version-check --no-input
# The stamps live inside the virtual environment, so that deleting it is all that starting afresh takes.
PRODUCT := .venv/.hearthlog-product
DEV := .venv/.hearthlog-dev

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench soak audit lock vendor packages packages-dev packages-bench

help:
	@echo "make run     set up, then a home full of sample data on http://127.0.0.1:8080"
	@echo "make test    set up, then the whole test suite"
	@echo "make check   formatting, types, import laws"
	@echo "make format  formats the code"
	@echo "make setup   only sets up: .venv/bin/hearthlog"
	@echo "make bench   benchmarks (minutes)"
	@echo "make soak    the long tests (an hour)"
	@echo "make audit   known weaknesses of the pinned packages (needs the network)"
	@echo "make lock    requirements*.in -> requirements*.txt"
	@echo "make vendor  the page's library, bundled anew (needs npm)"

setup: packages $(PRODUCT)

run: setup
	@exec .venv/bin/hearthlog up --demo

# Two at a time: most of a test's time is waiting for a process. A file's tests stay together, for they share homes,
# and files in their order, for those of a folder share homes too: else each is begun anew for almost every file.
test: packages-dev $(DEV)
	.venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: packages-dev $(DEV)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

format: packages-dev $(DEV)
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: packages-dev packages-bench $(DEV)
	.venv/bin/python -m bench

soak: packages-dev $(DEV)
	.venv/bin/python -m pytest -m soak --timeout 3600

packages:
	@compose/install-packages $(PYTHON) venv broker broker-clients curl

packages-dev: packages
	@compose/install-packages $(PYTHON) browser

# Without them the bench that needs them says so, and the others run.
packages-bench: packages
	-@compose/install-packages $(PYTHON) peers

.venv/bin/python: | packages
	$(PYTHON) -m venv .venv

# An editable install refuses hashes, so it comes second and alone; its build backend is among the pinned packages.
$(PRODUCT): requirements.txt pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.txt $(PRODUCT) | packages-dev
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# In an environment of its own, for it reads the pins and installs nothing of them.
audit: packages
	test -x .setup/audit/bin/pip-audit || { $(PYTHON) -m venv .setup/audit && .setup/audit/bin/pip install pip-audit==2.10.1; }
	.setup/audit/bin/pip-audit --require-hashes --disable-pip --requirement requirements.txt

# Outside the project's environment and without this machine's package settings: the hashes must be the public index's.
lock:
	test -x .setup/lock/bin/pip-compile || { $(PYTHON) -m venv .setup/lock && .setup/lock/bin/pip install pip-tools==7.6.2; }
	for name in requirements requirements-dev; do \
	  PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= .setup/lock/bin/pip-compile --quiet --no-header --no-annotate \
	    --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
	    --no-emit-trusted-host --no-emit-options --output-file $$name.txt $$name.in || exit 1; \
	done

# The only place that needs npm; what it makes is committed.
vendor:
	@api/page/vendor/refresh.sh
