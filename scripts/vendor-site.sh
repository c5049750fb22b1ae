#!/usr/bin/env bash
# Downloads what the pages and their tests use from npm, at pinned versions: htmx (0BSD), which the pages load, and axe-core
# (MPL-2.0), with which the browser tests check WCAG. Needs npm and the network.
#
# For another version: change it, set its sum to "", run, compare the printed sum with the one on npm, and enter it here.
set -euo pipefail

htmx=htmx.org-2.0.11
htmx_sum=165a2655073e9e6e55e307a7c74e8ebcdb76afb7701f9c16cfd106a13add408e
axe=axe-core-4.14.1
axe_sum=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch NAME-VERSION SUM unpacks a package into $work/NAME-VERSION if its archive has the pinned sum.
fetch() {
  local package=$1 want=$2 archive=$work/$1.tgz got
  npm pack --silent --ignore-scripts --pack-destination "$work" "${package%-*}@${package##*-}" >/dev/null
  got=$(sha256sum "$archive" | cut -d ' ' -f 1)
  if [[ $got != "$want" ]]; then
    echo "vendor-site: $package has SHA-256 $got, expected ${want:-none yet}" >&2
    exit 1
  fi
  mkdir "$work/$package"
  tar -xzf "$archive" -C "$work/$package" --strip-components=1
}

fetch "$htmx" "$htmx_sum"
fetch "$axe" "$axe_sum"
install -m 644 "$work/$htmx/dist/htmx.min.js" "$root/cmd/cinecircle/site/assets/htmx.js"
install -m 644 "$work/$htmx/LICENSE" "$root/cmd/cinecircle/site/assets/htmx.LICENSE.txt"
gzip -9 -n <"$work/$axe/axe.min.js" >"$root/cmd/cinecircle/site/browser/testdata/axe.min.js.gz"
install -m 644 "$work/$axe/LICENSE" "$root/cmd/cinecircle/site/browser/testdata/axe.LICENSE.txt"
install -m 644 "$work/$axe/LICENSE-3RD-PARTY.txt" "$root/cmd/cinecircle/site/browser/testdata/axe.3RD-PARTY.txt"
