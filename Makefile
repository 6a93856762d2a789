# Each target says what it does in `make help`; the work is in scripts/.
PORT ?= 8000
ARGS ?=
python := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help install run test bench workspace-figures chaos cluster upgrade screenshots check lint types imports format audit lock

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

install: ## .venv with the pinned dependencies
	@scripts/install

run: install ## web server and worker with demo data on http://127.0.0.1:8000 (PORT=8001 for another)
	@exec $(python) manage.py serve --port $(PORT)

test: ## every test, on SQLite and PostgreSQL; ARGS="-k board" for some
	@scripts/test $(ARGS)

bench: install ## the benchmark, on PostgreSQL
	@exec $(python) -m bench $(ARGS)

workspace-figures: install ## what docs/workspace.md says of times and weights, measured anew on PostgreSQL
	@CHROMIUM=$$(scripts/find-chromium) exec $(python) -m bench.workspace $(ARGS)

chaos: install ## kill, freeze and restart what sends, and count; ARGS="kills --rounds 4 --postgres"
	@exec $(python) -m tests.faults $(ARGS)

cluster: install ## several machines on this one: kill them, restart the database, count and measure; ARGS=--write
	@exec $(python) -m tests.cluster $(ARGS)

upgrade: install ## old and new code at once on one database, and count; ARGS="--from REVISION" for a real old one
	@exec $(python) -m tests.cluster.upgrade $(ARGS)

screenshots: install ## every page at three widths, light and dark, into docs/screenshots
	@CHROMIUM=$$(scripts/find-chromium) exec $(python) -m tests.screenshots $(ARGS)

check: lint types imports ## lint, types and imports

lint: install ## style and likely bugs
	$(python) -m ruff check .
	$(python) -m ruff format --check .

types: install ## static types
	$(python) -m mypy

imports: install ## which package may import which
	.venv/bin/lint-imports --no-logo

format: install ## put the code in the agreed form
	$(python) -m ruff check --fix .
	$(python) -m ruff format .

audit: install ## known flaws of the pinned packages; says so where no database of them answers
	@scripts/audit

lock: install ## pin the dependencies anew; ARGS=--upgrade for newer versions
	@scripts/lock $(ARGS)
