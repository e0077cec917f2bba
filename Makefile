PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help install demo test test-long lint reliability reliability-full fuzz audit licences sbom bench-messy model bench bench-quality bench-ablation bench-coverage bench-plan bench-territory reference corpus-check lock clean bench-stages bench-cost test-review-kill programs bench-review bench-active bench-doubts bench-loop bench-training

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed requirements-test.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

install: $(VENV)/.installed ## create .venv with the pinned dependencies and the command `domaines`

demo: $(VENV)/.installed ## label the demonstration survey, print the shares with their intervals, write out/
	@mkdir -p out
	@$(BIN)/domaines label corpora/demo/enquete.csv -o out/enquete.csv
	@$(BIN)/domaines shares out/enquete.csv --annotated corpora/demo/verifiees.csv -o out/parts.csv --quiet
	@$(BIN)/domaines shares out/enquete.csv --annotated corpora/demo/verifiees.csv -o out/parts.json --note out/note.html --quiet
	@$(BIN)/domaines report out/enquete.csv --annotated corpora/demo/verifiees.csv -o out/report.html
	@$(BIN)/domaines shares out/enquete.csv --annotated corpora/demo/verifiees.csv

test: $(VENV)/.installed-test programs ## run the suite, but for its long tests
	$(BIN)/python -m pytest

test-long: $(VENV)/.installed-test ## run the suite's long tests: whole real files, ten megabytes of text, memory, kills
	$(BIN)/python -m pytest -m long

programs: ## install the browser and the database server the tests drive (Debian, as root; elsewhere, say which)
	@tests/programs.sh

test-review-kill: $(VENV)/.installed-test ## 10,000 review decisions by 4 clients, the program killed 20 times: none lost, none doubled
	REVIEW_DECISIONS=10000 REVIEW_KILLS=20 $(BIN)/python -m pytest -m long tests/test_review_kill.py -s

lint: $(VENV)/.installed-test ## Ruff, mypy in strict mode, import-linter
	$(BIN)/ruff check pipeline tests
	$(BIN)/ruff format --check pipeline tests
	$(BIN)/mypy
	$(BIN)/lint-imports

model: $(VENV)/.installed ## rebuild the default model from corpora/
	$(BIN)/domaines train corpora/annotated corpora/contrasts.csv corpora/lexicon.csv -o models/default

reliability: $(VENV)/.installed-test ## kills, full disks, polluted and damaged files, load: one table, 1 when something was lost
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.reliability

reliability-full: $(VENV)/.installed-test ## the same with 200 kills of every command, training too (longer than 10 minutes)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.reliability --full

fuzz: $(VENV)/.installed-test ## long random runs on tables, text, model folders, the review page: 10 minutes each
	$(BIN)/python -m tests.fuzz 600

$(VENV)-audit/.installed: requirements-audit.lock
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	@touch $@

audit: $(VENV)-audit/.installed ## look for known vulnerabilities in the locked packages (needs the network)
	@$(VENV)-audit/bin/pip-audit --require-hashes --disable-pip --progress-spinner off --format json -r requirements.lock \
		| $(VENV)-audit/bin/python docs/audit.py

sbom: $(VENV)-audit/.installed ## write the software bill of materials, out/sbom.json (CycloneDX)
	@mkdir -p out
	$(VENV)-audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file out/sbom.json requirements.lock

licences: $(VENV)/.installed ## list the licences of what is needed to run, in docs/licences.md
	$(BIN)/python docs/licences.py

bench-messy: $(VENV)/.installed-bench ## polluted tables read by this program, pandas, Polars and DuckDB, table into BENCHMARKS.md
	$(BIN)/python -m bench.messy

corpus-check: $(VENV)/.installed-test ## check the corpora: form, openings, near-duplicates, labels, splits
	$(BIN)/python -m pytest -m "" tests/test_corpora.py

bench: $(VENV)/.installed-bench ## measure the speed of labelling against the floor and other programs (QUICK=--quick: a trial)
	$(BIN)/python bench/speed.py $(QUICK)

bench-stages: $(VENV)/.installed-test ## measure where the time of labelling goes
	$(BIN)/python bench/stages.py $(QUICK)

bench-cost: $(VENV)/.installed-test ## measure cost per text and memory from 10,000 to 10,000,000 texts
	$(BIN)/python bench/cost.py $(QUICK)

bench-territory: $(VENV)/.installed-test ## planted territorial effects: level, power, bias, coverage (long)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/territory.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/territory.py --only joint

reference: $(VENV)/.installed ## rebuild the shipped table of communes from ../shared/reference
	$(BIN)/python -m pipeline.communes.building ../shared/reference

bench-quality: $(VENV)/.installed-bench ## measure quality against other classifiers
	$(BIN)/python bench/quality.py

bench-ablation: $(VENV)/.installed-bench ## measure this project's classifier without each of its parts, and other heads
	$(BIN)/python bench/quality_ablation.py

bench-doubts: $(VENV)/.installed-test ## flip 5 % of the corpus's labels, count those the doubts find
	$(BIN)/python bench/doubts.py

bench-active: $(VENV)/.installed-test ## simulate annotating doubtful texts against any, draw docs/active.svg
	$(BIN)/python bench/active.py

bench-loop: $(VENV)/.installed-test ## label, draw, check, retrain, promote, relabel the demonstration survey
	$(BIN)/python bench/loop.py

bench-plan: $(VENV)/.installed-test ## check that as many rows as `audit plan` says give the precision asked for
	$(BIN)/python bench/planning.py

bench-training: $(VENV)/.installed-test ## measure where the time of training the default model goes
	$(BIN)/python bench/training.py

bench-coverage: $(VENV)/.installed-bench ## measure how often the intervals of shares hold the truth, tables into BENCHMARKS.md
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/shares_coverage.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python bench/shares_quapy.py

bench-review: $(VENV)/.installed-test programs ## measure how long a row takes to be shown, a million loaded
	$(BIN)/python bench/review.py

$(VENV)/.installed-bench: $(VENV)/.installed-test requirements-bench.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

lock: ## renew the lock files from pyproject.toml (needs pip-tools in .venv)
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml requirements-build.in
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --extra test --extra lint --output-file requirements-test.lock pyproject.toml requirements-build.in
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --extra test --extra lint --extra bench --output-file requirements-bench.lock pyproject.toml requirements-build.in

clean: ## remove .venv, out/ and caches
	rm -rf $(VENV) $(VENV)-audit out .mypy_cache .ruff_cache .pytest_cache .hypothesis
