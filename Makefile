# Needs Python 3.11 or newer with its venv module; everything else goes into .venv by itself.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
BIN := $(VENV)/bin
ESSPEC := $(BIN)/esspec

PAGE := docs_source/network-policies.md
OUT := out
TARGETS := kubernetes calico cilium csv
EXPORT = "$(ESSPEC)" export $(PAGE) $(TARGETS:%=--target %) -o "$(OUT)"

SUITABLE := import sys; sys.exit(sys.version_info < (3, 11))

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

.PHONY: export
export: $(STAMP) ## compile the page in docs_source/ into out/
	$(EXPORT)

.PHONY: test
test: $(STAMP) ## run the tests
	$(BIN)/pytest

.PHONY: explore
explore: $(STAMP) ## run the tests with new random examples; what fails here becomes a test
	HYPOTHESIS_PROFILE=explore $(BIN)/pytest

.PHONY: check
check: $(STAMP) ## lint, formatting and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict src exporters tests benchmarks manual action

.PHONY: current
current: $(STAMP) ## fail unless out/ is what the page compiles to, and means the same
	"$(ESSPEC)" check $(PAGE) $(TARGETS:%=--target %) --output "$(OUT)"

.PHONY: docs
docs: $(STAMP) ## write the reference, the manual page and the completions from the code
	$(BIN)/python -m manual

.PHONY: bench
bench: $(STAMP) ## measure the speed, as ratios; takes some minutes
	$(BIN)/python -m benchmarks.run

.PHONY: clean
clean: ## remove what make and the tools made, .venv included; out/ stays
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src exporters tests benchmarks manual action -name __pycache__ -prune -exec rm -rf {} +

# Touched last, so that an interrupted installation is done again. pip learned --group in 25.1.
$(STAMP): pyproject.toml src/esspec/__init__.py
	@$(PYTHON) -c '$(SUITABLE)' || { echo 'esspec needs Python 3.11 or newer; name one: make PYTHON=python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo 'this Python has no venv module; install it (Debian and Ubuntu: python3-venv)' >&2; exit 1; }
	@$(BIN)/python -c 'import pip; $(SUITABLE)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --group dev --editable .
	@$(BIN)/python -m compileall -q src exporters
	@touch $@
