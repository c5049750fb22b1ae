#!/usr/bin/env bash
# Prints the statement coverage of each domain package and of all of them, counted across the tests of the domains
# and of the program, and fails if the total is under MIN percent (90). It keeps the profile in coverage.out.
set -euo pipefail
go=${GO:-go} tags=${TAGS:-nomsgpack} min=${MIN:-90}
module=$($go list -m)
domains=(user movie review comment reaction diary list feed follow moderation notify)
covered=$(printf "$module/%s/...," "${domains[@]}")

$go test -tags "$tags" -timeout "${TIMEOUT:-10m}" -covermode=set -coverpkg="${covered%,}" -coverprofile=coverage.out \
  $(printf './%s/... ' "${domains[@]}") ./cmd/... | sed 's/ in github.com.*//'

# The profile repeats every block once per test binary, so a block counts as covered when any of them reached it.
awk -v module="$module/" -v names="${domains[*]}" -v min="$min" '
  NR > 1 { statements[$1] = $2; if ($3 > 0) reached[$1] = 1 }
  END {
    for (block in statements) {
      name = substr(block, length(module) + 1); sub(/\/.*/, "", name)
      all[name] += statements[block]; total += statements[block]
      if (block in reached) { hit[name] += statements[block]; sum += statements[block] }
    }
    print ""
    count = split(names, order, " ")
    for (i = 1; i <= count; i++) {
      name = order[i]
      if (!all[name]) { printf "%-10s nothing was measured\n", name; failed = 1; continue }
      printf "%-10s %5.1f %%  of %d statements\n", name, 100 * hit[name] / all[name], all[name]
    }
    percent = total ? 100 * sum / total : 0
    printf "%-10s %5.1f %%  of %d statements, at least %g %% wanted\n", "domains", percent, total, min
    exit (failed || percent < min)
  }' coverage.out
