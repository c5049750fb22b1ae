#!/usr/bin/env bash
# Runs a private MariaDB in DIR: scripts/mariadb.sh start|stop|kill|clean DIR (see servers.sh). start prints a DSN whose
# user may create schemas. It listens on the loopback only and has no password, so it is only for tests. MARIADB_ARGS are further
# options, such as --innodb-flush-log-at-trx-commit=2 if a power failure may lose data; MARIADB_DSN_PARAMS ends the DSN.
source "$(dirname "$0")/servers.sh"

url() { echo "root@tcp(127.0.0.1:$port)/${MARIADB_DSN_PARAMS:-}"; }

answers() { mariadb --no-defaults --protocol=tcp -h 127.0.0.1 -P "$port" -u root --skip-password -e 'SELECT 1'; }

launch() {
  # shellcheck disable=SC2086
  exec mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/data" --port="$port" --bind-address=127.0.0.1 \
    --socket="$dir/socket" --pid-file="$dir/mariadbd.pid" --skip-log-bin --skip-name-resolve --max-connections=400 \
    --innodb-buffer-pool-size=128M --innodb-log-file-size=48M --performance-schema=OFF ${MARIADB_ARGS:-}
}

if [ "${1:-}" = start ]; then
  PATH=$PATH:/usr/sbin debian_package mariadb-server mariadbd mariadb-install-db mariadb
  export PATH=$PATH:/usr/sbin
  dir=$(realpath -m "${2:?a folder}")
  if [ ! -d "$dir/data/mysql" ]; then
    mkdir -p "$dir"
    mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/data" --auth-root-authentication-method=normal \
      --skip-test-db >"$dir/install.log" 2>&1 || { tail -n 20 "$dir/install.log" >&2; die "mariadb-install-db failed"; }
  fi
fi
serve_command "$@"
