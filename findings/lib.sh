# Sourced by the scripts of this folder. Each shows one surprise of published software: it installs pinned versions in a
# temporary folder, runs them on valid input, and compares what they print with what was seen.
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
cd "$work"

# go_run MODULE@VERSION... <PROGRAM prints what a Go program prints that may import these modules.
go_run() {
  cat >main.go
  {
    echo "module finding"
    echo "go 1.26"
    echo "require ("
    printf '\t%s\n' "${@/@/ }"
    echo ")"
  } >go.mod
  export GOFLAGS=-mod=mod GOWORK=off
  go mod download >/dev/null 2>&1 && go build -o program . >/dev/null 2>&1 || go build -o program . >&2
  ./program 2>&1
}

# node_run PACKAGE@VERSION... <PROGRAM prints what a Node.js program (CommonJS) prints that may require these packages.
node_run() {
  cat >main.cjs
  echo '{"private": true}' >package.json
  npm install --silent --no-audit --no-fund --ignore-scripts "$@" >/dev/null
  node main.cjs 2>&1
}

# expect WANTED GOT reports whether the behaviour is still what was seen.
expect() {
  if [ "$1" = "$2" ]; then
    printf 'as seen:\n%s\n' "$2"
    return
  fi
  printf 'changed.\n--- seen then\n%s\n--- seen now\n%s\n' "$1" "$2" >&2
  exit 1
}
