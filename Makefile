# Every command of the project. `make` alone lists them.

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
# The same suite whatever the shell has set: SQLite, no Redis, no secret of a real deployment. And with Python's
# byte code kept, without which pytest rewrites its own plugins for seconds at each start.
CLEAN_ENV := env -u DATABASE_URL -u REDIS_URL -u SECRET_KEY -u ALLOWED_HOSTS -u DEBUG -u PYTHONDONTWRITEBYTECODE \
	ENV_FILE=/dev/null
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help install run test test-browser screens guide test-services machine battery mutants bench load bench-import lint lint-format \
	lint-code lint-types lint-imports lint-templates lint-inline lint-django format shell lock audit sbom clean

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | awk -F'|' '{printf "  make %-15s %s\n", $$1, $$2}'

install: $(VENV)/.runtime ## Make .venv with what the application needs

run: $(VENV)/.runtime ## Start Branchbook on this machine with demo data (PORT=8000, DATA_DIR=data)
	@$(BIN)/python -m config.trial

test: $(VENV)/.dev ## Run the tests, except those below and the slow ones (ARGS="-k name" narrows)
	$(CLEAN_ENV) $(PYTEST) -n auto -m "not browser and not services and not slow and not nightly" $(ARGS)

test-browser: $(VENV)/.dev ## Run the tests that drive Chromium
	$(CLEAN_ENV) $(PYTEST) -m "browser and not nightly" $(ARGS)

screens: $(VENV)/.dev ## Open every page of every role in Chromium at four widths, with axe (a quarter of an hour)
	$(CLEAN_ENV) $(PYTEST) -m browser tests/access/test_screens.py $(ARGS)

guide: $(VENV)/.dev ## Take the pictures of the user guides anew (static/img/guide), of the demo in Chromium
	$(CLEAN_ENV) GUIDE_FOLDER=static/img/guide $(PYTEST) -q -m browser tests/browser/test_guides.py -k picture

test-services: $(VENV)/.dev ## Run all tests but the browser's on PostgreSQL and Redis, with a real worker
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python tests/services.py $(ARGS)

machine: $(VENV)/.dev ## Install on a bare Debian 12 that boots, reboot and upgrade it (root, mmdebstrap, systemd-container)
	$(CLEAN_ENV) $(PYTEST) -p tests.battery -m nightly --numbers=T43 tests/config/test_machine.py $(ARGS)

battery: $(VENV)/.dev ## Run T01–T61 at their full measure and print a line for each (hours; ARGS="T30 T55" names some)
	$(CLEAN_ENV) $(BIN)/python -m tests.battery $(ARGS)

SCALE ?= S
bench: $(VENV)/.dev ## Measure the bars of docs/performance.md on a PostgreSQL of its own (SCALE=M, ARGS="--only 1,9")
	@$(CLEAN_ENV) $(BIN)/python -m tests.bench --scale $(SCALE) $(ARGS)

MINUTES ?= 5
load: $(VENV)/.dev ## Fifty people at work in 50,000 members on servers of its own (MINUTES=30; ends with 1 over a limit)
	@$(CLEAN_ENV) $(BIN)/python -m tests.load --minutes $(MINUTES) $(ARGS)

bench-import: $(VENV)/.dev ## Print how long an import of 10,000 rows takes here
	$(CLEAN_ENV) $(PYTEST) tests/members/imports/test_scale.py -q -s -m nightly

mutants: $(VENV)/.dev ## Switch each scope filter off in turn: a test must fail (ARGS="members reports" narrows; takes a while)
	$(CLEAN_ENV) $(BIN)/python tests/mutations.py $(ARGS)

lint: lint-format lint-code lint-types lint-imports lint-templates lint-inline lint-django ## Check everything that needs no running

lint-format: $(VENV)/.dev ## … the layout of the code
	$(BIN)/ruff format --check .

lint-code: $(VENV)/.dev ## … common mistakes
	$(BIN)/ruff check .

lint-types: $(VENV)/.dev ## … the types
	$(CLEAN_ENV) $(BIN)/mypy

lint-imports: $(VENV)/.dev ## … which app imports which
	$(BIN)/lint-imports --no-cache

lint-templates: $(VENV)/.dev ## … the templates' layout
	find . -path ./$(VENV) -prune -o -path '*/templates/*.html' -print0 | xargs -0 -r $(BIN)/djade --check --target-version 5.2

# The Content-Security-Policy blocks these in the browser; here they are found before. json_script stays allowed.
INLINE := <style|<script>|<script [^>]*(text/javascript|"module")[^>]*>[^<]|[[:space:]](style|on[a-z]+)=|hx-on|javascript:|"js:
lint-inline: ## … that no template carries an inline script, style or event handler
	@! find . -path ./$(VENV) -prune -o -path '*/templates/*' -type f -print0 | xargs -0 -r grep -nHiE '$(INLINE)'

# No database is contacted: the settings are a production's, the names in them nobody's.
PRODUCTION := SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ALLOWED_HOSTS=branchbook.example.edu.cn REDIS_URL=redis://localhost/0 \
	DATABASE_URL=postgres://branchbook:none@localhost/branchbook
lint-django: $(VENV)/.dev ## … missing migrations, and the settings a production would run with
	$(CLEAN_ENV) DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	@$(CLEAN_ENV) $(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(VENV)/.dev ## Lay out code and templates, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	find . -path ./$(VENV) -prune -o -path '*/templates/*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

shell: $(VENV)/.runtime ## Open a Python shell with the application loaded
	@$(BIN)/python manage.py shell

# uv only writes these two files; nobody needs it to run Branchbook. UPGRADE=--upgrade takes newer versions.
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-config \
	--custom-compile-command "make lock" $(UPGRADE)
lock: ## Write requirements*.txt anew from pyproject.toml (needs uv: pip install uv, in an environment of its own)
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt
	@! grep -nE '://|index-url|find-links' requirements.txt requirements-dev.txt

audit: $(VENV)/.dev ## Ask whether a pinned version has a known hole (needs the network)
	$(BIN)/pip-audit --disable-pip --requirement requirements.txt

sbom: $(VENV)/.runtime ## Write sbom.json: what requirements.txt installs, for whoever has to check it (CycloneDX)
	@$(BIN)/python -m config.sbom > sbom.json && echo sbom.json

clean: ## Remove what can be made again; the data folder stays
	rm -rf $(VENV) staticfiles .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A file made after the installation says that .venv is what the pinned versions ask for.

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Branchbook needs Python 3.11, 3.12 or 3.13: install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Branchbook needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is another: name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: on Debian or Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.runtime
