# Sourced by mariadb.sh, redis.sh and s3.sh: runs a private server with its data in a folder, on a loopback port that stays
# the same when it is started again. The caller defines `launch`, which execs the server in the foreground, and `answers`,
# which succeeds once the server can be used.
#
#   start DIR   starts the server with the data in DIR (created if missing), waits until it is ready, prints its URL
#   stop DIR    shuts it down; succeeds if it is not running
#   kill DIR    kills it with SIGKILL, like a crash; start continues with the same data
#   clean DIR   stops it and removes DIR
set -euo pipefail

die() { echo "${0##*/}: $*" >&2; exit 1; }

# cache is the folder of programs that are built once, outside of the checkout.
cache=${CINECIRCLE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cinecircle}

# debian_package NAME COMMAND... installs a package unless all the commands are there.
debian_package() {
  local name=$1 command missing=
  shift
  for command in "$@"; do
    command -v "$command" >/dev/null || missing=$command
  done
  [ -z "$missing" ] && return
  command -v apt-get >/dev/null || die "$missing is missing, and this is no Debian: install $name"
  [ "$(id -u)" = 0 ] || die "$missing is missing: sudo apt-get install $name"
  install_debian "$name"
}

# install_debian NAME installs a package without starting its service, since only a private server is needed. A new machine
# may have no package lists, or old ones.
install_debian() {
  local name=$1 policy=/usr/sbin/policy-rc.d made= failed=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy && made=1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "$name" >&2 ||
    { apt-get update >&2 && apt-get install -y --no-install-recommends "$name" >&2; } || failed=1
  if [ -n "$made" ]; then rm -f $policy; fi
  [ -z "$failed" ] || die "apt-get install $name failed"
}

# pick_port prints a free loopback port below the range from which the system picks ports.
pick_port() {
  local port
  for _ in $(seq 200); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 10000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  die "found no free port"
}

running() { [ -s "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; }

# await_end TENTHS waits up to so many tenths of a second until the server has ended.
await_end() {
  for _ in $(seq "$1"); do
    running || return 0
    sleep 0.1
  done
  return 1
}

start() {
  running && die "it runs already in $dir"
  mkdir -p "$dir"
  [ -s "$dir/port" ] || pick_port >"$dir/port"
  port=$(cat "$dir/port")
  rm -f "$dir/pid" # of the previous server
  # In a new session, so that Ctrl-C does not end it before its clients. launch execs, so this is the pid of the server
  # itself. It must not inherit the output, which the caller reads to its end.
  export -f launch
  dir=$dir port=$port setsid bash -c 'echo $$ >"$dir/pid"; launch' </dev/null >>"$dir/log" 2>&1 &
  for _ in $(seq 600); do
    if answers >/dev/null 2>&1; then
      url
      return
    fi
    [ ! -s "$dir/pid" ] || running || break
    sleep 0.05
  done
  tail -n 20 "$dir/log" >&2
  die "it does not answer on port $port"
}

stop() {
  running || return 0
  kill "$(cat "$dir/pid")"
  await_end 200 || { kill -9 "$(cat "$dir/pid")"; await_end 50 || die "it cannot be ended"; }
}

crash() {
  running || die "it does not run in $dir"
  kill -9 "$(cat "$dir/pid")"
  await_end 50 || die "it cannot be killed"
}

# serve_command runs the command of the command line.
serve_command() {
  [ $# = 2 ] || die "usage: start|stop|kill|clean DIR"
  dir=$(realpath -m "$2")
  case $1 in
    start) start ;;
    stop) stop ;;
    kill) crash ;;
    clean) stop && rm -rf "$dir" ;;
    *) die "want start, stop, kill or clean, not $1" ;;
  esac
}
