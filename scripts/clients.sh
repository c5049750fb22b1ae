#!/usr/bin/env bash
# Generates clients from the OpenAPI document with public tools, at the versions that clients/conformance pins, and runs the
# same story with each against the program. It needs Node 20 or newer, npm, and on the first run the npm and Go registries.
#
#   scripts/clients.sh            all of them
#   scripts/clients.sh ogen orval some
set -euo pipefail
cd "$(dirname "$0")/../clients/conformance"

command -v npm >/dev/null || { echo "clients: npm is not installed (Node 20 or newer)" >&2; exit 1; }
lock=node_modules/.package-lock.json
if [ ! -e "$lock" ] || [ package-lock.json -nt "$lock" ]; then
	npm ci --ignore-scripts --no-audit --no-fund # none of the packages needs a script of its own
fi
if chromium=$(../../scripts/chromium.sh); then
	export CINECIRCLE_TEST_CHROMIUM=$chromium # without one its story fails
fi
node run.mjs ../../bin/cinecircle "$@"
