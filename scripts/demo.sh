#!/usr/bin/env bash
# Serves an invented community that is kept in data/demo/, apart from a community of your own in data/. The first call
# makes it, in another folder that is then renamed: one that was interrupted is made again.
# usage: demo.sh BINARY
set -euo pipefail
binary=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")

# use sets the folder in which the program keeps everything.
use() {
  export CINECIRCLE_DATABASE_DRIVER=sqlite CINECIRCLE_DATABASE_DSN=$1/cinecircle.db
  export CINECIRCLE_MEDIA_DRIVER=local CINECIRCLE_MEDIA_DIR=$1/media
}

if [ ! -d data/demo ]; then
  rm -rf data/demo.part && mkdir -p data/demo.part
  use data/demo.part
  echo "Drawing posters and writing reviews, once; this takes half a minute."
  "$binary" demo | tee data/demo.part/members.txt
  "$binary" admin grant 하늘
  mv data/demo.part data/demo
fi
use data/demo
tail -n 1 data/demo/members.txt
exec "$binary" serve
