#!/usr/bin/env bash
# Runs a command with private servers, and ends and removes them after it, however it ended:
#
#   scripts/with-servers.sh mariadb redis s3 -- go test ./...
#
# The tests find them by CINECIRCLE_TEST_DSN, CINECIRCLE_TEST_REDIS and CINECIRCLE_TEST_S3.
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
    *) echo "with-servers: want mariadb, redis or s3, not $1" >&2; exit 2 ;;
  esac
  started+=("$1")
  url=$("$here/$1.sh" start "$folder/$1")
  export "$variable=$url"
  echo "with-servers: $variable=$url" >&2
  shift
done
[ $# -ge 2 ] || { echo "with-servers: want -- and a command after the servers" >&2; exit 2; }
shift
"$@"
