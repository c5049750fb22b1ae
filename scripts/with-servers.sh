#!/usr/bin/env bash
# Runs a command with private servers, and removes them afterwards, even if the command fails:
#
#   scripts/with-servers.sh mariadb redis s3 -- go test ./...
#
# The tests get their addresses from CINECIRCLE_TEST_DSN, CINECIRCLE_TEST_REDIS and CINECIRCLE_TEST_S3.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
folder=$(mktemp -d "${TMPDIR:-/tmp}/cinecircle-servers.XXXXXX")
started=()

finish() {
  local status=$?
  trap - EXIT INT TERM HUP
  for server in "${started[@]}"; do
    "$here/$server.sh" clean "$folder/$server" || status=1
  done
  rm -rf "$folder"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    mariadb) variable=CINECIRCLE_TEST_DSN ;;
    redis) variable=CINECIRCLE_TEST_REDIS ;;
    s3) variable=CINECIRCLE_TEST_S3 ;;
    *) echo "with-servers: unknown server $1; known are mariadb, redis and s3" >&2; exit 2 ;;
  esac
  started+=("$1")
  url=$("$here/$1.sh" start "$folder/$1")
  export "$variable=$url"
  echo "with-servers: $variable=$url" >&2
  shift
done
[ $# -ge 2 ] || { echo "usage: with-servers.sh SERVER… -- COMMAND…" >&2; exit 2; }
shift
"$@"
