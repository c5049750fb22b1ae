#!/usr/bin/env bash
# Fails, and shows the differences, if gofumpt would format a Go file differently.
set -euo pipefail
# gofumpt exits with 1 if there is a difference, and with 2 if it could not read a file.
if diff=$(${GO:-go} tool -modfile=tools.mod gofumpt -d .) && [ -z "$diff" ]; then
  exit 0
fi
printf '%s\n' "$diff"
echo "format: these files are not formatted; run \`make fmt\`" >&2
exit 1
