# Sourced by mariadb.sh, redis.sh and s3.sh: one private server in a folder of its own, on a loopback port that it
# keeps when it is started again. The caller defines `launch`, which execs the server in the foreground, and `answers`,
# which succeeds once the server can be used.
#
#   start DIR   start the server on what lies in DIR (made when missing), wait for it, print its URL
#   stop DIR    end it in good order; fine when it does not run
#   kill DIR    end it as a crash would, SIGKILL; start goes on with the same data
#   clean DIR   stop, and remove DIR
set -euo pipefail

die() { echo "${0##*/}: $*" >&2; exit 1; }

# cache is where programs are kept that are no part of the checkout.
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

# install_debian NAME installs a package without starting a service of it: the server that is wanted here is a private
# one. A new machine may have no lists of packages, or old ones.
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

# pick_port prints a loopback port that nobody listens on, below those that the system hands out by itself.
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

# await_end TENTHS waits so long for the server to be gone.
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
  rm -f "$dir/pid" # of the one before
  # In a session of its own, so that Ctrl-C of whoever started it does not end it before its clients. launch execs,
  # so this is the pid of the server itself; it must not hold on to the output that its starter reads to the end.
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

# serve_command runs what the command line asks for.
serve_command() {
  [ $# = 2 ] || die "want start, stop, kill or clean, and a folder"
  dir=$(realpath -m "$2")
  case $1 in
    start) start ;;
    stop) stop ;;
    kill) crash ;;
    clean) stop && rm -rf "$dir" ;;
    *) die "want start, stop, kill or clean, not $1" ;;
  esac
}
