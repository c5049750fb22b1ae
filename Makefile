# cinecircle: `make run` and `make test` need Go, and a C compiler if there is one. `make help` lists the rest.

GO      ?= go
PKG     ?= ./...
TIMEOUT ?= 15m
TAGS    := nomsgpack
TOOL     = $(GO) tool -modfile=tools.mod

# Outside a git checkout, or in one that git refuses to read, the program does not know its commit.
VERSION  ?= $(shell cat VERSION)
BUILDVCS := $(shell git rev-parse --verify -q HEAD >/dev/null 2>&1 || echo -buildvcs=false)
BUILD     = -trimpath $(BUILDVCS) -tags $(TAGS) -ldflags "$(if $(VERSION),-X main.version=$(VERSION))"

STEPS := format lint vet deps test
ifneq ($(filter-out $(STEPS),$(SKIP)),)
$(error SKIP takes any of: $(STEPS); not: $(filter-out $(STEPS),$(SKIP)))
endif

.DEFAULT_GOAL := help
.PHONY: help build run demo test test-all check format lint vet deps fmt attack findings fuzz test-file test-mysql test-mysql8 test-redis test-s3 test-servers test-browser test-proxies test-clients screens cluster torture cover bench bench-scale bench-mysql bench-compare bench-docs vuln vendor-ui release clean alerts

##@ Start

help: ## list the targets
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } /^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: build ## build and serve on http://localhost:8000 (ARGS="migrate status" runs another command)
	./bin/cinecircle $(ARGS)

demo: build ## build and serve an invented community on http://localhost:8000, kept in data/demo/
	./scripts/demo.sh ./bin/cinecircle

build: ## build bin/cinecircle (CGO_ENABLED=0 make build: without a C compiler, static)
	$(GO) build $(BUILD) -o bin/cinecircle ./cmd/cinecircle

##@ Before a change

# Without debugging tables (-w) the 70 test programs are linked faster, which takes a fourteenth off the whole.
test: ## the fast tests (PKG=./follow/ TESTFLAGS="-run X" narrow them)
	$(GO) test -short -tags $(TAGS) -ldflags=-w -timeout $(TIMEOUT) $(TESTFLAGS) $(PKG)

check: $(patsubst test,test-all,$(filter-out $(SKIP),$(STEPS))) ## what a change must pass: format, lint, vet, deps, test-all (SKIP="lint test" leaves some out)
	@echo "check: $(if $^,$^: ok,nothing to do)$(if $(SKIP), (skipped: $(SKIP)))"

fmt: ## format every Go file
	$(TOOL) gofumpt -w .

format: ## fail if a file is not formatted
	GO="$(GO)" ./scripts/format.sh

# golangci-lint keeps findings with absolute paths. In a cache that checkouts share, those of a checkout that was removed
# come back as faults, because the comments that allow them can no longer be read (golangci/golangci-lint#6695). With
# -trimpath, checkouts also share what cgo generates from a file, which names the first checkout's path: linters then look
# for the file there.
lint: export GOFLAGS := $(filter-out -trimpath,$(GOFLAGS))
lint: ## the linters and the import rules of .golangci.yml
	GOLANGCI_LINT_CACHE="$(CURDIR)/bin/lint" $(TOOL) golangci-lint run ./...

vet: ## go vet, and both builds: with cgo (if there is a C compiler) and without
	$(GO) vet -tags $(TAGS) ./...
	$(GO) build -tags $(TAGS) $(BUILDVCS) ./...
	CGO_ENABLED=0 $(GO) build -tags $(TAGS) $(BUILDVCS) ./...

deps: vuln ## look for known vulnerabilities, and for licences missing from docs/licences.md
	$(GO) run ./cmd/licences -check

vuln: ## known vulnerabilities in called code, by pinned reports (VULNDB=https://vuln.go.dev: the newest)
	GO="$(GO)" TAGS="$(TAGS)" ./scripts/vuln.sh

test-all: ## every test, the long ones too, with the race detector where it can be built
	GO="$(GO)" ./scripts/test.sh -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) $(PKG)

cover: ## statement coverage of the domain packages; fail below MIN (90) percent
	GO="$(GO)" TAGS="$(TAGS)" TIMEOUT="$(TIMEOUT)" ./scripts/cover.sh

##@ With servers, browsers and faults

test-file: ## every test on SQLite in files, as in production
	CINECIRCLE_TEST_SQLITE_FILE=1 $(GO) test -tags $(TAGS) -timeout $(TIMEOUT) -p 2 $(TESTFLAGS) $(PKG)

test-mysql: ## every test on a private MariaDB
	MARIADB_ARGS=--innodb-flush-log-at-trx-commit=2 ./scripts/with-servers.sh mariadb -- \
		$(GO) test -tags $(TAGS) -timeout $(TIMEOUT) -p 2 $(TESTFLAGS) $(PKG)

test-mysql8: ## the same, but treat the MariaDB as MySQL 8
	MARIADB_DSN_PARAMS='?serverVersion=8.0.36' $(MAKE) test-mysql

