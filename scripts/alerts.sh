#!/usr/bin/env bash
# Checks the Prometheus rules in docs/deploy with promtool. On Debian it installs the package that has it; elsewhere
# PROMTOOL names one.
source "$(dirname "$0")/servers.sh"

promtool=${PROMTOOL:-promtool}
if ! command -v "$promtool" >/dev/null; then
  debian_package prometheus promtool
fi
"$promtool" check rules "$(dirname "$0")/../docs/deploy/alerts.yml"
