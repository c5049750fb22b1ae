#!/usr/bin/env bash
# Fails, and shows the differences, when a Go file is not formatted as gofumpt would.
set -euo pipefail
# gofumpt itself exits with 1 when there is a difference, and with 2 when it could not read a file.
if diff=$(${GO:-go} tool -modfile=tools.mod gofumpt -d .) && [ -z "$diff" ]; then
  exit 0
fi
printf '%s\n' "$diff"
echo "format: not as gofumpt would write it; run \`make fmt\`" >&2
exit 1
