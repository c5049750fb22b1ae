#!/usr/bin/env bash
# Lists every fuzz target with its package, as a JSON array for a matrix.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
grep -rHoE '^func Fuzz[A-Za-z0-9]+' --include='*_test.go' . |
  sed -E 's#^(.*)/[^/]+:func (.*)$#{"pkg":"\1","fuzz":"\2"}#' | sort | paste -sd, | sed 's/.*/[&]/'
