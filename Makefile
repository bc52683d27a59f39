# `make dry-run` and `make test` work on a fresh machine with Python 3.11+, make and git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLDEST_VENV := .venv-oldest
IMAGE ?= higgsml:local
# studies of their own, not of speed
STUDIES := benchmarks/baseline% benchmarks/final% benchmarks/images%

# make test PINS=/dev/null takes the newest versions instead of the pinned ones
PINS ?= requirements-dev.txt
# PyTorch, for networks; nothing else installs it. What PyPI has for Linux brings CUDA, several GB:
# make torch TORCH_INDEX=https://download.pytorch.org/whl/cpu takes the build for processors.
TORCH_VERSION ?= 2.13.0
TORCH_INDEX ?=
# how much a dry run does: the phases of the competition do 10 sets of 100 and of 1000
DRY_RUN ?= --num-of-sets 3 --num-pseudo-experiments 20

.PHONY: help
help:  ## list the targets (default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: dry-run
dry-run: $(VENV)/.installed  ## run ingestion and scoring as on the platform, into results/
	$(BIN)/higgsml dry-run $(DRY_RUN)

.PHONY: test
test: lint  ## lint, check types, run the quick tests
	$(BIN)/pytest -m 'not slow'

.PHONY: torch
torch: $(VENV)/.installed  ## install PyTorch, without which the tests of networks are skipped
	$(BIN)/pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) \
		--constraint $(PINS) 'torch==$(TORCH_VERSION)'

.PHONY: test-slow
test-slow: $(VENV)/.installed  ## run the slow tests
	$(BIN)/pytest -m slow

.PHONY: test-oldest
test-oldest:  ## run the quick tests with the oldest dependencies that pyproject.toml allows
	$(or $(shell command -v python3.11),$(PYTHON)) -m venv $(OLDEST_VENV)
	$(OLDEST_VENV)/bin/pip install --quiet uv
	$(OLDEST_VENV)/bin/uv pip install --quiet --python $(OLDEST_VENV)/bin/python \
		--resolution lowest-direct --editable '.[dev]'
	$(OLDEST_VENV)/bin/pytest -m 'not slow'

SCHEMA := $(BIN)/check-jsonschema --quiet --builtin-schema vendor.

.PHONY: lint
lint: $(VENV)/.installed  ## check style, types, spelling, workflows and the bundle
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/shellcheck .ci/run
	$(BIN)/zizmor --offline --quiet .github
	$(SCHEMA)github-workflows .github/workflows/*.yml
	$(SCHEMA)github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SCHEMA)github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA)citation-file-format CITATION.cff
	$(BIN)/higgsml check

.PHONY: docs
docs: $(VENV)/.installed  ## build the site of the documentation into site/, without network
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html"

.PHONY: benchmark
benchmark: $(VENV)/.installed  ## measure speed and memory
	set -e; for file in $(filter-out $(STUDIES),$(wildcard benchmarks/*.py)); do \
		echo "== $$file"; $(BIN)/python $$file; done

.PHONY: realism
realism: $(VENV)/.installed  ## compare generated with real events, into results/realism/
	$(BIN)/python -m benchmarks.realism $(if $(DATA),--data $(DATA))

.PHONY: baseline
baseline: $(VENV)/.installed  ## measure the sample submission against others, into results/baseline/
	$(BIN)/python benchmarks/baseline.py

# fewer experiments: make final FINAL='--experiments 20'; the same command goes on after a kill
FINAL ?=
.PHONY: final
final: $(VENV)/.installed  ## run the official final for real (hours), into results/final/
	$(BIN)/python benchmarks/final.py $(FINAL)

.PHONY: image
image:  ## build the container image (needs docker)
	docker build --platform linux/amd64 --tag $(IMAGE) .

# One version for every Python, so that the image has what was tested.
# The image does without the library for training on several GPUs, a third of its size, and without
# what only Windows needs.
PIN := $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	--fork-strategy fewest --no-annotate --custom-compile-command 'make pins'

.PHONY: pins
pins: $(VENV)/.installed  ## pin the newest versions that fit pyproject.toml
	$(BIN)/pip install --quiet uv
	$(PIN) --no-emit-package nvidia-nccl-cu12 --no-emit-package colorama --output-file requirements.txt
	$(PIN) --extra dev --output-file requirements-dev.txt

.PHONY: clean
clean:  ## remove what was built, but not results/
	rm -rf $(VENV) $(OLDEST_VENV) dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# One environment for everything; the stamp makes a second call instant.
$(VENV)/.installed: pyproject.toml $(PINS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint $(PINS) --editable '.[dev]'
	@touch $@
