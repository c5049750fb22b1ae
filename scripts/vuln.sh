#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program calls, as it is when the toolchain that go.mod names builds it. VULNDB
# names a database, such as https://vuln.go.dev; without it one is made from the reports that scripts/vulndb pins,
# which need nothing but the module cache or the Go proxy.
set -euo pipefail
go=${GO:-go} tags=${TAGS:-nomsgpack}

# GOTOOLCHAIN=local ignores that line, and an older standard library has holes of its own.
toolchain=$(awk '$1 == "toolchain" { print $2 }' go.mod)
if [ -n "$toolchain" ]; then
  export GOTOOLCHAIN=$toolchain
  $go version >/dev/null || { echo "vuln: $toolchain is not here and cannot be fetched" >&2; exit 1; }
fi

if [ -z "${VULNDB:-}" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  $go run ./scripts/vulndb "$folder"
  VULNDB=file://$folder
fi
$go tool -modfile=tools.mod govulncheck -db "$VULNDB" -tags "$tags" ./...
