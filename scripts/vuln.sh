#!/usr/bin/env bash
# Looks for known vulnerabilities in the code that the program calls, including the standard library of the toolchain in
# go.mod. VULNDB is the URL of a database, such as https://vuln.go.dev. Without it, cmd/vulndb makes one from pinned reports,
# which come from the module cache or the Go proxy.
set -euo pipefail
go=${GO:-go} tags=${TAGS:-nomsgpack}

# GOTOOLCHAIN=local ignores the toolchain line, and an older standard library has other vulnerabilities.
toolchain=$(awk '$1 == "toolchain" { print $2 }' go.mod)
if [ -n "$toolchain" ]; then
  export GOTOOLCHAIN=$toolchain
  $go version >/dev/null || { echo "vuln: $toolchain is not installed and cannot be downloaded" >&2; exit 1; }
fi

if [ -z "${VULNDB:-}" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  $go run ./cmd/vulndb "$folder"
  VULNDB=file://$folder
fi
$go tool -modfile=tools.mod govulncheck -db "$VULNDB" -tags "$tags" ./...
