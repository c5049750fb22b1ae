#!/usr/bin/env bash
# Runs a private Redis in DIR: scripts/redis.sh start|stop|kill|clean DIR (see servers.sh). start prints its URL. It listens
# on the loopback only and stores nothing on disk: cinecircle may lose its data in Redis at any time.
source "$(dirname "$0")/servers.sh"

url() { echo "redis://127.0.0.1:$port/0"; }

answers() { [ "$(redis-cli -h 127.0.0.1 -p "$port" ping)" = PONG ]; }

launch() { exec redis-server --bind 127.0.0.1 --port "$port" --dir "$dir" --save '' --appendonly no --daemonize no --databases 1001; }

if [ "${1:-}" = start ]; then
  debian_package redis-server redis-server redis-cli
fi
serve_command "$@"