test-redis: ## bus and limits on a private Redis
	./scripts/with-servers.sh redis -- ./scripts/test.sh -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) ./platform/bus ./platform/limit

test-s3: ## stored images on a private S3-compatible store (the first run builds versitygw)
	./scripts/with-servers.sh s3 -- ./scripts/test.sh -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) ./platform/media

test-servers: ## the whole program on MariaDB, Redis and S3 together
	MARIADB_ARGS=--innodb-flush-log-at-trx-commit=2 ./scripts/with-servers.sh mariadb redis s3 -- \
		$(GO) test -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) ./cmd/cinecircle/...

test-browser: ## the pages in Chromium, with axe-core, in Firefox and WebKit (installs Debian's)
	chromium=$$(./scripts/chromium.sh) && engines=$$(./scripts/engines.sh) && env CINECIRCLE_TEST_CHROMIUM=$$chromium $$engines $(GO) test -tags $(TAGS) -timeout $(TIMEOUT) -count=1 $(TESTFLAGS) ./cmd/cinecircle/site/browser

test-proxies: ## docs/deploy behind Caddy, nginx, HAProxy and Apache (installs Debian's)
	./scripts/proxies.sh $(GO) test -tags $(TAGS) -timeout $(TIMEOUT) -count=1 $(TESTFLAGS) ./cmd/cinecircle/app/proxies

alerts: ## the Prometheus rules of docs/deploy with promtool (installs Debian's)
	./scripts/alerts.sh

test-clients: build ## clients that public tools generate, against the program (needs npm; ARGS="ogen orval" for some)
	./scripts/clients.sh $(ARGS)

screens: ## save a picture of every page in dist/screens: three widths, both themes and languages
	CINECIRCLE_SCREENS=$(CURDIR)/dist/screens $(MAKE) test-browser TESTFLAGS="-run EveryPage"

cluster: ## kill three instances on MariaDB, Redis and S3 in turn (ARGS="-seed 7 -duration 10m")
	$(GO) run -tags $(TAGS) ./cmd/cluster $(ARGS)

torture: ## kill the program and compare its data with what it acknowledged (ARGS="-seed 7 -duration 10m")
	$(GO) run -tags $(TAGS) ./cmd/torture $(ARGS)

attack: ## send REQUESTS (100000) made from the OpenAPI document; SEED (1) repeats a run
	CINECIRCLE_TEST_REQUESTS=$(or $(REQUESTS),100000) CINECIRCLE_TEST_SEED=$(or $(SEED),1) \
		./scripts/test.sh -tags $(TAGS) -timeout 24h -v -run TestNoRequestBreaksTheContract ./cmd/cinecircle/app/attack

fuzz: ## every fuzz target for FUZZTIME (30s) each (PKG=./user/ FUZZ=Name narrow it)
	GO="$(GO)" TAGS="$(TAGS)" FUZZTIME="$(FUZZTIME)" PKG="$(PKG)" FUZZ="$(FUZZ)" ./scripts/fuzz.sh

##@ Measure

BENCH = $(GO) run -tags $(TAGS) ./cmd/bench

bench: ## measure a running program with 10,000 films in 10 minutes (ARGS="-quick", "-only REGEXP", "-h")
	$(BENCH) -out data/bench/sqlite-small.txt $(ARGS)

bench-scale: ## the same with 1,000,000 films, 10,000,000 ratings and 20,000,000 viewings; needs about 30 GB of disk
	$(BENCH) -size large -timeout 4h -held= -out data/bench/sqlite-large.txt $(ARGS)

bench-mysql: ## the same as bench, on a private MariaDB
	./scripts/with-servers.sh mariadb -- $(BENCH) -database mysql -held= -out data/bench/mysql-small.txt $(ARGS)

bench-compare: ## compare the last `make bench` with the figures in docs/ (UNITS="x-sql": other units)
	$(TOOL) benchstat -filter ".unit:($(or $(UNITS),cpu-ns/op OR x-sql OR allocs/op))" docs/bench/sqlite-small.txt data/bench/sqlite-small.txt

bench-docs: bench bench-scale bench-mysql ## measure all three and write the tables and plots of docs/performance-tables.md
	mkdir -p docs/bench && cp data/bench/*.txt docs/bench/
	$(BENCH) -render docs/performance-tables.md

##@ Release

release: ## static binaries for Linux, macOS and Windows in dist/ (PLATFORMS="linux/arm64 …" for some)
	GO="$(GO)" TAGS="$(TAGS)" VERSION="$(VERSION)" BUILDVCS="$(BUILDVCS)" ./scripts/release.sh

findings: ## check the surprises of public libraries in findings/ (installs pinned packages)
	./scripts/findings.sh

vendor-ui: ## download what pages and tests use from npm, at pinned versions
	./scripts/vendor-ui.sh
	./scripts/vendor-site.sh

clean: ## remove build output; keeps data/
	rm -rf bin dist coverage.out coverage.html
