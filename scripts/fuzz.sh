#!/usr/bin/env bash
# Runs every fuzz target, one after the other, for FUZZTIME each (30s). PKG and FUZZ select targets. An input that fails is
# kept in testdata/fuzz of its package, and every later `go test` runs it.
#
# Minimizing stops after ten tries. By default it takes up to a minute per input, and where goroutines make the coverage
# differ from run to run it takes all the time (FuzzCursor in 12 s: 53 executions by default, 13,953 with ten tries).
set -euo pipefail
go=${GO:-go} tags=${TAGS:-nomsgpack}
for pkg in $($go list -tags "$tags" "${PKG:-./...}"); do
  for target in $($go test -tags "$tags" -list "${FUZZ:-^Fuzz}" "$pkg" | grep '^Fuzz' || true); do
    echo "fuzz: $pkg $target"
    $go test -tags "$tags" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" -fuzzminimizetime "${MINIMIZE:-10x}" -parallel "${WORKERS:-2}" "$pkg"
  done
done
