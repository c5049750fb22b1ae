#!/usr/bin/env bash
# Runs a command that tests the program behind Caddy, nginx, HAProxy and Apache; installs Debian's packages of them where
# they are missing. The proxies listen on the loopback only, and keep everything in a temporary folder:
#
#   scripts/proxies.sh go test ./cmd/cinecircle/app/proxies
source "$(dirname "$0")/servers.sh"

export PATH=$PATH:/usr/sbin
debian_package caddy caddy
debian_package nginx nginx
debian_package haproxy haproxy
debian_package apache2 apache2

CINECIRCLE_TEST_PROXIES=$(mktemp -d "${TMPDIR:-/tmp}/cinecircle-proxies.XXXXXX")
chmod 755 "$CINECIRCLE_TEST_PROXIES" # the workers of Apache have a user of their own
export CINECIRCLE_TEST_PROXIES

finish() {
  local status=$?
  trap - EXIT INT TERM HUP
  for file in "$CINECIRCLE_TEST_PROXIES"/*/pid; do # of a test that was killed
    if [ -s "$file" ]; then kill "$(cat "$file")" || true; fi
  done
  rm -rf "$CINECIRCLE_TEST_PROXIES"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

"$@"
