# cinecircle: `make run` and `make test` need Go, and a C compiler if there is one. `make help` lists the rest.

GO      ?= go
PKG     ?= ./...
TIMEOUT ?= 10m
TAGS    := nomsgpack
TOOL     = $(GO) tool -modfile=tools.mod

# Outside a git checkout, or in one that git refuses to read, there is no stamp and no failure.
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null)
BUILDVCS := $(shell git rev-parse --verify -q HEAD >/dev/null 2>&1 || echo -buildvcs=false)
BUILD     = -trimpath $(BUILDVCS) -tags $(TAGS) -ldflags "$(if $(VERSION),-X main.version=$(VERSION))"

STEPS := format lint vet test
ifneq ($(filter-out $(STEPS),$(SKIP)),)
$(error SKIP takes any of: $(STEPS); not: $(filter-out $(STEPS),$(SKIP)))
endif

.DEFAULT_GOAL := help
.PHONY: help build run test check format lint vet fmt cover bench vuln vendor-ui clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build bin/cinecircle (CGO_ENABLED=0 make build for a static one)
	$(GO) build $(BUILD) -o bin/cinecircle ./cmd/cinecircle

run: build ## build and serve on http://localhost:8000 (ARGS="migrate status" runs another command)
	./bin/cinecircle $(ARGS)

test: ## run every test, with the race detector where it can be built (PKG=./follow/ TESTFLAGS="-run X" narrow it)
	GO="$(GO)" ./scripts/test.sh -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) $(PKG)

check: $(filter-out $(SKIP),$(STEPS)) ## format, lint, vet and build, test; SKIP="format lint vet test" leaves some out
	@echo "check: $(if $^,$^: ok,nothing to do)$(if $(SKIP), (skipped: $(SKIP)))"

format: ## fail when a file is not formatted (make fmt mends it)
	GO="$(GO)" ./scripts/format.sh

lint: ## run the linters and the import rules of .golangci.yml
	$(TOOL) golangci-lint run ./...

vet: ## go vet, and compile everything with cgo (when there is a C compiler) and without
	$(GO) vet -tags $(TAGS) ./...
	$(GO) build -tags $(TAGS) $(BUILDVCS) ./...
	CGO_ENABLED=0 $(GO) build -tags $(TAGS) $(BUILDVCS) ./...

fmt: ## format every Go file
	$(TOOL) gofumpt -w .

cover: ## statement coverage of the domain packages; fails under MIN (90) percent
	GO="$(GO)" TAGS="$(TAGS)" TIMEOUT="$(TIMEOUT)" ./scripts/cover.sh

bench: ## measure a running program (ARGS are the benchmark's own)
	$(GO) run -tags $(TAGS) ./cmd/cinecircle/bench $(ARGS)

vuln: ## look for known vulnerabilities in what is called (asks vuln.go.dev, or VULNDB=file://…)
	$(TOOL) govulncheck $(if $(VULNDB),-db $(VULNDB)) -tags $(TAGS) ./...

vendor-ui: ## fetch the pages of /docs and /redoc again, at their pinned versions
	./scripts/vendor-ui.sh

clean: ## remove what was built; data/ stays
	rm -rf bin dist coverage.out coverage.html
