#!/bin/sh
# Makes sure of the two things that tests need and npm and pip can't give: a browser and a PostgreSQL server.
# Installs Debian's packages where they are missing and we may; else says what to install.
set -eu

missing=""
browser="${CHROMIUM:-/usr/bin/chromium}"
[ -x "$browser" ] || missing="chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    as_root="no"
fi
if [ "$as_root" = no ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need $(echo $missing | sed 's/ / and /'): install it with your system's package manager, then run make test again." >&2
    exit 1
fi

echo "==> Installing from Debian: $(echo $missing)"
# The tests start a server of their own, so Debian need not set one up and leave it running.
quiet=/etc/postgresql-common/createcluster.d/rollbook-tests.conf
if [ "${missing#*postgresql}" != "$missing" ]; then
    $as_root mkdir -p "$(dirname $quiet)"
    echo "create_main_cluster = false" | $as_root tee "$quiet" >/dev/null
    trap '$as_root rm -f "$quiet"' EXIT
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
