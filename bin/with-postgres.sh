#!/bin/bash
# Runs a command beside a PostgreSQL server of its own, whose address is in DATABASE_URL, and always stops it:
#   bin/with-postgres.sh COMMAND ARGUMENT...
# The server keeps its files in a directory that is removed, answers only on a socket there, and commits durably;
# with COMMITS=quick it doesn't wait for the disk, as is enough for tests whose server is never killed.
set -euo pipefail

programs="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)"
programs="${programs:-$(dirname "$(command -v initdb || true)")}"
if [ ! -x "$programs/initdb" ]; then
    echo "PostgreSQL is missing: install your system's postgresql package." >&2
    exit 1
fi

home="$(mktemp -d /tmp/rollbook-pg.XXXXXX)"
as_owner=()
if [ "$(id -u)" = 0 ]; then  # PostgreSQL refuses to run as root
    as_owner=(runuser -u postgres --)
    chown postgres "$home"
fi
run() { (cd "$home" && "${as_owner[@]}" "$programs/$1" "${@:2}"); }

stop() {
    run pg_ctl -D "$home/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT TERM

durable=on
if [ "${COMMITS:-durable}" = quick ]; then durable=off; fi
run initdb -D "$home/data" --auth=trust --encoding=UTF8 --locale=C.UTF-8 --username=postgres >/dev/null
cat >>"$home/data/postgresql.conf" <<CONFIGURATION
listen_addresses = ''
unix_socket_directories = '$home'
fsync = $durable
synchronous_commit = $durable
full_page_writes = $durable
max_connections = 100
shared_buffers = 256MB
timezone = 'UTC'
CONFIGURATION
if ! run pg_ctl -D "$home/data" -l "$home/log" -w -t 60 start >/dev/null; then
    cat "$home/log" >&2
    exit 1
fi
run createuser -h "$home" -U postgres --createdb rollbook
run createdb -h "$home" -U postgres --owner=rollbook rollbook

export DATABASE_URL="postgres://rollbook@/rollbook?host=$home"
# Not exec: this shell must outlive the command to stop the server.
status=0
"$@" || status=$?
exit "$status"
