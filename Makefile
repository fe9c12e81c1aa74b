# Commands for development; `make help` lists them. They need git, make and Python 3.11 or newer.

VENV := .venv
BENCH := .venv-bench
EXPORTS := .venv-exports
PY := $(VENV)/bin/python
PIP = $(@D)/bin/python -m pip install --quiet --disable-pip-version-check
PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help app test thorough lint fuzz siege exports container bench network clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-10s%s\n", $$1, $$2 }'
	@echo 'ARGS="…" is passed on (make app ARGS="--server.port 8600"), PYTHON=… names the Python that .venv is made with.'

app: $(VENV)/.app ## open the page
	@exec $(PY) -m streamlit run app.py $(ARGS)

define lint
status=0; \
$(PY) -m ruff check . || status=1; \
$(PY) -m ruff format --check . || status=1; \
$(PY) -m mypy || status=1
endef

# Compiled files are kept, whatever the machine's settings, as each process of the tests would otherwise take seconds to
# compile them again.
pytest = PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# All steps run even after a failure, so that one run shows all problems.
test: $(VENV)/.dev ## lint, then run all tests but the thorough ones, with complete flows in a browser
	@chromium=$$($(PY) tests/browser/chromium.py) || exit 1; \
	$(lint); \
	INKLING_CHROMIUM="$$chromium" $(pytest) -m "not thorough" $(ARGS) || exit $$?; \
	[ $$status -eq 0 ] || echo "The tests passed; lint did not, see above." >&2; \
	exit $$status

thorough: $(VENV)/.dev ## run the other tests: details in a browser, a real cluster, stress tests
	@chromium=$$($(PY) tests/browser/chromium.py) && INKLING_CHROMIUM="$$chromium" $(pytest) -m thorough $(ARGS)

lint: $(VENV)/.dev ## check style, format and types
	@$(lint); exit $$status

fuzz: $(VENV)/.dev ## try 100,000 damaged files, images, drawings and settings, and count the results
	@$(PY) -m pytest tests/fuzz --hypothesis-profile=fuzz --hypothesis-show-statistics --hypothesis-seed=random --timeout=3600 $(ARGS)

siege: $(VENV)/.dev ## let a class of eight draw and train while much fails around it, and print its losses
	@$(PY) -m tests.wire.siege $(ARGS)

exports: $(EXPORTS)/.exports ## run each export of a network in its own tool: PyTorch, numpy, Jupyter, ONNX
	@$(EXPORTS)/bin/python -m pytest -o addopts=--import-mode=importlib --noconftest -p no:cacheprovider tests/exports $(ARGS)

container: ## carry out the Dockerfile's steps in an empty environment, and open the page
	@$(or $(PYTHON),python3) -m tests.container $(ARGS)

bench: $(BENCH)/.bench ## print tables of speed: training, the page, a slow line, a class (minutes, on a quiet machine)
	@chromium=$$($(BENCH)/bin/python tests/browser/chromium.py) || exit 1; \
	export INKLING_CHROMIUM="$$chromium"; \
	for part in training page slow_line site classroom; do $(BENCH)/bin/python -m tests.benchmarks.$$part; echo; done

# models/README.md lists the effect of each of these settings.
NETWORK := --layers 1600,1200 --schedule cosine --momentum 0.9 --weight-decay 1e-5 --batch-size 256 --warp 0.85 --everything \
    --threads 2 --tta 5 --half
network: $(VENV)/.app ## train the pretrained network again (three quarters of an hour on two cores)
	$(PY) -m models.making network $(NETWORK) --initialization gabor --learning-rate 0.1 --epochs 24 --seed 1 --repeat 10 --written 400000 \
	    --out models/unpolished.safetensors
	$(PY) -m models.making network $(NETWORK) --start models/unpolished.safetensors --mean --learning-rate 0.02 --epochs 3 --seed 2 \
	    --repeat 4 --written 60000 --out models/inkling.safetensors
	rm models/unpolished.safetensors

clean: ## remove .venv and the files of tools
	rm -rf $(VENV) $(BENCH) $(EXPORTS) .pytest_cache .ruff_cache .mypy_cache .hypothesis test-results

# With the stamps, pip runs only when its requirements have changed.
$(VENV)/.app: requirements.txt | $(PY)
	@echo "Installing requirements.txt into $(VENV) …"
	@$(subst --quiet,,$(PIP)) -r requirements.txt && touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt mlp/jobs/cluster-requirements.txt | $(PY)
	@echo "Installing requirements-dev.txt into $(VENV) …"
	@$(PIP) -r requirements-dev.txt && touch $@

$(BENCH)/.bench: tests/benchmarks/requirements.txt requirements.txt | $(BENCH)/bin/python
	@echo "Installing tests/benchmarks/requirements.txt into $(BENCH) …"
	@$(PIP) -r $< && touch $@

$(EXPORTS)/.exports: tests/exports/requirements.txt requirements.txt | $(EXPORTS)/bin/python
	@echo "Installing tests/exports/requirements.txt into $(EXPORTS) …"
	@$(PIP) -r $< && touch $@

# Debian's python3 may come without ensurepip: then another Python is tried, and --clear removes a half-made folder.
$(PY) $(BENCH)/bin/python $(EXPORTS)/bin/python:
	@for python in $(PYTHONS); do \
	    if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Making $(@:/bin/python=) with $$("$$python" --version) …"; \
	        exec "$$python" -m venv --clear $(@:/bin/python=); \
	    fi; \
	done; \
	echo "No Python 3.11 or newer that can make $(@:/bin/python=) among: $(PYTHONS)." >&2; \
	echo "Debian and Ubuntu: apt-get install python3-venv. Elsewhere: python.org, or make PYTHON=/path/to/python3." >&2; \
	exit 1
