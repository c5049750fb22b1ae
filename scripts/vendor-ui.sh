#!/usr/bin/env bash
# Downloads platform/openapi/ui/assets: Swagger UI and Redoc as published on npm, at pinned versions,
# gzip-compressed, with their licence texts and a list of SHA-256 sums.
#
#   scripts/vendor-ui.sh           fetch, verify and write the files (needs npm and the network)
#   scripts/vendor-ui.sh --check   only compare the existing files with the list (no network)
#
# For another version: change the version, set its sum to "", run, compare the printed sum with the one on npm, enter it
# here, run again, and look at both pages in a browser.
set -euo pipefail

swagger_ui=swagger-ui-dist-5.35.0
swagger_ui_sum=1b8e891893404ea4c3558b6a87e2a3e494e7eedba41168c2ece5800a391a6ea6
redoc=redoc-2.5.4
redoc_sum=44922df4d0eb45c1b066c09ec251e6bd9bd7ded16bc69e87613337b9d911a56e

assets=$(cd "$(dirname "$0")/../platform/openapi/ui" && pwd)/assets

check() { (cd "$assets" && sha256sum --check --strict --quiet SHA256SUMS); }

# fetch NAME-VERSION SUM unpacks a package into $work/NAME-VERSION if its archive has the pinned sum.
fetch() {
  local package=$1 want=$2 archive=$work/$1.tgz got
  npm pack --silent --ignore-scripts --pack-destination "$work" "${package%-*}@${package##*-}" >/dev/null
  got=$(sha256sum "$archive" | cut -d ' ' -f 1)
  if [[ $got != "$want" ]]; then
    echo "vendor-ui: $package has SHA-256 $got, expected ${want:-none yet}" >&2
    exit 1
  fi
  mkdir "$work/$package"
  tar -xzf "$archive" -C "$work/$package" --strip-components=1
}

# -n omits the name and the time, so that the same input gives the same bytes.
pack() { gzip -9 -n <"$work/$1" >"$new/$(basename "$1").gz"; }
text() { install -m 644 "$work/$1" "$new/$2"; }

if [[ ${1:-} == --check ]]; then
  check
  exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
new=$work/assets
mkdir "$new"

fetch "$swagger_ui" "$swagger_ui_sum"
pack "$swagger_ui/swagger-ui-bundle.js"
pack "$swagger_ui/swagger-ui.css"
text "$swagger_ui/LICENSE" swagger-ui.LICENSE.txt
text "$swagger_ui/NOTICE" swagger-ui.NOTICE.txt
text "$swagger_ui/swagger-ui-bundle.js.LICENSE.txt" swagger-ui-bundle.js.LICENSE.txt

fetch "$redoc" "$redoc_sum"
pack "$redoc/bundles/redoc.standalone.js"
text "$redoc/LICENSE" redoc.LICENSE.txt
text "$redoc/bundles/redoc.standalone.js.LICENSE.txt" redoc.standalone.js.LICENSE.txt
# The search worker is part of the bundle and names its licences by this file.
worker=$(cd "$work/$redoc/bundles" && echo *.worker.js.LICENSE.txt)
text "$redoc/bundles/$worker" "$worker"

(cd "$new" && LC_ALL=C sha256sum -- * >"$work/SHA256SUMS")
mv "$work/SHA256SUMS" "$new/"

# Everything is downloaded and verified, so the old files can be removed.
rm -rf "$assets"
mkdir "$assets"
cp "$new"/* "$assets/"
check
echo "vendor-ui: $(du -ch "$assets"/*.gz | tail -n 1 | cut -f 1) in $assets"
