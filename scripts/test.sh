#!/usr/bin/env bash
# Runs `go test` with the given arguments, and with the race detector if it can be built: it needs cgo, a C compiler and a
# supported platform.
set -euo pipefail
go=${GO:-go}

race_refusal() { # prints why the race detector cannot be used, or nothing
  local cc
  if [ "$($go env CGO_ENABLED)" != 1 ]; then
    echo "cgo is off, or there is no C compiler"
    return
  fi
  cc=$($go env CC)
  if ! command -v "${cc%% *}" >/dev/null 2>&1; then
    echo "the C compiler ${cc%% *} is not installed"
    return
  fi
  case "$($go env GOOS)/$($go env GOARCH)" in
    linux/amd64 | linux/arm64 | linux/ppc64le | linux/s390x | linux/loong64 | linux/riscv64) ;;
    darwin/* | freebsd/amd64 | netbsd/amd64 | windows/amd64) ;;
    *) echo "this platform has no race detector" ;;
  esac
}

why=$(race_refusal)
if [ -n "$why" ]; then
  echo "test: without the race detector ($why)" >&2
  exec $go test "$@"
fi
set -x
exec $go test -race "$@"
