#!/usr/bin/env bash
# Runs every script in findings/ and reports which behaviours have changed since they were found.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../findings"
changed=0
for script in *.sh; do
  [ "$script" = lib.sh ] && continue
  echo "== ${script%.sh}"
  "./$script" || changed=$((changed + 1))
done
echo "findings: $changed changed"
[ "$changed" = 0 ]
