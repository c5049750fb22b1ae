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

STEPS := format lint vet deps test
ifneq ($(filter-out $(STEPS),$(SKIP)),)
$(error SKIP takes any of: $(STEPS); not: $(filter-out $(STEPS),$(SKIP)))
endif

.DEFAULT_GOAL := help
.PHONY: help build run test check format lint vet deps fmt attack fuzz test-file test-mysql test-mysql8 test-redis test-s3 test-servers test-browser screens cluster torture cover bench bench-scale bench-mysql bench-compare bench-docs vuln vendor-ui release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build bin/cinecircle (CGO_ENABLED=0 make build for a static one)
	$(GO) build $(BUILD) -o bin/cinecircle ./cmd/cinecircle

run: build ## build and serve on http://localhost:8000 (ARGS="migrate status" runs another command)
	./bin/cinecircle $(ARGS)

test: ## run every test, with the race detector where it can be built (PKG=./follow/ TESTFLAGS="-run X" narrow it)
	GO="$(GO)" ./scripts/test.sh -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) $(PKG)

check: $(filter-out $(SKIP),$(STEPS)) ## format, lint, vet and build, dependencies, test; SKIP="format lint vet deps test" leaves some out
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

attack: ## send REQUESTS (100000) requests made from the OpenAPI document, good and broken ones, by SEED (1)
	CINECIRCLE_TEST_REQUESTS=$(or $(REQUESTS),100000) CINECIRCLE_TEST_SEED=$(or $(SEED),1) \
		./scripts/test.sh -tags $(TAGS) -timeout 24h -v -run TestNoRequestBreaksTheContract ./cmd/cinecircle

fuzz: ## run every fuzz target for FUZZTIME (30s), one after the other (PKG=./user/ FUZZ=Name narrow it)
	GO="$(GO)" TAGS="$(TAGS)" FUZZTIME="$(FUZZTIME)" PKG="$(PKG)" FUZZ="$(FUZZ)" ./scripts/fuzz.sh

test-file: ## run every test on SQLite in files, as it is in service, without the race detector
	CINECIRCLE_TEST_SQLITE_FILE=1 $(GO) test -tags $(TAGS) -timeout $(TIMEOUT) -p 2 $(TESTFLAGS) $(PKG)

test-mysql: ## run every test on a private MariaDB, without the race detector
	MARIADB_ARGS=--innodb-flush-log-at-trx-commit=2 ./scripts/with-servers.sh mariadb -- \
		$(GO) test -tags $(TAGS) -timeout $(TIMEOUT) -p 2 $(TESTFLAGS) $(PKG)

test-mysql8: ## the same, with MariaDB spoken to as MySQL 8 is
	MARIADB_DSN_PARAMS='?serverVersion=8.0.36' $(MAKE) test-mysql

test-redis: ## test the bus and the limits on a private Redis
	./scripts/with-servers.sh redis -- ./scripts/test.sh -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) ./platform/bus ./platform/limit

test-s3: ## test stored images on a private S3-compatible store (builds versitygw when it is first used)
	./scripts/with-servers.sh s3 -- ./scripts/test.sh -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) ./platform/media

test-browser: ## walk the stories of the pages in Chromium (installs Debian's when there is none), with axe-core
	chromium=$$(./scripts/chromium.sh) && CINECIRCLE_TEST_CHROMIUM=$$chromium $(GO) test -tags $(TAGS) -timeout $(TIMEOUT) -count=1 $(TESTFLAGS) ./cmd/cinecircle/browser

screens: ## keep a picture of every page in dist/screens, at three widths, in both themes and languages
	CINECIRCLE_SCREENS=$(CURDIR)/dist/screens $(MAKE) test-browser TESTFLAGS="-run EveryPage"

test-servers: ## run the stories of the whole program, as they are, on MariaDB, Redis and S3 together
	MARIADB_ARGS=--innodb-flush-log-at-trx-commit=2 ./scripts/with-servers.sh mariadb redis s3 -- \
		$(GO) test -tags $(TAGS) -timeout $(TIMEOUT) $(TESTFLAGS) ./cmd/cinecircle

cluster: ## try three instances on MariaDB, Redis and S3 while they are killed in turn (ARGS="-seed 7 -duration 10m")
	$(GO) run -tags $(TAGS) ./cmd/cinecircle/cluster $(ARGS)

torture: ## kill the program at named moments while a ledger is kept outside of it (ARGS="-seed 7 -duration 10m")
	$(GO) run -tags $(TAGS) ./cmd/cinecircle/torture $(ARGS)

cover: ## statement coverage of the domain packages; fails under MIN (90) percent
	GO="$(GO)" TAGS="$(TAGS)" TIMEOUT="$(TIMEOUT)" ./scripts/cover.sh

BENCH = $(GO) run -tags $(TAGS) ./cmd/cinecircle/bench

bench: ## measure a running program with 10,000 films in some 10 minutes (ARGS="-quick", "-only REGEXP", "-h" …)
	$(BENCH) -out data/bench/sqlite-small.txt $(ARGS)

bench-scale: ## the same with 1,000,000 films and 10,000,000 likes and reactions; takes 15 GB of disk
	$(BENCH) -size large -held= -out data/bench/sqlite-large.txt $(ARGS)

bench-mysql: ## the same as bench, on a private MariaDB
	./scripts/with-servers.sh mariadb -- $(BENCH) -database mysql -held= -out data/bench/mysql-small.txt $(ARGS)

bench-compare: ## compare the last `make bench` with the figures in docs/ (UNITS="x-sql" picks others)
	$(TOOL) benchstat -filter ".unit:($(or $(UNITS),cpu-ns/op OR x-sql OR allocs/op))" docs/bench/sqlite-small.txt data/bench/sqlite-small.txt

bench-docs: bench bench-scale bench-mysql ## measure all three and write the tables and plots of docs/performance.md anew
	mkdir -p docs/bench && cp data/bench/*.txt docs/bench/
	$(BENCH) -render docs/performance.md

deps: vuln ## look for known vulnerabilities, and for licences that docs/licences.md does not list
	$(GO) run ./scripts/licences -check

vuln: ## look for known vulnerabilities in what is called, in pinned reports (VULNDB=https://vuln.go.dev asks there)
	GO="$(GO)" TAGS="$(TAGS)" ./scripts/vuln.sh

vendor-ui: ## fetch again what pages and tests have from npm, at pinned versions
	./scripts/vendor-ui.sh
	./scripts/vendor-site.sh

release: ## static binaries for Linux, macOS and Windows, with their sums, in dist/ (PLATFORMS="linux/arm64 …" for some)
	GO="$(GO)" TAGS="$(TAGS)" VERSION="$(VERSION)" BUILDVCS="$(BUILDVCS)" ./scripts/release.sh

clean: ## remove what was built; data/ stays
	rm -rf bin dist coverage.out coverage.html
