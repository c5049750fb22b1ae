#!/usr/bin/env bash
# Prints variables that name the programs with which the pages are tested in Firefox and WebKit, for env. On Debian it
# installs the packages that are missing; elsewhere FIREFOX, WEBKIT_DRIVER, MINIBROWSER and XVFB name them. What cannot be
# installed is said, and its story is skipped.
source "$(dirname "$0")/servers.sh"

# have PACKAGE COMMAND... succeeds if all the commands are there or could be installed.
have() { (debian_package "$@") >&2; }

minibrowser() { ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser 2>/dev/null | tail -1; }

if [ -z "${FIREFOX:-}" ]; then
  if command -v firefox >/dev/null; then
    FIREFOX=$(command -v firefox)
  elif have firefox-esr firefox-esr; then
    FIREFOX=$(command -v firefox-esr)
  fi
fi
if [ -n "${FIREFOX:-}" ]; then
  echo "CINECIRCLE_TEST_FIREFOX=$FIREFOX"
fi

if [ -z "${WEBKIT_DRIVER:-}" ] && have webkit2gtk-driver WebKitWebDriver && have xvfb Xvfb; then
  WEBKIT_DRIVER=$(command -v WebKitWebDriver) MINIBROWSER=$(minibrowser) XVFB=$(command -v Xvfb)
fi
if [ -n "${WEBKIT_DRIVER:-}" ] && [ -n "${MINIBROWSER:-}" ] && [ -n "${XVFB:-}" ]; then
  echo "CINECIRCLE_TEST_WEBKIT_DRIVER=$WEBKIT_DRIVER"
  echo "CINECIRCLE_TEST_MINIBROWSER=$MINIBROWSER"
  echo "CINECIRCLE_TEST_XVFB=$XVFB"
fi
