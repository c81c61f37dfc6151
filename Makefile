# `make serve` and `make test` set up everything they need in .venv, and are quick the second time.
PYTHON ?= python3
PIP_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin

# Each file is held to its hash in requirements/, and its dependencies are there too.
INSTALL = -m pip install --quiet $(PIP_FLAGS) --require-hashes --no-deps
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: serve test gate check check-javascript audit sbom lock format clean crash corruption concurrency overload flood leaving soak schema fuzz attack side-by-side
.DEFAULT_GOAL := serve

serve: $(VENV)/installed
	$(BIN)/footnote serve $(ARGS)

# Two at a time, each file's tests in one process; `make test ARGS='-n 0 -k name'` runs some of them in this one.
test: $(VENV)/installed-dev
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

# Holds the starter questions to these thresholds, on documents ingested anew.
gate: $(VENV)/installed-dev
	rm -rf $(VENV)/gate
	$(BIN)/footnote ingest corpus/starter --data $(VENV)/gate
	$(BIN)/footnote-eval run --set eval/sets/starter.jsonl --data $(VENV)/gate --report $(VENV)/gate/report \
		--require 'nDCG@10>=0.77' --require 'hit@1>=0.74' --require 'hit@5>=0.90' --require 'recall@100>=0.99' \
		--require 'answer_accuracy>=0.57' --require 'claimed_right>=0.36' --require 'wrong_claims<=0.20' \
		--require 'refusal_recall>=0.90' --require 'AUROC>=0.80'

# Kills, cuts the power of, and fills the disk under whatever writes to a store, at every call. It takes hours.
crash: $(VENV)/installed-dev
	$(BIN)/python -m tests.reliability.crash --kills 500 --every-call $(ARGS)
	$(BIN)/python -m tests.reliability.power --every-call $(ARGS)
	$(BIN)/python -m tests.reliability.disk --every-call $(ARGS)

# Damages a store in every way; takes hours. `make corruption ARGS='--seed 1'` repeats one.
corruption: $(VENV)/installed-dev
	$(BIN)/python -m tests.reliability.corruption --flips 10000 --every-header-byte --every-page $(ARGS)

# Hold a real server to what it promises under load; ARGS="--seed N" repeats a run, --help lists the rest.
concurrency overload flood leaving soak: $(VENV)/installed-dev
	$(BIN)/python -m tests.reliability.$@ $(ARGS)

# Hold a service to what strangers may send: `schema` to its OpenAPI document, `fuzz` the readers and the routes, `attack`
# the readers, with files that grammars make.
schema fuzz attack: $(VENV)/installed-dev
	$(BIN)/python -m tests.hostile.$@ $(ARGS)

# Compares Footnote with other systems on a BEIR folder: make side-by-side ARGS='--set DIR'; see docs/side-by-side.md.
side-by-side: $(VENV)/installed-dev
	$(BIN)/python -m tests.side_by_side $(ARGS)

check: $(VENV)/installed-dev check-javascript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Only these checks, and `npm run build` after a change to the widget, need Node.
ifeq ($(shell command -v npm >/dev/null && node -p 'parseInt(process.versions.node) >= 18'),true)
check-javascript: node_modules/installed
	npm run --silent check
else
check-javascript:
	@echo "The JavaScript checks are skipped: they need Node 18 or newer with npm."
endif

node_modules/installed: package.json package-lock.json
	npm ci --silent --ignore-scripts
	@touch $@

# Holds the pinned dependencies against the advisories that are published for them; needs a network.
audit: $(VENV)/installed-dev
	$(BIN)/python .ci/audit.py $(ARGS)

# What is installed here, as a CycloneDX bill of materials; the image brings its own.
sbom: $(VENV)/installed-dev
	@mkdir -p dist
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-file dist/sbom.cdx.json $(BIN)/python

# Renews requirements/ and the digest of the base image; `make lock ARGS=--keep` adds what pyproject.toml newly asks for.
lock: $(VENV)/bin/python
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python $(INSTALL) --only-binary :all: --requirement requirements/lock.txt
	$(VENV)/lock/bin/python .ci/lock.py $(ARGS)

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) node_modules dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Footnote needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/installed: $(VENV)/bin/python pyproject.toml $(addprefix requirements/,build.txt run.txt torch.txt cuda.txt)
	$(BIN)/python $(INSTALL) --only-binary :all: $(addprefix --requirement requirements/,build.txt run.txt)
	$(BIN)/python .ci/pytorch.py $(PIP_FLAGS)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	$(BIN)/python -m pip check
	@touch $@

# On Linux for ARM one of these comes as source only; what builds it is pinned as well.
$(VENV)/installed-dev: $(VENV)/installed requirements/dev.txt
	$(BIN)/python $(INSTALL) --no-build-isolation --requirement requirements/dev.txt
	$(BIN)/python -m pip check
	@touch $@
