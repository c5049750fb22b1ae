#!/usr/bin/env bash
# Runs every fuzz target, one after the other, for FUZZTIME each (30s). PKG and FUZZ narrow it. What breaks a target stays in
# its testdata/fuzz and is tried by every `go test` from then on.
#
# Inputs are made smaller ten times at most: where goroutines make the coverage differ from run to run, a minute of it, which
# is the default, takes all the time there is (FuzzCursor in 12 s: 53 executions, and 13,953 so).
set -euo pipefail
go=${GO:-go} tags=${TAGS:-nomsgpack}
for pkg in $($go list -tags "$tags" "${PKG:-./...}"); do
  for target in $($go test -tags "$tags" -list "${FUZZ:-^Fuzz}" "$pkg" | grep '^Fuzz' || true); do
    echo "fuzz: $pkg $target"
    $go test -tags "$tags" -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-30s}" -fuzzminimizetime "${MINIMIZE:-10x}" -parallel "${WORKERS:-2}" "$pkg"
  done
done
