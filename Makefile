# `make` says what there is. Nothing has to be installed by hand: each target gets what it needs or says in one line what is missing.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
# a process for each core, but no more API servers side by side than a laptop bears
# of tests that share something (a cluster, a browser), one has them all
PYTEST := $(PYTHON) -m pytest -q --numprocesses auto --maxprocesses 4 --dist loadgroup
export PYTHONPATH := tests/e2e

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/.demo ## a cluster, the operator, an OCRService and a page read through it; leaves the cluster up
	@$(PYTHON) -m demo

.PHONY: demo-down
demo-down: .venv/.demo ## end the demo's cluster
	@$(PYTHON) -m demo down

.PHONY: test
test: lint test-unit ## everything: lint, unit tests, a real API server, a real cluster with this checkout's images
	$(PYTHON) -m cluster build
	$(PYTEST) -m 'cluster or image'

.PHONY: test-unit
test-unit: .venv/.dev ## the tests that need neither cluster nor images
	$(PYTEST) -m 'not cluster and not image'

.PHONY: lint
lint: .venv/.dev ## ruff, mypy, import rules, and whether generated files are fresh
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m kubeocr_operator.generate --check
	$(PYTHON) -m kubeocr_operator.rbac | diff charts/kubeocr/files/rules.yaml -
	$(PYTHON) manifests/render.py --check
	$(PYTHON) tools/version.py --check

.PHONY: generate
generate: .venv/.dev ## write the CRD, its reference, the chart's rules, the manifests and the version
	$(PYTHON) tools/version.py
	$(PYTHON) -m kubeocr_operator.generate
	rules=$$($(PYTHON) -m kubeocr_operator.rbac) && echo "$$rules" > charts/kubeocr/files/rules.yaml
	$(PYTHON) manifests/render.py

.PHONY: images
images: .venv/.demo ## build both images (docker, else buildah)
	$(PYTHON) -m cluster images

# PaddleOCR in an environment of its own: it pins versions that the operator cannot live with
PEER := $(HOME)/.cache/kubeocr/paddleocr-3.7.0
$(PEER)/bin/python:
	@echo "installing PaddleOCR 3.7.0 into $(PEER)"
	@python3 -m venv $(PEER) && $(PEER)/bin/pip install --quiet --disable-pip-version-check 'paddleocr[doc-parser]==3.7.0' onnxruntime

.PHONY: bench-equality
bench-equality: .venv/.dev $(PEER)/bin/python ## our lines and boxes against PaddleOCR's own: ARGS='--documents FOLDER'
	$(PYTHON) benchmarks/equality.py --python $(PEER)/bin/python $(ARGS)

.PHONY: bench-structure
bench-structure: .venv/.dev $(PEER)/bin/python ## our Markdown and tables against PPStructureV3's: ARGS='--documents FOLDER --peer-models FOLDER'
	$(PYTHON) benchmarks/structure --python $(PEER)/bin/python $(ARGS)

.PHONY: bench-%
bench-%: .venv/.dev ## bench-ocr, bench-overload, bench-jobs, bench-accuracy, bench-enhancement, bench-formats, bench-pages, bench-operator: figures, the last line as JSON
	$(PYTHON) $(firstword $(wildcard benchmarks/$*.py benchmarks/$*)) $(ARGS)

.PHONY: clean
clean: ## end the demo's cluster and remove what was built here; the cache in ~/.cache/kubeocr stays
	@[ ! -x $(PYTHON) ] || $(PYTHON) -m cluster down --name kubeocr-demo
	rm -rf .venv out dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

.venv/.%: pyproject.toml tools/venv.sh
	@tools/venv.sh $*

.PRECIOUS: .venv/.%
