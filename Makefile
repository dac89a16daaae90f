# `make help` lists what there is. Everything is built into build/, results go to out/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The one place for the versions of tools. Libraries are pinned in go.mod and models/package-lock.json.
GOLANGCI_LINT := v2.15.0

# Go would fail where the checkout belongs to somebody else, as it often does in CI; the version comes from here.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unreleased)
LDFLAGS  := -s -w -X main.version=$(VERSION)
LINT     := build/tools/golangci-lint-$(GOLANGCI_LINT)
SOURCES  := go.mod go.sum web/web.go models/roller/weights.go models/roller/roller.onnx $(shell find cmd internal -name '*_test.go' -prune -o -type f -print)
# The page is embedded into the binary. npm itself writes MODULES at the end of an installation.
PAGE     := web/dist/index.html
MODULES  := web/node_modules/.package-lock.json
PAGE_SRC := web/index.html $(wildcard web/*.json web/*.ts web/svelte.config.js) $(shell find web/src web/public -type f)
# Flags for `make run`: make run SERVE="--listen :8443 --tls self-signed".
SERVE    ?=
# The clip of `make demo`: somebody who rolls down onto the low back.
CLIP     ?= testdata/clips/lumbar.mp4
OUT      ?= out

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build models ## install what is missing, then serve the live check: prints the address to open
	build/rollwell serve $(SERVE)

.PHONY: demo
demo: build models ## install what is missing, then analyse a clip: prints the corrections and where the video lies
	build/rollwell analyze $(CLIP) --overlay --out $(OUT)

.PHONY: test
test: ## install what is missing, then run every check, race detector included
	@.ci/test.sh

.PHONY: build
build: build/rollwell ## install what is missing and build build/rollwell, the page in it

build/rollwell: $(SOURCES) $(PAGE) | deps
	go build -ldflags '$(LDFLAGS)' -o $@ ./cmd/rollwell

.PHONY: page
page: $(PAGE) ## build the page into web/dist

$(PAGE): $(PAGE_SRC) $(MODULES)
	npm --prefix web run build
	touch $@

$(MODULES): web/package-lock.json | deps
	npm --prefix web ci --ignore-scripts --no-audit --no-fund
	touch $@

.PHONY: models
models: build ## get the models and convert them; does nothing if they are there and whole
	build/rollwell models install --with-runtime

.PHONY: bench
bench: build models ## time each stage for each engine and model, then the live check
	build/rollwell bench
	build/rollwell bench live --model lite
	build/rollwell bench live --model full --sessions 1,4

.PHONY: lint
lint: $(LINT) | deps ## run the linters
	$(LINT) run ./...

.PHONY: fmt
fmt: $(LINT) ## format the sources
	$(LINT) fmt

.PHONY: fmt-check
fmt-check: $(LINT)
	$(LINT) fmt --diff

$(LINT):
	GOBIN=$(CURDIR)/build/tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	mv build/tools/golangci-lint $@

.PHONY: deps
deps: ## install the packages of the system that are missing
	@.ci/deps.sh build

.PHONY: clean
clean: ## remove what was built; models and results stay
	rm -rf build web/dist/assets $(PAGE)
