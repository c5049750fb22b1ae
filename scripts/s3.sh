#!/usr/bin/env bash
# Runs a private S3-compatible store in DIR: scripts/s3.sh start|stop|kill|clean DIR (see servers.sh). start prints its
# address as http://ACCESS_KEY:SECRET_KEY@HOST:PORT/BUCKET, which the tests parse. The server is versitygw, built once at
# a pinned version and cached outside the checkout.
source "$(dirname "$0")/servers.sh"

version=v1.8.0
gateway=$cache/versitygw-$version
key=cinecircle secret=a-key-of-the-tests bucket=films
export gateway key secret

url() { echo "http://$key:$secret@127.0.0.1:$port/$bucket"; }

# Any response means that the store is up; without a signature it is 403.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && head -n 1 <&3 | grep -q '^HTTP/'); }

# Metadata is stored beside the objects, because not every file system has extended attributes.
launch() {
  exec "$gateway" --access "$key" --secret "$secret" --region us-east-1 --port "127.0.0.1:$port" --quiet \
    posix --sidecar "$dir/meta" "$dir/objects"
}

install() {
  local folder
  mkdir -p "$cache"
  folder=$(mktemp -d "$cache/install.XXXXXX")
  # Without the build flags of this module. Moving the finished file makes the installation atomic.
  GOFLAGS='' GOBIN=$folder ${GO:-go} install "github.com/versity/versitygw/cmd/versitygw@$version" >&2
  mv -f "$folder/versitygw" "$gateway" && rmdir "$folder"
}

if [ "${1:-}" = start ]; then
  [ -x "$gateway" ] || install
  dir=$(realpath -m "${2:?a folder}")
  mkdir -p "$dir/objects/$bucket" "$dir/meta" # a folder is a bucket
fi
serve_command "$@"
