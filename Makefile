# The commands a person needs. Each does its own set-up; `make help` lists them.
# Only Python (3.11 or newer) and make are needed: PYTHON=python3.12 make book

PYTHON ?= python3
RUN := .venv/bin/python

.PHONY: help book serve test test-browser-full exercises format clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile

book: .venv/installed  ## execute the chapters and write the book to _build/html
	@$(RUN) tools/vendor.py
	@$(RUN) tools/book.py

serve: book  ## build the book and serve it on localhost
	@$(RUN) tools/serve.py

test: .venv/installed  ## check everything: style, library, notebooks, book, browser
	@$(RUN) tools/vendor.py
	@$(RUN) tools/check.py

test-browser-full: book  ## every page in every width and theme, about 10 times as long as the sample in `make test`
	@CONVBOOK_BROWSER=full $(RUN) -m pytest -q tests/book

exercises: .venv/installed  ## write exercises/ anew from solutions/
	@$(RUN) -m convbook.exercises.generate

format: .venv/installed  ## bring code and notebooks into the house's format, without outputs
	@$(RUN) -m nbstripout --keep-id notebooks/*.ipynb solutions/*.ipynb
	@$(RUN) -m ruff check --fix --quiet .
	@$(RUN) -m ruff format .

clean:  ## leave a fresh tree
	rm -rf .venv _build book/vendor build dist lib/convbook.egg-info .pytest_cache .hypothesis
	find . \( -name __pycache__ -o -name .ruff_cache \) -type d -prune -exec rm -rf {} +

.venv/installed: requirements.txt pyproject.toml tools/environment.py
	@$(PYTHON) tools/environment.py
	@touch $@
