#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests. On Debian it installs the package, and fonts for Korean, when they
# are missing; elsewhere CHROMIUM names one.
source "$(dirname "$0")/servers.sh"

if [ -n "${CHROMIUM:-}" ]; then
  echo "$CHROMIUM"
  exit
fi
for name in chromium chromium-browser google-chrome; do
  if found=$(command -v "$name"); then
    break
  fi
done
if [ -z "${found:-}" ]; then
  debian_package chromium chromium
  found=$(command -v chromium)
fi
# Without a Korean font the pages show boxes. fc-list, if it is installed, lists the fonts.
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] && [ -z "$(fc-list :lang=ko 2>/dev/null)" ]; then
  install_debian fonts-noto-cjk
fi
echo "$found"
