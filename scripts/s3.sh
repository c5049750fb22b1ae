#!/usr/bin/env bash
# A private S3-compatible store in DIR: scripts/s3.sh start|stop|kill|clean DIR (see servers.sh). Prints
# http://ACCESS_KEY:SECRET_KEY@HOST:PORT/BUCKET, a form of the tests' own. The server is versitygw, built once at a
# pinned version and kept outside the checkout.
source "$(dirname "$0")/servers.sh"

version=v1.8.0
gateway=$cache/versitygw-$version
key=cinecircle secret=a-key-of-the-tests bucket=films
export gateway key secret

url() { echo "http://$key:$secret@127.0.0.1:$port/$bucket"; }

# Any answer means that it listens; without a signature it is 403.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && head -n 1 <&3 | grep -q '^HTTP/'); }

# Metadata goes beside the objects instead of into extended attributes, which not every file system has.
launch() {
  exec "$gateway" --access "$key" --secret "$secret" --region us-east-1 --port "127.0.0.1:$port" --quiet \
    posix --sidecar "$dir/meta" "$dir/objects"
}

install() {
  local folder
  mkdir -p "$cache"
  folder=$(mktemp -d "$cache/install.XXXXXX")
  # Not with the flags of this module's builds; moved into place whole, so that no half of it is ever run.
  GOFLAGS='' GOBIN=$folder ${GO:-go} install "github.com/versity/versitygw/cmd/versitygw@$version" >&2
  mv -f "$folder/versitygw" "$gateway" && rmdir "$folder"
}

if [ "${1:-}" = start ]; then
  [ -x "$gateway" ] || install
  dir=$(realpath -m "${2:?a folder}")
  mkdir -p "$dir/objects/$bucket" "$dir/meta" # a folder is a bucket
fi
serve_command "$@"
