# Two commands: `make` renders the lecture, `make test` tests it. Both set up what is missing.

VENV := .venv
BIN := $(VENV)/bin
# One more than two processors: a test that waits for a browser or a clock leaves room for another.
TESTERS := 3

.PHONY: lecture test check lint bench bench-widgets fuzz kills audit pictures typefaces quarto lock clean help
.DEFAULT_GOAL := lecture

lecture: $(VENV)/ready  ## Set up and render: _book/index.html and _book/slides/neural-networks.pdf
	@sh code/setup.sh latex || true
	@$(BIN)/lecture render

test: $(VENV)/ready  ## Set up, check the code and run all tests
	@sh code/setup.sh latex browser
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

check: $(VENV)/ready  ## Render, then list overflowing frames, dead links, misspelt words, ...
	@sh code/setup.sh latex
	$(BIN)/lecture check

lint: $(VENV)/ready  ## Check the code with ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/ready  ## Time the renderer against Jupyter Book; print ratios
	@sh code/setup.sh latex
	$(BIN)/python tests/bench.py

bench-widgets: $(VENV)/ready  ## Time the playground in a browser, beside TensorFlow.js from npm
	@sh code/setup.sh browser
	$(BIN)/python tests/bench_widgets.py

fuzz: $(VENV)/ready  ## Throw odd texts at the readers for two minutes
	$(BIN)/python tests/fuzz.py

kills: $(VENV)/ready  ## Kill the renderer 200 times at random moments; each time the next run is right
	@sh code/setup.sh latex
	$(BIN)/python tests/kills.py

audit: lecture  ## Score every page of the book with Lighthouse (needs Node.js)
	@command -v npx >/dev/null || { echo "Node.js is not installed: get version 18 or later"; exit 1; }
	@sh code/setup.sh browser
	$(BIN)/python tests/audit.py

pictures: lecture  ## Take the README's pictures from the rendered lecture
	@sh code/setup.sh browser
	$(BIN)/python docs/pictures.py

typefaces: $(VENV)/ready  ## Cut the book's typefaces anew from Fontsource's (needs Node.js)
	$(BIN)/pip install --quiet brotli
	$(BIN)/python docs/typefaces.py

quarto: $(VENV)/ready  ## Render the same tree with stock Quarto, installed if there is none
	@sh code/setup.sh latex
	@sh code/setup.sh quarto $(VENV)
	PATH="$$PWD/$(BIN):$$PATH" quarto render

lock: $(VENV)/ready  ## Renew requirements.lock with uv
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
		--extra test pyproject.toml --output-file requirements.lock

clean:  ## Delete everything that was made, but the environment
	rm -rf _book _book.new _book.old _build _test_results

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

# Touched last, so that an interrupted set-up is taken up again.
$(VENV)/ready: requirements.lock pyproject.toml
	@sh code/setup.sh python $(VENV)
	@touch $@
