# KubeOCR. `make` lists what there is; everything installs what it needs into .venv and ~/.cache/kubeocr.
SHELL := /bin/bash
VENV  := .venv
BIN   := $(VENV)/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PEERS := $(HOME)/.cache/kubeocr/peers

.DEFAULT_GOAL := help
.PHONY: help demo demo-down test lint format generate images bench-accuracy bench-equality bench-operator clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

$(VENV)/ready: pyproject.toml
	@test -n "$(PYTHON)" || { echo "missing: Python 3.11 or newer (on Debian: apt-get install python3 python3-venv)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "missing: the venv module of $(PYTHON) (on Debian: apt-get install python3-venv)"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/ready ## a cluster, the operator, an OCRService, and a page read through its Service
	@$(BIN)/python demo/demo.py up

demo-down: $(VENV)/ready ## end what `make demo` started
	@$(BIN)/python demo/demo.py down

test: lint ## set up and run every test, those on a real cluster among them
	@$(BIN)/pytest

lint: $(VENV)/ready ## style, types, direction of imports, generated files
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m kubeocr_operator.generate --check

format: $(VENV)/ready ## put the code into shape
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

generate: $(VENV)/ready ## write what is generated: CRD, RBAC, reference
	@$(BIN)/python -m kubeocr_operator.generate

bench-accuracy: $(VENV)/ready ## error rates of whole pages (DOCUMENTS=folder with pages and their .txt)
	@$(BIN)/python benchmarks/accuracy.py $(if $(DOCUMENTS),--documents $(DOCUMENTS))

$(PEERS)/ready:
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/pip install --quiet --disable-pip-version-check 'paddleocr==3.7.0' 'paddlex[ocr]' onnxruntime
	@touch $@

bench-equality: $(VENV)/ready $(PEERS)/ready ## our lines and boxes against PaddleOCR's own (DOCUMENTS=folder)
	@$(BIN)/python benchmarks/equality.py --peer $(PEERS)/bin/python $(if $(DOCUMENTS),--documents $(DOCUMENTS))

bench-operator: $(VENV)/ready ## 100 OCRServices on a real API server: latency, idle writes, memory
	@$(BIN)/python benchmarks/operator.py

clean: ## remove what was made here (the caches in ~/.cache/kubeocr stay)
	@rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
