.PHONY: help setup run test bench bench-rules lock words screenshots

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install everything into .venv (system packages too, when allowed)
	@bin/setup

run: ## Start the web server and the worker; PORT=8000, DEMO=0 for an empty register
	@bin/run

test: ## Run every test: SQLite, PostgreSQL, browser, PDF
	@bin/test

bench: ## Measure; FIRMS=10000 CLIENTS=1,8 DATABASE=sqlite, EDITS=1 saves files meanwhile
	@bin/setup test
	@.venv/bin/python -m benchmarks --firms "$(or $(FIRMS),10000)" --clients "$(or $(CLIENTS),1,8)" --database "$(or $(DATABASE),sqlite)" --edits "$(or $(EDITS),0)"

bench-rules: ## Measure the rules beside openfisca-core; FIRMS=600000
	@bin/setup test
	@test -x .tmp/openfisca/bin/python || python3 -m venv .tmp/openfisca
	@.tmp/openfisca/bin/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	@.venv/bin/python -m benchmarks.rules --firms "$(or $(FIRMS),600000)" --openfisca .tmp/openfisca/bin/python

lock: ## Pin the packages of setup.cfg with their hashes
	@bin/lock

ENGLISH = crm/translations/en/LC_MESSAGES/messages.po
words: ## Collect the texts of pages into the English catalogue
	@.venv/bin/pybabel --quiet extract --mapping-file babel.cfg --keyword _l --keyword N_ --keyword Refused --no-location --sort-output --omit-header --output .messages.pot .
	@.venv/bin/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --omit-header --no-wrap --input-file .messages.pot --output-dir crm/translations --locale en
	@printf 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: en\\n"\n\n' | cat - $(ENGLISH) > .messages.pot && cp .messages.pot $(ENGLISH)
	@rm -f .messages.pot

screenshots: ## Draw the README's pictures from the demo register
	@bin/setup test
	@.venv/bin/python -m docs.screenshots
